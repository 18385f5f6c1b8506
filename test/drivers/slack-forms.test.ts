import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createSlack, type Slack } from '../../src/drivers/channel/slack/slack.js';
import type { Card, Form, FormName, FormValues, Inbound, InboundReply } from '../../src/ports/channel.js';
import { FakeClock, fakeOnce, until } from '../chatops/fakes.js';
import { api, aTrigger, botToken, buttonClick, homeOpened, messageShortcut, shortcut, signed, signingSecret, slashCommand, startSlackServer, submission, type SlackServer } from './slack-support/emulator.js';
import { handlerOf } from './slack-support/handler.js';
import { startRecorder, type Recorder } from './slack-support/recorder.js';

const listen = (server: Server): Promise<string> => new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)); });
const closed = (server: Server): Promise<void> => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); });
const card = (changes: Partial<Card> = {}): Card => ({ heading: 'Heading', body: 'Body', text: 'Text', actions: [], tone: 'info', ...changes });

const form: Form = {
  name: 'move', about: null, title: 'Move to the other site', text: 'Nothing moves yet.', submit: 'Make the plan', typed: 'move site from=customerA to=service_provider',
  fields: [
    { name: 'scope', label: 'What moves', hint: null, required: true, kind: 'choice', many: false, initial: 'a', options: [{ value: 'a', label: 'Site A' }, { value: 'b', label: 'Site B' }] },
    { name: 'rules', label: 'Rules', hint: 'As few as you can.', required: false, kind: 'choice', many: true, initial: null, options: [{ value: 'freeze', label: 'Freeze' }, { value: 'no-diversity', label: 'Teams' }] },
    { name: 'reason', label: 'Why', hint: null, required: false, kind: 'text', lengthMax: 500, long: true }, { name: 'at', label: 'Start', hint: null, required: false, kind: 'date-time' },
  ],
};

