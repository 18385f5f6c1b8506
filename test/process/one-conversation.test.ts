import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { api, botToken, channelId, signed, signingSecret, slashCommand, startSlackServer, type SlackServer } from '../drivers/slack-support/emulator.js';
import { ben as benInTeams, createActivities, startConnector, type FakeConnector } from '../drivers/teams-support/connector.js';
import { buttonsIn, cardOf, wordsOf } from '../drivers/teams-support/desk.js';
import { appId, appPassword, startIssuer, tenantId, type Issuer } from '../drivers/teams-support/issuer.js';
import { createVar, fastEstate, startLifeboat, type Lifeboat } from '../support/lifeboat.js';
import { until } from '../support/poll.js';

const token = 'a-token-of-the-gateway';
const phoneOfBen = '15550001002';
const [slackOfAna, move] = ['ana', 'move site from=customerA to=service_provider dr_type=unplanned reason="the array is dead"'];

/** One run, four surfaces: what each of them tells is the same story. */
describe('A run asked for in Slack, approved in Teams and in the console, held by text message', () => {
  const place = createVar('lifeboat-everywhere-');
  let [slack, connector, issuer, gateway, lifeboat]: [SlackServer?, FakeConnector?, Issuer?, Server?, Lifeboat?] = [];
  const texts: URLSearchParams[] = [];
  const users: Record<string, string> = {};
  let run = '';

  const inSlack = async (text: string): Promise<void> => {
    const { body, headers } = signed(slashCommand(text, { user_id: users[slackOfAna]!, user_name: slackOfAna, response_url: `${slack!.url}/services/T000000001/B000000001/X000000001` }));
    expect((await fetch(`${lifeboat!.address}/slack/events`, { method: 'POST', body, headers })).status).toBe(200);
  };
  const toTeams = async (activity: object): Promise<void> => {
    const response = await fetch(`${lifeboat!.address}/api/messages`, { method: 'POST', body: JSON.stringify(activity), headers: { authorization: `Bearer ${await issuer!.token({ serviceurl: connector!.url })}` } });
    expect(response.status).toBe(200);
  };
  const state = async (): Promise<string> => (await lifeboat!.command(`query run ${run}`)).text;
  const slackHistory = async (): Promise<Record<string, any>[]> => (await api(slack!, 'conversations.history', { channel: await channelId(slack!, 'cluster01'), limit: 100 })).messages;

  beforeAll(async () => {
    [slack, connector, issuer] = await Promise.all([startSlackServer(), startConnector(), startIssuer()]);
    for (const user of (await api(slack, 'users.list')).members) users[user.name] = user.id;
    gateway = createServer((request, response) => { texts.push(new URL(request.url!, 'http://gateway').searchParams); response.writeHead(202).end('0: Accepted for delivery'); });
    await new Promise<void>((resolve) => { gateway!.listen(0, '127.0.0.1', resolve); });
    // Who asked and two more stand behind a move of a lost site here.
    const runbooks = join(place.folder, 'runbooks');
    cpSync('runbooks', runbooks, { recursive: true });
    const file = join(runbooks, 'unplanned-move.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('people: 2', 'people: 3'));
    lifeboat = await startLifeboat({ varDirectory: place.varDirectory, env: {
      LIFEBOAT_RUNBOOKS: runbooks, LIFEBOAT_ESTATE: fastEstate(place.folder, 10), SLACK_BOT_TOKEN: botToken, SLACK_SIGNING_SECRET: signingSecret, SLACK_API_URL: `${slack.url}/api/`,
      TEAMS_APP_ID: appId, TEAMS_APP_PASSWORD: appPassword, TEAMS_TENANT_ID: tenantId, TEAMS_SERVICE_HOSTS: '127.0.0.1', TEAMS_TOKEN_ISSUER: issuer.url, TEAMS_OPENID_METADATA_URL: issuer.metadataUrl, TEAMS_LOGIN_URL: issuer.url,
      SMS_URL: `http://dr:pw@127.0.0.1:${(gateway.address() as AddressInfo).port}/cgi-bin/sendsms`, SMS_INBOUND_TOKEN: token,
    } });
    await until('the VMs are ready', async () => /6 out of 6/.test((await lifeboat!.command('query host_group HG_A')).text), 60_000);
    await inSlack(`link ${((await lifeboat.command('code slack', 'ana')).json as { code: string }).code}`);
    const teams = createActivities(connector.url, tenantId);
    await toTeams(teams.says(benInTeams, `link ${((await lifeboat.command('code teams', 'ben')).json as { code: string }).code}`));
    for (const [who, where] of [['ana', /slack/], ['ben', /teams/]] as const) await until(`${who} is linked`, async () => where.test((await lifeboat!.command(`query person ${who}`)).text), 20_000);
    await toTeams(teams.saysInChannel(benInTeams, 'use this channel for cluster01'));
    await until('the channel in Teams', () => connector!.calls.some((call) => /for everyone in this conversation to read/.test(wordsOf(call))), 20_000);
  }, 120_000);
  afterAll(async () => {
    await lifeboat?.stop();
    await Promise.all([slack?.close(), connector?.close(), issuer?.close(), new Promise((resolve) => { gateway?.close(resolve); gateway?.closeAllConnections(); })]);
    place.done();
  }, 60_000);

  test('asked for in Slack, it stands in Slack, in Teams and in the console, and who may decide is asked by text, too', async () => {
    await inSlack(move);
    run = await until('the run', async () => [...(await lifeboat!.command('query run')).text.matchAll(/^Run: +(R-\d+)$/gm)].map(([, id]) => id!).find((id) => !['R-1', 'R-2', 'R-3', 'R-4'].includes(id)), 20_000);
    await until('the card in Slack', async () => (await slackHistory()).some((message) => JSON.stringify(message.blocks ?? '').includes(run)), 20_000);
    await until('the card in Teams', () => connector!.calls.some((call) => call.path.includes('19:cluster01') && wordsOf(call).includes(run)), 20_000);
    const text = await until('the text message', () => texts.find((each) => each.get('to') === `+${phoneOfBen}` && each.get('text')!.includes(run)), 20_000);
    expect(text.get('text')).toMatch(new RegExp(`^\\[SIM\\] DR ${run} UNPLANNED MOVE customerA`));
  }, 90_000);

  test('one person approves in Teams: the run waits for another, and the decision stands in every copy', async () => {
    const ask = await until('the request in Teams', () => connector!.calls.find((call) => /Approve/.test(wordsOf(call)) && buttonsIn(cardOf(call)).some(({ title }) => /Approve/.test(title))), 20_000);
    const approve = buttonsIn(cardOf(ask)).find(({ title }) => /Approve/.test(title))!;
    await toTeams(createActivities(connector!.url, tenantId).presses(benInTeams, approve.id));
    await until('the approval', async () => /ben at .* by teams/.test((await lifeboat!.command(`why ${run}`)).text), 20_000);
    expect(await state()).toMatch(/State: +proposed/);
    const decided = /Ben Okafor/;
    await until('the decision in Slack', async () => (await slackHistory()).some((message) => JSON.stringify(message.blocks ?? '').includes(run) && decided.test(JSON.stringify(message.blocks))), 20_000);
    await until('the decision in Teams', () => connector!.calls.some((call) => call.method === 'PUT' && wordsOf(call).includes(run) && /ben|Ben/.test(wordsOf(call))), 20_000);
  }, 60_000);

  test('another approves in the console, with a button of their own; it runs', async () => {
    const chris = await lifeboat!.as('chris');
    const button = await until('the button', async () => {
      const { messages } = await chris<{ messages: { card: { actions: { id: string; verb: string }[] }; key?: string }[] }>('GET', '/api/messages?conversation=person:chris');
      return messages.flatMap(({ card }) => card.actions).findLast(({ verb }) => verb === 'approve')?.id;
    }, 20_000);
    await chris('POST', '/api/press', { conversation: 'person:chris', button, deliveryId: 'press-0001' });
    await until('a run under way', async () => /running/.test(await state()), 30_000);
    expect((await lifeboat!.command(`why ${run}`)).text).toMatch(/ben at .* by teams[\s\S]*chris at .* by web/);
  }, 60_000);

  test('a text message with its code holds it, and each surface says by whom', async () => {
    const code = / ([A-Z0-9]{4}) H hold/.exec(texts.find((each) => each.get('to') === `+${phoneOfBen}` && each.get('text')!.includes(run))!.get('text')!)![1]!;
    const answer = await fetch(`${lifeboat!.address}/sms/kannel?${new URLSearchParams({ token, from: `+${phoneOfBen}`, text: `${code} H`, id: 'mo-1' }).toString()}`);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringMatching(/held/i)]);
    await until('the held run', async () => /held by ben/.test((await lifeboat!.command(`why ${run}`)).text), 20_000);
    const inThread = async (): Promise<string> => {
      const root = (await slackHistory()).find((message) => JSON.stringify(message.blocks ?? '').includes(run))!;
      return JSON.stringify((await api(slack!, 'conversations.replies', { channel: await channelId(slack!, 'cluster01'), ts: root.ts })).messages);
    };
    await until('the hold in Slack', async () => /on hold/.test(await inThread()), 30_000);
    await until('the hold in Teams', () => connector!.calls.some((call) => call.path.includes(';messageid=') && /on hold/.test(wordsOf(call))), 30_000);
  }, 90_000);

  test('the same lines stand in both threads, in the same order', async () => {
    const root = (await slackHistory()).find((message) => JSON.stringify(message.blocks ?? '').includes(run))!;
    const said = /(asked|approved|goes ahead|on hold)/i;
    const lines = async (): Promise<readonly [string[], string[]]> => {
      const { messages } = await api(slack!, 'conversations.replies', { channel: await channelId(slack!, 'cluster01'), ts: root.ts });
      const ofSlack = (messages as Record<string, any>[]).slice(1).map((message) => said.exec(String(message.text))?.[1]?.toLowerCase()).filter((word): word is string => word !== undefined);
      const ofTeams = connector!.calls.filter((call) => call.method === 'POST' && /19:cluster01@thread\.tacv2;messageid=activity/.test(call.path)).map((call) => said.exec(wordsOf(call))?.[1]?.toLowerCase()).filter((word): word is string => word !== undefined);
      return [ofSlack, ofTeams];
    };
    await until('as many lines in both', async () => { const [a, b] = await lines(); return a.length >= 2 && a.length === b.length; }, 30_000);
    const [ofSlack, ofTeams] = await lines();
    expect(ofTeams).toEqual(ofSlack);
  }, 60_000);
});
