import { afterEach, expect, test } from '@jest/globals';
import { createWebServer, type WebServer } from '../../src/web/server.js';
import { createDeps, silentLogger } from './support.js';

const servers: WebServer[] = [];
afterEach(async () => { for (const server of servers.splice(0)) await server.close(); });
const post = async (body: object, lines: unknown[] = []) => {
  const server = await createWebServer(createDeps({ logger: silentLogger(lines) }).deps);
  servers.push(server);
  return server.fastify.inject({ method: 'POST', url: '/api/journal/erase', headers: { 'x-lifeboat-request': '1' }, payload: body });
};

test('an operator of the provider erases, and hears where else it may stand', async () => {
  const answer = await post({ seq: 2, reason: 'a password', text: 'secret-1', as: 'ana' });
  expect([answer.statusCode, answer.json()]).toEqual([200, { record: 3, places: 1, messages: 0, others: [7], sent: ['email ana@provider.example'] }]);
});

test.each(['dora', 'vic'])('%s may not', async (as) => {
  expect((await post({ seq: 2, reason: 'a password', text: 'secret-1', as })).statusCode).toBe(403);
});

test.each<[string, object]>([
  ['a text that is not there', { seq: 2, reason: 'why not', text: 'hunter3' }],
  ['a text that is too short', { seq: 2, reason: 'why not', text: 'hunt3' }],
  ['a field too many', { seq: 2, reason: 'why not', text: 'hunter3', secret: 'hunter3' }],
  ['a reason of two lines', { seq: 2, reason: 'why\nnot', text: 'hunter3' }],
])('%s is refused, and neither the answer nor the log repeats it', async (_title, body) => {
  const lines: unknown[] = [];
  const answer = await post({ ...body, as: 'ana' }, lines);
  expect(answer.statusCode).toBe(400);
  expect(`${answer.body}${JSON.stringify(lines)}`).not.toContain('hunt');
});
