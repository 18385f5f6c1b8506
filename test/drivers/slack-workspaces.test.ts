import { beforeEach, describe, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSlackChannel } from '../../src/drivers/channel/slack/channel.js';
import { identityOf, type Home, type SlackPerson } from '../../src/drivers/channel/slack/identity.js';
import { createInstallations, type Installations } from '../../src/drivers/channel/slack/installations.js';
import { createPeople } from '../../src/drivers/channel/slack/people.js';
import { createStandings } from '../../src/drivers/channel/slack/standing.js';
import { createWorkspaces, type Workspaces } from '../../src/drivers/channel/slack/workspaces.js';
import type { Card } from '../../src/ports/channel.js';
import { FakeClock } from '../chatops/fakes.js';

const card: Card = { heading: 'Heading', body: 'Body', text: 'Text', actions: [], tone: 'info' };
const person = (user: string, team: string | null, enterprise: string | null = null, place: string | null = team): SlackPerson => ({ user, team, enterprise, place });
const clientOptions = { slackApiUrl: 'http://127.0.0.1:9/', retryConfig: { retries: 0 } };

function memory(): { values: Map<string, unknown>; store: { get(key: string): Promise<unknown>; set(key: string, value: unknown): Promise<unknown>; delete(key: string): Promise<unknown> }; broken: boolean } {
  const values = new Map<string, unknown>();
  const self = { values, broken: false, store: {
    get: async (key: string) => { if (self.broken) throw new Error('the database is away'); return values.get(key); },
    set: async (key: string, value: unknown) => values.set(key, value), delete: async (key: string) => values.delete(key),
  } };
  return self;
}
const bot = (token: string) => ({ token, scopes: [], id: 'B1', userId: 'UBOT' });
const inTeam = (installations: Installations, team: string, enterprise?: string): Promise<void> => installations.storeInstallation({ team: { id: team, name: team }, enterprise: enterprise === undefined ? undefined : { id: enterprise }, user: { token: undefined, scopes: undefined, id: 'U1' }, bot: bot(`xoxb-${team}`), isEnterpriseInstall: false, authVersion: 'v2' });
const inOrganisation = (installations: Installations, id: string): Promise<void> => installations.storeInstallation({ team: undefined, enterprise: { id, name: id }, user: { token: undefined, scopes: undefined, id: 'U1' }, bot: bot(`xoxb-${id}`), isEnterpriseInstall: true, authVersion: 'v2' });

