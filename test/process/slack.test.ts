import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { api, aTrigger, botToken, buttonClick, channelId, homeOpened, signed, signingSecret, slashCommand, startSlackServer, submission, type SlackServer } from '../drivers/slack-support/emulator.js';
import { startRecorder, type Recorder } from '../drivers/slack-support/recorder.js';
import { createVar, fastEstate, startLifeboat, worldEffects, type Lifeboat } from '../support/lifeboat.js';
import { until } from '../support/poll.js';

/** The whole product behind Bolt, with a real Slack server in front: what a team does from chat. */
describe('A planned move, asked for and approved in Slack', () => {
  const place = createVar('lifeboat-slack-');
  let slack: SlackServer;
  let recorder: Recorder;
  let answers: Server;
  let answersUrl: string;
  const answered: { text?: string; blocks?: unknown[] }[] = [];
  let lifeboat: Lifeboat;
  const users: Record<string, string> = {};

  const send = async (body: string, options: Parameters<typeof signed>[1] = {}): Promise<number> => {
    const { body: text, headers } = signed(body, options);
    return (await fetch(`${lifeboat.address}/slack/events`, { method: 'POST', body: text, headers })).status;
  };
  const says = (who: string, text: string): Promise<number> => send(slashCommand(text, { user_id: users[who]!, user_name: who, response_url: answersUrl }));
  const presses = (who: string, value: string): Promise<number> => send(buttonClick(value, { user: { id: users[who], username: who, name: who, team_id: 'T000000001' }, response_url: answersUrl }));
  const privately = (words: RegExp): Promise<string> => until(`a private answer with ${words}`, () => answered.map((each) => JSON.stringify(each)).find((each) => words.test(each)), 15_000);
  const history = async (channel: string): Promise<Record<string, any>[]> => (await api(slack, 'conversations.history', { channel, limit: 100 })).messages;
  const state = async (run: string): Promise<string> => (await lifeboat.command(`query run ${run}`)).text;
  /** The direct message that the bot opened with somebody: its newest message that has this button. */
  const buttonIn = (who: string, label: RegExp): Promise<string> => until(`${who}'s button ${label}`, async () => {
    const { channel } = await api(slack, 'conversations.open', { users: users[who] });
    for (const message of await history(channel.id)) {
      const buttons = (message.blocks ?? []).flatMap((block: any) => (block.type === 'actions' ? block.elements : []));
      const found = buttons.find((button: any) => label.test(button.text.text));
      if (found) return found.value as string;
    }
    return null;
  }, 20_000);

  beforeAll(async () => {
    slack = await startSlackServer();
    recorder = await startRecorder(slack.url);
    for (const user of (await api(slack, 'users.list')).members) users[user.name] = user.id;
    answers = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => { text += chunk.toString(); }).on('end', () => { answered.push(JSON.parse(text)); response.end('ok'); });
    });
    await new Promise<void>((resolve) => { answers.listen(0, '127.0.0.1', resolve); });
    answersUrl = `http://127.0.0.1:${(answers.address() as AddressInfo).port}/answer`;
    lifeboat = await startLifeboat({ varDirectory: place.varDirectory, env: { LIFEBOAT_ESTATE: fastEstate(place.folder, 100), SLACK_BOT_TOKEN: botToken, SLACK_SIGNING_SECRET: signingSecret, SLACK_API_URL: `${recorder.url}/api/` } });
    await until('the VMs are ready', async () => /6 out of 6/.test((await lifeboat.command('query host_group HG_A')).text), 30_000);
  }, 90_000);
  afterAll(async () => {
    await lifeboat?.stop();
    await recorder?.close();
    await slack?.close();
    await new Promise((resolve) => { answers?.close(resolve); answers?.closeAllConnections(); });
    place.done();
  });

  test('an account that nobody linked is told privately how to link, and nothing happens', async () => {
    expect(await says('ana', 'move site from=customerA to=service_provider')).toBe(200);
    expect(await privately(/does not know whose Slack account/)).toMatch(/link CODE/);
    expect(await state('R-5')).toMatch(/no run|There is no/i);
  });

  test('a person links the account by a one-time code of their own; the code works once', async () => {
    for (const who of ['ana', 'ben']) {
      const { json } = await lifeboat.command('code slack', who);
      expect(await says(who, `link ${(json as { code: string }).code}`)).toBe(200);
      await until(`${who} is linked`, async () => /slack/.test((await lifeboat.command(`query person ${who}`)).text), 10_000);
    }
    const { json } = await lifeboat.command('code slack', 'ben');
    const code = (json as { code: string }).code;
    await says('ben', `link ${code}`);
    answered.length = 0;
    await says('ana', `link ${code}`);
    await privately(/not valid|used|expired/i);
  });

  test('the plan comes as one card into the channel with Review and Hold; nobody can approve there', async () => {
    await says('ana', 'move site from=customerA to=service_provider reason="moving the racks"');
    const channel = await channelId(slack, 'cluster01');
    const card = await until('the card', async () => (await history(channel)).find((message) => JSON.stringify(message.blocks ?? '').includes('R-5')), 20_000);
    const text = JSON.stringify(card.blocks);
    expect(text).toMatch(/SIM/);
    expect(text).toMatch(/moving the racks/);
    const labels = card.blocks.flatMap((block: any) => (block.type === 'actions' ? block.elements.map((element: any) => element.text.text) : []));
    expect(labels.join(' ')).toMatch(/Review/);
    expect(labels.join(' ')).toMatch(/Hold/);
    expect(labels.join(' ')).not.toMatch(/Approve/);
  });

  test('the approver\'s own page in Slack shows it with Approve, and who asked sees it without', async () => {
    const pageOf = async (who: string, event: string): Promise<string> => {
      const { body, headers } = signed(homeOpened(event, users[who]!), { type: 'application/json' });
      expect((await fetch(`${lifeboat.address}/slack/events`, { method: 'POST', body, headers })).status).toBe(200);
      const published = await until(`the page of ${who}`, () => recorder.of('views.publish').find(({ sent }) => sent.user_id === users[who]), 10_000);
      expect(published.answer.ok).toBe(true);
      return JSON.stringify(published.answer.view.blocks);
    };
    expect(await pageOf('ben', 'EvHome1')).toMatch(/R-5[^]*"Approve"/);
    const asked = await pageOf('ana', 'EvHome2');
    expect(asked).toContain('R-5');
    expect(asked).not.toContain('"Approve"');
  });

  test('/dr maintenance opens a form, and what is sent off is done as if it had been typed', async () => {
    await send(slashCommand('maintenance', { user_id: users.ana!, user_name: 'ana', response_url: answersUrl, trigger_id: await aTrigger(slack, users.ana!) }));
    const { answer: { view } } = await until('the filled form', () => recorder.of('views.update').at(-1), 10_000);
    expect(view.title.text).toBe('Maintenance mark');
    const values = { 'field:machine': { value: { type: 'static_select', selected_option: { value: 'vm wiki' } } }, 'field:maintenance': { value: { type: 'static_select', selected_option: { value: 'yes' } } } };
    expect(await send(submission({ id: view.id, private_metadata: view.private_metadata, callback_id: view.callback_id, state: { values } }, { user: { id: users.ana, username: 'ana', name: 'ana', team_id: 'T000000001' } }))).toBe(200);
    await until('the mark', async () => /wiki[^]*maintenance/.test((await lifeboat.command('query estate yaml=yes', 'ana')).text), 15_000);
  });

  test('nobody installs anything where that is not set up', async () => expect((await fetch(`${lifeboat.address}/slack/install`)).status).toBe(404));

  test('forged, future-dated and replayed requests are refused, and nothing is decided', async () => {
    const approve = slashCommand('approve R-5', { user_id: users.ben!, user_name: 'ben', response_url: answersUrl });
    expect(await send(approve, { secret: 'forged' })).toBe(401);
    expect(await send(approve, { at: Date.now() + 3_600_000 })).toBe(401);
    const review = signed(slashCommand('review R-5', { user_id: users.ben!, response_url: answersUrl }));
    const post = (): Promise<Response> => fetch(`${lifeboat.address}/slack/events`, { method: 'POST', body: review.body, headers: review.headers });
    expect((await post()).status).toBe(200);
    expect((await post()).status).toBe(401);
    expect(await state('R-5')).toMatch(/proposed/);
  });

  test('who asked is refused privately; the approver presses the button in a direct message, twice, and the move runs once; an old button says what was decided', async () => {
    answered.length = 0;
    await says('ana', 'approve R-5');
    await privately(/a second person must/);
    const button = await buttonIn('ben', /Approve/);
    answered.length = 0;
    expect(await presses('ben', button)).toBe(200);
    expect(await presses('ben', button)).toBe(200);
    await until('the run is over', async () => /succeeded/.test(await state('R-5')), 60_000);
    answered.length = 0;
    await presses('ben', button);
    await privately(/R-5 was approved by ana and ben/);
    const starts = worldEffects(place.varDirectory).filter(({ effect }) => effect.op === 'started');
    expect(starts).toHaveLength(6);
    expect(new Set(starts.map(({ effect }) => 'vm' in effect && effect.vm)).size).toBe(6);
  });

  test('the card in the channel ends up as the result, and the story is in its thread', async () => {
    const channel = await channelId(slack, 'cluster01');
    const root = await until('the result', async () => (await history(channel)).find((message) => /6 out of 6 VMs have been successfully moved/.test(JSON.stringify(message.blocks ?? ''))), 30_000);
    const { messages } = await until('the story', async () => {
      const replies = await api(slack, 'conversations.replies', { channel, ts: root.ts });
      return replies.messages?.length > 2 ? replies : null;
    }, 20_000);
    expect(JSON.stringify(messages)).toMatch(/approved|Approved/);
    expect((await history(channel)).filter((message) => JSON.stringify(message.blocks ?? '').includes('R-5') && !message.thread_ts).length).toBeLessThanOrEqual(1);
  });
});
