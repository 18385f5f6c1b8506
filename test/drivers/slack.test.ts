import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createSlack, type Slack } from '../../src/drivers/channel/slack/slack.js';
import type { Card, Inbound } from '../../src/ports/channel.js';
import { FakeClock, fakeOnce, until, type FakeOnce } from '../chatops/fakes.js';
import { handlerOf } from './slack-support/handler.js';
import { api, botToken, buttonClick, channelId, mention, signed, signingSecret, slashCommand, startSlackServer, type Signed, type SlackServer } from './slack-support/emulator.js';

const listen = (server: Server): Promise<number> => new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)); });
const closed = (server: Server): Promise<void> => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); });
const card = (changes: Partial<Card> = {}): Card => ({ heading: 'Heading', body: '*Body*', text: 'Text', actions: [], tone: 'info', ...changes });

interface Call { readonly kind: 'command' | 'action'; readonly from: Inbound; readonly text: string }

describe('Slack through Bolt', () => {
  let emulator: SlackServer;
  let door: Server;
  let doorUrl: string;
  let answers: Server;
  let answersUrl: string;
  let answered: Record<string, any>[];
  let calls: Call[];
  let lines: string[];
  let once: FakeOnce;
  let clock: FakeClock;
  let slack: Slack;
  let listener: (request: IncomingMessage, response: ServerResponse) => void;

  const handler = handlerOf({
    command: async (from, text) => { calls.push({ kind: 'command', from, text }); return { card: card({ body: `You typed ${text}` }), status: 0 }; },
    action: async (from, id) => { calls.push({ kind: 'action', from, text: id }); return { card: card({ body: `You pressed ${id}` }), status: 0 }; },
  });
  const log = { info: (_: object, message: string) => { lines.push(message); }, warn: (fields: object, message: string) => { lines.push(message + JSON.stringify(fields)); }, error: (fields: object, message: string) => { lines.push(message + JSON.stringify(fields)); } };
  const make = (apiUrl: string): Promise<Slack> => createSlack({ env: { botToken, signingSecret, apiUrl }, handler, once, clock, log });
  const send = async ({ body, headers }: Signed): Promise<number> => (await fetch(`${doorUrl}/slack/events`, { method: 'POST', body, headers })).status;

  const nothingHappened = (): void => { expect(calls).toEqual([]); expect(lines.join('\n')).not.toContain(signingSecret); };
  const messages = async (channel: string): Promise<Record<string, any>[]> => (await api(emulator, 'conversations.history', { channel })).messages;
  beforeAll(async () => {
    emulator = await startSlackServer();
    door = createServer((request, response) => listener(request, response));
    doorUrl = `http://127.0.0.1:${await listen(door)}`;
    answers = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => { text += chunk.toString(); }).on('end', () => { answered.push(JSON.parse(text)); response.end('ok'); });
    });
    answersUrl = `http://127.0.0.1:${await listen(answers)}/answer`;
  });
  afterAll(async () => { await closed(door); await closed(answers); await emulator.close(); });
  beforeEach(async () => {
    [calls, lines, answered, once, clock] = [[], [], [], fakeOnce(), new FakeClock(Date.now())];
    slack = await make(`${emulator.url}/api/`);
    listener = slack.requestListener!;
    await slack.start();
  });
  afterEach(() => slack.stop());

  describe('requests from Slack', () => {
    test('a signed slash command reaches the handler once, and its answer comes back to the person alone', async () => {
      expect(await send(signed(slashCommand('approve R-12', { response_url: answersUrl })))).toBe(200);
      await until(() => answered[0], 'the answer');
      expect(calls).toMatchObject([{ kind: 'command', text: 'approve R-12', from: { surface: 'slack', identity: 'T000000001/U1', displayName: 'ana', conversation: 'C1' } }]);
      expect(answered[0]).toMatchObject({ response_type: 'ephemeral', replace_original: false });
      expect(JSON.stringify(answered[0])).toContain('You typed approve R-12');
    });

    test('a press of a button hands in its opaque id under the identity of the one who pressed', async () => {
      expect(await send(signed(buttonClick('opaque-1', { response_url: answersUrl, user: { id: 'U2', username: 'ben', name: 'ben', team_id: 'T000000001' } })))).toBe(200);
      await until(() => answered[0], 'the answer');
      expect(calls).toMatchObject([{ kind: 'action', text: 'opaque-1', from: { identity: 'T000000001/U2', displayName: 'ben' } }]);
    });

    test('a mention is a command without the mention', async () => {
      expect(await send(signed(mention('<@UBOT> why R-12', 'Ev1'), { type: 'application/json' }))).toBe(200);
      await until(() => calls[0], 'the command');
      expect(calls).toMatchObject([{ kind: 'command', text: 'why R-12', from: { identity: 'T000000001/U1', deliveryId: 'event:Ev1' } }]);
    });

    test('a mention by a workflow, which is nobody, is answered to Slack and to nobody else', async () => {
      expect(await send(signed(mention('<@UBOT> why R-12', 'Ev7', { user: undefined, bot_id: 'B1' }), { type: 'application/json' }))).toBe(200);
      nothingHappened();
    });

    test('a mention in a thread is answered there, privately', async () => {
      const stub = createServer((request, response) => {
        let text = '';
        request.on('data', (chunk: Buffer) => { text += chunk.toString(); }).on('end', () => { if (request.url!.endsWith('chat.postEphemeral')) answered.push(Object.fromEntries(new URLSearchParams(text))); response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true,"team_id":"T000000001","message_ts":"1.1"}'); });
      });
      const threaded = await make(`http://127.0.0.1:${await listen(stub)}/api/`);
      listener = threaded.requestListener!;
      await send(signed(mention('<@UBOT> why R-12', 'Ev8', { thread_ts: '1700000000.000100' }), { type: 'application/json' }));
      await until(() => answered[0], 'the answer');
      expect(answered[0]).toMatchObject({ channel: 'C1', user: 'U1', thread_ts: '1700000000.000100' });
      await threaded.stop();
      await closed(stub);
    });

    test('Slack\'s own second delivery of an event has the same delivery id', async () => {
      await send(signed(mention('<@UBOT> help', 'Ev2'), { type: 'application/json' }));
      await send(signed(mention('<@UBOT> help', 'Ev2'), { type: 'application/json', at: Date.now() - 60_000 }));
      await until(() => calls[1], 'both deliveries');
      expect(new Set(calls.map((call) => call.from.deliveryId)).size).toBe(1);
    });

    test('Slack proves its address with a challenge', async () => {
      const { body, headers } = signed(JSON.stringify({ type: 'url_verification', challenge: 'abc', token: 't' }), { type: 'application/json' });
      const response = await fetch(`${doorUrl}/slack/events`, { method: 'POST', body, headers });
      expect([response.status, await response.json()]).toEqual([200, { challenge: 'abc' }]);
    });

    test('two presses are two deliveries: the desk answers the second', async () => {
      await send(signed(buttonClick('opaque-1', { response_url: answersUrl })));
      await send(signed(buttonClick('opaque-1', { response_url: answersUrl })));
      await until(() => answered[1], 'both answers');
      expect(new Set(calls.map((call) => call.from.deliveryId)).size).toBe(2);
    });

    test('a guest from another workspace is refused privately and reaches nobody', async () => {
      await until(() => slack.status().ok, 'Slack said who we are');
      await send(signed(buttonClick('opaque-1', { response_url: answersUrl, user: { id: 'U9', username: 'guest', name: 'guest', team_id: 'T999999999' } })));
      await until(() => answered[0], 'the refusal');
      expect(calls).toEqual([]);
      expect(JSON.stringify(answered[0])).toContain('guest from another Slack workspace');
    });

    test('an answer whose response address is dead goes to the person as a direct message', async () => {
      const { members } = await api(emulator, 'users.list');
      const ana = members.find((member: { name: string }) => member.name === 'ana').id as string;
      await send(signed(slashCommand('why R-77', { user_id: ana, channel_id: 'C404', response_url: 'http://127.0.0.1:9/' })));
      const { channel } = await api(emulator, 'conversations.open', { users: ana });
      const found = await until(async () => ((await api(emulator, 'conversations.history', { channel: channel.id })).messages as { text: string; blocks: unknown }[] | undefined)?.find((message) => JSON.stringify(message.blocks).includes('why R-77')), 'the direct message');
      expect(found.text).toBe('Text');
    });
  });

  describe('requests that are not Slack\'s, or not fresh', () => {
    test('a wrong signature is refused', async () => { expect(await send(signed(slashCommand('approve R-12'), { secret: 'forged' }))).toBe(401); nothingHappened(); });
    test('no signature is refused', async () => { expect(await send({ body: slashCommand('approve R-12'), headers: { 'content-type': 'application/x-www-form-urlencoded' } })).toBe(401); nothingHappened(); });
    test('six minutes old is refused', async () => { expect(await send(signed(slashCommand('approve R-12'), { at: Date.now() - 6 * 60_000 }))).toBe(401); nothingHappened(); });
    test('one hour ahead is refused, although Bolt would take it', async () => { expect(await send(signed(slashCommand('approve R-12'), { at: Date.now() + 3_600_000 }))).toBe(401); nothingHappened(); });
    test('a certificate check smuggles no command in', async () => { expect(await send({ body: `ssl_check=1&${slashCommand('approve R-12')}`, headers: { 'content-type': 'application/x-www-form-urlencoded' } })).toBe(401); nothingHappened(); });
    test('another method is refused', async () => { expect((await fetch(`${doorUrl}/slack/events`)).status).toBe(405); nothingHappened(); });
    test('a body of more than 1 MB is refused', async () => { expect(await send(signed(slashCommand('x'.repeat(1_000_001))))).toBe(413); nothingHappened(); });

    test('a replayed request is refused and acts once', async () => {
      const request = signed(slashCommand('approve R-12', { response_url: answersUrl }));
      expect(await send(request)).toBe(200);
      expect(await send(request)).toBe(401);
      await until(() => answered[0], 'the answer to the first');
      expect(calls.length).toBe(1);
    });

    test('a replay is refused by another node, too', async () => {
      const request = signed(slashCommand('approve R-12', { response_url: answersUrl }));
      expect(await send(request)).toBe(200);
      const other = await make(`${emulator.url}/api/`);
      listener = other.requestListener!;
      expect(await send(request)).toBe(401);
    });

    test('with the database away a hold still comes through, and a replay still does not', async () => {
      once.broken = true;
      const request = signed(slashCommand('hold R-12', { response_url: answersUrl }));
      expect([await send(request), await send(request)]).toEqual([200, 401]);
      await until(() => answered[0], 'the answer');
      expect(calls.map((call) => call.text)).toEqual(['hold R-12']);
    });
  });

  describe('messages to Slack', () => {
    test('a message is posted, edited in place, and answered in its thread', async () => {
      const root = await slack.channel.post({ kind: 'channel', channel: 'cluster01' }, card({ text: 'proposed R-12', actions: [{ id: 'opaque-1', verb: 'hold', label: 'Hold', style: 'danger' }] }), { key: 'run:R-12/slack/cluster01' });
      const line = await slack.channel.post({ kind: 'channel', channel: 'cluster01' }, card({ text: 'ben approved' }), { key: 'story:R-12/9', thread: root });
      await slack.channel.update(root, card({ text: 'running R-12', body: 'step 1 of 3' }));
      const id = await channelId(emulator, 'cluster01');
      expect(root.conversation).toBe(id);
      const posted = (await messages(id)).find((message) => message.ts === root.message);
      expect(posted).toMatchObject({ text: 'running R-12' });
      expect(JSON.stringify(posted!.blocks)).toContain('step 1 of 3');
      expect(JSON.stringify(posted!.blocks)).not.toContain('opaque-1');
      const thread = (await api(emulator, 'conversations.replies', { channel: id, ts: root.message })).messages as Record<string, any>[];
      expect(thread.map((message) => [message.text, message.thread_ts])).toContainEqual(['ben approved', root.message]);
      expect(line.conversation).toBe(id);
    });

    test('a person gets a direct message', async () => {
      const { members } = await api(emulator, 'users.list');
      const ben = members.find((member: { name: string }) => member.name === 'ben').id as string;
      const ref = await slack.channel.post({ kind: 'person', person: 'ben', identity: `T000000001/${ben}` }, card({ text: 'Your approval' }), { key: 'ask:R-12.1/slack/ben' });
      expect(ref.conversation).toMatch(/^D/);
      expect((await messages(ref.conversation)).map((message) => message.text)).toContain('Your approval');
    });

    test('the edit of a message that is gone says so, so that it is posted again', async () => {
      const id = await channelId(emulator, 'cluster01');
      await expect(slack.channel.update({ surface: 'slack', conversation: id, message: '1.000001' }, card())).rejects.toMatchObject({ code: 'gone' });
    });

    test('a channel that does not exist is refused with the remedy', async () => {
      await expect(slack.channel.post({ kind: 'channel', channel: 'nowhere' }, card(), { key: 'k' })).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('/invite') });
    });
  });

  describe('a Slack that has troubles of its own', () => {
    let stub: Server;
    let reply: (request: IncomingMessage, response: ServerResponse) => void;
    let received: string[];
    let troubled: Slack;
    beforeEach(async () => {
      received = [];
      stub = createServer((request, response) => {
        let text = '';
        request.on('data', (chunk: Buffer) => { text += chunk.toString(); }).on('end', () => { received.push(decodeURIComponent(text.replaceAll('+', ' '))); reply(request, response); });
      });
      troubled = await make(`http://127.0.0.1:${await listen(stub)}/api/`);
    });
    afterEach(async () => { await troubled.stop(); await closed(stub); });
    const post = (): Promise<unknown> => troubled.channel.post({ kind: 'channel', channel: 'cluster01' }, card(), { key: 'run:R-12/slack/cluster01' });

    test('429 is busy for as long as Slack says, and asked once', async () => {
      reply = (_request, response) => response.writeHead(429, { 'retry-after': '12' }).end();
      await expect(post()).rejects.toMatchObject({ code: 'busy', retryAfterMs: 12_000 });
      expect(received.length).toBe(1);
    });
    test('429 without a time is busy all the same', async () => {
      reply = (_request, response) => response.writeHead(429).end();
      await expect(post()).rejects.toMatchObject({ code: 'busy', retryAfterMs: 30_000 });
    });
    test('503 is unreachable, and asked once', async () => {
      reply = (_request, response) => response.writeHead(503).end('down');
      await expect(post()).rejects.toMatchObject({ code: 'unreachable' });
      expect(received.length).toBe(1);
    });
    test('a connection that breaks after the message went out has an unknown outcome', async () => {
      reply = (request) => request.socket.destroy();
      await expect(post()).rejects.toMatchObject({ code: 'outcome-unknown' });
    });
    test('the same break at an edit is simply tried again', async () => {
      reply = (request) => request.socket.destroy();
      await expect(troubled.channel.update({ surface: 'slack', conversation: 'C1', message: '1.1' }, card())).rejects.toMatchObject({ code: 'unreachable' });
    });
    test('every post carries our key as metadata and forbids mentions and previews', async () => {
      reply = (_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true,"channel":"C1","ts":"1.1"}');
      await post();
      expect(received[0]).toContain('"event_type":"lifeboat","event_payload":{"key":"run:R-12/slack/cluster01"}');
      expect(received[0]).toMatch(/link_names=false/);
      expect(received[0]).toMatch(/unfurl_links=false/);
    });
  });

  test('Slack unreachable at start ends nothing: it is asked again with back-off, and is connected when it is back', async () => {
    const gone = createServer();
    const port = await listen(gone);
    await closed(gone);
    const patient = await make(`http://127.0.0.1:${port}/api/`);
    await patient.start();
    await until(() => clock.sleeping > 0, 'the first look failed');
    expect(patient.status()).toMatchObject({ ok: null, message: expect.stringContaining('no connection') });
    await expect(patient.channel.post({ kind: 'channel', channel: 'cluster01' }, card(), { key: 'k' })).rejects.toMatchObject({ code: 'unreachable' });
    const back = await startSlackServer(port);
    clock.move(1000);
    await until(() => patient.status().ok, 'Slack is back');
    await patient.channel.post({ kind: 'channel', channel: 'cluster01' }, card({ text: 'after the outage' }), { key: 'k' });
    expect((await api(back, 'conversations.history', { channel: await channelId(back, 'cluster01') })).messages[0].text).toBe('after the outage');
    await patient.stop();
    await back.close();
    expect(lines.join('\n')).not.toContain(botToken);
  });

  test('a token that Slack refuses is reported with what to do', async () => {
    const stub = createServer((_request, response) => { response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":false,"error":"invalid_auth"}'); });
    const refused = await make(`http://127.0.0.1:${await listen(stub)}/api/`);
    await refused.start();
    await until(() => refused.status().ok === false, 'the refusal');
    expect(refused.status().message).toContain('SLACK_BOT_TOKEN');
    await refused.stop();
    await closed(stub);
  });
});
