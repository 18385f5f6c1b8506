import { afterEach, describe, expect, test } from '@jest/globals';
import { createWebServer, type WebServer } from '../../src/web/server.js';
import { createAuthenticator, type Authenticator } from './authenticator.js';
import { anEstate, createDeps } from './support.js';

const servers: WebServer[] = [];
afterEach(async () => { for (const server of servers.splice(0)) await server.close(); });
const origin = 'https://lifeboat.example';
const minute = 60_000;

/** A real estate behind TLS; `signIn` gives one browser's way to call it. */
async function serve(publicUrl: string | null = origin) {
  const made = createDeps({ estate: anEstate({ simulated: false, clockRate: 1 }), ...(publicUrl === null ? {} : { publicUrl }) });
  const server = await createWebServer(made.deps);
  servers.push(server);
  const signIn = async (person: string, host = new URL(publicUrl ?? 'http://localhost:3000').host) => {
    const code = await made.deps.once.issueCode('web-login', person, minute);
    const answer = await server.fastify.inject({ method: 'POST', url: '/api/session/login', headers: { host, 'x-lifeboat-request': 'test' }, payload: { code } });
    const cookie = String(answer.headers['set-cookie']).split(';')[0]!;
    const call = async (method: 'GET' | 'POST', url: string, payload?: object) => {
      const { statusCode, body } = await server.fastify.inject({ method, url, headers: { host, cookie, 'x-lifeboat-request': 'test' }, ...(payload ? { payload } : {}) });
      return { status: statusCode, ...(JSON.parse(body) as { error?: { code: string; next: string; command: string | null }; steppedUp?: boolean; passkeys?: { id: string; name: string }[] }), body: JSON.parse(body) as never };
    };
    const begin = (purpose: 'add' | 'prove') => call('POST', '/api/session/passkeys/begin', { purpose });
    const add = async (device: Authenticator, name: string) => call('POST', '/api/session/passkeys/add', { name, response: device.create((await begin('add')).body) });
    const prove = async (device: Authenticator) => call('POST', '/api/session/passkeys/prove', { response: device.get((await begin('prove')).body) });
    const steppedUp = async () => (await call('GET', '/api/session/passkeys')).steppedUp;
    return { call, begin, add, prove, steppedUp };
  };
  return { ...made, server, signIn };
}

describe('a passkey', () => {
  test('is added by whoever is signed in, journalled by its name and its public half', async () => {
    const { signIn, world } = await serve();
    const ana = await signIn('ana');
    const device = createAuthenticator(origin);
    expect((await ana.add(device, 'laptop')).status).toBe(200);
    expect(world.entries.at(-1)).toMatchObject({ actor: { person: 'ana' }, event: { type: 'passkey.added', person: 'ana', id: device.id, name: 'laptop', transports: ['internal'] } });
    expect((await ana.call('GET', '/api/session/passkeys')).passkeys).toEqual([{ id: device.id, name: 'laptop', addedAt: expect.any(Number) }]);
  });

  test('confirms its person\'s session for five minutes, and no other session of the person', async () => {
    const { signIn, clock } = await serve();
    const device = createAuthenticator(origin);
    await (await signIn('ana')).add(device, 'laptop');
    const [ana, elsewhere] = [await signIn('ana'), await signIn('ana')];
    expect(await ana.steppedUp()).toBe(false);
    expect((await ana.prove(device)).status).toBe(200);
    expect([await ana.steppedUp(), await elsewhere.steppedUp()]).toEqual([true, false]);
    await clock.advance(5 * minute - 1);
    expect(await ana.steppedUp()).toBe(true);
    await clock.advance(1);
    expect(await ana.steppedUp()).toBe(false);
  });

  test('tells the gate with every press and command of that session, and with none before', async () => {
    const { signIn, inbound } = await serve();
    const device = createAuthenticator(origin);
    await (await signIn('ana')).add(device, 'laptop');
    const ana = await signIn('ana');
    const press = () => ana.call('POST', '/api/press', { conversation: 'person:ana', button: 'b', deliveryId: 'delivery-1' });
    await press();
    expect(inbound.action.mock.lastCall![0]).not.toHaveProperty('steppedUp');
    await ana.prove(device);
    await press();
    expect(inbound.action.mock.lastCall![0]).toMatchObject({ identity: 'ana', steppedUp: true });
    await ana.call('POST', '/api/say', { conversation: 'person:ana', text: 'help', deliveryId: 'delivery-2' });
    expect(inbound.command.mock.lastCall![0]).toMatchObject({ steppedUp: true });
  });

  test('guards the list of passkeys: another is added or one removed only after one confirmed it', async () => {
    const { signIn, clock } = await serve();
    const device = createAuthenticator(origin);
    const first = await signIn('ana');
    const early = (await first.begin('add')).body;
    await first.add(device, 'laptop');
    const ana = await signIn('ana');
    expect((await ana.begin('add')).error).toMatchObject({ code: 'step-up', command: 'lifeboat person forget-passkeys ana' });
    expect((await ana.call('POST', '/api/session/passkeys/add', { name: 'mine', response: createAuthenticator(origin).create(early) })).error?.code).toBe('step-up');
    expect((await ana.call('POST', '/api/session/passkeys/remove', { id: device.id })).error?.code).toBe('step-up');
    await ana.prove(device);
    expect((await ana.add(createAuthenticator(origin), 'phone')).status).toBe(200);
    expect((await ana.call('POST', '/api/session/passkeys/remove', { id: device.id })).status).toBe(200);
    expect((await ana.call('GET', '/api/session/passkeys')).passkeys?.map(({ name }) => name)).toEqual(['phone']);
    await clock.advance(5 * minute);
    expect((await ana.prove(device)).error?.code).toBe('passkey-refused');
    expect(await ana.steppedUp()).toBe(false);
  });

  test('of somebody else confirms nothing, and cannot be removed', async () => {
    const { signIn } = await serve();
    const [hers, his] = [createAuthenticator(origin), createAuthenticator(origin)];
    const [ana, ben] = [await signIn('ana'), await signIn('ben')];
    await ana.add(hers, 'laptop');
    await ben.add(his, 'laptop');
    const later = await signIn('ben');
    expect((await later.prove(hers)).error?.code).toBe('passkey-refused');
    expect(await later.steppedUp()).toBe(false);
    expect((await later.call('POST', '/api/session/passkeys/remove', { id: hers.id })).error?.code).toBe('not-found');
  });

  test('whose count went back is taken for a copy', async () => {
    const { signIn } = await serve();
    const device = createAuthenticator(origin);
    const ana = await signIn('ana');
    await ana.add(device, 'laptop');
    await ana.prove(device);
    await ana.prove(device);
    const later = await signIn('ana');
    device.countFrom(0);
    expect((await later.prove(device)).error).toMatchObject({ code: 'passkey-copied', command: 'lifeboat person forget-passkeys NAME' });
    expect(await later.steppedUp()).toBe(false);
  });

  test('without PIN or fingerprint is not enough', async () => {
    const { signIn, world } = await serve();
    const ana = await signIn('ana');
    expect((await ana.add(createAuthenticator(origin, { verifies: false }), 'key')).error?.code).toBe('passkey-refused');
    expect(world.live.current.passkeys.size).toBe(0);
  });

  test('registered here once is not registered again, nor a second one under its name', async () => {
    const { signIn } = await serve();
    const device = createAuthenticator(origin);
    const ana = await signIn('ana');
    await ana.add(device, 'laptop');
    expect([(await ana.add(device, 'again')).error?.code, (await ana.add(createAuthenticator(origin), 'laptop')).error?.code]).toEqual(['passkey-exists', 'passkey-exists']);
  });

  test('all of a person\'s are removed on the machine itself, where devices are lost', async () => {
    const { signIn, server, world } = await serve();
    await (await signIn('ana')).add(createAuthenticator(origin), 'laptop');
    expect((await server.fastify.inject({ method: 'POST', url: '/api/people/forget-passkeys', headers: { host: 'lifeboat.example', 'x-lifeboat-request': 'test' }, payload: { person: 'ana' } })).json()).toMatchObject({ error: { code: 'socket-only' } });
    expect(world.live.current.passkeys.size).toBe(1);
  });
});

