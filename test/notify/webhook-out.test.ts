import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { estateStream, incidentStream, type JournalEvent } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import { createStandardWebhook } from '../../src/drivers/webhook/standard.js';
import { createLiveState } from '../../src/journal/live-state.js';
import { createMemoryJournal } from '../../src/journal/memory.js';
import { createIncidents } from '../../src/notify/incidents.js';
import { BatchTooBig, startWebhookOut, webhookWords, type PostBatch, type WebhookOut } from '../../src/notify/webhook-out.js';
import type { Cursors } from '../../src/ports/cursors.js';
import { until } from '../support/poll.js';
import { anEstate, fakeClock, silentLogger } from '../web/support.js';
import { anEvent } from './support.js';

const closings: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => { for (const close of closings.splice(0).toReversed()) await close(); });

/** One place and one holder, as the tables have them. */
function aCursor(): { of(node: string): Cursors; readonly at: () => number | null } {
  let place: number | null = null;
  let holder: string | null = null;
  return {
    at: () => place,
    of: (node) => ({
      hold: async (_reader, _leaseMs, from) => { if (holder !== null && holder !== node) return null; holder = node; place ??= from; return place; },
      moved: async (_reader, to) => { place = Math.max(place ?? 0, to); },
      release: async () => { if (holder === node) holder = null; },
    }),
  };
}

async function aDesk() {
  // Waiting lets others have their turn, and takes no time.
  const clock = { ...fakeClock(), sleep: () => new Promise<void>((resolve) => { setImmediate(resolve); }) };
  const journal = createMemoryJournal({ clock, log: silentLogger() });
  await journal.append({ entries: [{ stream: estateStream, tenant: null, actor: lifeboat('start'), event: { type: 'estate.imported', estate: anEstate(), source: 'demo.yaml', digest: 'digest' } }] });
  const live = await createLiveState(journal);
  const cursor = aCursor();
  const logged: string[] = [];
  const start = (post: PostBatch, { node = 'a', tenant = null as string | null } = {}): WebhookOut => {
    const out = startWebhookOut({ journal, live, clock, cursors: cursor.of(node), post, tenant, redact: (text) => text.replaceAll('hunter2', '[secret]'), log: (message) => { logged.push(message); } });
    closings.push(() => out.stop());
    return out;
  };
  const write = async (event: JournalEvent): Promise<void> => { await live.reach((await journal.append({ entries: [{ stream: incidentStream, tenant: null, actor: lifeboat('monitor'), event }] })).at(-1)!.seq); };
  return { clock, journal, live, cursor, logged, start, write, incidents: createIncidents({ journal, live }) };
}
type Batch = { type: string; id: string; subject: string; tenant?: string; data: { event?: { entity: string } | null } }[];
const receiver = () => {
  const batches: Batch[] = [];
  const post: PostBatch = async (events) => { batches.push(JSON.parse(JSON.stringify(events)) as Batch); };
  return { batches, post, told: () => batches.flat() };
};

