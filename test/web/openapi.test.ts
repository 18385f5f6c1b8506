import { afterEach, describe, expect, test } from '@jest/globals';
import { apiRoutes } from '../../src/web/api.js';
import { createWebServer, type WebServer } from '../../src/web/server.js';
import { anEstate, createDeps } from './support.js';

const servers: WebServer[] = [];
afterEach(async () => { for (const server of servers.splice(0)) await server.close(); });
async function serve(change: Parameters<typeof createDeps>[0] = {}): Promise<WebServer> {
  const server = await createWebServer(createDeps(change).deps);
  servers.push(server);
  return server;
}
/** fastify's own tree of routes, as `METHOD /path`. */
function served({ fastify }: WebServer): string[] {
  const stack: string[] = [];
  return fastify.printRoutes({ commonPrefix: false }).split('\n').flatMap((line) => {
    const found = /^([│ ]*)(?:├──|└──) (\S+)(?: \(([A-Z, ]+)\))?/.exec(line);
    if (!found) return [];
    const depth = found[1]!.length / 4;
    stack.splice(depth, stack.length, found[2]!);
    return (found[3] ?? '').split(', ').filter((method) => method === 'GET' || method === 'POST').map((method) => `${method} ${stack.join('')}`);
  }).filter((route) => route.includes(' /api/'));
}

describe('the OpenAPI document', () => {
  test('has every address that the server has below /api, and no other', async () => {
    const routes = served(await serve());
    expect(routes).toContain('GET /api/runs/:run/follow');
    expect(apiRoutes.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(routes.toSorted());
  });

  test('is served to anybody, as OpenAPI 3.1 with the schemas that the server reads requests with', async () => {
    const { fastify } = await serve({ estate: anEstate({ simulated: false }) });
    const document = (await fastify.inject({ method: 'GET', url: '/api/openapi.json' })).json();
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Lifeboat', version: '0.0.0' } });
    const command = document.paths['/api/command'].post;
    expect(command).toMatchObject({ security: [{ token: ['read'] }], requestBody: { content: { 'application/json': { schema: { type: 'object', required: ['line'], additionalProperties: false, properties: { line: { type: 'string', maxLength: 2000 } } } } } } });
    expect(document.paths['/api/runs/{run}/follow'].get.parameters).toEqual([{ name: 'run', in: 'path', required: true, schema: { type: 'string' } }, { name: 'as', in: 'query', required: false, schema: { type: 'string', maxLength: 64 } }]);
  });

  test('says of every address whether it needs somebody to be signed in, and the server agrees', async () => {
    const { fastify } = await serve({ estate: anEstate({ simulated: false }) });
    for (const { method, path, open } of apiRoutes.filter((route) => route.method === 'GET')) {
      const { statusCode } = await fastify.inject({ method, url: path.replace(':run', 'R-1') });
      expect([path, statusCode === 401]).toEqual([path, open !== true]);
    }
  });
});
