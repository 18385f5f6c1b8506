import { afterEach, describe, expect, test } from '@jest/globals';
import type { JournalEvent } from '../../src/core/event.js';
import { scopes, type Scope } from '../../src/core/scope.js';
import { apiRoutes } from '../../src/web/api.js';
import { scopeOfLine } from '../../src/web/scope-of-line.js';
import { createWebServer, type WebServer } from '../../src/web/server.js';
import { anEstate, createDeps } from './support.js';

const servers: WebServer[] = [];
afterEach(async () => { for (const server of servers.splice(0)) await server.close(); });
const hour = 3_600_000;

/** A real estate, with ana signed in by a one-time code. */
async function serve() {
  const made = createDeps({ estate: anEstate({ simulated: false, clockRate: 1 }) });
  const server = await createWebServer(made.deps);
  servers.push(server);
  const call = (token: string | null, method: 'GET' | 'POST', url: string, payload?: object) =>
    server.fastify.inject({ method, url, headers: { 'x-lifeboat-request': 'test', ...(token === null ? {} : { authorization: `Bearer ${token}` }) }, ...(payload ? { payload } : {}) });
  const login = async (person: string): Promise<string> => (await call(null, 'POST', '/api/login', { code: await made.deps.once.issueCode('cli-login', person, 1_000) })).json().token as string;
  const own = await login('ana');
  const issue = async (scope: Scope, name: string = scope): Promise<string> => (await call(own, 'POST', '/api/tokens', { name, scope, expiresInMs: hour })).json().token as string;
  const command = (token: string, line: string) => call(token, 'POST', '/api/command', { line });
  return { ...made, call, login, own, issue, command };
}

