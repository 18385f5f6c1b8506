import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { runStream } from '../../src/core/event.js';
import { createWebServer, type WebServer } from '../../src/web/server.js';
import { until } from '../support/poll.js';
import { aCard, aPlan, anEstate, anIncident, createDeps } from './support.js';

const closings: (() => Promise<void> | void)[] = [];
afterEach(async () => { for (const close of closings.splice(0).toReversed()) await close(); });

interface SseEvent { readonly id: string; readonly event: string; readonly data: Record<string, unknown> }

/** One open answer, read as it comes. */
function open(options: { readonly url?: string; readonly socketPath?: string; readonly path?: string; readonly headers?: Record<string, string> }) {
  let text = '';
  let ended = false;
  let response: IncomingMessage | null = null;
  const on = (answer: IncomingMessage): void => {
    response = answer;
    answer.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; }).on('close', () => { ended = true; });
  };
  const client: ClientRequest = options.url === undefined ? httpRequest({ socketPath: options.socketPath!, path: options.path!, headers: options.headers ?? {} }, on) : httpRequest(options.url, { headers: options.headers ?? {} }, on);
  client.on('error', () => { ended = true; }).end();
  const close = (): void => { client.destroy(); };
  closings.push(close);
  const events = (): SseEvent[] => text.split('\n\n').filter((block) => block.includes('event: ')).map((block) => {
    const field = (name: string): string => block.split('\n').find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
    return { id: field('id'), event: field('event'), data: JSON.parse(field('data')) };
  });
  const event = (what: string, find: (each: SseEvent) => boolean): Promise<SseEvent> => until(what, () => events().find(find));
  const lines = (): Record<string, unknown>[] => text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  return { events, event, lines, close, ended: () => ended, status: () => until('an answer', () => response?.statusCode) };
}

async function serve(change: Parameters<typeof createDeps>[0] = {}) {
  const made = createDeps(change);
  const server: WebServer = await createWebServer(made.deps);
  closings.push(() => server.close());
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  const session = async (person: string): Promise<string> => {
    const cookie = String((await server.fastify.inject({ method: 'GET', url: '/api/me' })).headers['set-cookie']).split(';')[0]!;
    await server.fastify.inject({ method: 'POST', url: '/api/session/person', headers: { cookie, 'x-lifeboat-request': 'console' }, payload: { person } });
    return cookie;
  };
  const stream = (cookie: string, lastEventId?: string) => open({ url: `${url}/api/stream`, headers: { cookie, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) } });
  return { ...made, server, url, session, stream };
}

const isEntry = (words: string) => ({ event, data }: SseEvent): boolean => event === 'entry' && String(data.says).includes(words);