describe('the webhook', () => {
  test('tells what happens to an incident, in order, from when it was set up', async () => {
    const { start, incidents, write, live } = await aDesk();
    await incidents.raise(anEvent({ entity: 'raichu', key: 'HOST_FAILURE:raichu', description: 'before' }));
    const { post, told } = receiver();
    const out = start(post);
    await until('the start', () => !out.status().elsewhere);
    await incidents.raise(anEvent({ description: 'Host pbrazos: password hunter2' }));
    await incidents.raise(anEvent({ name: 'HMC_UNREACHABLE' }));
    await write({ type: 'incident.acknowledged', incident: 'I-2', by: 'ana' });
    await write({ type: 'incident.proposed', incident: 'I-2', run: 'R-1' });
    await incidents.resolve('HOST_FAILURE:pbrazos', [{ saw: 'Operating', by: 'HMC vmhmc1', at: 1_000_000 }]);
    await until('all of it', () => told().length === 5);
    expect(told().map(({ type, subject }) => [type, subject])).toEqual([['lifeboat.incident.opened', 'I-2'], ['lifeboat.incident.event', 'I-2'], ['lifeboat.incident.acknowledged', 'I-2'], ['lifeboat.incident.proposed', 'I-2'], ['lifeboat.incident.resolved', 'I-2']]);
    expect(told()[0]).toEqual({
      specversion: '1.0', id: expect.stringMatching(/^journal-\d+$/), source: 'lifeboat/demo', type: 'lifeboat.incident.opened', subject: 'I-2', time: expect.any(String), datacontenttype: 'application/json', tenant: 'cluster01', severity: 'critical',
      data: { incident: 'I-2', title: 'Host pbrazos: password [secret]', tenant: 'cluster01', site: 'customerA', causedBy: null, event: expect.objectContaining({ name: 'HOST_FAILURE', entity: 'pbrazos' }) },
    });
    await until('its place', () => out.status().behind === 0);
    expect(webhookWords(out.status(), live.current.seq)).toBe('up to date, 5 sent since the start');
  });

  test('what happens while a request is on its way goes together in the next', async () => {
    const { start, incidents } = await aDesk();
    const batches: Batch[] = [];
    let answer = (): void => undefined;
    start(async (events) => { batches.push(events as unknown as Batch); await new Promise<void>((resolve) => { answer = resolve; }); });
    const raise = (n: number) => incidents.raise(anEvent({ key: `K:${n}`, entity: `e${n}` }));
    await raise(0);
    await until('the first request', () => batches.length === 1);
    await Promise.all(Array.from({ length: 50 }, (_, n) => raise(n + 1)));
    expect(batches).toHaveLength(1);
    answer();
    await until('the second request', () => batches.length === 2);
    expect(batches.map((batch) => batch.length)).toEqual([1, 50]);
    answer();
  });

  test('a receiver that is away loses nothing and gets the same ids; neither does a restart, nor a node that takes over', async () => {
    const { start, incidents, cursor, logged } = await aDesk();
    let away = true;
    const [tried, { post, told }] = [[] as string[], receiver()];
    const first = start(async (events, id, signal) => { tried.push(events[0]!.id); if (away) throw new Error('the receiver answered 503: hunter2'); await post(events, id, signal); });
    await until('the start', () => !first.status().elsewhere);
    await incidents.raise(anEvent());
    await until('a failed try', () => first.status().failing !== null);
    expect(first.status()).toMatchObject({ behind: 2, sent: 0, failing: { why: 'the receiver answered 503: [secret]' } });
    expect(webhookWords(first.status(), first.status().failing!.since + 5_000)).toBe('waits since 5 s, 2 journal entries behind: the receiver answered 503: [secret]');
    const second = start(post, { node: 'b' });
    await first.stop();
    const place = cursor.at();
    away = false;
    const third = start(post, { node: 'a' });
    await until('the event', () => told().length === 1);
    expect(new Set([...tried, ...told().map(({ id }) => id)]).size).toBe(1);
    expect(logged.filter((line) => line.includes('they wait in the journal'))).toHaveLength(1);
    await until('its place', () => (cursor.at() ?? 0) > place!);
    expect([second.status().elsewhere, third.status().elsewhere].filter(Boolean)).toHaveLength(1);
  });

  test('a batch that is too big goes in parts', async () => {
    const { start, incidents, live } = await aDesk();
    const { post, batches, told } = receiver();
    let open = false;
    start(async (events, id, signal) => { if (!open) throw new Error('away'); if (events.length > 3) throw new BatchTooBig('too big'); await post(events, id, signal); });
    for (let n = 0; n < 10; n++) await incidents.raise(anEvent({ key: `K:${n}`, entity: `e${n}` }));
    open = true;
    await until('all of them', () => told().length === 10);
    expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(3);
    expect(told().map(({ data }) => data.event!.entity)).toEqual([...live.current.incidents.values()].map(({ events }) => events[0]!.entity));
  });

  test('of one tenant tells nothing of another, nor what is nobody\'s', async () => {
    const { start, incidents } = await aDesk();
    const { post, told } = receiver();
    start(post, { tenant: 'cluster01' });
    await incidents.raise(anEvent({ tenant: 'cluster02', site: 'customerB', key: 'a' }));
    await incidents.raise(anEvent({ tenant: null, site: null, key: 'b' }));
    await incidents.raise(anEvent({ key: 'c' }));
    await until('its own', () => told().length > 0);
    expect(told().map(({ tenant }) => tenant)).toEqual(['cluster01']);
  });
});

describe('a request to a receiver', () => {
  async function serve(answer: number) {
    const got: { headers: IncomingHttpHeaders; body: string }[] = [];
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => { parts.push(part); }).on('end', () => { got.push({ headers: request.headers, body: Buffer.concat(parts).toString('utf8') }); response.writeHead(answer, { location: 'http://127.0.0.1:1/' }).end(); });
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    closings.push(() => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }));
    return { got, url: `http://user:pass%21@127.0.0.1:${(server.address() as AddressInfo).port}/hook?a=b` };
  }
  const secret = `whsec_${Buffer.from('a signing secret').toString('base64')}`;

  test('is signed as Standard Webhooks says, and a redirect is an answer like any other', async () => {
    const { got, url } = await serve(302);
    const webhook = createStandardWebhook({ url, secret, now: () => 1_700_000_000_999 });
    closings.push(() => { webhook.close(); });
    expect(await webhook.post('[]', 'application/cloudevents-batch+json', 'msg-1', new AbortController().signal)).toBe(302);
    expect(got[0]).toMatchObject({ body: '[]', headers: {
      'content-type': 'application/cloudevents-batch+json', authorization: `Basic ${Buffer.from('user:pass!').toString('base64')}`, 'webhook-id': 'msg-1', 'webhook-timestamp': '1700000000',
      'webhook-signature': `v1,${createHmac('sha256', Buffer.from('a signing secret')).update('msg-1.1700000000.[]').digest('base64')}`,
    } });
  });

  test('that reaches nobody says whom, and neither the password nor the path', async () => {
    const webhook = createStandardWebhook({ url: 'http://user:hunter2@127.0.0.1:1/secret-path', secret: null, now: () => 0 });
    await expect(webhook.post('[]', 'application/json', 'x', new AbortController().signal)).rejects.toThrow('127.0.0.1:1 does not answer (ECONNREFUSED).');
  });
});
