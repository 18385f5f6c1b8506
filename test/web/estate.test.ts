import { afterEach, expect, jest, test } from '@jest/globals';
import { JournalError } from '../../src/ports/journal.js';
import type { ApplyEstate, EstateAnswer } from '../../src/web/deps.js';
import { createWebServer, type WebServer } from '../../src/web/server.js';
import { anEstate, createDeps } from './support.js';

const servers: WebServer[] = [];
afterEach(async () => { for (const server of servers.splice(0)) await server.close(); });

async function serve(answer: EstateAnswer | Error, estate = anEstate()) {
  const applyEstate = jest.fn<ApplyEstate>(async () => { if (answer instanceof Error) throw answer; return answer; });
  const server = await createWebServer(createDeps({ applyEstate, estate }).deps);
  servers.push(server);
  const post = (payload: object) => server.fastify.inject({ method: 'POST', url: '/api/estate', payload, headers: { 'x-lifeboat-request': 'cli' } });
  return { applyEstate, post };
}
const wanted = { text: 'name: demo', file: 'demo.yaml', apply: true };

test('the difference comes back, and who asked is passed on', async () => {
  const { post, applyEstate } = await serve({ ok: true, applied: true, changes: ['add VM x of cluster01'] });
  const answer = await post({ ...wanted, as: 'ben' });
  expect([answer.statusCode, answer.json()]).toEqual([200, { applied: true, changes: ['add VM x of cluster01'] }]);
  expect(applyEstate.mock.calls).toEqual([['name: demo', 'demo.yaml', true, expect.objectContaining({ name: 'ben' })]]);
});

test.each([['invalid', 400], ['not-allowed', 403], ['no-estate', 503], ['in-use', 409], ['simulated', 409]])('a refusal %s is %i, with its words and the next command', async (code, status) => {
  const { post } = await serve({ ok: false, code, what: 'No.', next: 'Do this.', command: 'lifeboat query run R-1' });
  const answer = await post(wanted);
  expect([answer.statusCode, answer.json().error]).toEqual([status, { code, what: 'No.', next: 'Do this.', command: 'lifeboat query run R-1' }]);
});

test('a journal that cannot be written leaves the old estate in use, and says so without a secret', async () => {
  const { post } = await serve(new JournalError('unavailable', 'no space for hunter2'));
  const answer = await post(wanted);
  expect([answer.statusCode, answer.json().error.what]).toEqual([503, expect.stringMatching(/\[secret\].*the estate in use is the old one/)]);
});

test.each<[string, object]>([['no text', { ...wanted, text: '' }], ['an unknown field', { ...wanted, force: true }], ['no word on whether to apply', { text: 'x', file: 'f' }], ['a file name with control characters', { ...wanted, file: 'a\nb' }]])('%s is refused', async (_title, payload) => {
  const { post, applyEstate } = await serve({ ok: true, applied: false, changes: [] });
  expect((await post(payload)).statusCode).toBe(400);
  expect(applyEstate).not.toHaveBeenCalled();
});

test('a stranger to a real estate gets nothing', async () => {
  const { post, applyEstate } = await serve({ ok: true, applied: false, changes: [] }, anEstate({ simulated: false, clockRate: 1 }));
  expect((await post(wanted)).statusCode).toBe(401);
  expect(applyEstate).not.toHaveBeenCalled();
});
