import { afterEach, describe, expect, test } from '@jest/globals';
import { runStream } from '../../src/core/event.js';
import { createWebServer, type WebServer } from '../../src/web/server.js';
import { aCard, anEstate, createDeps, silentLogger } from './support.js';

const servers: WebServer[] = [];
afterEach(async () => { for (const server of servers.splice(0)) await server.close(); });

async function serve(change: Parameters<typeof createDeps>[0] = {}) {
  const made = createDeps(change);
  const server = await createWebServer(made.deps);
  servers.push(server);
  const own = { 'x-lifeboat-request': 'console' };
  /** One browser: keeps its cookie. */
  const browser = async (person?: string) => {
    const first = await server.fastify.inject({ method: 'GET', url: '/api/me' });
    const cookie = String(first.headers['set-cookie']).split(';')[0]!;
    const get = (url: string, headers = {}) => server.fastify.inject({ method: 'GET', url, headers: { cookie, ...headers } });
    const post = (url: string, payload: object = {}, headers = {}) => server.fastify.inject({ method: 'POST', url, payload, headers: { cookie, ...own, ...headers } });
    if (person !== undefined) expect((await post('/api/session/person', { person })).statusCode).toBe(200);
    return { cookie, get, post };
  };
  return { ...made, server, own, browser, inject: server.fastify.inject.bind(server.fastify) };
}
const real = anEstate({ simulated: false, clockRate: 1 });

describe('who is acting', () => {
  test('a fresh browser in a simulated estate acts as the first operator', async () => {
    const { inject } = await serve();
    const answer = await inject({ method: 'GET', url: '/api/me' });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ person: { name: 'ana' }, estate: { name: 'demo', simulated: true }, canInject: true, clock: { rate: 10 } });
    expect(answer.headers['set-cookie']).toMatch(/^lifeboat_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
  });

  test('it may switch to any person of a simulated estate, and to nobody else', async () => {
    const { browser } = await serve();
    const { get, post } = await browser('dora');
    expect((await get('/api/me')).json()).toMatchObject({ person: { name: 'dora', scope: 'cluster01' } });
    expect((await post('/api/session/person', { person: 'mallory' })).statusCode).toBe(404);
  });

  test('using the console renews the session, ten minutes later at the earliest', async () => {
    const { browser, clock } = await serve();
    const { get } = await browser();
    expect((await get('/api/me')).headers['set-cookie']).toBeUndefined();
    await clock.advance(600_000);
    expect((await get('/api/me')).headers['set-cookie']).toContain('Max-Age=43200');
    expect((await get('/api/me')).headers['set-cookie']).toBeUndefined();
  });

  test('a page that shows another person than the session now is refuses to act', async () => {
    const { browser, inbound } = await serve();
    const { post } = await browser('ben');
    const answer = await post('/api/say', { conversation: 'channel:cluster01', text: 'help', deliveryId: 'delivery-1' }, { 'x-lifeboat-person': 'ana' });
    expect(answer.statusCode).toBe(409);
    expect(answer.json().error.what).toContain('now acts as ben');
    expect(inbound.command).not.toHaveBeenCalled();
  });

  test('in a real estate nobody is anybody without a code', async () => {
    const { inject, own, deps } = await serve({ estate: real });
    const refused = await inject({ method: 'GET', url: '/api/me' });
    expect(refused.statusCode).toBe(401);
    expect(refused.headers['set-cookie']).toBeUndefined();
    const code = await deps.once.issueCode('web-login', 'ben', 1_000);
    const signedIn = await inject({ method: 'POST', url: '/api/session/login', headers: own, payload: { code } });
    const cookie = String(signedIn.headers['set-cookie']).split(';')[0]!;
    expect((await inject({ method: 'GET', url: '/api/me', headers: { cookie } })).json()).toMatchObject({ person: { name: 'ben' }, people: [] });
    expect((await inject({ method: 'POST', url: '/api/session/login', headers: own, payload: { code } })).statusCode).toBe(401);
    expect((await inject({ method: 'POST', url: '/api/session/person', headers: { ...own, cookie }, payload: { person: 'ana' } })).json().error.code).toBe('not-simulated');
  });

  test('signing out ends the session itself, not only the cookie', async () => {
    const { inject, own, deps } = await serve({ estate: real });
    const code = await deps.once.issueCode('web-login', 'ben', 1_000);
    const cookie = String((await inject({ method: 'POST', url: '/api/session/login', headers: own, payload: { code } })).headers['set-cookie']).split(';')[0]!;
    expect((await inject({ method: 'POST', url: '/api/session/logout', headers: { ...own, cookie } })).headers['set-cookie']).toContain('Max-Age=0');
    expect((await inject({ method: 'GET', url: '/api/me', headers: { cookie } })).statusCode).toBe(401);
  });

  test('whoever guesses codes is stopped after ten, for a minute', async () => {
    const { inject, own, clock } = await serve({ estate: real });
    const guess = async () => (await inject({ method: 'POST', url: '/api/login', headers: own, payload: { code: 'WRONGONE' } })).statusCode;
    const answers: number[] = [];
    for (let count = 0; count < 11; count += 1) answers.push(await guess());
    expect(answers).toEqual([...Array<number>(10).fill(401), 429]);
    await clock.advance(60_000);
    expect(await guess()).toBe(401);
  });

  test('sessions and tokens are kept as hashes', async () => {
    const { browser, sessions, tokens, inject, own, deps } = await serve();
    const { cookie } = await browser();
    const { token } = (await inject({ method: 'POST', url: '/api/login', headers: own, payload: { code: await deps.once.issueCode('cli-login', 'ana', 1_000) } })).json();
    expect(JSON.stringify([...sessions.kept])).not.toContain(cookie.split('=')[1]);
    expect(JSON.stringify([...tokens.kept])).not.toContain(token);
    expect([...tokens.kept.keys()]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  });

  test('a person who left the estate is signed out by it', async () => {
    const { browser, world } = await serve();
    const { get } = await browser('dora');
    world.importEstate(anEstate({ people: anEstate().people.filter((person) => person.name !== 'dora') }));
    expect((await get('/api/estate')).json().error).toMatchObject({ code: 'unknown-person' });
  });
});

