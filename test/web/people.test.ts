import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { peopleStream, runStream } from '../../src/core/event.js';
import { createWebServer, type WebServer } from '../../src/web/server.js';
import { aPlan, anEstate, createDeps } from './support.js';

const servers: WebServer[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
const real = anEstate({ simulated: false, clockRate: 1 });
const withoutDora = { ...real, people: real.people.filter(({ name }) => name !== 'dora') };

async function serve() {
  const made = createDeps({ estate: real });
  const server = await createWebServer(made.deps);
  servers.push(server);
  const call = async (method: 'GET' | 'POST', url: string, payload: object | undefined, headers: Record<string, string>) => {
    const answer = await server.fastify.inject({ method, url, headers: { 'x-lifeboat-request': 'test', ...headers }, ...(payload ? { payload } : {}) });
    return { status: answer.statusCode, body: answer.json() as { error?: { code: string } }, headers: answer.headers };
  };
  /** All that a person can hold: a session, a login, a token, a chat account, a passkey. */
  const settle = async (person: string) => {
    const cookie = String((await call('POST', '/api/session/login', { code: await made.deps.once.issueCode('web-login', person, 1_000) }, {})).headers['set-cookie']).split(';')[0]!;
    const login = ((await call('POST', '/api/login', { code: await made.deps.once.issueCode('cli-login', person, 1_000) }, {})).body as unknown as { token: string }).token;
    const token = ((await call('POST', '/api/tokens', { name: 'nightly', scope: 'read', expiresInMs: 3_600_000 }, { authorization: `Bearer ${login}` })).body as unknown as { token: string }).token;
    made.world.append(peopleStream, null, { type: 'person.linked', person, surface: 'slack', identity: `T1/${person}` });
    made.world.append(peopleStream, null, { type: 'passkey.added', person, id: `key-of-${person}`, name: 'laptop', publicKey: 'key', transports: [] });
    return { cookie, login, token };
  };
  const works = async ({ cookie, login, token }: { cookie: string; login: string; token: string }) => Promise.all([{ cookie }, { authorization: `Bearer ${login}` }, { authorization: `Bearer ${token}` }].map(async (headers) => (await call('GET', '/api/me', undefined, headers)).status === 200));
  const offboard = (person: string, login: string) => call('POST', '/api/people/offboard', { person }, { authorization: `Bearer ${login}` });
  const overSocket = async (path: string, body: object): Promise<unknown> => {
    const folder = mkdtempSync(join(tmpdir(), 'lifeboat-people-socket-'));
    folders.push(folder);
    const socketPath = join(folder, 's');
    await server.listenSocket(socketPath);
    return new Promise((done, fail) => {
      const text = JSON.stringify(body);
      request({ socketPath, path, method: 'POST', host: 'localhost', headers: { 'content-type': 'application/json', 'content-length': text.length } }, (response) => {
        let answer = '';
        response.on('data', (part) => { answer += String(part); });
        response.on('end', () => { done(JSON.parse(answer)); });
      }).on('error', fail).end(text);
    });
  };
  return { ...made, server, call, settle, works, offboard, overSocket };
}

describe('offboarding', () => {
  test('ends everything that speaks for a person, at once, and leaves everybody else alone', async () => {
    const { settle, works, offboard, world } = await serve();
    const [ana, ben] = [await settle('ana'), await settle('ben')];
    expect([await works(ana), await works(ben)]).toEqual([[true, true, true], [true, true, true]]);
    const answer = await offboard('ben', ana.login);
    expect(answer).toMatchObject({ status: 200, body: { person: 'ben', inEstate: true, unlinked: [{ surface: 'slack', identity: 'T1/ben' }], tokens: ['nightly'], passkeys: ['laptop'], approvals: [] } });
    expect([await works(ana), await works(ben)]).toEqual([[true, true, true], [false, false, false]]);
    expect(world.live.current.links).toEqual([{ person: 'ana', surface: 'slack', identity: 'T1/ana' }]);
    expect(world.entries.at(-1)).toMatchObject({ actor: { kind: 'person', person: 'ana' }, event: { type: 'person.offboarded', person: 'ben' } });
  });

  test('names the open runs that the person approved, and those that the person asked for', async () => {
    const { settle, offboard, world } = await serve();
    const ana = await settle('ana');
    for (const run of ['R-1', 'R-2']) world.propose(aPlan(run, 'cluster01', ['billing']));
    world.propose({ ...aPlan('R-3', 'cluster01', ['billing']), requestedBy: { kind: 'person', person: 'ben', surface: 'slack' } });
    world.append(runStream('R-1'), 'cluster01', { type: 'approval.given', run: 'R-1', epoch: 1, by: 'ben', surface: 'web', attested: null });
    expect((await offboard('ben', ana.login)).body).toMatchObject({ approvals: ['R-1'], requests: ['R-3'] });
  });

  test('takes an operator of the provider, who cannot offboard himself', async () => {
    const { settle, offboard } = await serve();
    const [ana, dora, vic] = [await settle('ana'), await settle('dora'), await settle('vic')];
    expect((await offboard('ben', dora.login)).status).toBe(403);
    expect((await offboard('ben', vic.login)).status).toBe(403);
    expect((await offboard('ana', ana.login)).body.error?.code).toBe('own-offboarding');
    expect((await offboard('ana', ana.token)).body.error?.code).toBe('scope');
  });

  test('is done over the socket by the owner of the machine, where anybody can be offboarded', async () => {
    const { settle, works, overSocket, world } = await serve();
    const ana = await settle('ana');
    expect(await overSocket('/api/people/offboard', { person: 'ana' })).toMatchObject({ person: 'ana', inEstate: true });
    expect(await works(ana)).toEqual([false, false, false]);
    expect(world.entries.at(-1)!.actor).toEqual({ kind: 'lifeboat', door: 'owner' });
  });

  test('of a name that nobody ever had is refused; of somebody who left before, it is not', async () => {
    const { settle, offboard, world } = await serve();
    const ana = await settle('ana');
    expect((await offboard('anna', ana.login)).body.error?.code).toBe('unknown-person');
    world.importEstate(withoutDora);
    expect((await offboard('dora', ana.login)).body).toMatchObject({ person: 'dora', inEstate: false });
  });
});

describe('who is taken out of the estate file', () => {
  test('is offboarded by that alone', async () => {
    const { settle, works, world } = await serve();
    const dora = await settle('dora');
    world.importEstate(withoutDora);
    expect(await works(dora)).toEqual([false, false, false]);
    expect([world.live.current.links, world.live.current.apiTokens.size, world.live.current.passkeys.size]).toEqual([[], 0, 0]);
  });

  test('gets nothing back by coming in again under the name, and begins anew', async () => {
    const { settle, works, world } = await serve();
    const dora = await settle('dora');
    world.importEstate(withoutDora);
    world.importEstate(real);
    expect(await works(dora)).toEqual([false, false, false]);
    expect(world.live.current.links).toEqual([]);
    expect(await works(await settle('dora'))).toEqual([true, true, true]);
  });
});

test('whoever stays in the file after being offboarded is in again with the next estate that is applied, without anything of before', async () => {
  const { settle, works, overSocket, world } = await serve();
  const dora = await settle('dora');
  await overSocket('/api/people/offboard', { person: 'dora' });
  expect(world.live.current.estate!.people.some(({ name }) => name === 'dora')).toBe(false);
  world.importEstate(real);
  expect(world.live.current.estate!.people.some(({ name }) => name === 'dora')).toBe(true);
  expect(await works(dora)).toEqual([false, false, false]);
});

test('lost passkeys of a person are removed over the socket, each on record', async () => {
  const { settle, overSocket, world } = await serve();
  await settle('ana');
  await settle('ben');
  expect(await overSocket('/api/people/forget-passkeys', { person: 'ana' })).toEqual({ person: 'ana', removed: ['laptop'] });
  expect([...world.live.current.passkeys.values()].map(({ person }) => person)).toEqual(['ben']);
  expect(world.entries.at(-1)).toMatchObject({ actor: { kind: 'lifeboat', door: 'owner' }, event: { type: 'passkey.removed', person: 'ana', name: 'laptop' } });
});