describe('a challenge', () => {
  test('counts once', async () => {
    const { signIn, clock } = await serve();
    const device = createAuthenticator(origin);
    const ana = await signIn('ana');
    await ana.add(device, 'laptop');
    await clock.advance(5 * minute);
    const answer = { response: device.get((await ana.begin('prove')).body) };
    expect((await ana.call('POST', '/api/session/passkeys/prove', answer)).status).toBe(200);
    await clock.advance(5 * minute);
    expect((await ana.call('POST', '/api/session/passkeys/prove', answer)).error?.code).toBe('no-challenge');
    await ana.begin('prove');
    expect((await ana.call('POST', '/api/session/passkeys/prove', answer)).error?.code).toBe('passkey-refused');
    expect(await ana.steppedUp()).toBe(false);
  });

  test('is over after two minutes', async () => {
    const { signIn, clock } = await serve();
    const ana = await signIn('ana');
    const device = createAuthenticator(origin);
    const response = device.create((await ana.begin('add')).body);
    await clock.advance(2 * minute);
    expect((await ana.call('POST', '/api/session/passkeys/add', { name: 'laptop', response })).error?.code).toBe('no-challenge');
  });

  test('of another session is none', async () => {
    const { signIn } = await serve();
    const device = createAuthenticator(origin);
    const ana = await signIn('ana');
    await ana.add(device, 'laptop');
    const other = await signIn('ana');
    const response = device.get((await ana.begin('prove')).body);
    expect((await other.call('POST', '/api/session/passkeys/prove', { response })).error?.code).toBe('no-challenge');
    await other.begin('prove');
    expect((await other.call('POST', '/api/session/passkeys/prove', { response })).error?.code).toBe('passkey-refused');
    expect(await other.steppedUp()).toBe(false);
  });

  test('answered on the page of another site is refused', async () => {
    const { signIn, world } = await serve();
    const ana = await signIn('ana');
    const device = createAuthenticator(origin);
    const forged = device.create((await ana.begin('add')).body, 'https://lifeboat.example.evil.example');
    expect((await ana.call('POST', '/api/session/passkeys/add', { name: 'laptop', response: forged })).error?.code).toBe('passkey-refused');
    expect(world.live.current.passkeys.size).toBe(0);
    await ana.add(device, 'laptop');
    const later = await signIn('ana');
    const phished = device.get((await later.begin('prove')).body, 'https://evil.example');
    expect((await later.call('POST', '/api/session/passkeys/prove', { response: phished })).error?.code).toBe('passkey-refused');
    expect(await later.steppedUp()).toBe(false);
  });

  test('is given only where browsers know passkeys: under a name with TLS, or on localhost', async () => {
    const { signIn } = await serve(null);
    expect((await (await signIn('ana', '127.0.0.1:3000')).begin('add')).error).toMatchObject({ code: 'no-name', next: 'Open http://localhost:3000 and do it there.' });
    expect((await (await signIn('ana', 'localhost:3000')).add(createAuthenticator('http://localhost:3000'), 'laptop')).status).toBe(200);
  });

  test('to confirm takes a passkey', async () => {
    const { signIn } = await serve();
    expect((await (await signIn('ana')).begin('prove')).error?.code).toBe('no-passkey');
  });
});
