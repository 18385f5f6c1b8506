import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { peopleStream } from '../../src/core/event.js';
import { createWebServer, type WebServer } from '../../src/web/server.js';
import { createBrowser, type Browser } from './browser.js';
import { client, freePort, startIssuer, startLiar, type Issuer } from './issuers.js';
import { anEstate, createDeps, silentLogger } from './support.js';

beforeAll(() => { jest.spyOn(console, 'warn').mockImplementation(() => undefined); jest.spyOn(console, 'info').mockImplementation(() => undefined); });
afterAll(() => { jest.restoreAllMocks(); });

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => { for (const each of closing.splice(0).toReversed()) await each.close(); });

const real = anEstate({ simulated: false, clockRate: 1 });

/** A real estate on a port of loopback, with an issuer beside it. */
async function serve({ issuer: makeIssuer = startIssuer as (redirectUri: string) => Promise<Issuer>, estate = real, claim = 'sub' } = {}) {
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const issuer = await makeIssuer(`${publicUrl}/auth/callback`);
  closing.push(issuer);
  const lines: unknown[] = [];
  const made = createDeps({ estate, publicUrl, openId: { ...client, issuer: issuer.issuer, claim }, logger: silentLogger(lines) });
  const server: WebServer = await createWebServer(made.deps);
  closing.push(server);
  await server.listen({ port, host: '127.0.0.1' });
  const code = (person: string): Promise<string> => made.deps.once.issueCode('web-login', person, 600_000);
  const me = async (browser: Browser): Promise<unknown> => { const answer = await browser.api(publicUrl, 'GET', '/api/me'); return answer.status === 200 ? ((await answer.json()) as { person: { name: string } }).person.name : answer.status; };
  const signInByCode = async (browser: Browser, person: string): Promise<void> => { expect((await browser.api(publicUrl, 'POST', '/api/session/login', { code: await code(person) })).status).toBe(200); };
  /** To the issuer and back, up to the address with the answer. */
  const goAndReturn = async (browser: Browser, login: string, body: object = {}): Promise<string> => {
    const begun = await browser.api(publicUrl, 'POST', '/api/session/openid', body);
    expect(begun.status).toBe(200);
    return browser.atIssuer(((await begun.json()) as { url: string }).url, login, publicUrl);
  };
  const signIn = async (browser: Browser, login: string, body: object = {}): Promise<Response> => browser.ask(await goAndReturn(browser, login, body));
  const link = (person: string, login: string): void => { made.world.append(peopleStream, null, { type: 'person.linked', person, surface: 'web', identity: `${issuer.issuer}#${login}` }); };
  const problem = async (answer: Promise<Response>): Promise<{ status: number; says: string }> => { const { status } = await answer; return { status, says: /<p class="notice problem" role="alert">([^<]*)/.exec(await (await answer).text())?.[1] ?? '' }; };
  return { ...made, issuer, publicUrl, lines, code, me, signInByCode, goAndReturn, signIn, link, problem };
}