describe('the event stream', () => {
  test('tells what is committed and posted while it is open', async () => {
    const { stream, session, world, conversations, clock } = await serve();
    const page = stream(await session('ana'));
    expect((await page.event('hello', (each) => each.event === 'hello')).data).toMatchObject({ resumed: false, person: 'ana' });
    world.open(anIncident('I-1', 'cluster01', 'pbrazos', 'customerA'));
    await page.event('the entry', isEntry('I-1 opened'));
    await conversations.put({ key: 'k1', conversation: 'channel:cluster01', thread: null, card: aCard('posted') }, 1);
    await clock.advance(400);
    expect((await page.event('the message', (each) => each.event === 'message')).data).toMatchObject({ key: 'k1', card: { heading: 'posted' } });
  });

  test('goes on where it was, without loss and without repetition', async () => {
    const { stream, session, world, conversations, clock } = await serve();
    const cookie = await session('ana');
    const first = stream(cookie);
    await first.event('hello', (each) => each.event === 'hello');
    world.open(anIncident('I-1', 'cluster01', 'pbrazos', 'customerA'));
    const { id } = await first.event('the entry', isEntry('I-1 opened'));
    first.close();
    world.open(anIncident('I-2', 'cluster02', 'raichu', 'customerB'));
    await conversations.put({ key: 'missed', conversation: 'channel:cluster01', thread: null, card: aCard('missed') }, 1);
    const second = stream(cookie, id);
    await second.event('the missed message', ({ event, data }) => event === 'message' && data.key === 'missed');
    world.open(anIncident('I-3', 'cluster01', 'salocal_A', 'customerA'));
    await second.event('the next entry', isEntry('I-3 opened'));
    await clock.advance(400);
    expect(second.events().filter((each) => each.event !== 'clock').map((each) => each.data.says ?? each.data.key ?? each.data.resumed)).toEqual([
      true, 'Incident I-2 opened: Host raichu is down', 'missed', 'Incident I-3 opened: Host salocal_A is down',
    ]);
  });

  test.each(['12', 'x', 'A'.repeat(80)])('a place of another process ("%s") loads everything anew', async (id) => {
    const { stream, session } = await serve();
    expect((await stream(await session('ana'), id).event('hello', (each) => each.event === 'hello')).data).toMatchObject({ resumed: false });
  });

  test('a page that missed very much loads everything anew', async () => {
    const { stream, session, world } = await serve();
    const cookie = await session('ana');
    const first = stream(cookie);
    const { id } = await first.event('hello', (each) => each.event === 'hello');
    first.close();
    for (let count = 0; count < 2_001; count += 1) world.append('notes', 'cluster01', { type: 'note', about: 'storm', text: String(count), data: null });
    expect((await stream(cookie, id).event('hello', (each) => each.event === 'hello')).data).toMatchObject({ resumed: false });
  });

  test('tells a tenant nothing of the other one, not even how much happens there', async () => {
    const { stream, session, world, conversations, clock } = await serve();
    const page = stream(await session('dora'));
    await page.event('hello', (each) => each.event === 'hello');
    for (let count = 0; count < 5; count += 1) world.append('notes', 'cluster02', { type: 'note', about: 'crm', text: 'secret of cluster02', data: null });
    world.append('notes', null, { type: 'note', about: 'provider', text: 'secret of the provider', data: null });
    for (const conversation of ['channel:cluster02', 'channel:dr-provider', 'person:erik', 'person:ana']) await conversations.put({ key: conversation, conversation, thread: null, card: aCard('secret') }, 1);
    await conversations.put({ key: 'own', conversation: 'person:dora', thread: null, card: aCard('for dora') }, 2);
    await clock.advance(400);
    await page.event('the own message', ({ data }) => data.key === 'own');
    world.append('notes', 'cluster01', { type: 'note', about: 'billing', text: 'of cluster01', data: null });
    await page.event('the own entry', isEntry('of cluster01'));
    expect(page.events().map((each) => each.event)).toEqual(['hello', 'message', 'entry']);
    expect(JSON.stringify(page.events().map(({ data }) => data))).not.toContain('secret');
    expect(page.events().every(({ id }) => /^[\w-]{80}$/.test(id))).toBe(true);
  });

  test('ends when the session switches to another person or ends', async () => {
    const { stream, session, server } = await serve();
    const cookie = await session('ana');
    const page = stream(cookie);
    await page.event('hello', (each) => each.event === 'hello');
    await server.fastify.inject({ method: 'POST', url: '/api/session/person', headers: { cookie, 'x-lifeboat-request': 'console' }, payload: { person: 'ben' } });
    await until('the end of the stream', page.ended);
  });

  test('ends at the next sign of life when the person left the estate', async () => {
    const { stream, session, world, clock } = await serve();
    const page = stream(await session('dora'));
    await page.event('hello', (each) => each.event === 'hello');
    world.importEstate(anEstate({ people: anEstate().people.filter((person) => person.name !== 'dora') }));
    await clock.advance(15_000);
    await until('the end of the stream', page.ended);
  });

  test('a database that is away for a while costs nothing but time', async () => {
    const { stream, session, conversations, clock } = await serve();
    const page = stream(await session('ana'));
    await page.event('hello', (each) => each.event === 'hello');
    const changedAfter = conversations.changedAfter;
    conversations.changedAfter = async () => { throw new Error('the database is away'); };
    await conversations.put({ key: 'late', conversation: 'channel:cluster01', thread: null, card: aCard('late') }, 1);
    await clock.advance(400);
    conversations.changedAfter = changedAfter;
    await clock.advance(400);
    await page.event('the late message', ({ data }) => data.key === 'late');
  });

  test('without a session there is none', async () => {
    const { url } = await serve({ estate: anEstate({ simulated: false }) });
    expect(await open({ url: `${url}/api/stream` }).status()).toBe(401);
  });
});

describe('closing', () => {
  test('ends open streams and stops every timer and listener', async () => {
    const { stream, session, server, world, clock } = await serve();
    const page = stream(await session('ana'));
    await page.event('hello', (each) => each.event === 'hello');
    await server.close();
    await until('the end of the stream', page.ended);
    expect([world.listening(), clock.working()]).toEqual([0, 0]);
  });
});

const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'lifeboat-web-'));
  closings.push(() => { rmSync(made, { recursive: true, force: true }); });
  return made;
};
const post = (socketPath: string, path: string, body: object): Promise<{ status: number; json: Record<string, unknown> }> => new Promise((resolve, reject) => {
  const request = httpRequest({ socketPath, path, method: 'POST', headers: { 'content-type': 'application/json', host: 'lifeboat' } }, (answer) => {
    let text = '';
    answer.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; }).on('end', () => { resolve({ status: answer.statusCode!, json: JSON.parse(text) }); });
  });
  request.on('error', reject).end(JSON.stringify(body));
});

