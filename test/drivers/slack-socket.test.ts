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
    await until(() => server.connected() && slack.status().ok, 'the first connection');
    clock.move(60_000);
    await until(() => server.open() === 2, 'the second connection');
  });
  afterEach(async () => { await slack.stop(); await server.close(); });

  const command = (id: string): { envelope_id: string; type: string; payload: unknown } => ({ envelope_id: `envelope-${id}`, type: 'slash_commands', payload: { command: '/dr', text: `hold R-${id}`, user_id: 'U1', user_name: 'ana', team_id: 'T000000001', channel_id: 'C1', trigger_id: `t${id}`, response_url: 'http://127.0.0.1:9/', api_app_id: 'A1' } });

  test('when the network fails both are tried again with back-off, and commands are heard as soon as it is back', async () => {
    const rejections: unknown[] = [];
    const note = (why: unknown): void => { rejections.push(why); };
    process.on('unhandledRejection', note);
    await server.fail();
    await until(() => clock.sleeping === 2, 'the first tries failed');
    clock.move(1000);
    await until(() => clock.sleeping === 2, 'the second tries failed');
    await server.restore();
    clock.move(2000);
    await until(() => server.open() === 2, 'both connections');
    server.send(command('3'));
    await until(() => calls[0], 'the command');
    process.off('unhandledRejection', note);
    expect(rejections).toEqual([]);
  });

  test('a connection that Slack recycles is made again at once', async () => {
    server.send({ envelope_id: '', type: 'disconnect', payload: null });
    await until(() => server.connections() === 3 && server.open() === 2, 'the third connection');
    expect(clock.sleeping).toBe(0);
  });

  test.each([['first', 0], ['second', 1]])('while the %s of the two is made anew, the other one hears', async (_which, place) => {
    server.refuse(true);
    server.send({ envelope_id: '', type: 'disconnect', payload: null }, place);
    await until(() => server.open() === 1 && clock.sleeping === 1, 'the gap');
    server.send(command('7'));
    await until(() => calls[0] && server.acknowledged.includes('envelope-7'), 'the command in the gap');
    expect(calls[0]![2]).toBe('hold R-7');
    server.refuse(false);
    clock.move(1000);
    await until(() => server.open() === 2, 'both connections');
  });

  test('what comes through both has one id, so that it is one act', async () => {
    server.send(command('8'), 0);
    server.send(command('8'), 1);
    await until(() => calls[1], 'both deliveries');
    expect(calls.map(([, { deliveryId }]) => deliveryId)).toEqual(['command:t8', 'command:t8']);
  });

  test('an event that Slack delivers again through the other one has one id, too', async () => {
    const mention = { type: 'events_api', payload: { type: 'event_callback', event_id: 'Ev9', team_id: 'T000000001', api_app_id: 'A1', event: { type: 'app_mention', user: 'U1', text: '<@UBOT> why R-9', ts: '1.1', channel: 'C1', event_ts: '1.1', team: 'T000000001' } } };
    server.send({ envelope_id: 'envelope-a', ...mention }, 0);
    server.send({ envelope_id: 'envelope-b', ...mention }, 1);
    await until(() => calls[1], 'both deliveries');
    expect(calls.map(([, { deliveryId }]) => deliveryId)).toEqual(['event:Ev9', 'event:Ev9']);
    expect(server.acknowledged).toEqual(expect.arrayContaining(['envelope-a', 'envelope-b']));
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