describe('signing in by OpenID Connect', () => {
  test('a linked sign-in signs its person in, and nothing of the proof is kept or logged', async () => {
    const { link, signIn, me, deps, lines, world } = await serve();
    link('ana', 'ana-at-issuer');
    const browser = createBrowser();
    const answer = await signIn(browser, 'ana-at-issuer');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    expect(answer.headers.getSetCookie().find((line) => line.startsWith('lifeboat_session'))).toMatch(/HttpOnly; SameSite=Strict/);
    expect(await me(browser)).toBe('ana');
    expect((deps.signIns as unknown as { kept: Map<string, unknown> }).kept.size).toBe(0);
    expect(JSON.stringify([lines, world.entries])).not.toContain(client.clientSecret);
  });

  test('a person with two linked sign-ins is one person', async () => {
    const { link, signIn, me } = await serve();
    link('ana', 'ana-at-work');
    link('ana', 'ana-at-home');
    const [one, two] = [createBrowser(), createBrowser()];
    await signIn(one, 'ana-at-work');
    await signIn(two, 'ana-at-home');
    expect([await me(one), await me(two)]).toEqual(['ana', 'ana']);
  });

  test('a sign-in that nobody is linked to waits for a one-time code, which links it for good and signs the person in', async () => {
    const { signIn, me, publicUrl, code, issuer, world } = await serve();
    const browser = createBrowser();
    const answer = await signIn(browser, 'ben-at-issuer');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/#/sign-in']);
    expect(await me(browser)).toBe(401);
    const identity = `${issuer.issuer}#ben-at-issuer`;
    expect(await (await browser.api(publicUrl, 'GET', '/api/session/ways')).json()).toEqual({ openId: { issuer: issuer.issuer }, unlinked: identity, sendsCodes: false });
    expect((await browser.api(publicUrl, 'POST', '/api/session/login', { code: 'WRONGONE', link: true })).status).toBe(401);
    expect((await browser.api(publicUrl, 'POST', '/api/session/login', { code: await code('ben'), link: true })).status).toBe(200);
    expect(await me(browser)).toBe('ben');
    expect(world.entries.at(-1)).toMatchObject({ stream: peopleStream, actor: { kind: 'person', person: 'ben', surface: 'web' }, event: { type: 'person.linked', person: 'ben', surface: 'web', identity } });
    const later = createBrowser();
    expect((await signIn(later, 'ben-at-issuer')).headers.get('location')).toBe('/');
    expect(await me(later)).toBe('ben');
  });

  test('a code without the wish to link signs in and links nothing', async () => {
    const { signIn, me, publicUrl, code, world } = await serve();
    const browser = createBrowser();
    await signIn(browser, 'a-stranger');
    expect((await browser.api(publicUrl, 'POST', '/api/session/login', { code: await code('ben') })).status).toBe(200);
    expect(await me(browser)).toBe('ben');
    expect(world.live.current.links).toEqual([]);
  });

  test('after ten minutes there is nothing to link any more, and the code is still good', async () => {
    const { signIn, publicUrl, code, clock } = await serve();
    const browser = createBrowser();
    await signIn(browser, 'ben-at-issuer');
    await clock.advance(600_000);
    const value = await code('ben');
    const late = await browser.api(publicUrl, 'POST', '/api/session/login', { code: value, link: true });
    expect([late.status, ((await late.json()) as { error: { code: string } }).error.code]).toEqual([409, 'nothing-to-link']);
    expect((await browser.api(publicUrl, 'POST', '/api/session/login', { code: value })).status).toBe(200);
  });

  test('somebody who is signed in links a sign-in in the console', async () => {
    const { signInByCode, signIn, me, issuer, world } = await serve();
    const browser = createBrowser();
    await signInByCode(browser, 'ana');
    expect((await signIn(browser, 'ana-at-issuer', { link: true })).headers.get('location')).toBe('/');
    expect(world.live.current.links).toEqual([{ person: 'ana', surface: 'web', identity: `${issuer.issuer}#ana-at-issuer` }]);
    expect(await me(browser)).toBe('ana');
  });

  test('nobody takes a sign-in that speaks for somebody else', async () => {
    const { signInByCode, signIn, link, world, problem } = await serve();
    link('ben', 'ben-at-issuer');
    const browser = createBrowser();
    await signInByCode(browser, 'ana');
    expect(await problem(signIn(browser, 'ben-at-issuer', { link: true }))).toMatchObject({ status: 409, says: expect.stringContaining('is linked to ben already') });
    expect(world.live.current.links.map((each) => each.person)).toEqual(['ben']);
  });

  test('linking takes a session', async () => {
    const { publicUrl } = await serve();
    expect((await createBrowser().api(publicUrl, 'POST', '/api/session/openid', { link: true })).status).toBe(401);
  });

  test('an address that the issuer does not send people back to is refused before it asks anything', async () => {
    const { publicUrl } = await serve();
    const answer = await createBrowser().api(publicUrl.replace('127.0.0.1', 'localhost'), 'POST', '/api/session/openid', {});
    expect([answer.status, ((await answer.json()) as { error: { next: string } }).error.next]).toEqual([409, `Open ${publicUrl} and sign in there.`]);
  });
});