describe('strangers', () => {
  test.each([
    ['evil.example', 421], ['127.0.0.1.evil.example:3000', 421], ['lifeboat.example', 421], ['localhost:3000', 200], ['127.0.0.1:3000', 200], ['[::1]:3000', 200],
  ])('the host name "%s" is answered with %i on loopback', async (host, status) => {
    const { inject } = await serve();
    expect((await inject({ method: 'GET', url: '/healthz', headers: { host } })).statusCode).toBe(status);
  });

  test('the public name is ours when it was set', async () => {
    const { inject } = await serve({ publicUrl: 'https://lifeboat.example' });
    const answer = await inject({ method: 'GET', url: '/api/me', headers: { host: 'lifeboat.example' } });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['set-cookie']).toContain('; Secure');
  });

  test.each<[string, Record<string, string>]>([
    ['a form of another site, without our header', {}],
    ['another origin', { 'x-lifeboat-request': 'console', origin: 'https://evil.example' }],
    ['a sandboxed page', { 'x-lifeboat-request': 'console', origin: 'null' }],
  ])('%s changes nothing', async (_title, headers) => {
    const { browser, inject, inbound, deps } = await serve();
    const { cookie } = await browser();
    const answer = await inject({ method: 'POST', url: '/api/say', headers: { cookie, ...headers }, payload: { conversation: 'channel:cluster01', text: 'help', deliveryId: 'delivery-1' } });
    expect(answer.json().error.code).toBe('cross-site');
    const fault = await inject({ method: 'POST', url: '/api/faults/inject', headers: { cookie, ...headers }, payload: { fault: 'host-down', target: 'pbrazos' } });
    expect(fault.statusCode).toBe(403);
    expect(inbound.command).not.toHaveBeenCalled();
    expect(await deps.faults!.active()).toEqual([]);
  });

  test('the page loads nothing from elsewhere, and no other page may frame it', async () => {
    const { inject } = await serve();
    const { headers } = await inject({ method: 'GET', url: '/healthz' });
    expect(headers['content-security-policy']).toBe('default-src \'self\'; img-src \'self\' data:; object-src \'none\'; base-uri \'none\'; form-action \'self\'; frame-ancestors \'none\'');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer' });
  });
});

