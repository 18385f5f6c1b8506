import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { runbookJsonSchema } from '../../src/runbook/json-schema.js';

const schema = runbookJsonSchema();
const fits = (value: unknown): boolean => z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(value).success;
const own = (step: unknown) => ({ name: 'own', title: 'Own', gate: { people: 0 }, steps: [step] });

describe('the JSON Schema of runbooks', () => {
  test('stands in docs as the program makes it', () => { expect(JSON.parse(readFileSync('docs/runbook.schema.json', 'utf8'))).toEqual(JSON.parse(JSON.stringify(schema))); });
  test.each(readdirSync('runbooks').filter((name) => name.endsWith('.yaml')))('takes the shipped %s', (name) => { expect(fits(parse(readFileSync(`runbooks/${name}`, 'utf8')))).toBe(true); });
  test.each(readdirSync('test/runbook/lint'))('takes %s, whose form is right', (name) => { expect(fits(parse(readFileSync(`test/runbook/lint/${name}`, 'utf8')))).toBe(true); });
  test.each([
    ['a step without a kind', { vreb: 'verify' }], ['an unknown attribute', { verb: 'verify', timout: '5m' }], ['a verb that is none', { verb: 'mvoe' }],
    ['a bad step inside', { foreach: 'vm', do: [{ notfy: {} }] }], ['a bad step in onFailure', { check: { pending: 'none' }, onFailure: [{ tell: 'x' }] }], ['a time that is none', { verb: 'verify', timeout: 'soon' }],
  ])('refuses %s', (_title, step) => { expect(fits(own(step))).toBe(false); });
});
