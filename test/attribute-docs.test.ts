import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { range } from '../src/core/attribute-form.js';
import { attributes, refusedAttributes } from '../src/core/attributes.js';
import { hookEntities } from '../src/core/hooks.js';

const docs = readFileSync('docs/estate.md', 'utf8');
const cell = (text: string): string => text.replaceAll('|', '\\|');

describe('docs/estate.md says of every attribute what the table says', () => {
  test.each(attributes.map((attribute) => [`${attribute.entity} ${attribute.name}`, attribute] as const))('%s', (_name, { entity, name, form, default: otherwise, effect }) => {
    const part = docs.split('\n### ').find((each) => each.startsWith(`\`${entity}\``)) ?? '';
    expect(part.split('\n')).toContain(`| \`${name}\` | ${cell(range(form))} | ${cell(otherwise === '' ? 'must be given' : otherwise)} | ${cell(effect)} |`);
  });
  test.each(refusedAttributes.map((each) => [`${each.entity} ${each.name}`, each] as const))('%s is not taken', (_name, { name, why, instead }) => {
    expect(docs.split('\n').find((line) => line.includes(`\`${name}\``) && line.includes(cell(why)) && line.includes(cell(instead)))).toBeDefined();
  });
  test.each(Object.entries(hookEntities))('hook %s', (hook, entities) => { expect(docs).toContain(`| \`${hook}\` | ${entities.join(', ')} |`); });
});
