import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { JournalError } from '../../src/ports/journal.js';
import type { WebDeps } from '../../src/web/deps.js';
import { createWebServer, type WebServer } from '../../src/web/server.js';
import { anEstate, createDeps, start } from './support.js';

const servers: WebServer[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function serve(change: Parameters<typeof createDeps>[0] = {}) {
  const ingest = jest.fn<WebDeps['ingest']>(async (records) => ({ taken: records.length, repeated: 0 }));
  const made = createDeps({ ingest, ...change });
  const server = await createWebServer(made.deps);
  servers.push(server);
  const post = (payload: unknown, headers: Record<string, string> = {}) => server.fastify.inject({ method: 'POST', url: '/api/events', payload: payload as object, headers: { 'x-lifeboat-request': 'cli', ...headers } });
  return { ...made, server, ingest, post };
}
const record = (change: object = {}, id = 'a'.repeat(32)) => ({ id, event: { name: 'HOST_FAILURE', severity: 'critical', entityClass: 'host', entity: 'pbrazos', uuid: null, description: 'down', occurredAt: start, source: 'events.log', evidence: [{ saw: 'down', by: 'KSYS (events.log)', at: start, data: { type: 'Critical Error Event' } }], ...change } });
const real = anEstate({ simulated: false, clockRate: 1 });

test('an operator reports events, and hears how many were new', async () => {
  const { post, ingest } = await serve();
  const answer = await post({ records: [record()], as: 'ben' });
  expect([answer.statusCode, answer.json()]).toEqual([200, { taken: 1, repeated: 0 }]);
  expect(ingest.mock.calls).toEqual([[[record()], expect.objectContaining({ name: 'ben' })]]);
});

test('a viewer may not, a stranger may not, and nothing is taken', async () => {
  const simulated = await serve();
  const refused = await simulated.post({ records: [record()], as: 'dora' });
  expect([refused.statusCode, refused.json().error.code]).toEqual([403, 'not-an-operator']);
  const strict = await serve({ estate: real });
  expect((await strict.post({ records: [record()] })).statusCode).toBe(401);
  expect((await strict.post({ records: [record()] }, { authorization: 'Bearer forged' })).statusCode).toBe(401);
  expect(simulated.ingest).not.toHaveBeenCalled();
  expect(strict.ingest).not.toHaveBeenCalled();
});

test('over the socket of this machine no person is needed, but a token counts where one is sent', async () => {
  const { server, ingest } = await serve({ estate: real });
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-events-'));
  folders.push(folder);
  const socketPath = join(folder, 's');
  await server.listenSocket(socketPath);
  const post = (headers: Record<string, string>): Promise<number> => new Promise((resolve, reject) => {
    const call = request({ socketPath, method: 'POST', path: '/api/events', headers: { 'content-type': 'application/json', ...headers } }, (response) => { response.resume(); resolve(response.statusCode ?? 0); });
    call.on('error', reject);
    call.end(JSON.stringify({ records: [record()] }));
  });
  expect(await post({})).toBe(200);
  expect(ingest.mock.calls).toEqual([[[record()], null]]);
  expect(await post({ authorization: 'Bearer forged' })).toBe(401);
  expect(ingest).toHaveBeenCalledTimes(1);
});

test.each<[string, unknown]>([
  ['no records', { records: [] }], ['more than 200 records', { records: Array.from({ length: 201 }, () => record()) }], ['an id that is none', { records: [record({}, 'x')] }], ['an unknown field', { records: [record({ tenant: 'cluster02' })] }],
  ['the engine\'s own source', { records: [record({ source: 'engine' })] }], ['a severity that we do not know', { records: [record({ severity: 'purple' })] }], ['control characters', { records: [record({ entity: 'a\u001b[2J' })] }], ['no name', { records: [record({ name: '' })] }],
  ['a description without measure', { records: [record({ description: 'x'.repeat(4_001) })] }], ['a date that is none', { records: [record({ occurredAt: -1 })] }],
])('%s is refused, and nothing is taken', async (_title, payload) => {
  const { post, ingest } = await serve();
  const answer = await post(payload);
  expect([answer.statusCode, answer.json().error.code]).toEqual([400, 'invalid-request']);
  expect(ingest).not.toHaveBeenCalled();
});

test('a body of more than a megabyte is refused in words that name the limit', async () => {
  const { post } = await serve();
  const answer = await post({ records: [record({ description: 'x'.repeat(1_100_000) })] });
  expect([answer.statusCode, answer.json().error.what]).toEqual([413, 'The request is larger than 1024 KiB.']);
});

test('while the journal cannot be written, the answer says to send them again, and shows no secret', async () => {
  const { post } = await serve({ ingest: async () => { throw new JournalError('unavailable', 'no space for hunter2'); } });
  const answer = await post({ records: [record()] });
  expect([answer.statusCode, answer.json().error]).toEqual([503, expect.objectContaining({ code: 'journal', what: expect.stringContaining('[secret]'), next: expect.stringContaining('Send them all again later') })]);
});