describe('who somebody is', () => {
  const of = (home: Home | null, installations: Installations | null = null): Workspaces => createWorkspaces({ own: { token: 'xoxb-own', home: () => home }, installations, clientOptions });
  const plain: Home = { team: 'T1', enterprise: null, botUser: 'UBOT' };
  const grid: Home = { team: 'T1', enterprise: 'E1', botUser: 'UBOT' };
  const told = async (workspaces: Workspaces, who: SlackPerson): Promise<[string, string]> => { const known = await workspaces.known(who); return [identityOf(known), known.claim]; };

  test.each<[string, Home | null, SlackPerson, [string, string]]>([
    ['a member of the one workspace', plain, person('U1', 'T1'), ['T1/U1', 'ours']],
    ['a member, in a place that belongs to another organisation', plain, person('U1', 'T1', 'E9', 'T9'), ['T1/U1', 'ours']],
    ['somebody of another workspace, by Slack Connect', plain, person('U9', 'T9', null, 'T1'), ['T9/U9', 'stranger']],
    ['somebody of another organisation, in a channel of ours', plain, person('U9', 'T9', 'E9', 'T1'), ['T9/U9', 'stranger']],
    ['a member on Enterprise Grid', grid, person('U1', 'T1', 'E1'), ['E1/U1', 'ours']],
    ['a member, of whose organisation the payload says nothing', grid, person('U1', 'T1', null), ['E1/U1', 'ours']],
    ['a member of another workspace of the organisation, in that workspace', grid, person('U1', 'T2', 'E1', 'T2'), ['E1/U1', 'ours']],
    ['somebody of another workspace, in a channel of ours', grid, person('U9', 'T9', 'E1', 'T1'), ['E1/U9', 'unconfirmed']],
    ['somebody of another organisation, who says so', grid, person('U9', 'T9', 'E9', 'T9'), ['T9/U9', 'stranger']],
    ['anybody before Slack has said who we are', null, person('U9', 'T9'), ['T9/U9', 'ours']],
  ])('%s', async (_title, home, who, expected) => expect(await told(of(home), who)).toEqual(expected));

  test('a person is the same in every workspace of an organisation, and counts once', async () => {
    const workspaces = of(grid);
    const seen = await Promise.all([person('U1', 'T1', 'E1'), person('U1', 'T2', 'E1', 'T2'), person('U1', 'T1', null)].map((each) => told(workspaces, each)));
    expect(new Set(seen.map(([identity]) => identity)).size).toBe(1);
  });
  test('each installed workspace has people of its own; others have none', async () => {
    const installations = createInstallations(memory().store, 's');
    await inTeam(installations, 'T2');
    await inTeam(installations, 'T3', 'E3');
    await inOrganisation(installations, 'E4');
    const workspaces = of(plain, installations);
    expect(await Promise.all([person('U1', 'T1'), person('U1', 'T2'), person('U1', 'T3', 'E3'), person('U1', 'T5', 'E4'), person('U1', 'T9')].map((each) => told(workspaces, each)))).toEqual([['T1/U1', 'ours'], ['T2/U1', 'ours'], ['E3/U1', 'ours'], ['E4/U1', 'ours'], ['T9/U1', 'stranger']]);
  });

  describe('what Slack says of somebody whom only the place counts to our organisation', () => {
    const refusal = async (found: object | null): Promise<string | null> => {
      const workspaces = of(grid);
      const clock = new FakeClock(0);
      const client = { users: { info: async () => { if (found === null) throw new Error('no answer'); return { user: found }; } } } as unknown as Awaited<ReturnType<Workspaces['main']>>;
      const people = createPeople(workspaces, createStandings({ clientFor: async () => client, clock, log: { info: () => undefined, warn: () => undefined, error: () => undefined } }));
      return (await people.refuse(await people.known(person('U9', 'T9', 'E1', 'T1'))))?.text ?? null;
    };
    test('of ours, in another workspace: heard', async () => expect(await refusal({ enterprise_user: { enterprise_id: 'E1' } })).toBeNull());
    test('of another organisation: refused', async () => expect(await refusal({ enterprise_user: { enterprise_id: 'E9' } })).toContain('another Slack workspace'));
    test('of no organisation: refused', async () => expect(await refusal({})).toContain('another Slack workspace'));
    test('nothing: refused, with a way to stop a run all the same', async () => expect(await refusal(null)).toContain('Slack does not say at the moment'));
  });
});