describe('bad input', () => {
  test.each<[string, object, string]>([
    ['an empty command', { text: ' ' }, 'text: type a command'],
    ['a command of a novel\'s length', { text: 'x'.repeat(2_001) }, 'text: a command has at most 2000 characters'],
    ['a missing delivery id', { deliveryId: undefined }, 'deliveryId'],
    ['an unknown field', { person: 'ben' }, 'person'],
  ])('%s is refused with the field\'s name', async (_title, change, words) => {
    const { browser, inbound } = await serve();
    const answer = await (await browser()).post('/api/say', { conversation: 'channel:cluster01', text: 'help', deliveryId: 'delivery-1', ...change });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.what).toContain(words);
    expect(inbound.command).not.toHaveBeenCalled();
  });

  test.each<[string, string, Record<string, string>, number, string]>([
    ['broken JSON', '{"text":', { 'content-type': 'application/json' }, 400, 'not valid JSON'],
    ['a body of 20 KiB', JSON.stringify({ text: 'x'.repeat(20_000) }), { 'content-type': 'application/json' }, 413, 'larger than 16 KiB'],
    ['a form', 'text=help', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'must be JSON'],
  ])('%s is refused in words', async (_title, payload, headers, status, words) => {
    const { browser } = await serve();
    const { cookie } = await browser();
    const answer = await servers[0]!.fastify.inject({ method: 'POST', url: '/api/say', payload, headers: { cookie, 'x-lifeboat-request': 'console', ...headers } });
    expect([answer.statusCode, answer.json().error.what]).toEqual([status, expect.stringContaining(words)]);
  });

  test('a failure inside is told without its details, and logged without secrets', async () => {
    const lines: unknown[] = [];
    const { browser } = await serve({ logger: silentLogger(lines), outbox: { list: async () => { throw new Error('password hunter2 at table outbox'); } } });
    const answer = await (await browser()).get('/api/outbox');
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('hunter2');
    expect(answer.body).not.toContain('table outbox');
    expect(JSON.stringify(lines)).toContain('[secret] at table outbox');
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  test('an address that does not exist is answered in words', async () => {
    const { inject } = await serve();
    expect((await inject({ method: 'GET', url: '/api/nothing' })).json().error.code).toBe('no-such-page');
  });
});

describe('the conversation', () => {
  test('a command goes the way of all chats, as the session\'s person, with the page\'s delivery id', async () => {
    const { browser, inbound } = await serve();
    const answer = await (await browser('ben')).post('/api/say', { conversation: 'channel:cluster01', text: 'query vm', deliveryId: 'delivery-1' });
    expect(answer.json()).toMatchObject({ status: 0, card: { heading: 'Answer for ben' } });
    expect(inbound.command).toHaveBeenCalledWith({ surface: 'web', identity: 'ben', displayName: 'Ben Okafor', conversation: 'channel:cluster01', deliveryId: 'web:ben:delivery-1' }, 'query vm');
  });

  test('a click carries nothing but the button\'s opaque id', async () => {
    const { browser, inbound } = await serve();
    const answer = await (await browser()).post('/api/press', { conversation: 'channel:cluster01', button: 'b-77', deliveryId: 'delivery-2' });
    expect(answer.json()).toMatchObject({ status: 0, card: { heading: 'Pressed b-77' } });
    expect(inbound.action).toHaveBeenCalledWith({ surface: 'web', identity: 'ana', displayName: 'Ana Silva', conversation: 'channel:cluster01', deliveryId: 'web:ana:delivery-2' }, 'b-77');
  });

  test('messages come with the size of their threads, and a thread on its own', async () => {
    const { browser, conversations } = await serve();
    await conversations.put({ key: 'run:R-1', conversation: 'channel:cluster01', thread: null, card: aCard('root') }, 1);
    await conversations.put({ key: 'run:R-1/1', conversation: 'channel:cluster01', thread: 'run:R-1', card: aCard('reply') }, 2);
    const { get } = await browser();
    expect((await get('/api/messages?conversation=channel:cluster01')).json()).toMatchObject({ messages: [{ key: 'run:R-1' }], replies: { 'run:R-1': 1 }, asOf: 2 });
    expect((await get('/api/messages?conversation=channel:cluster01&thread=run:R-1')).json()).toMatchObject({ messages: [{ key: 'run:R-1/1' }] });
  });

  test.each([['dora', 'channel:cluster02'], ['dora', 'channel:dr-provider'], ['dora', 'person:erik'], ['ana', 'person:ben'], ['ana', 'channel:nowhere']])('%s can neither read nor use %s', async (person, conversation) => {
    const { browser, inbound, conversations } = await serve();
    await conversations.put({ key: 'k', conversation, thread: null, card: aCard('not yours') }, 1);
    const { get, post } = await browser(person);
    const answers = [
      await get(`/api/messages?conversation=${conversation}`), await post('/api/say', { conversation, text: 'help', deliveryId: 'delivery-1' }), await post('/api/press', { conversation, button: 'b', deliveryId: 'delivery-2' }),
    ];
    expect(answers.map((answer) => answer.statusCode)).toEqual([404, 404, 404]);
    expect(answers[0]!.body).not.toContain('not yours');
    expect(inbound.command).not.toHaveBeenCalled();
    expect(inbound.action).not.toHaveBeenCalled();
  });
});

describe('the command line\'s door', () => {
  test('a token speaks for its person, until it is taken back', async () => {
    const { inject, own, deps, desk } = await serve({ estate: real });
    const code = await deps.once.issueCode('cli-login', 'ben', 1_000);
    const { token, person } = (await inject({ method: 'POST', url: '/api/login', headers: own, payload: { code: code.toLowerCase() } })).json();
    expect(person).toBe('ben');
    const headers = { authorization: `Bearer ${token}` };
    const answer = await inject({ method: 'POST', url: '/api/command', headers, payload: { line: 'query vm' } });
    expect(answer.json()).toEqual({ status: 0, text: 'said for ben', json: { fine: true }, run: null, as: 'ben' });
    expect(desk.command).toHaveBeenCalledWith({ person: expect.objectContaining({ name: 'ben' }), surface: 'cli' }, 'query vm');
    await inject({ method: 'POST', url: '/api/logout', headers });
    expect((await inject({ method: 'POST', url: '/api/command', headers, payload: { line: 'query vm' } })).json().error.code).toBe('bad-token');
  });

  test('a code for one purpose opens no other', async () => {
    const { inject, own, deps } = await serve({ estate: real });
    const code = await deps.once.issueCode('web-login', 'ben', 1_000);
    expect((await inject({ method: 'POST', url: '/api/login', headers: own, payload: { code } })).statusCode).toBe(401);
  });

  test('--as works in a simulated estate and nowhere else', async () => {
    const simulated = await serve();
    expect((await simulated.inject({ method: 'POST', url: '/api/command', headers: simulated.own, payload: { line: 'help', as: 'dora' } })).json()).toMatchObject({ as: 'dora' });
    expect((await simulated.inject({ method: 'POST', url: '/api/command', headers: simulated.own, payload: { line: 'help', as: 'mallory' } })).json().error).toMatchObject({ code: 'unknown-person', next: expect.stringContaining('ana') });
    const serious = await serve({ estate: real });
    expect((await serious.inject({ method: 'POST', url: '/api/command', headers: serious.own, payload: { line: 'help', as: 'ana' } })).json().error.code).toBe('as-refused');
    expect((await serious.inject({ method: 'POST', url: '/api/command', headers: serious.own, payload: { line: 'help' } })).statusCode).toBe(401);
    expect(serious.desk.command).not.toHaveBeenCalled();
  });

  test('a run\'s answer names the run', async () => {
    const { inject, own, desk } = await serve();
    desk.command.mockResolvedValueOnce({ kind: 'run', status: 0, run: 'R-7', detail: 'plan', note: null });
    expect((await inject({ method: 'POST', url: '/api/command', headers: own, payload: { line: 'move site' } })).json()).toMatchObject({ run: 'R-7' });
  });

  test('codes for other people come over the socket alone', async () => {
    const { browser } = await serve();
    expect((await (await browser()).post('/api/login-code', { person: 'ben', purpose: 'web' })).json().error.code).toBe('socket-only');
  });

  test('who sits at the console gets codes for command line, Slack and Teams', async () => {
    const { browser, codes } = await serve();
    const { post } = await browser('ben');
    const cli = (await post('/api/session/code', { purpose: 'cli' })).json();
    const slack = (await post('/api/session/code', { purpose: 'slack' })).json();
    const teams = (await post('/api/session/code', { purpose: 'teams' })).json();
    expect([...codes]).toEqual([[`cli-login ${cli.code}`, 'ben'], [`link:slack ${slack.code}`, 'ben'], [`link:teams ${teams.code}`, 'ben']]);
  });
});

describe('failures panel', () => {
  test('a failure is injected, listed and reverted by the names of the simulated world', async () => {
    const { browser } = await serve();
    const { get, post } = await browser();
    expect((await post('/api/faults/inject', { fault: 'host-down', target: 'pbrazos' })).json().says).toContain('Host pbrazos is down');
    expect((await get('/api/faults')).json().active).toEqual([expect.objectContaining({ fault: 'host-down', target: 'pbrazos' })]);
    expect((await post('/api/faults/revert', { fault: 'host-down', target: 'pbrazos' })).statusCode).toBe(200);
    expect((await get('/api/faults')).json().active).toEqual([]);
    expect((await post('/api/faults/inject', { fault: 'host-down', target: 'elsewhere' })).statusCode).toBe(404);
  });

  test('a real estate has none', async () => {
    const { inject, own, deps } = await serve({ estate: real });
    const cookie = String((await inject({ method: 'POST', url: '/api/session/login', headers: own, payload: { code: await deps.once.issueCode('web-login', 'ana', 1_000) } })).headers['set-cookie']).split(';')[0]!;
    expect((await inject({ method: 'POST', url: '/api/faults/inject', headers: { ...own, cookie }, payload: { fault: 'host-down', target: 'pbrazos' } })).json().error.code).toBe('not-simulated');
    expect(await deps.faults!.active()).toEqual([]);
  });
});

describe('for supervisors', () => {
  test('healthz, readyz and metrics need no session', async () => {
    const { inject } = await serve();
    expect((await inject({ method: 'GET', url: '/healthz' })).json()).toEqual({ ok: true });
    expect((await inject({ method: 'GET', url: '/readyz' })).json()).toMatchObject({ ok: true });
    const metrics = await inject({ method: 'GET', url: '/metrics' });
    expect([metrics.headers['content-type'], metrics.body]).toEqual([expect.stringContaining('version=0.0.4'), expect.stringContaining('lifeboat_up 1')]);
  });

  test('not ready is 503 with the checks in words', async () => {
    const { inject } = await serve({ ready: async () => ({ ok: false, checks: [{ name: 'database', ok: false, says: 'does not answer' }] }) });
    const answer = await inject({ method: 'GET', url: '/readyz' });
    expect([answer.statusCode, answer.json().checks[0].says]).toEqual([503, 'does not answer']);
  });
});

test('the journal of a run is told only to those who see its tenant', async () => {
  const { browser, world } = await serve();
  world.append(runStream('R-1'), 'cluster02', { type: 'note', about: 'R-1', text: 'of cluster02', data: null });
  const { get } = await browser('dora');
  expect((await get('/api/runs/R-1/journal')).statusCode).toBe(404);
});