describe('a token with a scope', () => {
  test('acts as the person who issued it', async () => {
    const { issue, command, desk } = await serve();
    expect((await command(await issue('read'), 'query vm')).json()).toMatchObject({ as: 'ana' });
    expect(desk.command).toHaveBeenCalledWith(expect.objectContaining({ person: expect.objectContaining({ name: 'ana' }) }), 'query vm');
  });

  test.each<[Scope, string, boolean]>([
    ['read', 'query run', true], ['read', 'move site from=a to=b', false], ['read', 'hold R-1', false], ['read', 'approve R-1', false],
    ['operate', 'mv site from=a to=b', true], ['operate', 'hold R-1', true], ['operate', 'approve R-1', false], ['operate', 'resume R-1', false],
    ['decide', 'move site from=a to=b', true], ['decide', 'approve R-1', true], ['decide', 'code cli', false], ['decide', 'unlink slack', false],
  ])('%s: may it "%s"? %s', async (scope, line, may) => {
    const { issue, command, desk } = await serve();
    const answer = await command(await issue(scope), line);
    expect([answer.statusCode, desk.command.mock.calls.length]).toEqual(may ? [200, 1] : [403, 0]);
    if (!may) expect(answer.json().error).toMatchObject({ code: 'scope', what: expect.stringContaining('Nothing was done'), command: expect.any(String) });
  });

  test('is let in at each address exactly as the document says', async () => {
    const { issue, call } = await serve();
    for (const scope of scopes) {
      const token = await issue(scope);
      for (const { method, path, scope: needs, open, type } of apiRoutes.filter((route) => route.type !== 'text/event-stream')) {
        if (open) continue;
        const { statusCode, body } = await call(token, method, path.replace(':run', 'R-1'), method === 'POST' ? { name: 'x', scope: 'read', expiresInMs: hour, purpose: 'cli', person: 'ben', line: 'help', conversation: 'person:ana', text: 'help', button: 'b', deliveryId: 'delivery-1', fault: 'f', target: 't', file: 'f', apply: false, records: [] } : undefined);
        const refused = statusCode === 403 && body.includes('"code":"scope"');
        const enough = needs !== 'full' && scopes.indexOf(scope) >= scopes.indexOf(needs);
        // A body that does not fit is refused before anybody asks who calls; such an address is asked with its own body elsewhere.
        if (statusCode !== 400) expect([path, type ?? '', refused]).toEqual([path, type ?? '', !enough]);
      }
    }
  });

  test('reports events from operate on, and never changes the estate', async () => {
    const { issue, call } = await serve();
    const records = [{ id: '0'.repeat(32), event: { name: 'HOST_FAILURE', severity: 'critical', entityClass: 'host', entity: 'pbrazos', uuid: null, description: 'down', occurredAt: 1, source: 'events.log', evidence: [] } }];
    const [reads, decides] = [await issue('read'), await issue('decide')];
    expect((await call(reads, 'POST', '/api/events', { records })).json().error.code).toBe('scope');
    expect((await call(decides, 'POST', '/api/events', { records })).json()).toEqual({ taken: 1, repeated: 0 });
    expect((await call(decides, 'POST', '/api/estate', { text: 'name: x', file: 'x.yaml', apply: true })).json().error.code).toBe('scope');
  });

  test('cannot issue another token, nor a code that would outlive it', async () => {
    const { issue, call } = await serve();
    const token = await issue('decide');
    for (const [url, payload] of [['/api/tokens', { name: 'more', scope: 'decide', expiresInMs: hour }], ['/api/session/code', { purpose: 'cli' }], ['/api/tokens/revoke', { name: 'decide' }]] as const) {
      const answer = await call(token, 'POST', url, payload);
      expect([url, answer.statusCode, answer.json().error?.code]).toEqual([url, 403, 'scope']);
    }
  });

  test('types into a conversation no more than its scope, and presses buttons with decide only', async () => {
    const { issue, call, inbound } = await serve();
    const say = { conversation: 'person:ana', text: 'approve R-1', deliveryId: 'delivery-1' };
    expect((await call(await issue('operate'), 'POST', '/api/say', say)).statusCode).toBe(403);
    expect((await call(await issue('read'), 'POST', '/api/press', { conversation: 'person:ana', button: 'b-1', deliveryId: 'delivery-2' })).statusCode).toBe(403);
    expect(inbound.command).not.toHaveBeenCalled();
    expect(inbound.action).not.toHaveBeenCalled();
    expect((await call(await issue('decide'), 'POST', '/api/say', say)).statusCode).toBe(200);
  });

  test('ends by itself, and at once when it is taken back', async () => {
    const { issue, call, own, command, clock } = await serve();
    const [short, revoked] = [await issue('read', 'short'), await issue('read', 'revoked')];
    expect((await call(own, 'POST', '/api/tokens/revoke', { name: 'revoked' })).statusCode).toBe(200);
    expect((await command(revoked, 'query vm')).json().error.code).toBe('bad-token');
    expect((await command(short, 'query vm')).statusCode).toBe(200);
    await clock.advance(hour);
    expect((await command(short, 'query vm')).json().error.code).toBe('bad-token');
    expect((await call(own, 'GET', '/api/tokens')).json()).toEqual({ tokens: [] });
  });

  test('dies with its person\'s place in the estate', async () => {
    const { issue, command, world } = await serve();
    const token = await issue('read');
    world.importEstate(anEstate({ simulated: false, people: anEstate().people.filter(({ name }) => name !== 'ana') }));
    expect((await command(token, 'query vm')).statusCode).toBe(401);
  });

  test('stands in the journal with who issued it, and its secret nowhere', async () => {
    const { issue, world, call, own } = await serve();
    const token = await issue('operate', 'nightly');
    expect(world.entries.at(-1)).toMatchObject({ tenant: null, actor: { kind: 'person', person: 'ana' }, event: { type: 'token.issued', name: 'nightly', scope: 'operate' } satisfies Partial<JournalEvent> });
    expect(JSON.stringify(world.entries)).not.toContain(token);
    expect((await call(own, 'GET', '/api/tokens')).json().tokens).toEqual([expect.objectContaining({ name: 'nightly', scope: 'operate', person: 'ana' })]);
  });

  test('has a name of its own, is seen and taken back by its person alone', async () => {
    const { issue, call, own, login } = await serve();
    await issue('read', 'nightly');
    expect((await call(own, 'POST', '/api/tokens', { name: 'nightly', scope: 'read', expiresInMs: hour })).json().error.code).toBe('token-exists');
    const ben = await login('ben');
    expect((await call(ben, 'GET', '/api/tokens')).json()).toEqual({ tokens: [] });
    expect((await call(ben, 'POST', '/api/tokens/revoke', { name: 'nightly' })).statusCode).toBe(404);
  });

  test('does not get past its scope by naming somebody else in a simulated estate', async () => {
    const { issue, call, world } = await serve();
    const token = await issue('read');
    world.importEstate(anEstate());
    expect((await call(token, 'POST', '/api/command', { line: 'query vm', as: 'ben' })).json().error.code).toBe('scope');
  });
});

test('a line that cannot be read takes no more than reading, and one for help neither', () => {
  expect(['', 'frobnicate', 'move site', 'help move', 'approve R-1'].map(scopeOfLine)).toEqual(['read', 'read', 'operate', 'read', 'decide']);
});
