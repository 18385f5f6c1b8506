import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createMemoryOnceStore } from '../../src/journal/memory-once.js';
import { createSlack, type Slack } from '../../src/drivers/channel/slack/slack.js';
import type { Card } from '../../src/ports/channel.js';
import { FakeClock, until } from '../chatops/fakes.js';
import { api, signed, signingSecret, slashCommand, startSlackServer, type SlackServer } from './slack-support/emulator.js';
import { handlerOf } from './slack-support/handler.js';
import { startRecorder, type Recorder } from './slack-support/recorder.js';

const card: Card = { heading: 'Heading', body: 'Body', text: 'Text', actions: [], tone: 'info' };
const redirectUri = 'https://lifeboat.example/slack/oauth_redirect';

/** OAuth against a Slack of others: its page, its codes, its tokens. */
describe('installing in a Slack workspace', () => {
  let emulator: SlackServer;
  let recorder: Recorder;
  let door: Server;
  let doorUrl: string;
  let slack: Slack;
  let clock: FakeClock;
  let once: ReturnType<typeof createMemoryOnceStore>;
  let kept: Map<string, unknown>;
  let lines: string[];
  let calls: string[];
  let provider: boolean;

  const make = async (clientSecret = 's'): Promise<Slack> => createSlack({
    env: { signingSecret, apiUrl: `${recorder.url}/api/` }, once, clock, handler: handlerOf({ command: async ({ identity }, text) => { calls.push(`${identity} ${text}`); return { card: null, status: 0 }; } }),
    log: { info: (fields, message) => { lines.push(message + JSON.stringify(fields)); }, warn: (fields, message) => { lines.push(message + JSON.stringify(fields)); }, error: (fields, message) => { lines.push(message + JSON.stringify(fields)); } },
    install: { clientId: '1.2', clientSecret, redirectUri, mayInstall: (person) => person === 'ana' && provider, store: { get: async (key) => kept.get(key), set: async (key, value) => kept.set(key, value), delete: async (key) => kept.delete(key) } },
  });
  beforeAll(async () => {
    emulator = await startSlackServer();
    recorder = await startRecorder(emulator.url);
    door = createServer((request, response) => slack.requestListener!(request, response));
    await new Promise<void>((resolve) => { door.listen(0, '127.0.0.1', resolve); });
    doorUrl = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await new Promise<void>((resolve) => { door.close(() => resolve()); door.closeAllConnections(); });
    await recorder.close();
    await emulator.close();
  });
  beforeEach(async () => {
    [kept, lines, calls, provider, clock] = [new Map(), [], [], true, new FakeClock(Date.now())];
    once = createMemoryOnceStore(clock);
    recorder.calls.length = 0;
    slack = await make();
    await slack.start();
  });
  afterEach(() => slack.stop());

  const enter = (code: string): Promise<Response> => fetch(`${doorUrl}/slack/install`, { method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ code }) });
  const begin = async (): Promise<{ location: URL; cookie: string }> => {
    const response = await enter(await once.issueCode('slack-install', 'ana', 600_000));
    return { location: new URL(response.headers.get('location')!), cookie: response.headers.get('set-cookie')!.split(';')[0]! };
  };
  /** What Slack's page does when somebody agrees. */
  const agree = async (location: URL): Promise<URL> => {
    const user = (await api(emulator, 'users.list')).members.find((member: { name: string }) => member.name === 'ana').id as string;
    const response = await fetch(`${emulator.url}/oauth/v2/authorize/callback`, { method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ user_id: user, ...Object.fromEntries(location.searchParams) }) });
    return new URL(response.headers.get('location')!);
  };
  const comeBack = (at: URL, cookie: string): Promise<Response> => fetch(`${doorUrl}${at.pathname}${at.search}`, { headers: { cookie } });
  const install = async (): Promise<Response> => { const { location, cookie } = await begin(); return comeBack(await agree(location), cookie); };

  test('a code of an operator of the provider leads to Slack, and back with a token that works', async () => {
    expect(slack.status().message).toContain('not installed in any Slack workspace yet');
    const { location } = await begin();
    expect([location.pathname, location.searchParams.get('client_id'), location.searchParams.get('redirect_uri')]).toEqual(['/oauth/v2/authorize', '1.2', redirectUri]);
    expect(location.searchParams.get('scope')!.split(',')).toContain('chat:write');
    const response = await install();
    expect([response.status, await response.text()]).toEqual([200, expect.stringMatching(/Lifeboat is in the Slack workspace .*T000000001/)]);
    await until(() => slack.status().ok, 'the connection');
    const ref = await slack.channel.post({ kind: 'channel', channel: 'cluster01' }, card, { key: 'k' });
    await slack.channel.update(ref, { ...card, text: 'edited' });
    expect(recorder.of('chat.update').map(({ answer, token }) => [answer.ok, token.startsWith('xoxb-')])).toEqual([[true, true]]);
    await fetch(`${doorUrl}/slack/events`, { method: 'POST', ...signed(slashCommand('help')) });
    await until(() => calls[0], 'the command');
    expect(calls).toEqual(['T000000001/U1 help']);
  });
  test('the token is kept sealed, and stands in no line of the log', async () => {
    await install();
    await until(() => slack.status().ok, 'the connection');
    const token = recorder.of('auth.test').at(-1)!.token;
    expect(token).toMatch(/^xoxb-/);
    expect(JSON.stringify([...kept])).not.toMatch(/xox/);
    expect(lines.join('\n')).not.toContain(token);
  });
  test('with another client secret what was kept cannot be read: it is installed again', async () => {
    await install();
    slack = await make('another');
    await expect(slack.channel.post({ kind: 'channel', channel: 'cluster01' }, card, { key: 'k' })).rejects.toMatchObject({ code: 'unreachable', message: expect.stringContaining('code slack-install') });
  });
  test('after a new start it is still installed', async () => {
    await install();
    slack = await make();
    await slack.start();
    await until(() => slack.status().ok, 'the connection');
  });

  test('the page alone lets nobody in, and looking at it changes nothing', async () => {
    const page = await fetch(`${doorUrl}/slack/install?code=${await once.issueCode('slack-install', 'ana', 600_000)}`);
    expect([page.status, page.headers.get('set-cookie'), page.headers.get('content-security-policy')]).toEqual([200, null, expect.stringContaining("frame-ancestors 'none'")]);
    expect(await page.text()).not.toContain('oauth/v2/authorize');
  });
  test.each<[string, () => Promise<string>]>([
    ['made up', async () => 'AAAAAAAA'], ['empty', async () => ''], ['markup', async () => '"><script>alert(1)</script>'],
    ['of another purpose', () => once.issueCode('web-login', 'ana', 600_000)],
    ['of somebody who may not', () => once.issueCode('slack-install', 'mallory', 600_000)],
    ['of somebody who lost the right since', async () => { provider = false; return once.issueCode('slack-install', 'ana', 600_000); }],
    ['used', async () => { const code = await once.issueCode('slack-install', 'ana', 600_000); await enter(code); return code; }],
    ['too old', async () => { const code = await once.issueCode('slack-install', 'ana', 600_000); clock.move(600_001); return code; }],
  ])('a code that is %s leads nowhere', async (_title, code) => {
    const response = await enter(await code());
    const text = await response.text();
    expect([response.status, response.headers.get('location')]).toEqual([403, null]);
    expect(text).not.toContain('<script>');
  });
  test.each<[string, (back: URL, cookie: string) => Promise<Response>]>([
    ['another browser', (back) => comeBack(back, 'slack-app-oauth-state=OTHER')],
    ['no browser that began it', (back) => comeBack(back, '')],
    ['a state of nobody\'s', (back) => { back.searchParams.set('state', 'AAAAAAAA'); return comeBack(back, 'slack-app-oauth-state=AAAAAAAA'); }],
    ['a browser that comes back ten minutes later', (back, cookie) => { clock.move(600_001); return comeBack(back, cookie); }],
    ['a code that Slack does not know', (back, cookie) => { back.searchParams.set('code', 'x'); return comeBack(back, cookie); }],
    ['somebody who lost the right meanwhile', (back, cookie) => { provider = false; return comeBack(back, cookie); }],
  ])('%s ends the installation with nothing kept', async (_title, come) => {
    const { location, cookie } = await begin();
    expect((await come(await agree(location), cookie)).status).toBe(400);
    expect(kept.size).toBe(0);
  });
  test('the way back works once', async () => {
    const { location, cookie } = await begin();
    const back = await agree(location);
    expect([(await comeBack(back, cookie)).status, (await comeBack(back, cookie)).status]).toEqual([200, 400]);
  });
  test('a form larger than a code is not read', async () => { expect((await enter('A'.repeat(5_000))).status).toBe(403); });
  test('another method is refused', async () => { expect((await fetch(`${doorUrl}/slack/oauth_redirect`, { method: 'POST' })).status).toBe(405); });

  test.each([['app_uninstalled', {}], ['tokens_revoked', { tokens: { bot: ['UBOT'] } }]])('%s erases the token at once, and requests of that workspace do nothing', async (type, event) => {
    await install();
    const body = JSON.stringify({ type: 'event_callback', event_id: 'Ev1', team_id: 'T000000001', api_app_id: 'A1', event: { type, ...event } });
    expect((await fetch(`${doorUrl}/slack/events`, { method: 'POST', ...signed(body, { type: 'application/json' }) })).status).toBe(200);
    await until(() => lines.some((line) => line.includes('was erased')), 'the removal');
    expect([...kept.values()]).toEqual([[]]);
    await fetch(`${doorUrl}/slack/events`, { method: 'POST', ...signed(slashCommand('help')) });
    expect(calls).toEqual([]);
  });
  test('tokens of people that were revoked are not ours', async () => {
    await install();
    await fetch(`${doorUrl}/slack/events`, { method: 'POST', ...signed(JSON.stringify({ type: 'event_callback', event_id: 'Ev1', team_id: 'T000000001', api_app_id: 'A1', event: { type: 'tokens_revoked', tokens: { oauth: ['U1'], bot: [] } } }), { type: 'application/json' }) });
    await fetch(`${doorUrl}/slack/events`, { method: 'POST', ...signed(slashCommand('help')) });
    await until(() => calls[0], 'the command');
  });
  test('a workspace in which it is not installed is heard by nobody', async () => {
    await install();
    await fetch(`${doorUrl}/slack/events`, { method: 'POST', ...signed(slashCommand('help', { team_id: 'T9' })) });
    await fetch(`${doorUrl}/slack/events`, { method: 'POST', ...signed(slashCommand('why R-1')) });
    await until(() => calls[0], 'the command');
    expect(calls).toEqual(['T000000001/U1 why R-1']);
  });
});