/** Modals and the home tab against a Slack of others, with its rules for triggers; what Slack sends is ours, signed. */
describe('forms and home in Slack', () => {
  let emulator: SlackServer;
  let recorder: Recorder;
  let door: Server;
  let doorUrl: string;
  let answers: Server;
  let answersUrl: string;
  let answered: string[];
  let slack: Slack;
  let clock: FakeClock;
  let ana: string;
  let asked: { readonly way: string; readonly from: Inbound; readonly what: unknown }[];
  let reply: InboundReply;
  let submitted: () => Promise<InboundReply>;
  let cards: readonly Card[];

  beforeAll(async () => {
    emulator = await startSlackServer();
    ana = (await api(emulator, 'users.list')).members.find((member: { name: string }) => member.name === 'ana').id;
    recorder = await startRecorder(emulator.url);
    door = createServer((request, response) => slack.requestListener!(request, response));
    doorUrl = await listen(door);
    answers = createServer((request, response) => {
      let text = '';
      request.on('data', (part: Buffer) => { text += part.toString(); }).on('end', () => { answered.push(text); response.end('ok'); });
    });
    answersUrl = `${await listen(answers)}/answer`;
  });
  afterAll(async () => { await closed(door); await closed(answers); await recorder.close(); await emulator.close(); });
  beforeEach(async () => {
    [asked, answered, reply, cards, clock] = [[], [], { card: null, status: 0, form }, [card()], new FakeClock(Date.now())];
    submitted = async () => ({ card: card({ body: 'R-12 waits for approval' }), status: 0 });
    recorder.calls.length = 0;
    recorder.before = null;
    const note = (way: string, from: Inbound, what: unknown): void => { asked.push({ way, from, what }); };
    slack = await createSlack({
      env: { botToken, signingSecret, apiUrl: `${recorder.url}/api/` }, once: fakeOnce(), clock, log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      handler: handlerOf({
        command: async (from, text) => { note('command', from, text); return { card: card({ body: `You typed ${text}` }), status: 0 }; },
        action: async (from, id) => { note('action', from, id); return id === 'opens-a-form' ? reply : { card: card({ body: `You pressed ${id}` }), status: 0 }; },
        form: async (from, name, about) => { note('form', from, [name, about]); return reply; },
        submit: async (from, name, about, values) => { note('submit', from, [name, about, values]); return submitted(); },
        home: async (from) => { note('home', from, null); return cards; },
      }),
    });
    await slack.start();
    await until(() => slack.status().ok, 'Slack said who we are');
  });
  afterEach(() => slack.stop());

  const post = async (body: string, type?: string): Promise<{ status: number; text: string }> => {
    const { body: text, headers } = signed(body, type === undefined ? {} : { type });
    const response = await fetch(`${doorUrl}/slack/events`, { method: 'POST', body: text, headers });
    return { status: response.status, text: await response.text() };
  };
  const who = (): { user: Record<string, unknown> } => ({ user: { id: ana, username: 'ana', name: 'ana', team_id: 'T000000001' } });
  const typed = async (text: string, more: Record<string, string> = {}): Promise<void> => { await post(slashCommand(text, { user_id: ana, response_url: answersUrl, trigger_id: await aTrigger(emulator, ana), ...more })); };
  const shown = async (): Promise<Record<string, any>> => (await until(() => recorder.of('views.update').at(-1), 'the filled form')).answer;
  /** What was opened, filled in and sent off. */
  const send = async (values: Record<string, Record<string, unknown>>, more: Record<string, unknown> = {}) => {
    await typed('move');
    const { view } = await shown();
    return post(submission({ id: view.id, private_metadata: view.private_metadata, callback_id: view.callback_id, state: { values: Object.fromEntries(Object.entries(values).map(([name, value]) => [`field:${name}`, { value }])) }, ...more }, who()));
  };

  test('a form is opened as a shell at once, and filled with its view\'s hash when Lifeboat has answered', async () => {
    await typed('move');
    const { view } = await shown();
    const [opened] = recorder.of('views.open');
    expect(JSON.stringify(opened!.sent.view)).toContain('One moment');
    expect(recorder.of('views.update')[0]!.sent).toMatchObject({ view_id: opened!.answer.view.id, hash: opened!.answer.view.hash });
    expect(view).toMatchObject({ type: 'modal', callback_id: 'lifeboat:form', title: { text: 'Move to the other site' }, submit: { text: 'Make the plan' } });
    expect(view.blocks.slice(1).map((block: any) => [block.block_id, block.element.type, block.optional])).toEqual([['field:scope', 'static_select', false], ['field:rules', 'checkboxes', true], ['field:reason', 'plain_text_input', true], ['field:at', 'datetimepicker', true]]);
    expect(asked).toMatchObject([{ way: 'form', what: ['move', null], from: { identity: `T000000001/${ana}`, conversation: 'C1', place: 'cluster01' } }]);
    expect(answered).toEqual([]);
  });
  test.each<[string, [FormName, string | null]]>([['move', ['move', null]], ['drill', ['drill', null]], ['silence', ['silence', null]], ['silence I-3', ['silence', 'i-3']], ['maintenance', ['maintenance', null]], ['break-glass', ['break-glass', null]], ['Break-Glass R-12', ['break-glass', 'r-12']]])('typed without arguments, %j opens its form', async (text, what) => {
    await typed(text);
    await shown();
    expect(asked.map((each) => each.what)).toEqual([what]);
  });
  test.each(['move site from=a to=b', 'moves', 'help'])('%j is a command, and opens nothing', async (text) => {
    await typed(text);
    await until(() => answered[0], 'the answer');
    expect([asked.map(({ way }) => way), recorder.of('views.open')]).toEqual([['command'], []]);
  });
  test.each<[string, FormName]>([['lifeboat_move', 'move'], ['lifeboat_drill', 'drill'], ['lifeboat_silence', 'silence'], ['lifeboat_maintenance', 'maintenance'], ['lifeboat_break_glass', 'break-glass']])('the shortcut %s opens its form from anywhere', async (callback, name) => {
    await post(shortcut(callback, { ...who(), trigger_id: await aTrigger(emulator, ana) }));
    await shown();
    expect(asked).toMatchObject([{ way: 'form', what: [name, null], from: { conversation: null } }]);
  });
  test('a button of help or home opens its form', async () => {
    await post(buttonClick('opens-a-form', { ...who(), response_url: answersUrl, trigger_id: await aTrigger(emulator, ana), actions: [{ type: 'button', action_id: 'lifeboat:form', block_id: 'b', value: 'opens-a-form', action_ts: '1.1', text: { type: 'plain_text', text: 'Move...' } }] }));
    expect((await shown()).view.callback_id).toBe('lifeboat:form');
  });
  test('who may not have it reads why in its place', async () => {
    reply = { card: card({ heading: 'Not done', body: 'You may not ask for a move.' }), status: 1 };
    await typed('move');
    const { view } = await shown();
    expect(JSON.stringify(view.blocks)).toContain('You may not ask for a move');
    expect(view.submit ?? null).toBeNull();
  });
  test('a trigger that is over or used: the person gets the line to type instead', async () => {
    const used = await aTrigger(emulator, ana);
    await typed('move', { trigger_id: used });
    await shown();
    await typed('Move', { trigger_id: used });
    await until(() => answered[0], 'the answer');
    expect(recorder.of('views.open').map(({ answer }) => answer.ok)).toEqual([true, false]);
    expect(JSON.parse(answered[0]!)).toMatchObject({ response_type: 'ephemeral', text: expect.stringContaining('/dr move site from=customerA to=service_provider') });
  });
  test('a form that was closed or changed meanwhile is not written over: the person gets the line', async () => {
    recorder.before = (method) => (method === 'views.update' ? { ok: false, error: 'hash_conflict' } : null);
    await typed('move');
    await until(() => answered[0], 'the answer');
    expect(answered[0]).toContain('/dr move site from=customerA');
  });

  test('what was filled in reaches Lifeboat by the names of the fields, and the answer comes privately', async () => {
    const { status, text } = await send({ scope: { type: 'static_select', selected_option: { value: 'a', text: { type: 'plain_text', text: 'Site A' } } }, rules: { type: 'checkboxes', selected_options: [{ value: 'freeze' }] }, reason: { type: 'plain_text_input', value: 'moving racks' }, at: { type: 'datetimepicker', selected_date_time: Date.UTC(2026, 10, 23, 2) / 1000 } });
    expect([status, text]).toEqual([200, '']);
    const values: FormValues = { scope: 'a', rules: ['freeze'], reason: 'moving racks', at: '2026-11-23T02:00Z' };
    expect(asked.at(-1)).toMatchObject({ way: 'submit', what: ['move', null, values], from: { identity: `T000000001/${ana}`, deliveryId: expect.stringMatching(/^submit:/) } });
    await until(() => recorder.of('chat.postMessage').find(({ sent }) => JSON.stringify(sent).includes('R-12 waits for approval')), 'the private answer');
  });
  test('what is left empty is absent', async () => {
    await send({ scope: { type: 'static_select', selected_option: null }, reason: { type: 'plain_text_input', value: null }, rules: { type: 'checkboxes', selected_options: [] } });
    expect(asked.at(-1)!.what).toEqual(['move', null, { rules: [] }]);
  });
  test('what is wrong is said at its field, and the form stays open', async () => {
    submitted = async () => ({ card: card(), status: 4, errors: { at: 'That time is over.' } });
    const { status, text } = await send({ at: { type: 'datetimepicker', selected_date_time: 1 } });
    expect([status, JSON.parse(text)]).toEqual([200, { response_action: 'errors', errors: { 'field:at': 'That time is over.' } }]);
    expect(JSON.stringify(recorder.of('chat.postMessage'))).not.toContain('That time is over');
  });
  test('an answer that takes longer than Slack waits closes the form and comes afterwards', async () => {
    let done: (value: InboundReply) => void = () => undefined;
    submitted = () => new Promise((resolve) => { done = resolve; });
    const sent = send({ scope: { type: 'static_select', selected_option: { value: 'a' } } });
    await until(() => asked.some(({ way }) => way === 'submit') && clock.sleeping > 0, 'the form at work');
    clock.move(2000);
    expect((await sent).text).toBe('');
    done({ card: card({ body: 'That time is over' }), status: 4, errors: { at: 'That time is over.' } });
    await until(() => recorder.of('chat.postMessage').find((call) => JSON.stringify(call.sent).includes('That time is over')), 'the late answer');
  });
  test.each([['no metadata', { private_metadata: '' }], ['metadata of something else', { private_metadata: '{"form":"drop-everything","about":null,"conversation":null,"home":false}' }], ['a field of nobody\'s', { state: { values: { other: { value: { value: 'x' } } } } }]])('a form with %s is not ours: it is closed and does nothing', async (_title, view) => {
    expect((await send({}, view)).status).toBe(200);
    expect(asked.filter(({ way }) => way === 'submit')).toEqual([]);
  });

  describe('the home tab', () => {
    test('shows what concerns its reader when it is opened', async () => {
      cards = [card({ heading: 'Lifeboat: Ana' }), card({ heading: 'R-12', actions: [{ id: 'opaque-1', verb: 'approve', label: 'Approve', style: 'primary' }] })];
      await post(homeOpened('Ev1', ana), 'application/json');
      const published = await until(() => recorder.of('views.publish')[0], 'the page');
      expect(published.answer.ok).toBe(true);
      expect(published.sent).toMatchObject({ user_id: ana, view: { type: 'home' } });
      expect(JSON.stringify(published.answer.view.blocks)).toMatch(/Lifeboat: Ana.*opaque-1/);
      expect(asked[0]).toMatchObject({ way: 'home', from: { identity: `T000000001/${ana}` } });
    });
    test('the messages tab is no home', async () => {
      await post(homeOpened('Ev2', ana, { tab: 'messages' }), 'application/json');
      await post(homeOpened('Ev3', ana), 'application/json');
      await until(() => recorder.of('views.publish')[0], 'the page');
      expect(asked).toHaveLength(1);
    });
    test('is shown anew after its reader pressed something there, and the answer comes as a direct message', async () => {
      await post(buttonClick('opaque-1', { ...who(), channel: undefined, response_url: undefined, container: { type: 'view' }, view: { id: 'V9', type: 'home' } }));
      await until(() => recorder.of('views.publish')[0], 'the page');
      expect(asked.map(({ way }) => way)).toEqual(['action', 'home']);
      expect(recorder.of('chat.postMessage').map(({ sent }) => sent.channel[0])).toEqual(['D']);
    });
    test('is shown anew after a form that was opened there', async () => {
      await post(buttonClick('opens-a-form', { ...who(), channel: undefined, response_url: undefined, view: { id: 'V9', type: 'home' }, trigger_id: await aTrigger(emulator, ana), actions: [{ type: 'button', action_id: 'lifeboat:form', block_id: 'b', value: 'opens-a-form', action_ts: '1.1' }] }));
      const { view } = await shown();
      await post(submission({ id: view.id, private_metadata: view.private_metadata }, who()));
      await until(() => recorder.of('views.publish')[0], 'the page');
    });
  });

  describe('the shortcut of a message', () => {
    test.each([['proposed R-12: planned move', 'why R-12'], ['I-3 pbrazos is down', 'query incident I-3'], ['lunch?', 'query run'], ['R-1;approve R-2 XR-77', 'why R-1']])('asks about what %j speaks of, and takes nothing else from it', async (text, line) => {
      await post(messageShortcut('lifeboat_why', text, { ...who(), response_url: answersUrl }));
      await until(() => answered[0], 'the answer');
      expect(asked).toMatchObject([{ way: 'command', what: line }]);
    });
  });
});
