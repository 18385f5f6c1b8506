import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createTeams, type Teams, type TeamsEnvironment } from '../../src/drivers/channel/teams/teams.js';
import type { Card, ConversationHandler, Inbound, InboundHandler } from '../../src/ports/channel.js';
import { FakeClock, until } from '../chatops/fakes.js';
import { ana, ben, createActivities, startConnector, type FakeConnector } from './teams-support/connector.js';
import { appId, appPassword, startIssuer, tenantId, type Issuer } from './teams-support/issuer.js';

const card = (changes: Partial<Card> = {}): Card => ({ heading: 'Heading', body: '**Body**', text: 'Text', actions: [], tone: 'info', ...changes });
const identity = (aad: string): string => `${tenantId}/${aad}`;

/** Where something listened a moment ago. */
async function closedAddress(): Promise<string> {
  const { url, close } = await startConnector();
  await close();
  return url;
}

interface Heard { readonly kind: 'command' | 'action' | 'personal' | 'place'; readonly from: Inbound; readonly text: string }

describe('Microsoft Teams through botbuilder', () => {
  let issuer: Issuer;
  let connector: FakeConnector;
  let door: Server;
  let doorUrl: string;
  let activities: ReturnType<typeof createActivities>;
  let teams: Teams;
  let clock: FakeClock;
  let heard: Heard[];
  let lines: string[];
  let refused: string[];
  let store: Map<string, unknown>;
  let mayPlace: boolean;
  let slow: Promise<void> | null;

  const handler: InboundHandler = {
    command: async (from, text) => { heard.push({ kind: 'command', from, text }); return { card: card({ body: `You typed ${text}`, next: ['why R-12'] }), status: 0 }; },
    action: async (from, id) => { heard.push({ kind: 'action', from, text: id }); await slow; return { card: id === 'again' ? null : card({ body: `You pressed ${id}` }), status: 0 }; },
  };
  const conversation: ConversationHandler = {
    personal: async (from, id) => { heard.push({ kind: 'personal', from, text: id }); return from.identity.endsWith('ben') ? card({ heading: 'Yours', actions: [{ id: 'approve-1', verb: 'approve', label: 'Approve', style: 'primary' }] }) : null; },
    mayPlace: async (from, name, wish) => { heard.push({ kind: 'place', from, text: `${wish} ${name}` }); return { may: mayPlace, card: card({ body: mayPlace ? `Here is ${name}` : 'You may not' }) }; },
  };
  const log = { info: (_: object, message: string) => { lines.push(message); }, warn: (fields: object, message: string) => { lines.push(message + JSON.stringify(fields)); }, error: (fields: object, message: string) => { lines.push(message + JSON.stringify(fields)); } };
  const environment = (changes: Partial<TeamsEnvironment> = {}): TeamsEnvironment => ({ appId, appPassword, tenantId, tokenIssuer: issuer.url, openIdMetadataUrl: issuer.metadataUrl, loginUrl: issuer.url, serviceHosts: ['127.0.0.1'], ...changes });
  const make = (changes: Partial<TeamsEnvironment> = {}): Promise<Teams> => createTeams({
    env: environment(changes), handler, conversation, clock, log, refused: (reason) => { refused.push(reason); },
    store: { get: async (key) => store.get(key), set: async (key, value) => { store.set(key, structuredClone(value)); }, delete: async (key) => store.delete(key) },
  });

  const token = (changes: Parameters<Issuer['token']>[0] = { serviceurl: connector.url }, options: Parameters<Issuer['token']>[1] = {}): Promise<string> => issuer.token(changes, options);
  const post = (body: unknown, authorization: string | null): Promise<Response> => fetch(`${doorUrl}/api/messages`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': 'application/json', ...(authorization === null ? {} : { authorization }) } });
  const send = async (activity: unknown): Promise<Response> => post(activity, `Bearer ${await token()}`);
  const sent = (where: RegExp): Promise<(typeof connector.calls)[number]> => until(() => connector.calls.find(({ path }) => where.test(path)), `something sent to ${where}`);
  const nothingHappened = (): void => { expect(heard).toEqual([]); expect(connector.calls).toEqual([]); expect([...store.keys()]).toEqual([]); };

  beforeAll(async () => {
    [issuer, connector] = await Promise.all([startIssuer(), startConnector()]);
    activities = createActivities(connector.url, tenantId);
    door = createServer((request, response) => teams.requestListener(request, response));
    await new Promise<void>((resolve) => { door.listen(0, '127.0.0.1', resolve); });
    doorUrl = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await new Promise<void>((resolve) => { door.close(() => resolve()); door.closeAllConnections(); });
    await connector.close();
    await issuer.close();
  });
  beforeEach(async () => {
    [heard, lines, refused, store, clock, mayPlace, slow] = [[], [], [], new Map(), new FakeClock(Date.now()), true, null];
    connector.calls.length = 0;
    connector.next.length = 0;
    issuer.refuse = null;
    teams = await make();
  });

  describe('who may send', () => {
    test('a message with a token of the issuer is taken at once, and its answer comes into the chat', async () => {
      const response = await send(activities.says(ana, 'why R-12'));
      expect(response.status).toBe(200);
      const call = await sent(/a:chat-aad-ana\/activities$/);
      expect(heard).toMatchObject([{ kind: 'command', text: 'why R-12', from: { surface: 'teams', identity: identity('aad-ana'), displayName: 'Ana Silva', conversation: 'a:chat-aad-ana' } }]);
      expect(connector.card(call)).toMatchObject({ type: 'AdaptiveCard', version: '1.5' });
      expect(JSON.stringify(connector.card(call))).toContain('You typed why R-12');
      expect(call.authorization).toMatch(/^Bearer /);
    });

    const forged: [string, number, () => Promise<string | null>][] = [
      ['no token', 401, async () => null],
      ['garbage instead of a token', 401, async () => 'Bearer not.a.token'],
      ['another scheme', 401, async () => 'Basic YW5hOmFuYQ=='],
      ['a token for another app', 401, async () => `Bearer ${await token({ serviceurl: connector.url, aud: 'another-app' })}`],
      ['a token of another issuer', 401, async () => `Bearer ${await token({ serviceurl: connector.url, iss: 'https://issuer.example' })}`],
      ['a token given for another serviceUrl', 401, async () => `Bearer ${await token({ serviceurl: 'https://smba.trafficmanager.net/emea/' })}`],
      ['a token without a serviceUrl', 401, async () => `Bearer ${await token({ serviceurl: '' }, { omit: 'serviceurl' })}`],
      ['a token that ran out an hour ago', 401, async () => `Bearer ${await token({ serviceurl: connector.url, exp: Math.floor(Date.now() / 1000) - 3600 })}`],
      ['a token that begins to count in an hour', 401, async () => `Bearer ${await token({ serviceurl: connector.url, nbf: Math.floor(Date.now() / 1000) + 3600 })}`],
      ['a token without an end', 401, async () => `Bearer ${await token({ serviceurl: connector.url }, { omit: 'exp' })}`],
      ['a token signed by somebody else', 401, async () => `Bearer ${await token({ serviceurl: connector.url }, { foreignKey: true })}`],
      ['a token of a key that is not for Teams', 401, async () => `Bearer ${await token({ serviceurl: connector.url }, { endorsements: 'none' })}`],
    ];
    // botbuilder itself writes of a key without endorsement to the error output.
    beforeEach(() => { jest.spyOn(console, 'error').mockImplementation(() => undefined); });
    afterEach(() => { jest.restoreAllMocks(); });
    test.each(forged)('%s: refused, and nothing happens', async (_what, status, make) => {
      const response = await post(activities.says(ana, 'approve R-12'), await make());
      expect([response.status, await response.text()]).toEqual([status, expect.stringMatching(/^Refused: /)]);
      nothingHappened();
    });

    test('a token that signs itself with no algorithm is refused', async () => {
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const unsigned = `${part({ alg: 'none', kid: 'teams' })}.${part({ iss: issuer.url, aud: appId, serviceurl: connector.url, nbf: 1, exp: 4_000_000_000 })}.AA`;
      expect((await post(activities.says(ana, 'approve R-12'), `Bearer ${unsigned}`)).status).toBe(401);
      nothingHappened();
    });

    test('a serviceUrl that is on no list is refused, even with a token for it', async () => {
      for (const serviceUrl of ['https://attacker.example/', 'http://smba.trafficmanager.net/', 'https://smba.trafficmanager.net@attacker.example/', 'https://xsmba.trafficmanager.net.attacker.example/']) {
        expect((await post({ ...activities.says(ana, 'help'), serviceUrl }, `Bearer ${await token({ serviceurl: serviceUrl })}`)).status).toBe(403);
      }
      nothingHappened();
    });

    test('people of another Microsoft 365 tenant are outsiders', async () => {
      const other = '99999999-2222-4333-8444-555555555555';
      for (const activity of [createActivities(connector.url, other).says(ana, 'help'), { ...activities.says(ana, 'help'), channelData: { tenant: { id: other } } }, { ...activities.says(ana, 'help'), conversation: { id: 'a:x', conversationType: 'personal' }, channelData: {} }]) {
        expect((await send(activity)).status).toBe(403);
      }
      nothingHappened();
    });

    const junk: [string, number, string][] = [
      ['no JSON', 400, '{"type":'], ['a list', 400, '[]'], ['null', 400, 'null'], ['an unknown type', 400, JSON.stringify({ type: 'conquest' })],
      ['a body over 256 KB', 413, JSON.stringify({ type: 'message', text: 'x'.repeat(300_000) })],
    ];
    test.each(junk)('%s is refused before anybody looks at the token', async (_what, status, body) => {
      expect((await post(body, 'Bearer x')).status).toBe(status);
      nothingHappened();
    });

    test('an activity of another channel, from the future, or with a text longer than Teams sends is refused', async () => {
      for (const change of [{ channelId: 'webchat' }, { timestamp: new Date(Date.now() + 3_600_000).toISOString() }, { text: 'x'.repeat(30_000) }, { from: { id: '' } }, { conversation: { id: 'x', conversationType: 'elsewhere' } }, { id: undefined }]) {
        expect((await send({ ...activities.says(ana, 'help'), ...change })).status).toBe(400);
      }
      nothingHappened();
    });

    test('GET is answered, too', async () => {
      expect((await fetch(`${doorUrl}/api/messages`)).status).toBe(405);
    });

    test('the same activity again keeps its delivery id, by which the handler tells that it is one', async () => {
      const activity = activities.says(ana, 'hold R-12');
      await send(activity);
      await send(activity);
      await until(() => heard.length === 2, 'both');
      expect(heard[0]!.from.deliveryId).toBe(heard[1]!.from.deliveryId);
    });

    test('refusals are counted, told once a minute, and say nothing of the request', async () => {
      const secret = activities.says(ana, 'approve R-12 reason="very secret"');
      for (let times = 0; times < 3; times++) await post(secret, null);
      expect(lines.filter((line) => line.includes('no-token'))).toHaveLength(1);
      clock.move(61_000);
      await post(secret, null);
      expect(lines.filter((line) => line.includes('no-token')).at(-1)).toContain('"times":4');
      expect(refused).toEqual(Array.from({ length: 4 }, () => 'no-token'));
      expect(lines.join('\n')).not.toMatch(/secret|Ana|aad-ana/);
    });

    test('while the issuer is away nobody can tell, and that is said within seconds', async () => {
      const away = createServer(() => undefined);
      await new Promise<void>((resolve) => { away.listen(0, '127.0.0.1', resolve); });
      teams = await make({ openIdMetadataUrl: `http://127.0.0.1:${(away.address() as AddressInfo).port}/` });
      expect((await send(activities.says(ana, 'help'))).status).toBe(503);
      nothingHappened();
      await new Promise<void>((resolve) => { away.close(() => resolve()); away.closeAllConnections(); });
    });

    test('an issuer that goes away between two looks at its keys keeps nobody waiting', async () => {
      let asked = 0;
      const once = createServer((_request, response) => { if (++asked === 1) response.end(JSON.stringify({ jwks_uri: `${issuer.url}/jwks` })); });
      await new Promise<void>((resolve) => { once.listen(0, '127.0.0.1', resolve); });
      teams = await make({ openIdMetadataUrl: `http://127.0.0.1:${(once.address() as AddressInfo).port}/` });
      const answered = send(activities.presses(ana, 'opaque-1'));
      await until(() => asked === 2 && clock.sleeping > 0, 'botbuilder\'s own look');
      clock.move(10_000);
      expect((await answered).status).toBe(503);
      nothingHappened();
      await new Promise<void>((resolve) => { once.close(() => resolve()); once.closeAllConnections(); });
    });

    test('an account without a directory id speaks for nobody', async () => {
      const { aadObjectId: _, ...nobody } = ana;
      await send({ ...activities.says(ana, 'help'), from: nobody });
      await sent(/chat-aad-ana/);
      expect(heard).toEqual([]);
    });
  });

  describe('what people do', () => {
    test('in a channel the mention is stripped and the answer comes to the person alone', async () => {
      await send(activities.says(ana, 'help'));
      await sent(/chat-aad-ana/);
      connector.calls.length = 0;
      await send(activities.saysInChannel(ana, 'query&nbsp;run'));
      await sent(/chat-aad-ana/);
      expect(heard.at(-1)).toMatchObject({ kind: 'command', text: 'query run' });
      const inPlace = await sent(/thread\.tacv2;messageid=1700000000001\/activities$/);
      expect(JSON.stringify(inPlace.body)).toContain('The answer is in your chat with Lifeboat.');
      expect(JSON.stringify(inPlace.body)).not.toContain('You typed');
    });

    test('whoever types faster than Teams takes answers gets them all, in their order', async () => {
      const texts = Array.from({ length: 20 }, (_, n) => `query run R-${n + 1}`);
      const [...signed] = await Promise.all(texts.map(async () => `Bearer ${await token()}`));
      for (const [index, text] of texts.entries()) await post(activities.says(ana, text), signed[index]!);
      await until(() => {
        if (connector.calls.length >= 7) clock.move(500);
        return connector.calls.length >= texts.length;
      }, 'all answers');
      expect(connector.calls.map(({ body }) => /You typed (query run R-\d+)/.exec(JSON.stringify(body))?.[1])).toEqual(texts);
    });

    test('without a chat yet, one is opened; if that cannot be, the channel hears only that there is an answer', async () => {
      await send(activities.saysInChannel(ben, 'query run'));
      await sent(/a:opened-\d+\/activities$/);
      await sent(/thread\.tacv2/);
      expect(connector.calls[0]).toMatchObject({ path: '/v3/conversations', body: { members: [{ id: '29:ben' }], tenantId, isGroup: false } });
      connector.calls.length = 0;
      store.clear();
      connector.next.push({ status: 403, body: { error: { code: 'ForbiddenOperationException' } } });
      await send(activities.saysInChannel(ben, 'query run'));
      const said = await sent(/thread\.tacv2/);
      expect(said.path).toContain(';messageid=1700000000001');
      expect(JSON.stringify(said.body)).toMatch(/for you alone/);
      expect(JSON.stringify(said.body)).not.toMatch(/You typed/);
    });

    test('a press by Action.Execute is answered with the card; the older Action.Submit takes the same way', async () => {
      const response = await send(activities.presses(ben, 'opaque-1'));
      expect(await response.json()).toMatchObject({ statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: { type: 'AdaptiveCard' } });
      await send({ ...activities.says(ben, ''), value: { id: 'opaque-2' } });
      await until(() => heard.length === 2, 'the second press');
      expect(heard).toMatchObject([{ kind: 'action', text: 'opaque-1', from: { identity: identity('aad-ben') } }, { kind: 'action', text: 'opaque-2' }]);
    });

    test('a press that was received before is told so', async () => {
      expect(await (await send(activities.presses(ben, 'again'))).json()).toMatchObject({ type: 'application/vnd.microsoft.activity.message', value: expect.stringContaining('received before') });
    });

    test('a press that takes long is answered in time, and its result follows in the chat', async () => {
      let finish = (): void => undefined;
      slow = new Promise((resolve) => { finish = resolve; });
      const answered = send(activities.presses(ben, 'opaque-1'));
      await until(() => clock.sleeping > 0, 'the wait for the handler');
      clock.move(2_500);
      expect(await (await answered).json()).toMatchObject({ value: expect.stringContaining('working on it') });
      finish();
      expect(JSON.stringify((await sent(/chat-aad-ben/)).body)).toContain('You pressed opaque-1');
    });

    test('an approver whose client asks gets a view of their own; nobody else does', async () => {
      const own = await (await send(activities.looks(ben, 'review-1'))).json() as Record<string, any>;
      expect(own.value).toMatchObject({ actions: [{ type: 'Action.Execute', title: 'Approve', data: { id: 'approve-1' } }], refresh: { userIds: ['29:ben'] } });
      expect(await (await send(activities.looks(ana, 'review-1'))).json()).toMatchObject({ type: 'application/vnd.microsoft.activity.message' });
      expect(heard.map(({ kind }) => kind)).toEqual(['personal', 'personal']);
    });

    test('commands that the answer names can be tapped in a personal chat', async () => {
      await send(activities.says(ana, 'help'));
      expect((await sent(/chat-aad-ana/)).body.suggestedActions.actions).toEqual([{ type: 'imBack', title: 'why R-12', value: 'why R-12' }]);
    });

    test('whoever installs the app is told at once what to do', async () => {
      await send(activities.installs(ana));
      await sent(/chat-aad-ana/);
      expect(heard).toMatchObject([{ kind: 'command', text: 'help' }]);
    });

    test('an unknown invoke is not understood, and says so', async () => {
      expect((await send({ ...activities.presses(ana, 'x'), name: 'composeExtension/query' })).status).toBe(501);
      nothingHappenedButLearning();
    });
    const nothingHappenedButLearning = (): void => { expect(heard).toEqual([]); expect(connector.calls).toEqual([]); };
  });

  describe('where a channel of the estate is', () => {
    const target = { kind: 'channel', channel: 'cluster01' } as const;
    const use = async (): Promise<void> => { await send(activities.saysInChannel(ana, 'use this channel for cluster01')); await sent(/thread\.tacv2/); };

    test('is said in it by somebody who may; everybody there reads it; the knowledge survives a restart', async () => {
      await use();
      expect(heard).toMatchObject([{ kind: 'place', text: 'use cluster01' }]);
      teams = await make();
      connector.calls.length = 0;
      expect(await teams.channel.post(target, card(), { key: 'run:R-1' })).toEqual({ surface: 'teams', conversation: '19:cluster01@thread.tacv2', message: expect.any(String) });
      expect(connector.calls[0]!.path).toBe('/v3/conversations/19:cluster01@thread.tacv2/activities');
    });
    test('is not changed by somebody who may not, who is told alone', async () => {
      mayPlace = false;
      await send(activities.says(ana, 'help'));
      await send(activities.saysInChannel(ana, 'use this channel for cluster01'));
      await until(() => connector.calls.some(({ body }) => JSON.stringify(body).includes('You may not')), 'the refusal');
      expect(connector.calls.filter(({ body }) => JSON.stringify(body).includes('You may not')).every(({ path }) => path.includes('chat-aad-ana'))).toBe(true);
      await expect(teams.channel.post(target, card(), { key: 'k' })).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('use this channel for cluster01') });
    });
    test('one conversation never shows two channels', async () => {
      await use();
      await send(activities.says(ana, 'help'));
      await send(activities.saysInChannel(ana, 'use this channel for cluster02'));
      await until(() => connector.calls.some(({ body }) => JSON.stringify(body).includes('already')), 'the refusal');
      expect(heard.filter(({ kind }) => kind === 'place')).toHaveLength(1);
      await expect(teams.channel.post({ kind: 'channel', channel: 'cluster02' }, card(), { key: 'k' })).rejects.toMatchObject({ code: 'refused' });
    });
    test('another conversation takes its place, and the first shows nothing any more', async () => {
      await use();
      await send({ ...activities.saysInChannel(ana, 'use this channel for cluster01'), conversation: { tenantId, id: '19:other@thread.tacv2', conversationType: 'channel' } });
      await sent(/19:other/);
      expect((await teams.channel.post(target, card(), { key: 'k' })).conversation).toBe('19:other@thread.tacv2');
      connector.calls.length = 0;
      await send(activities.saysInChannel(ana, 'use this channel for cluster02'));
      await sent(/19:cluster01/);
      expect((await teams.channel.post({ kind: 'channel', channel: 'cluster02' }, card(), { key: 'k' })).conversation).toBe('19:cluster01@thread.tacv2');
    });
    test('ends when somebody says so, or when Lifeboat is removed', async () => {
      await use();
      connector.calls.length = 0;
      await send(activities.saysInChannel(ana, 'stop using this channel'));
      await sent(/thread\.tacv2/);
      await expect(teams.channel.post(target, card(), { key: 'k' })).rejects.toMatchObject({ code: 'refused' });
      connector.calls.length = 0;
      await use();
      await send(activities.removedFromChannel(ana));
      await until(() => lines.some((line) => line.includes('was removed from the Teams conversation')), 'the warning');
      await expect(teams.channel.post(target, card(), { key: 'k' })).rejects.toMatchObject({ code: 'refused' });
    });
  });

  describe('messages', () => {
    const target = { kind: 'channel', channel: 'cluster01' } as const;
    beforeEach(async () => {
      await send(activities.saysInChannel(ana, 'use this channel for cluster01'));
      await send(activities.says(ben, 'help'));
      await until(() => connector.calls.length >= 2, 'both answers');
      connector.calls.length = 0;
      heard.length = 0;
    });
    const post1 = () => teams.channel.post(target, card(), { key: 'run:R-1/teams/cluster01' });

    test('carry our key, so that a second copy after a lost reply is recognisable', async () => {
      await post1();
      expect(connector.card(connector.calls[0]!).body[0]).toMatchObject({ type: 'Container', id: 'run:R-1/teams/cluster01' });
    });
    test('a thread line goes below its root, by the channel\'s thread; an edit goes to the message', async () => {
      const root = await post1();
      const line = await teams.channel.post(target, card({ heading: 'h', body: 'approved' }), { key: 'story:1', thread: root });
      expect(connector.calls[1]!.path).toBe(`/v3/conversations/19:cluster01@thread.tacv2;messageid=${root.message}/activities`);
      await teams.channel.update(root, card());
      expect(connector.calls[2]).toMatchObject({ method: 'PUT', path: `/v3/conversations/19:cluster01@thread.tacv2/activities/${root.message}` });
      await teams.channel.update(line, card());
      expect(connector.calls[3]!.path).toContain(`;messageid=${root.message}/activities/${line.message}`);
    });
    test('for a person go into the chat with them, and notify', async () => {
      await teams.channel.post({ kind: 'person', person: 'ben', identity: identity('aad-ben') }, card(), { key: 'ask:1' });
      expect(connector.calls[0]).toMatchObject({ path: '/v3/conversations/a:chat-aad-ben/activities', body: { channelData: { notification: { alert: true } } } });
      await expect(teams.channel.post({ kind: 'person', person: 'cy', identity: identity('aad-cy') }, card(), { key: 'ask:2' })).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('says "help" once') });
    });
    test('those who may decide are named to Teams by its own ids', async () => {
      await teams.channel.post(target, card({ deciders: [identity('aad-ben'), identity('aad-unknown')], actions: [{ id: 'review-1', verb: 'review', label: 'Review', style: 'plain' }] }), { key: 'k' });
      expect(connector.card(connector.calls[0]!).refresh).toEqual({ action: { type: 'Action.Execute', title: 'Refresh', verb: 'personal', data: { id: 'review-1', of: 'k' } }, userIds: ['29:ben'] });
    });

    const troubles: [string, import('./teams-support/connector.js').Behaviour, object][] = [
      ['429 with Retry-After', { status: 429, headers: { 'retry-after': '7' } }, { code: 'busy', retryAfterMs: 7_000 }],
      ['429 without', { status: 429 }, { code: 'busy', retryAfterMs: 2_000 }],
      ['412', { status: 412 }, { code: 'busy' }],
      ['502', { status: 502 }, { code: 'unreachable', retryAfterMs: null }],
      ['504 with Retry-After', { status: 504, headers: { 'retry-after': '3' } }, { code: 'unreachable', retryAfterMs: 3_000 }],
      ['500', { status: 500 }, { code: 'unreachable' }],
      ['a token that is not accepted', { status: 401 }, { code: 'unreachable' }],
      ['an app that was removed', { status: 403, body: { error: { code: 'BotNotInConversationRoster', message: 'secret detail' } } }, { code: 'refused', message: expect.stringContaining('Add the app there again') }],
      ['a message that is too large', { status: 413, body: { error: { code: 'MessageSizeTooBig' } } }, { code: 'refused' }],
      ['a lost reply', 'lost', { code: 'outcome-unknown' }],
    ];
    test.each(troubles)('%s: one try, and the outbox is told what it means', async (_what, behaviour, error) => {
      connector.next.push(behaviour);
      await expect(post1()).rejects.toMatchObject(error);
      expect(connector.calls).toHaveLength(1);
      expect((await post1()).message).toMatch(/^activity-/);
    });
    test('an edit of a message that is gone says so; a lost reply to an edit is simply tried again', async () => {
      const root = await post1();
      connector.next.push({ status: 404, body: { error: { code: 'ActivityNotFoundInConversation' } } }, 'lost', { status: 404, body: { error: { code: 'ConversationNotFound' } } });
      await expect(teams.channel.update(root, card())).rejects.toMatchObject({ code: 'gone' });
      await expect(teams.channel.update(root, card())).rejects.toMatchObject({ code: 'unreachable' });
      await expect(teams.channel.update(root, card())).rejects.toMatchObject({ code: 'refused' });
    });
    test('a message that was posted twice after a lost reply is told by the press or look that names it, and can be removed', async () => {
      const seen: unknown[] = [];
      const stop = teams.channel.onSeen!((key, ref) => { seen.push([key, ref]); });
      const review = { id: 'review-1', verb: 'review', label: 'Review', style: 'plain' } as const;
      const root = await teams.channel.post(target, card({ deciders: [identity('aad-ben')], actions: [review] }), { key: 'run:R-1/teams/cluster01' });
      const { refresh, actions } = connector.card(connector.calls[0]!);
      expect([refresh.action.data, actions[0].data, actions[0].fallback.data]).toEqual(Array.from({ length: 3 }, () => ({ id: 'review-1', of: 'run:R-1/teams/cluster01' })));
      const data = { id: 'review-1', of: 'run:R-1/teams/cluster01' };
      await send(activities.looks(ben, 'review-1', { value: { action: { type: 'Action.Execute', verb: 'personal', data } }, replyToId: '1700000000001' }));
      await send(activities.presses(ben, 'approve-1', { value: { action: { type: 'Action.Execute', verb: 'press', data: { ...data, of: 'ask:R-1.1/teams/ben' } } }, replyToId: 'activity-7' }));
      await send(activities.presses(ben, 'approve-2'));
      expect(seen).toEqual([['run:R-1/teams/cluster01', { surface: 'teams', conversation: root.conversation, message: '1700000000001' }], ['ask:R-1.1/teams/ben', { surface: 'teams', conversation: 'a:chat-aad-ben', message: 'activity-7' }]]);
      stop();
      connector.calls.length = 0;
      await teams.channel.update(root, card({ actions: [review] }));
      expect(connector.card(connector.calls[0]!).actions[0].data).toEqual({ id: 'review-1' });
      connector.next.push({ status: 200 }, { status: 404, body: { error: { code: 'ActivityNotFoundInConversation' } } }, 'lost');
      await teams.channel.remove!(root);
      expect(connector.calls[1]).toMatchObject({ method: 'DELETE', path: `/v3/conversations/${root.conversation}/activities/${root.message}` });
      await expect(teams.channel.remove!(root)).rejects.toMatchObject({ code: 'gone' });
      await expect(teams.channel.remove!(root)).rejects.toMatchObject({ code: 'unreachable' });
    });
    test('in a group chat, which has no threads, a line of the story is a message of its own', async () => {
      await send({ ...activities.saysInChannel(ana, 'use this chat for cluster01'), conversation: { tenantId, id: '19:group@thread.v2', conversationType: 'groupChat', isGroup: true } });
      await sent(/19:group@thread\.v2/);
      connector.calls.length = 0;
      const root = await post1();
      await teams.channel.post(target, card({ body: 'approved' }), { key: 'story:1', thread: root });
      expect(connector.calls.map(({ path }) => path)).toEqual(['/v3/conversations/19:group@thread.v2/activities', '/v3/conversations/19:group@thread.v2/activities']);
    });
    test('at most seven a second go into one conversation; the eighth is told when, without asking Teams', async () => {
      clock.move(3_600_000);
      for (let times = 0; times < 7; times++) await post1();
      await expect(post1()).rejects.toMatchObject({ code: 'busy', retryAfterMs: 1_000 });
      expect(connector.calls).toHaveLength(7);
      await teams.channel.post({ kind: 'person', person: 'ben', identity: identity('aad-ben') }, card(), { key: 'k' });
      clock.move(1_000);
      await post1();
    });
    test('a connection that is refused was surely not a message', async () => {
      store.set('conversation/19:cluster01@thread.tacv2', { serviceUrl: await closedAddress(), bot: '28:bot', serves: 'cluster01' });
      await expect(post1()).rejects.toMatchObject({ code: 'unreachable' });
    });
    test('a stored address whose host is not on the list any more gets neither message nor token', async () => {
      store.set('conversation/19:cluster01@thread.tacv2', { serviceUrl: 'https://attacker.example/', bot: '28:bot', serves: 'cluster01' });
      await expect(post1()).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('TEAMS_SERVICE_HOSTS') });
    });
    test('what Teams says in detail, and our secret, reach no message and no log', async () => {
      connector.next.push({ status: 403, body: { error: { code: 'BotNotInConversationRoster', message: 'secret detail' } } });
      await post1().catch((error: Error) => { lines.push(error.message); });
      expect(lines.join('\n')).not.toMatch(/secret detail|test-client-secret|Bearer/);
    });
  });

  describe('the directory', () => {
    test('gives one token for many messages, for the issuer\'s resource', async () => {
      await send(activities.says(ben, 'help'));
      await sent(/chat-aad-ben/);
      issuer.asked.length = 0;
      teams = await make();
      await Promise.all([1, 2, 3].map((each) => teams.channel.post({ kind: 'person', person: 'ben', identity: identity('aad-ben') }, card(), { key: `k${each}` })));
      expect(issuer.asked).toEqual([`${appId} ${appPassword} ${issuer.url}/.default`]);
    });
    test('that refuses the secret stops nothing: the status says what to do, and it is asked again', async () => {
      issuer.refuse = 'invalid_client';
      await teams.start();
      await until(() => teams.status().ok === false, 'the refusal');
      expect(teams.status().message).toMatch(/invalid_client.*TEAMS_APP_PASSWORD/);
      issuer.refuse = null;
      clock.move(1_000);
      await until(() => teams.status().ok === true, 'the token');
      await teams.stop();
    });
    test('that takes the secret no more is seen at the next message, which waits for the new one', async () => {
      await send(activities.says(ben, 'help'));
      await sent(/chat-aad-ben/);
      expect(teams.status().ok).toBe(true);
      issuer.refuse = 'invalid_client';
      clock.move(3_600_000);
      const post = () => teams.channel.post({ kind: 'person', person: 'ben', identity: identity('aad-ben') }, card(), { key: 'k' });
      await expect(post()).rejects.toMatchObject({ code: 'unreachable' });
      expect(teams.status()).toMatchObject({ ok: false, message: expect.stringContaining('whether TEAMS_APP_PASSWORD has run out') });
      issuer.refuse = null;
      await post();
      expect(teams.status().ok).toBe(true);
    });
    test('that is away at the start stops nothing', async () => {
      teams = await make({ loginUrl: (await closedAddress()).replace(/\/$/, '') });
      await teams.start();
      await until(() => teams.status().ok === false, 'the first try');
      expect((await send(activities.presses(ben, 'opaque-1'))).status).toBe(200);
      await teams.stop();
    });
  });
});
