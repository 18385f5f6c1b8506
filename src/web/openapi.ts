import { z } from 'zod';
import type { Json } from '../core/names.js';
import { apiRoutes, type ApiRoute } from './api.js';

type Schema = { readonly [key: string]: Json };

/** How requests look to whoever sends them: before defaults and trimming. What JSON Schema cannot say (a refinement) is left to the server's answer. */
function schemaOf(schema: z.ZodType): Schema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return JSON.parse(JSON.stringify(rest)) as Schema;
}

/** The HTTP API as OpenAPI 3.1: requests from the schemas that the routes read with, answers in words. */
export function openApiDocument(version: string): Schema {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of apiRoutes) (paths[route.path.replace(/:(\w+)/g, '{$1}')] ??= {})[route.method.toLowerCase()] = operation(route);
  return {
    openapi: '3.1.0',
    info: { title: 'Lifeboat', version, description: 'The same door and the same gate as chat: nothing changes a site except a run of an approved plan. See docs/api.md.' },
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'A token of one person: lifeboat login CODE (scope full), or lifeboat token create NAME scope=read|operate|decide.' } },
      schemas: {
        Problem: {
          type: 'object', required: ['error'],
          properties: { error: { type: 'object', required: ['code', 'what', 'next', 'command'], properties: { code: { type: 'string' }, what: { type: 'string', description: 'What happened and what it means.' }, next: { type: 'string', description: 'What to do.' }, command: { type: ['string', 'null'], description: 'The exact command, where there is one.' } } } },
        },
      },
    },
  };
}

function operation({ path, summary, answer, type, body, query, open, scope }: ApiRoute): Schema {
  const inPath = [...path.matchAll(/:(\w+)/g)].map((match): Schema => ({ name: match[1]!, in: 'path', required: true, schema: { type: 'string' } }));
  return {
    summary, security: open ? [] : [{ token: [scope] }],
    parameters: [...inPath, ...(query ? inQuery(schemaOf(query)) : [])],
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } } } : {}),
    responses: {
      200: { description: answer, content: { [type ?? 'application/json']: { schema: type === undefined ? { type: 'object' } : { type: 'string' } } } },
      default: { description: 'It was refused or failed: what happened, what it means, what to do next.', content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } } },
    },
  };
}

function inQuery({ properties, required }: Schema): Schema[] {
  return Object.entries((properties ?? {}) as { [name: string]: Json }).map(([name, schema]) => ({ name, in: 'query', required: ((required ?? []) as string[]).includes(name), schema }));
}