describe('with which token something is posted', () => {
  let server: Server;
  let asked: [string, string, string][];
  let installations: Installations;
  let kept: ReturnType<typeof memory>;
  const using = async (work: (url: string) => Promise<void>): Promise<void> => {
    asked = [];
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (part: Buffer) => { text += part.toString(); }).on('end', () => {
        const sent = new URLSearchParams(text);
        asked.push([request.url!.slice(1), request.headers.authorization!.replace('Bearer ', ''), sent.get('channel') ?? sent.get('users') ?? '']);
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: true, channel: request.url === '/conversations.open' ? { id: 'D1' } : 'C1', ts: '1.1' }));
      });
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    try { await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`); } finally { await new Promise<void>((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }); }
  };
  beforeEach(async () => {
    kept = memory();
    installations = createInstallations(kept.store, 's');
    await inTeam(installations, 'T2');
    await inTeam(installations, 'T3', 'E3');
  });
  const channelAt = (slackApiUrl: string, own: boolean) => createSlackChannel({ workspaces: createWorkspaces({ own: own ? { token: 'xoxb-own', home: () => ({ team: 'T1', enterprise: null, botUser: 'UBOT' }) } : null, installations, clientOptions: { ...clientOptions, slackApiUrl } }), workspaceOf: new Map([['cluster02', 'T3']]) });

  test('a channel: that of the environment, unless it is said to be in another workspace; an edit goes where the message is', () => using(async (url) => {
    const channel = channelAt(url, true);
    const [here, there] = [await channel.post({ kind: 'channel', channel: 'cluster01' }, card, { key: 'a' }), await channel.post({ kind: 'channel', channel: 'cluster02' }, card, { key: 'b' })];
    expect([here.conversation, there.conversation]).toEqual(['C1', 'T3/C1']);
    await channel.update(there, card);
    await channel.post({ kind: 'channel', channel: 'cluster02' }, card, { key: 'c', thread: there });
    await channel.update(here, card);
    expect(asked).toEqual([['chat.postMessage', 'xoxb-own', 'cluster01'], ['chat.postMessage', 'xoxb-T3', 'cluster02'], ['chat.update', 'xoxb-T3', 'C1'], ['chat.postMessage', 'xoxb-T3', 'C1'], ['chat.update', 'xoxb-own', 'C1']]);
  }));
  test('a person: that of the person\'s own workspace or organisation', () => using(async (url) => {
    const channel = channelAt(url, true);
    for (const identity of ['T1/U1', 'T2/U2', 'E3/U3']) await channel.post({ kind: 'person', person: 'ana', identity }, card, { key: 'a' });
    expect(asked.filter(([method]) => method === 'conversations.open')).toEqual([['conversations.open', 'xoxb-own', 'U1'], ['conversations.open', 'xoxb-T2', 'U2'], ['conversations.open', 'xoxb-T3', 'U3']]);
  }));
  test('without a token in the environment, that of the workspace that was installed first', () => using(async (url) => {
    await channelAt(url, false).post({ kind: 'channel', channel: 'cluster01' }, card, { key: 'a' });
    expect(asked).toEqual([['chat.postMessage', 'xoxb-T2', 'cluster01']]);
    await installations.remove('T2');
    await channelAt(url, false).post({ kind: 'channel', channel: 'cluster01' }, card, { key: 'b' });
    expect(asked.at(-1)).toEqual(['chat.postMessage', 'xoxb-T3', 'cluster01']);
  }));
  test('where it is not installed, the message waits, and the reason says what to do', () => using(async (url) => {
    const channel = channelAt(url, true);
    await expect(channel.post({ kind: 'person', person: 'zoe', identity: 'T9/U9' }, card, { key: 'a' })).rejects.toMatchObject({ code: 'unreachable', message: expect.stringMatching(/not installed in the workspace T9.*code slack-install/) });
    expect(asked).toEqual([]);
  }));
  test('with the database away the workspaces that were heard of before are still served', () => using(async (url) => {
    const channel = channelAt(url, true);
    await channel.post({ kind: 'person', person: 'ben', identity: 'T2/U2' }, card, { key: 'a' });
    kept.broken = true;
    await channel.post({ kind: 'person', person: 'ben', identity: 'T2/U2' }, card, { key: 'b' });
    expect(asked.map(([, token]) => token)).toEqual(['xoxb-T2', 'xoxb-T2', 'xoxb-T2']);
  }));
});

test('an installation without a bot is refused, and what was kept by hand is not believed', async () => {
  const kept = memory();
  const installations = createInstallations(kept.store, 's');
  await expect(installations.storeInstallation({ team: { id: 'T1' }, enterprise: undefined, user: { token: undefined, scopes: undefined, id: 'U1' } })).rejects.toThrow('no bot token');
  kept.values.set('workspace/T1', JSON.stringify({ id: 'T1', name: null, enterprise: null, botUser: 'U', token: 'xoxb-mine' }));
  expect(await installations.of('T1')).toBeNull();
});