test('closing answers what is under way first', async () => {
  const drain = { sleep: (_ms: number, signal?: AbortSignal) => new Promise<void>((_resolve, reject) => { signal?.addEventListener('abort', () => { reject(signal.reason); }); }) };
  const { deps } = createDeps();
  let answer: (() => void) | undefined;
  const server = await createWebServer({ ...deps, clock: { ...deps.clock, ...drain }, inbound: { ...deps.inbound, command: () => new Promise((resolve) => { answer = () => { resolve({ card: aCard('answered'), status: 0 }); }; }) } });
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  const cookie = String((await fetch(`${url}/api/me`)).headers.get('set-cookie')).split(';')[0]!;
  const reply = fetch(`${url}/api/say`, { method: 'POST', headers: { cookie, 'x-lifeboat-request': 'console', 'content-type': 'application/json' }, body: JSON.stringify({ conversation: 'channel:cluster01', text: 'help', deliveryId: 'delivery-1' }) });
  await until('the command to arrive', () => answer);
  const closed = server.close();
  answer!();
  expect((await (await reply).json()).card.heading).toBe('answered');
  await closed;
});

describe('over the Unix socket', () => {
  test('the same API answers, for Lifeboat\'s own account alone, and gives out the first code', async () => {
    const { server } = await serve({ estate: anEstate({ simulated: false }) });
    const socket = join(folder(), 'lifeboat.sock');
    writeFileSync(socket, 'left by a dead process');
    await server.listenSocket(socket);
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect((await post(socket, '/api/command', { line: 'query vm' })).status).toBe(401);
    const { json } = await post(socket, '/api/login-code', { person: 'ben', purpose: 'cli' });
    expect((await post(socket, '/api/login', { code: json.code })).json).toMatchObject({ person: 'ben', token: expect.stringMatching(/^lifeboat_/) });
  });

  test('--wait follows a run to its end, and its exit is the outcome\'s', async () => {
    const { server, world } = await serve();
    const socket = join(folder(), 'lifeboat.sock');
    await server.listenSocket(socket);
    world.propose(aPlan('R-1', 'cluster01', ['billing']));
    const run = 'R-1';
    const waiting = open({ socketPath: socket, path: '/api/runs/R-1/follow?as=ana' });
    await until('the first line', () => waiting.lines().length > 0);
    world.append(runStream(run), 'cluster01', { type: 'plan.granted', run, epoch: 1, digest: 'd', by: ['ana', 'ben'] });
    world.append(runStream(run), 'cluster01', { type: 'run.started', run });
    world.append(runStream(run), 'cluster01', { type: 'step.progress', run, step: 'start-vm:billing', line: 'Starting billing on snorlax' });
    world.append(runStream(run), 'cluster01', { type: 'run.finished', run, outcome: 'failed', tally: '0 out of 1 VMs moved', exceptions: [], vms: [] });
    await until('the end', waiting.ended);
    expect(waiting.lines().map((line) => [line.kind, line.says])).toEqual([
      ['status', 'Waits for approval: 0 of 2 people'], ['line', 'R-1 is approved by ana and ben'], ['status', 'Approved; about to start'],
      ['line', 'R-1 started'], ['status', 'Running'], ['line', 'Starting billing on snorlax'],
      ['line', 'R-1 failed: 0 out of 1 VMs moved'], ['end', 'Failed. 0 out of 1 VMs moved'],
    ]);
    expect(waiting.lines().at(-1)).toMatchObject({ kind: 'end', status: 'failed', exit: 1 });
    expect(await open({ socketPath: socket, path: '/api/runs/R-1/follow?as=erik' }).status()).toBe(404);
  });
});

describe('Slack\'s requests', () => {
  test('reach Bolt untouched, whatever the host name, and nothing else does', async () => {
    const seen: string[] = [];
    const { url } = await serve({ slackListener: (request, response) => { seen.push(`${request.method} ${request.url}`); response.end('bolt'); } });
    const answer = await fetch(`${url}/slack/events?x=1`, { method: 'POST', body: 'payload=%7B' });
    expect([answer.status, await answer.text()]).toEqual([200, 'bolt']);
    await fetch(`${url}/slack/eventsX`, { method: 'POST' });
    expect(seen).toEqual(['POST /slack/events?x=1']);
  });

  test('are answered with 404 while Slack is not set up', async () => {
    const { url } = await serve();
    expect((await fetch(`${url}/slack/events`, { method: 'POST' })).status).toBe(404);
  });
});

describe('Teams\' requests', () => {
  test('go to its own door raw, past the rules for browsers', async () => {
    const seen: string[] = [];
    const { url } = await serve({ teamsListener: (request, response) => { seen.push(`${request.method} ${request.url}`); response.end('teams'); } });
    expect(await (await fetch(`${url}/api/messages?x=1`, { method: 'POST', headers: { origin: 'https://elsewhere.example' }, body: '{}' })).text()).toBe('teams');
    await fetch(`${url}/api/messagesX`, { method: 'POST' });
    expect(seen).toEqual(['POST /api/messages?x=1']);
  });
  test('are taken by nobody while Teams is not set up', async () => {
    const { url } = await serve();
    expect((await fetch(`${url}/api/messages`, { method: 'POST', body: '{}' })).status).toBeGreaterThanOrEqual(400);
  });
});
