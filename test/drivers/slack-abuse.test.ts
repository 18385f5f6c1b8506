import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { slackAddresses } from '../../src/drivers/channel/slack/answer.js';
import { createSlack, type Slack } from '../../src/drivers/channel/slack/slack.js';
import { createRealDesk, type RealDesk } from '../chatops/real-desk.js';
import { FakeClock, fakeOnce, until } from '../chatops/fakes.js';
import { customersEstate } from '../scenarios/lab/estates.js';
import { botToken, buttonClick, homeOpened, mention, messageShortcut, shortcut, signed, signingSecret, slashCommand, submission } from './slack-support/emulator.js';

/** From Slack's signature to the journal: what somebody who means ill, or a Slack that has gone wrong, could send. */
describe('abuse through signed requests', () => {
  let api: Server;
  let apiUrl: string;
  let door: Server;
  let doorUrl: string;
  let slack: Slack;
  let desk: RealDesk;
  let answered: string[];
  let published: string[];
  let lines: string[];
  let sent: number;
  let counted: string[];
  let clock: FakeClock;
  const rejections: unknown[] = [];
  const note = (why: unknown): void => { rejections.push(why); };

  beforeAll(async () => {
    process.on('unhandledRejection', note);
    api = createServer((request, response) => {
      let text = '';
      request.on('data', (part: Buffer) => { text += part.toString(); }).on('end', () => {
        const json = (body: object): void => { response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)); };
        if (request.url === '/answer') { answered.push(text); response.end('ok'); return; }
        if (/views\.|postMessage|postEphemeral/.test(request.url!)) published.push(decodeURIComponent(text.replaceAll('+', ' ')));
        if (request.url === '/api/auth.test') json({ ok: true, team: 'Home', team_id: 'T1', user_id: 'UBOT' });
        else json({ ok: true, user: { id: 'U', team_id: 'T1' }, view: { id: 'V1', hash: '1' }, channel: request.url === '/api/conversations.open' ? { id: 'D1' } : 'D1', ts: '1.1', message_ts: '1.1' });
      });
    });
    await new Promise<void>((resolve) => { api.listen(0, '127.0.0.1', resolve); });
    apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    door = createServer((request, response) => slack.requestListener!(request, response));
    await new Promise<void>((resolve) => { door.listen(0, '127.0.0.1', resolve); });
    doorUrl = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    for (const server of [door, api]) await new Promise<void>((resolve) => { server.close(() => resolve()); server.closeAllConnections(); });
    process.off('unhandledRejection', note);
    expect(rejections).toEqual([]);
  });
  beforeEach(async () => {
    [answered, published, lines, counted, sent, clock] = [[], [], [], [], 0, new FakeClock(Date.now())];
    desk = await createRealDesk(customersEstate(), { gate: { people: 2 } });
    for (const person of ['ana', 'ben', 'olga', 'otto', 'vic']) await desk.link(person);
    const keep = (fields: object, message: string): void => { lines.push(`${message} ${JSON.stringify(fields)}`); };
    slack = await createSlack({ env: { botToken, signingSecret, apiUrl: `${apiUrl}/api/` }, handler: desk.handler, once: fakeOnce(), clock, log: { info: keep, warn: keep, error: keep }, refused: (why) => { counted.push(why); } });
    await slack.start();
    await until(() => slack.status().ok, 'Slack said who we are');
  });
  afterEach(async () => { await slack.stop(); await desk.lab.close(); });

  const post = async ({ body, headers }: ReturnType<typeof signed>): Promise<number> => (await fetch(`${doorUrl}/slack/events`, { method: 'POST', body, headers })).status;
  const by = (user: string, more: object = {}): Record<string, unknown> => ({ team: { id: 'T1', domain: 'x' }, user: { id: user, username: 'x', name: 'x', team_id: 'T1', ...more }, response_url: `${apiUrl}/answer` });
  const say = (user: string, text: string, more: Record<string, string> = {}): Promise<number> => post(signed(slashCommand(text, { user_id: user, team_id: 'T1', response_url: `${apiUrl}/answer`, ...more })));
  const answer = (): Promise<string> => until(() => answered[sent], 'the private answer').then((text) => { sent += 1; return text; });
  const written = async (): Promise<number> => (await desk.lab.entries()).length;
  const last = async (): Promise<Record<string, unknown>> => (await desk.lab.entries()).at(-1)!.event as unknown as Record<string, unknown>;
  /** A move that ana asked for, and the button with which ben could approve it. */
  const waiting = async (): Promise<{ run: string; button: string }> => {
    await desk.node.say('ana', 'move site from=customerA to=service_provider reason="racks"');
    const run = [...desk.node.state.runs.values()].at(-1)!.plan;
    return { run: run.run, button: await desk.node.parts.buttons.idFor({ verb: 'approve', subject: run.run, epoch: run.epoch, attest: null }) };
  };

  test('an account that nobody linked decides nothing by button, command, form, shortcut or home', async () => {
    const { run, button } = await waiting();
    const before = await written();
    await post(signed(buttonClick(button, by('UNOBODY'))));
    expect(await answer()).toContain('does not know whose Slack account');
    await say('UNOBODY', `approve ${run}`);
    expect(await answer()).toContain('does not know whose Slack account');
    await post(signed(submission({ private_metadata: JSON.stringify({ form: 'move', about: null, conversation: null, home: false }), state: { values: { 'field:scope': { value: { selected_option: { value: 'site cluster01 customerA' } } }, 'field:dr_type': { value: { selected_option: { value: 'planned' } } } } } }, by('UNOBODY'))));
    await post(signed(shortcut('lifeboat_break_glass', by('UNOBODY'))));
    await post(signed(homeOpened('Ev1', 'UNOBODY', {}).replace('"team_id":"T000000001"', '"team_id":"T1"'), { type: 'application/json' }));
    await until(() => published.filter((text) => text.includes('does not know whose Slack account')).length >= 3, 'the other refusals');
    expect([await written(), desk.node.run(run).approvals]).toEqual([before, []]);
    expect(published.join('')).not.toContain(run);
  });
  test('a linked id under another workspace is another person', async () => {
    const { run, button } = await waiting();
    await post(signed(buttonClick(button, by('UBEN', { team_id: 'T9' }))));
    expect(await answer()).toContain('guest from another Slack workspace');
    await say('UBEN', `approve ${run}`, { team_id: 'T9' });
    expect(await answer()).toContain('guest from another Slack workspace');
    await post(signed(mention(`<@UBOT> approve ${run}`, 'Ev2', { user: 'UBEN', team: 'T1', user_team: 'T9' }).replace('"team_id":"T000000001"', '"team_id":"T1"'), { type: 'application/json' }));
    await until(() => published.some((text) => text.includes('guest from another Slack workspace')), 'the third refusal');
    expect(desk.node.run(run).approvals).toEqual([]);
  });
  test('a click that is sent again is refused, and one that Slack itself delivers twice is one act', async () => {
    const { run, button } = await waiting();
    const click = signed(buttonClick(button, { ...by('UBEN'), trigger_id: 'the-same' }));
    expect([await post(click), await post(click)]).toEqual([200, 401]);
    await answer();
    const after = await written();
    await post(signed(click.body, { at: Date.now() - 60_000 }));
    await say('UBEN', 'query run');
    await answer();
    expect([await written(), desk.node.run(run).approvals.length]).toEqual([after, 1]);
  });
  test('a button of an older plan decides nothing about the new one, and the attempt is journalled', async () => {
    const { run, button } = await waiting();
    const { plan } = desk.node.run(run);
    const { entry, record } = await import('../../src/desk/parts.js');
    await record(desk.node.parts, [entry(`run/${run}`, plan.tenant, { kind: 'lifeboat', door: 'engine' }, { type: 'plan.revised', plan: { ...plan, epoch: 2 }, expiresAt: null, changes: [], voided: [] })]).catch(() => undefined);
    expect(desk.node.run(run).plan.epoch).toBe(2);
    await post(signed(buttonClick(button, by('UBEN'))));
    expect(await answer()).toMatch(/plan.*changed/i);
    expect(await last()).toMatchObject({ type: 'approval.refused', by: 'ben', code: 'plan-changed' });
    expect(desk.node.run(run).approvals).toEqual([]);
  });
  test('who asked cannot approve by the button of another, and the attempt is journalled', async () => {
    const { run, button } = await waiting();
    await post(signed(buttonClick(button, by('UANA'))));
    await answer();
    expect(await last()).toMatchObject({ type: 'approval.refused', by: 'ana', code: 'own-request' });
    expect(desk.node.run(run).approvals).toEqual([]);
  });
  test('a customer cannot reach another one\'s run by its button, by its name or by a form', async () => {
    const { run, button } = await waiting();
    await post(signed(buttonClick(button, by('UOTTO'))));
    expect(await answer()).not.toMatch(/customerA|racks/);
    await say('UOTTO', `approve ${run}`);
    expect(await answer()).not.toMatch(/customerA|racks/);
    await post(signed(submission({ private_metadata: JSON.stringify({ form: 'break-glass', about: run, conversation: null, home: false }), state: { values: { 'field:run': { value: { selected_option: { value: `${run}.1` } } }, 'field:rules': { value: { selected_options: [{ value: 'no-second-person' }] } }, 'field:reason': { value: { value: 'x' } } } } }, by('UOTTO'))));
    await until(() => published.some((text) => text.includes('does not wait, or its gate lets nobody')), 'the refusal of the form');
    expect([desk.node.run(run).status, desk.node.run(run).approvals]).toEqual(['proposed', []]);
  });
  test.each<[string, () => Parameters<typeof signed>[1]]>([['a future time stamp', () => ({ at: Date.now() + 310_000 })], ['an old one', () => ({ at: Date.now() - 310_000 })], ['another app\'s secret', () => ({ secret: 'other' })]])('%s: refused before anything is read', async (_title, how) => {
    const { run, button } = await waiting();
    const before = await written();
    for (const body of [buttonClick(button, by('UBEN')), slashCommand(`approve ${run}`, { user_id: 'UBEN', team_id: 'T1' }), submission({}, by('UBEN'))]) expect(await post(signed(body, how()))).toBe(401);
    expect(await written()).toBe(before);
  });
  test('what is refused unseen is counted each time, and stands in the log once a minute', async () => {
    const forged = async (): Promise<void> => { await post(signed(slashCommand('help'), { secret: 'other' })); };
    const told = (): string[] => lines.filter((line) => line.includes('does not fit SLACK_SIGNING_SECRET'));
    for (let time = 0; time < 5; time++) await forged();
    expect([counted, told().length]).toEqual([Array(5).fill('wrong-signature'), 1]);
    clock.move(60_000);
    await forged();
    expect([counted.length, told()[1]]).toEqual([6, expect.stringContaining('"moreSince":4')]);
  });
  test('a signature over another body is none', async () => {
    const { run } = await waiting();
    const { headers } = signed(slashCommand('help'));
    expect(await post({ body: slashCommand(`approve ${run}`, { user_id: 'UBEN', team_id: 'T1' }), headers })).toBe(401);
  });
  test('a payload of more than 1 MB is refused, and so are a text and a button that Slack could not have sent', async () => {
    const before = await written();
    expect(await post(signed(slashCommand('x'.repeat(1_000_001), { user_id: 'UANA' })))).toBe(413);
    expect(await say('UANA', 'x'.repeat(12_001))).toBe(400);
    expect(await post(signed(buttonClick('x'.repeat(2_001), by('UANA'))))).toBe(400);
    expect(await post(signed(submission({ private_metadata: 'x'.repeat(3_001) }, by('UANA'))))).toBe(400);
    expect(counted).toEqual(['too-large', 'unreadable', 'unreadable', 'unreadable']);
    expect([await written(), answered]).toEqual([before, []]);
  });

  describe('text that wants to be more than text', () => {
    const evil = '<!channel> <@UANA> <https://evil.example|click> *bold* {{{evil}}} {{#each this}} &lt;!here&gt; `code`';
    test('a reason formats, mentions, links and templates nothing in what others read', async () => {
      await say('UANA', `move site from=customerA to=service_provider reason="${evil}"`);
      const shown = await answer();
      await say('UBEN', 'review R-5');
      const review = await answer();
      for (const text of [shown, review]) {
        expect(text).not.toMatch(/<!channel>|<!here>|<@UANA>|<https:\/\/evil/);
        expect(text).not.toContain('*bold*');
      }
      expect([...desk.node.state.runs.values()].at(-1)!.plan.because.reason).toContain('{{{evil}}}');
    });
    test('so does one out of a form', async () => {
      await post(signed(submission({ private_metadata: JSON.stringify({ form: 'move', about: null, conversation: null, home: false }), state: { values: { 'field:scope': { value: { selected_option: { value: 'site cluster01 customerA' } } }, 'field:dr_type': { value: { selected_option: { value: 'planned' } } }, 'field:reason': { value: { value: `${evil}" dr_type=unplanned force=yes` } } } } }, by('UANA'))));
      const shown = await until(() => published.find((text) => text.includes('customerA')), 'the answer');
      expect(shown).not.toMatch(/<!channel>|<!here>|<@UANA>|<https:\/\/evil/);
      const { plan } = [...desk.node.state.runs.values()].at(-1)!;
      expect([plan.operation.drType, plan.because.reason]).toEqual(['planned', expect.stringContaining('dr_type=unplanned')]);
    });
    test('a name that nobody knows is repeated harmlessly', async () => {
      await say('UANA', 'query vm "*x* <!channel>"');
      const { text, blocks } = JSON.parse(await answer()) as { text: string; blocks: unknown };
      expect(text).not.toContain('<!channel>');
      expect(JSON.stringify(blocks)).not.toMatch(/<!channel>|(?<!\u200b)\*x\*/);
    });
    test('the name that somebody gives himself in Slack is shown nowhere', async () => {
      await say('UNOBODY', 'help', { user_name: '<!channel> ana' });
      expect(await answer()).not.toContain('channel');
    });
  });

  test.each([
    ['Cyrillic letters', 'аpprove R-5'], ['full-width letters', 'approve Ｒ－５'], ['a direction that is turned', 'approve \u202e5-R'], ['a second line', 'help\napprove R-5'], ['two commands', 'help; approve R-5'], ['a mathematical R', 'approve \ud835\udc11-5'], ['half a sign', 'approve R-5\ud835'],
  ])('unicode tricks: %s approve nothing', async (_title, text) => {
    const { run } = await waiting();
    expect(run).toBe('R-5');
    await say('UOLGA', text);
    await answer();
    // Olga may approve: the straight command does.
    const tricked = desk.node.run(run).approvals.length;
    await say('UOLGA', 'approve R-5');
    await answer();
    expect([tricked, desk.node.run(run).approvals.length > 0 || desk.node.run(run).status !== 'proposed']).toEqual([0, true]);
  });

  test.each(['payload=null', 'payload=[]', 'payload="x"', 'payload=%7B', 'payload=1', 'null', '', 'command=/dr', 'command=/dr&user_id=UBEN', 'ssl_check=1', 'payload={"type":"view_closed"}', 'payload={"type":"block_actions","actions":[]}', 'payload={"type":"block_actions","actions":[null]}', 'payload={"type":"view_submission","view":null}'])('the signed body %j does nothing, and gets an answer', async (body) => {
    const before = await written();
    expect([200, 400]).toContain(await post(signed(body)));
    expect([await written(), answered]).toEqual([before, []]);
  });

  test('2,000 payloads that are not quite Slack\'s: none ends the process, hangs, or does anything', async () => {
    const { button } = await waiting();
    const before = await written();
    const form = (body: string): Record<string, unknown> => Object.fromEntries(new URLSearchParams(body));
    const interactive = (body: string): Record<string, unknown> => JSON.parse(new URLSearchParams(body).get('payload')!) as Record<string, unknown>;
    // Everything as a stranger sends it, since some of what is changed does not matter.
    const bases = [form(slashCommand('approve R-5', { user_id: 'USTRANGER' })), interactive(buttonClick(button, by('USTRANGER'))), interactive(shortcut('lifeboat_move', by('USTRANGER'))), interactive(messageShortcut('lifeboat_why', 'R-5', by('USTRANGER'))), interactive(submission({ private_metadata: '{"form":"move","about":null,"conversation":null,"home":false}' }, by('USTRANGER'))), JSON.parse(mention('<@UBOT> approve R-5', 'Ev1', { user: 'USTRANGER' })), JSON.parse(homeOpened('Ev2', 'USTRANGER'))] as Record<string, unknown>[];
    const odd = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(null, '', 0, -1, true, [], {}, '<!channel>', '\u0000', 'x'.repeat(5_000), { __proto__: null }, 1e308));
    /** Some field, at some depth, is something else, or gone. */
    const changed = (value: unknown, path: readonly number[], to: unknown): unknown => {
      if (path.length === 0 || value === null || typeof value !== 'object') return to;
      const keys = Object.keys(value);
      const key = keys[path[0]! % Math.max(1, keys.length)];
      if (key === undefined) return to;
      const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value as unknown[]] : { ...value };
      (copy as Record<string, unknown>)[key] = changed((value as Record<string, unknown>)[key], path.slice(1), to);
      return copy;
    };
    const statuses = new Map<number, number>();
    await fc.assert(fc.asyncProperty(fc.nat({ max: bases.length - 1 }), fc.array(fc.nat({ max: 20 }), { minLength: 0, maxLength: 4 }), odd, async (which, path, to) => {
      const payload = changed(bases[which], path, to);
      const json = which >= 5;
      const body = which === 0 && payload !== null && typeof payload === 'object' && !Array.isArray(payload) ? new URLSearchParams(Object.entries(payload).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value) ?? ''])).toString() : json ? JSON.stringify(payload) : new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
      const status = await post(signed(body, json ? { type: 'application/json' } : {}));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      // The same body in the same second is a replay.
      expect([200, 400, 401]).toContain(status);
    }), { seed: 20_261_127, numRuns: 2_000 });
    expect([await written() - before, [...statuses.values()].reduce((sum, count) => sum + count, 0)]).toEqual([0, 2_000]);
    expect(statuses.get(200)).toBeGreaterThan(100);
    expect(statuses.get(400)).toBeGreaterThan(100);
  }, 180_000);
});

test.each([['https://hooks.slack.com/commands/T1/2/x', true], ['https://hooks.slack-gov.com/x', true], ['http://hooks.slack.com/x', false], ['https://hooks.slack.com.evil.example/x', false], ['https://evil.example/hooks.slack.com', false], ['https://hooks.slack.com@evil.example/', false], ['http://169.254.169.254/latest', false], ['file:///etc/passwd', false], ['not an address', false], ['https://evilslack.com/', false]])('the response address %s is Slack\'s: %s', (url, expected) => expect(slackAddresses(undefined)(url)).toBe(expected));