describe('an answer of the issuer', () => {
  test('counts once', async () => {
    const { link, goAndReturn, me, problem } = await serve();
    link('ana', 'ana-at-issuer');
    const browser = createBrowser();
    const address = await goAndReturn(browser, 'ana-at-issuer');
    const before = new Map([...browser.jar].map(([host, cookies]) => [host, new Map(cookies)]));
    expect((await browser.ask(address)).status).toBe(303);
    const thief = createBrowser();
    for (const [host, cookies] of before) thief.jar.set(host, cookies);
    expect(await problem(thief.ask(address))).toMatchObject({ status: 403, says: expect.stringContaining('used already') });
    expect([await me(browser), await me(thief)]).toEqual(['ana', 401]);
  });

  test.each<[string, (address: URL) => void]>([
    ['another state', (address) => { address.searchParams.set('state', 'another'); }], ['no state', (address) => { address.searchParams.delete('state'); }],
  ])('with %s signs nobody in, and the true answer is still waited for', async (_title, change) => {
    const { link, goAndReturn, me, problem } = await serve();
    link('ana', 'ana-at-issuer');
    const browser = createBrowser();
    const address = await goAndReturn(browser, 'ana-at-issuer');
    const forged = new URL(address);
    change(forged);
    expect((await problem(browser.ask(forged.href))).status).toBe(403);
    expect(await me(browser)).toBe(401);
    expect((await browser.ask(address)).status).toBe(303);
    expect(await me(browser)).toBe('ana');
  });

  test('in another browser than the one that asked signs nobody in', async () => {
    const { link, goAndReturn, me, problem } = await serve();
    link('ana', 'ana-at-issuer');
    const address = await goAndReturn(createBrowser(), 'ana-at-issuer');
    const other = createBrowser();
    expect((await problem(other.ask(address))).status).toBe(403);
    expect(await me(other)).toBe(401);
  });

  test('after ten minutes is too late', async () => {
    const { link, goAndReturn, clock, problem } = await serve();
    link('ana', 'ana-at-issuer');
    const browser = createBrowser();
    const address = await goAndReturn(browser, 'ana-at-issuer');
    await clock.advance(600_000);
    expect(await problem(browser.ask(address))).toMatchObject({ status: 403, says: expect.stringContaining('ten minutes') });
  });

  const seconds = (good: Record<string, unknown>, by: number) => ({ ...good, iat: (good.iat as number) + by, exp: (good.exp as number) + by });
  test.each<[string, (good: Record<string, unknown>) => Record<string, unknown>, number, string]>([
    ['the nonce of another sign-in', (good) => ({ ...good, nonce: 'another' }), 403, 'does not prove who you are'],
    ['no nonce', ({ nonce: _nonce, ...good }) => good, 403, 'does not prove who you are'],
    ['another audience', (good) => ({ ...good, aud: 'another-client' }), 403, 'does not prove who you are'],
    ['another issuer', (good) => ({ ...good, iss: 'https://evil.example' }), 403, 'does not prove who you are'],
    ['an end ten minutes ago by our clock', (good) => seconds(good, -600), 502, 'clocks of Lifeboat and of the issuer differ'],
    ['a beginning ten minutes ahead of our clock', (good) => ({ ...good, nbf: (good.iat as number) + 600 }), 502, 'clocks of Lifeboat and of the issuer differ'],
    ['an empty name of the person', (good) => ({ ...good, sub: '' }), 502, 'names no'],
  ])('whose token has %s signs nobody in', async (_title, claims, status, says) => {
    const { link, signIn, me, problem } = await serve({ issuer: () => startLiar(claims) });
    link('ana', 'ana');
    const browser = createBrowser();
    expect(await problem(signIn(browser, 'ana'))).toMatchObject({ status, says: expect.stringContaining(says) });
    expect(await me(browser)).toBe(401);
  });

  test('whose token is signed with a key that the issuer does not publish signs nobody in', async () => {
    const { link, signIn, me, problem } = await serve({ issuer: () => startLiar((good) => good, { ownKey: false }) });
    link('ana', 'ana');
    const browser = createBrowser();
    expect(await problem(signIn(browser, 'ana'))).toMatchObject({ status: 403, says: expect.stringContaining('does not prove who you are') });
    expect(await me(browser)).toBe(401);
  });

  test('twenty seconds apart from our clock is near enough', async () => {
    const { link, signIn, me } = await serve({ issuer: () => startLiar((good) => ({ ...good, nbf: (good.iat as number) + 20 })) });
    link('ana', 'ana');
    const browser = createBrowser();
    await signIn(browser, 'ana');
    expect(await me(browser)).toBe('ana');
  });

  test('names people by the claim that OIDC_CLAIM says, and says so when it is missing', async () => {
    const { signIn, publicUrl, issuer } = await serve({ claim: 'oid', issuer: () => startLiar((good) => ({ ...good, oid: 'object-7' })) });
    const browser = createBrowser();
    await signIn(browser, 'ana');
    expect(await (await browser.api(publicUrl, 'GET', '/api/session/ways')).json()).toMatchObject({ unlinked: `${issuer.issuer}#object-7` });
    const without = await serve({ claim: 'oid', issuer: () => startLiar((good) => good) });
    expect(await without.problem(without.signIn(createBrowser(), 'ana'))).toMatchObject({ status: 502, says: expect.stringContaining('names no &#39;oid&#39;') });
  });

  test('that says no is passed on', async () => {
    const { goAndReturn, problem } = await serve();
    const browser = createBrowser();
    const address = new URL(await goAndReturn(browser, 'ana-at-issuer'));
    address.searchParams.delete('code');
    address.searchParams.set('error', 'access_denied');
    expect(await problem(browser.ask(address.href))).toMatchObject({ status: 403, says: expect.stringContaining('did not sign you in') });
  });
});

