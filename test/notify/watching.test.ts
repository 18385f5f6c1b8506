import { afterEach, describe, expect, test } from '@jest/globals';
import { readEnvironment } from '../../src/config/environment.js';
import { ConfigProblems } from '../../src/config/problem.js';
import type { DrEvent } from '../../src/core/dr-event.js';
import { estateStream } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import { createLiveState } from '../../src/journal/live-state.js';
import { createMemoryJournal } from '../../src/journal/memory.js';
import { createMemoryOnceStore } from '../../src/journal/memory-once.js';
import { startCanary } from '../../src/notify/canary.js';
import { startHeartbeat } from '../../src/notify/heartbeat.js';
import { wantedPages } from '../../src/notify/pages.js';
import { ChannelError, type Channel } from '../../src/ports/channel.js';
import { anEstate, fakeClock, silentLogger } from '../web/support.js';
import { programmableChannel } from './support.js';

const minute = 60_000;
const stops: (() => unknown)[] = [];
afterEach(async () => { for (const stop of stops.splice(0)) await stop(); });

function aCanary(change: Partial<Channel> = {}) {
  const clock = fakeClock();
  const slack = programmableChannel('slack', clock.now);
  const email = programmableChannel('email', clock.now);
  const told: string[] = [];
  const once = createMemoryOnceStore(clock);
  const start = (): void => {
    stops.push(startCanary({
      channels: new Map([['slack', { ...slack.channel, ...change }], ['email', email.channel]]), places: [{ surface: 'slack', identity: 'dr-canary' }, { surface: 'email', identity: 'canary@example.com' }], everyMs: 60 * minute, once, clock,
      raised: async ({ key, description }: DrEvent) => { told.push(`raised ${key}: ${description}`); }, cleared: async (key) => { told.push(`cleared ${key}`); }, redact: (text) => text.replaceAll('hunter2', '[redacted]'), log: (message) => { throw new Error(message); },
    }));
  };
  const pass = async (ms: number): Promise<void> => { for (let gone = 0; gone < ms; gone += minute) await clock.advance(minute); };
  return { slack, email, told, start, pass };
}

describe('a canary', () => {
  test('posts, edits and removes where that can be, once an hour', async () => {
    const { slack, email, told, start, pass } = aCanary();
    start();
    await pass(90 * minute);
    expect(slack.sent.map(({ what }) => what)).toEqual(['post', 'update', 'remove', 'post', 'update', 'remove']);
    expect(email.sent.map(({ what }) => what)).toEqual(['post', 'post']);
    expect(told.every((each) => each.startsWith('cleared'))).toBe(true);
  });
  test('two nodes send it once', async () => {
    const { slack, start, pass } = aCanary();
    start();
    start();
    await pass(5 * minute);
    expect(slack.sent.filter(({ what }) => what === 'post')).toHaveLength(1);
  });
  test('one failure may pass; the second in a row is told, without a secret, and the next that gets through ends it', async () => {
    const { slack, told, start, pass } = aCanary();
    slack.fails(new ChannelError('unreachable', 'no answer from hunter2.'));
    slack.fails(new ChannelError('unreachable', 'no answer from hunter2.'));
    start();
    await pass(2 * minute);
    expect(told.filter((each) => each.includes('slack'))).toEqual([]);
    await pass(5 * minute);
    expect(told.filter((each) => each.includes('slack'))).toEqual([expect.stringMatching(/^raised CANARY_FAILED:slack: .* could not be posted: no answer from \[redacted\]\./)]);
    await pass(6 * minute);
    expect(told.filter((each) => each.includes('slack')).at(-1)).toBe('cleared CANARY_FAILED:slack');
  });
  test('a refusal is told at once, and says what could not be done', async () => {
    const { told, start, pass } = aCanary({ update: () => Promise.reject(new ChannelError('refused', 'cant_update_message.')) });
    start();
    await pass(minute);
    expect(told.find((each) => each.startsWith('raised'))).toContain('could not be edited');
  });
});

describe('a heartbeat', () => {
  async function aHeart(sick: () => string | null) {
    const clock = fakeClock();
    const journal = createMemoryJournal({ clock, log: silentLogger() });
    const live = await createLiveState(journal);
    stops.push(() => live.stop());
    await live.reach((await journal.append({ entries: [{ stream: estateStream, tenant: null, actor: lifeboat('start'), event: { type: 'estate.imported', estate: anEstate(), source: 'x', digest: 'd' } }] })).at(-1)!.seq);
    const asked: string[] = [];
    const said: string[] = [];
    let status = 200;
    const start = (): void => { stops.push(startHeartbeat({ url: 'https://hc.example/secret-key', told: true, sick: async () => sick(), journal, live, clock, fetch: async (url) => { asked.push(String(url)); if (status === 0) throw new TypeError('fetch failed'); return new Response('', { status }); }, log: (message, detail) => { said.push(`${message} ${JSON.stringify(detail)}`); } })); };
    return { clock, journal, live, asked, said, start, answers: (now: number) => { status = now; }, pass: async (ms: number, step = minute) => { for (let gone = 0; gone < ms; gone += step) await clock.advance(step); } };
  }
  test('is sent while all is well, and stays away while it is not; each is said once, without the address', async () => {
    let why: string | null = null;
    const heart = await aHeart(() => why);
    heart.start();
    await heart.pass(3 * minute);
    expect(heart.asked).toHaveLength(3);
    why = 'database: no answer';
    await heart.pass(3 * minute);
    expect(heart.asked).toHaveLength(3);
    why = null;
    heart.answers(500);
    await heart.pass(2 * minute);
    heart.answers(0);
    await heart.pass(2 * minute);
    expect(heart.said).toHaveLength(3);
    expect(heart.said.join()).not.toContain('secret-key');
  });
  test('says once a day that Lifeboat lives, whatever the number of nodes', async () => {
    const heart = await aHeart(() => null);
    heart.start();
    heart.start();
    await heart.pass(3 * 24 * 60 * minute, 60 * minute);
    const told = (await heart.journal.read({ afterSeq: 0, limit: 100 })).filter(({ event }) => event.type === 'heartbeat.told');
    expect(told.map(({ event }) => (event.type === 'heartbeat.told' ? event.day : ''))).toEqual(['2026-03-03', '2026-03-04', '2026-03-05']);
    expect(wantedPages(told.slice(0, 1), heart.live.current, [], [{ surface: 'email', identity: 'ops@example.com' }, { surface: 'slack', identity: 'dr' }]).map(({ key, target }) => [key, target.kind])).toEqual([['heartbeat:2026-03-03/email/ops@example.com', 'person'], ['heartbeat:2026-03-03/slack/dr', 'channel']]);
  });
});

test.each([
  [{ HEARTBEAT_TO: 'pigeon:here' }, 'is no way and place'], [{ CANARY_TO: 'sms:12' }, 'is no way and place'], [{ CANARY_TO: 'slack:dr' }, 'which this Lifeboat has not'], [{ CANARY_EVERY_MINUTES: 'often' }, 'is not a number of minutes'],
])('%j is refused with what to do', (env, what) => {
  let problems = '';
  try { readEnvironment(env); } catch (error) { problems = error instanceof ConfigProblems ? error.problems.map((each) => each.what).join() : String(error); }
  expect(problems).toContain(what);
});
