import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createSlack, type Slack } from '../../src/drivers/channel/slack/slack.js';
import type { Inbound } from '../../src/ports/channel.js';
import { FakeClock, fakeOnce, until } from '../chatops/fakes.js';
import { handlerOf } from './slack-support/handler.js';
import { startSocketServer, type SocketServer } from './slack-support/socket.js';

describe('Slack through Socket Mode', () => {
  let server: SocketServer;
  let slack: Slack;
  let clock: FakeClock;
  let calls: [string, Inbound, string][];
  beforeEach(async () => {
    calls = [];
    clock = new FakeClock(0);
    server = await startSocketServer();
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    slack = await createSlack({
      env: { botToken: 'xoxb-1', signingSecret: '', appToken: 'xapp-1', apiUrl: `${server.url}/api/` }, once: fakeOnce(), clock, log,
      handler: handlerOf({ command: async (from, text) => { calls.push(['command', from, text]); return { card: null, status: 0 }; }, action: async (from, id) => { calls.push(['action', from, id]); return { card: null, status: 0 }; } }),
    });
    await slack.start();
    await until(() => server.connected() && slack.status().ok, 'the connection');
  });
  afterEach(async () => { await slack.stop(); await server.close(); });

  test('when the network fails it tries again with back-off, and hears commands as soon as it is back', async () => {
    const rejections: unknown[] = [];
    const note = (why: unknown): void => { rejections.push(why); };
    process.on('unhandledRejection', note);
    await server.fail();
    await until(() => clock.sleeping > 0, 'the first try failed');
    clock.move(1000);
    await until(() => clock.sleeping > 0, 'the second try failed');
    await server.restore();
    clock.move(2000);
    await until(() => server.connected(), 'the connection');
    server.send({ envelope_id: 'e3', type: 'slash_commands', payload: { command: '/dr', text: 'help', user_id: 'U1', user_name: 'ana', team_id: 'T000000001', channel_id: 'C1', trigger_id: 't3', response_url: 'http://127.0.0.1:9/', api_app_id: 'A1' } });
    await until(() => calls[0], 'the command');
    process.off('unhandledRejection', note);
    expect(rejections).toEqual([]);
  });

  test('a connection that Slack recycles is made again at once', async () => {
    server.send({ envelope_id: '', type: 'disconnect', payload: null });
    await until(() => server.connections() === 2, 'the second connection');
    expect(clock.sleeping).toBe(0);
  });

  test('it needs no address of its own', () => expect(slack.requestListener).toBeUndefined());

  test('a slash command is acknowledged and reaches the handler', async () => {
    server.send({ envelope_id: 'e1', type: 'slash_commands', payload: { command: '/dr', text: 'hold R-12', user_id: 'U1', user_name: 'ana', team_id: 'T000000001', channel_id: 'C1', trigger_id: 't1', response_url: 'http://127.0.0.1:9/', api_app_id: 'A1' } });
    await until(() => calls[0] && server.acknowledged.includes('e1'), 'command and acknowledgement');
    expect(calls[0]).toMatchObject(['command', { surface: 'slack', identity: 'T000000001/U1', deliveryId: 'command:t1' }, 'hold R-12']);
  });

  test('a press of a button is acknowledged and reaches the handler', async () => {
    server.send({ envelope_id: 'e2', type: 'interactive', payload: { type: 'block_actions', trigger_id: 't2', team: { id: 'T000000001' }, user: { id: 'U2', username: 'ben', team_id: 'T000000001' }, channel: { id: 'C1' }, response_url: 'http://127.0.0.1:9/', api_app_id: 'A1',
      actions: [{ type: 'button', action_id: 'lifeboat:hold', block_id: 'b', value: 'opaque-1', action_ts: '1.1', text: { type: 'plain_text', text: 'Hold' } }] } });
    await until(() => calls[0] && server.acknowledged.includes('e2'), 'press and acknowledgement');
    expect(calls[0]).toMatchObject(['action', { identity: 'T000000001/U2' }, 'opaque-1']);
  });
});