describe('while the issuer is away', () => {
  const nowhere = async (): Promise<Issuer> => ({ issuer: `http://127.0.0.1:${await freePort()}`, close: async () => undefined });

  test('Lifeboat starts, says so to whoever wants to sign in, and takes codes', async () => {
    const { publicUrl, signInByCode, me } = await serve({ issuer: nowhere });
    const browser = createBrowser();
    const answer = await browser.api(publicUrl, 'POST', '/api/session/openid', {});
    expect([answer.status, await answer.json()]).toEqual([502, { error: expect.objectContaining({ code: 'issuer-away', what: expect.stringContaining('does not answer'), command: 'lifeboat login-code NAME web' }) }]);
    await signInByCode(browser, 'ana');
    expect(await me(browser)).toBe('ana');
  });

  test('whoever comes back from it is told, and nobody is signed in', async () => {
    const { link, goAndReturn, me, issuer, problem, lines } = await serve();
    link('ana', 'ana-at-issuer');
    const browser = createBrowser();
    const address = await goAndReturn(browser, 'ana-at-issuer');
    await issuer.close();
    expect(await problem(browser.ask(address))).toMatchObject({ status: 502, says: expect.stringContaining('does not answer') });
    expect(lines).toContainEqual([{ code: 'issuer-away' }, 'A sign-in by OpenID Connect did not succeed.']);
    expect(await me(browser)).toBe(401);
  });
});

describe('a session that a linked sign-in began', () => {
  test('ends with the link', async () => {
    const { link, signIn, me, world, issuer } = await serve();
    link('ana', 'ana-at-issuer');
    const browser = createBrowser();
    await signIn(browser, 'ana-at-issuer');
    world.append(peopleStream, null, { type: 'person.unlinked', person: 'ana', surface: 'web', identity: `${issuer.issuer}#ana-at-issuer` });
    expect(await me(browser)).toBe(401);
  });

  test('is over for good when its person leaves the estate, who cannot sign in again either', async () => {
    const { link, signIn, me, world, sessions, problem } = await serve();
    link('dora', 'dora-at-issuer');
    const browser = createBrowser();
    await signIn(browser, 'dora-at-issuer');
    world.importEstate({ ...real, people: real.people.filter((each) => each.name !== 'dora') });
    expect(await me(browser)).toBe(401);
    expect(sessions.kept.size).toBe(0);
    link('dora', 'dora-at-issuer');
    expect(await problem(signIn(createBrowser(), 'dora-at-issuer'))).toMatchObject({ status: 403, says: expect.stringContaining('not a person of this estate') });
  });
});

test('without an issuer the page is told so, and the way there refuses', async () => {
  const server = await createWebServer(createDeps({ estate: real }).deps);
  closing.push(server);
  expect((await server.fastify.inject({ url: '/api/session/ways' })).json()).toEqual({ openId: null, unlinked: null, sendsCodes: false });
  expect((await server.fastify.inject({ method: 'POST', url: '/api/session/openid', headers: { 'x-lifeboat-request': 'test' }, payload: {} })).json()).toMatchObject({ error: { code: 'no-issuer' } });
});
