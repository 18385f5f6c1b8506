import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createSlack, type Slack } from '../../src/drivers/channel/slack/slack.js';
import type { MessageRef } from '../../src/ports/channel.js';
import { FakeClock, fakeOnce, until } from '../chatops/fakes.js';
import { handlerOf } from './slack-support/handler.js';
import { api, botToken, buttonClick, channelId, signed, signingSecret, startSlackServer, type SlackServer } from './slack-support/emulator.js';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const event = (more: Record<string, unknown> = {}, id = 'Ev9'): string => JSON.stringify({
  type: 'event_callback', event_id: id, event_time: 1, team_id: 'T000000001', api_app_id: 'A1', token: 't', authorizations: [{ team_id: 'T000000001', enterprise_id: null, user_id: 'UBOT', is_bot: true }],
  event: { type: 'message_metadata_posted', app_id: 'A1', bot_id: 'B1', user_id: 'UBOT', team_id: 'T000000001', channel_id: 'C1', metadata: { event_type: 'lifeboat', event_payload: { key: 'run:R-1/slack/cluster01' } }, message_ts: '1.5', event_ts: '1.6', ...more },
});

describe('what Slack says of Lifeboat\'s own messages', () => {
  let emulator: SlackServer;
  let door: Server;
  let slack: Slack;
  let told: [string, MessageRef][];
  const send = async (body: string, type: string): Promise<number> => {
    const request = signed(body, { type });
    return (await fetch(`http://127.0.0.1:${(door.address() as AddressInfo).port}/slack/events`, { method: 'POST', body: request.body, headers: request.headers })).status;
  };
  beforeAll(async () => {
    emulator = await startSlackServer();
    slack = await createSlack({ env: { botToken, signingSecret, apiUrl: `${emulator.url}/api/` }, handler: handlerOf({}), once: fakeOnce(), clock: new FakeClock(Date.now()), log: quiet });
    door = createServer((request, response) => slack.requestListener!(request, response));
    await new Promise<void>((resolve) => { door.listen(0, '127.0.0.1', resolve); });
    slack.channel.onSeen!((key, ref) => { told.push([key, ref]); });
  });
  beforeEach(() => { told = []; });
  afterAll(async () => { await slack.stop(); await new Promise((resolve) => { door.close(resolve); door.closeAllConnections(); }); await emulator.close(); });

  test('an event for a message with our metadata', async () => {
    expect(await send(event(), 'application/json')).toBe(200);
    await until(() => told[0], 'the message');
    expect(told).toEqual([['run:R-1/slack/cluster01', { surface: 'slack', conversation: 'C1', message: '1.5' }]]);
  });
  test('a press on one', async () => {
    await send(buttonClick('b1', { message: { ts: '1.7', metadata: { event_type: 'lifeboat', event_payload: { key: 'ask:R-1.1/slack/T1/U1' } } } }), 'application/x-www-form-urlencoded');
    await until(() => told[0], 'the message');
    expect(told).toEqual([['ask:R-1.1/slack/T1/U1', { surface: 'slack', conversation: 'C1', message: '1.7' }]]);
  });
  test('another app\'s metadata, and what has not the form that Slack documents, say nothing', async () => {
    await send(event({ metadata: { event_type: 'other', event_payload: { key: 'x' } } }, 'Ev10'), 'application/json');
    await send(event({ message_ts: 'now' }, 'Ev11'), 'application/json');
    await send(event({}, 'Ev12'), 'application/json');
    await until(() => told[0], 'the last one');
    expect(told).toHaveLength(1);
  });
  test('a copy is removed; one that is gone already says so', async () => {
    await api(emulator, 'conversations.list');
    const ref = await slack.channel.post({ kind: 'channel', channel: await channelId(emulator, 'general') }, { heading: 'x', body: 'x', text: 'x', actions: [], tone: 'info' }, { key: 'k' });
    await slack.channel.remove!(ref);
    await expect(slack.channel.remove!(ref)).rejects.toMatchObject({ code: 'gone' });
  });
});
