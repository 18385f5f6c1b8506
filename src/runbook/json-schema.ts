import { z } from 'zod';
import { RawRunbook } from './read.js';
import { stepKindNames, stepSchema, stepsTitle } from './step-schema.js';

type Schema = { [key: string]: unknown };

/** The JSON Schema of a runbook file, made from the schemas that read it, so that editors complete and check what Lifeboat will take. */
export function runbookJsonSchema(): Schema {
  const plain = (schema: z.ZodType): Schema => {
    const { $schema: _dialect, ...rest } = withSteps(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })) as Schema;
    return rest;
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema', $id: 'https://lifeboat.invalid/runbook.schema.json', title: 'Lifeboat runbook',
    ...plain(RawRunbook),
    $defs: { step: { oneOf: stepKindNames.map((kind) => ({ $ref: `#/$defs/${kind}` })) }, ...Object.fromEntries(stepKindNames.map((kind) => [kind, plain(stepSchema(kind))])) },
  };
}

/** Steps inside steps are read one by one, so their schema says nothing of them: it points to that of a step. */
function withSteps(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withSteps);
  if (typeof schema !== 'object' || schema === null) return schema;
  if ((schema as Schema).title === stepsTitle) return { type: 'array', minItems: 1, items: { $ref: '#/$defs/step' } };
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withSteps(value)]));
}
