import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createSlack, type Slack } from '../../src/drivers/channel/slack/slack.js';
import type { Inbound } from '../../src/ports/channel.js';
import { FakeClock, fakeOnce, until } from '../chatops/fakes.js';
import { handlerOf } from './slack-support/handler.js';
import { botToken, buttonClick, mention, signed, signingSecret, slashCommand } from './slack-support/emulator.js';

const listen = (server: Server): Promise<string> => new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)); });
const closed = (server: Server): Promise<void> => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); });

/** Slack's Web API as far as it says who somebody is, and the address for private answers. */
describe('who presses in Slack', () => {
  let api: Server;
  let apiUrl: string;
  let door: Server;
  let doorUrl: string;
  let slack: Slack;
  let clock: FakeClock;
  let asked: string[];
  let answered: string[];
  let lines: string[];
  let reached: Inbound[];
  let people: Record<string, object | null>;

  beforeAll(async () => {
    api = createServer((request, response) => {
      let text = '';
      request.on('data', (part: Buffer) => { text += part.toString(); }).on('end', () => {
        const json = (body: object): void => { response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)); };
        if (request.url === '/answer') { answered.push(text); response.end('ok'); return; }
        if (request.url === '/api/auth.test') { json({ ok: true, team: 'Home', team_id: 'T1', user_id: 'UBOT' }); return; }
        const user = new URLSearchParams(text).get('user')!;
        asked.push(user);
        const found = people[user];
        if (found === null) return;
        json(found === undefined ? { ok: false, error: 'missing_scope', needed: 'users:read' } : { ok: true, user: { id: user, team_id: 'T1', ...found } });
      });
    });
    apiUrl = await listen(api);
    door = createServer((request, response) => slack.requestListener!(request, response));
    doorUrl = await listen(door);
  });
  afterAll(async () => { await closed(door); await closed(api); });
  beforeEach(async () => {
    [asked, answered, lines, reached, people] = [[], [], [], [], { UMEMBER: {} }];
    clock = new FakeClock(Date.now());
    const keep = (fields: object, message: string): void => { lines.push(message + JSON.stringify(fields)); };
    const take = async (from: Inbound) => { reached.push(from); return { card: { heading: 'Done', body: 'Done.', text: 'Done.', actions: [], tone: 'good' as const }, status: 0 }; };
    slack = await createSlack({ env: { botToken, signingSecret, apiUrl: `${apiUrl}/api/` }, handler: handlerOf({ command: take, action: take }), once: fakeOnce(), clock, log: { info: keep, warn: keep, error: keep } });
    await slack.start();
    await until(() => slack.status().ok, 'Slack said who we are');
  });
  afterEach(() => slack.stop());

  const post = async ({ body, headers }: ReturnType<typeof signed>): Promise<void> => { expect((await fetch(`${doorUrl}/slack/events`, { method: 'POST', body, headers })).status).toBe(200); };
  const press = (id: string, more: { name?: string; team_id?: string } = {}) => post(signed(buttonClick('opaque-1', { response_url: `${apiUrl}/answer`, user: { id, username: 'x', name: 'x', team_id: 'T1', ...more } }), { at: clock.now() }));

  test.each<[string, object, string]>([
    ['a multi-channel guest', { is_restricted: true }, 'guest of this Slack workspace'],
    ['a single-channel guest', { is_restricted: true, is_ultra_restricted: true }, 'guest of this Slack workspace'],
    ['a deactivated account', { deleted: true }, 'is deactivated'],
    ['somebody of another workspace, by Slack Connect', { is_stranger: true, team_id: 'T2' }, 'guest from another Slack workspace'],
  ])('%s is refused privately, by button and by command, and reaches nobody', async (_title, flags, says) => {
    people.UODD = flags;
    await press('UODD');
    await until(() => answered[0], 'the refusal');
    await post(signed(slashCommand('approve R-12', { user_id: 'UODD', team_id: 'T1', response_url: `${apiUrl}/answer` })));
    await until(() => answered[1], 'the second refusal');
    expect([reached, answered.map((each) => each.includes(says) && each.includes('"response_type":"ephemeral"'))]).toEqual([[], [true, true]]);
  });

  test('the team of another workspace is enough, whatever Slack says of the user', async () => {
    await press('UMEMBER', { team_id: 'T2' });
    await until(() => answered[0], 'the refusal');
    expect([reached, asked, answered[0]!.includes('guest from another Slack workspace')]).toEqual([[], [], true]);
  });

  test('a renamed member is the same identity, which the link belongs to', async () => {
    await press('UMEMBER', { name: 'ana' });
    await press('UMEMBER', { name: 'ana-maria' });
    await until(() => answered[1], 'both answers');
    expect(reached.map(({ identity, displayName }) => [identity, displayName])).toEqual([['T1/UMEMBER', 'ana'], ['T1/UMEMBER', 'ana-maria']]);
  });

  test('Slack is asked once in five minutes about each', async () => {
    await press('UMEMBER');
    await until(() => answered[0], 'the first answer');
    await press('UMEMBER');
    await until(() => answered[1], 'the second answer');
    expect(asked).toEqual(['UMEMBER']);
    people.UMEMBER = { deleted: true };
    clock.move(300_000);
    await press('UMEMBER');
    await until(() => answered[2], 'the refusal');
    expect([reached.length, answered[2]!.includes('is deactivated')]).toEqual([2, true]);
  });

  test('without the scope links alone decide, and the log says once how to add it', async () => {
    await press('UNOBODY');
    await press('UOTHER');
    await until(() => answered[1], 'both answers');
    expect(lines.filter((line) => line.includes('add users:read'))).toHaveLength(1);
  });

  test('Slack that does not answer keeps nobody from holding a run', async () => {
    people.USLOW = null;
    await post(signed(mention('<@UBOT> hold R-12', 'Ev1', { user: 'USLOW', team: 'T1' }), { type: 'application/json' }));
    await until(() => asked[0] && clock.sleeping > 0, 'the question');
    clock.move(2_000);
    await until(() => reached[0], 'the hold');
    expect(reached[0]!.identity).toBe('T1/USLOW');
  });
});
