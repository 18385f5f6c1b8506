import { wantedMessages } from '../src/chatops/reconcile.js';
import { createMessageRenderer } from '../src/chatops/render-message.js';
import { createRender } from '../src/chatops/render.js';
import { loadTemplates } from '../src/chatops/templates/load.js';
import type { DrEvent } from '../src/core/dr-event.js';
import { createPostgresButtonStore } from '../src/journal/once.js';
import { createPostgresOutbox } from '../src/journal/outbox.js';
import { startDelivery } from '../src/notify/delivery.js';
import { createIncidents } from '../src/notify/incidents.js';
import type { Channel } from '../src/ports/channel.js';
import { largeEstate } from './estate.js';
import { percentile, report, rounded } from './result.js';
import { startStack } from './stack.js';

const events = 10_000;
const rounds = 10;
const atOnce = 64;

/**
 * 10,000 events in rounds of 1,000, 64 on their way at any time: from `raise` called to the card handed to the channel. Between the rounds the bound is measured in the same way:
 * one row inserted and committed into the same PostgreSQL, 64 at once, which is the least that a durable message costs.
 */
export async function eventToChannel(): Promise<void> {
  const stack = await startStack(largeEstate(100));
  const { pool, journal, live, clock } = stack;
  const waiting = new Map<string, (at: number) => void>();
  const tookMs: number[] = [];
  const channel: Channel = {
    surface: 'web',
    async post(_target, _card, { key }) {
      const incident = /^incident:(I-\d+)\//.exec(key)?.[1];
      const raised = incident === undefined ? undefined : live.current.incidents.get(incident)!.key;
      if (raised !== undefined) waiting.get(raised)?.(performance.now());
      return { surface: 'web', conversation: 'bench', message: key };
    },
    async update() { /* an edit is nobody's first word of it */ },
  };
  const buttons = createPostgresButtonStore(pool);
  const renderMessage = createMessageRenderer({ render: createRender(loadTemplates('templates')), buttons, journal });
  const delivery = startDelivery({
    outbox: createPostgresOutbox(pool), journal, live, clock, bootId: 'bench', channels: new Map([['web', channel]]), keptSurfaces: new Set(), nextPlace: () => null, redact: (text) => text, log: () => undefined,
    wanted: (entries, state) => wantedMessages(entries, state, ['web']), render: (row) => renderMessage(row, live.current, clock.now()),
  });
  const incidents = createIncidents({ journal, live });
  await pool.query('create table bench_bound (n bigserial primary key, body text)');
  const boundMs: number[] = [];

  const started = performance.now();
  for (let round = 0; round < rounds; round++) {
    await inParallel(events / rounds, async (n) => {
      const began = performance.now();
      await pool.query('insert into bench_bound (body) values ($1)', [`event ${round}/${n}`]);
      boundMs.push(performance.now() - began);
    });
    await inParallel(events / rounds, async (n) => {
      const event = aDrEvent(round * (events / rounds) + n, clock.now());
      const handedOver = new Promise<number>((resolve) => { waiting.set(event.key, resolve); });
      const began = performance.now();
      await incidents.raise(event);
      tookMs.push(await handedOver - began);
      waiting.delete(event.key);
    });
    process.stdout.write(`round ${round + 1} of ${rounds}: p50 ${rounded(percentile(tookMs, 0.5))} ms, p99 ${rounded(percentile(tookMs, 0.99))} ms\n`);
  }
  const seconds = (performance.now() - started) / 1000;
  await delivery.stop();
  await stack.stop();
  report('event-to-channel', percentile(tookMs, 0.99) / percentile(boundMs, 0.99), {
    events: tookMs.length, p50Ms: rounded(percentile(tookMs, 0.5)), p99Ms: rounded(percentile(tookMs, 0.99)), bareInsertP50Ms: rounded(percentile(boundMs, 0.5)), bareInsertP99Ms: rounded(percentile(boundMs, 0.99)), seconds: rounded(seconds),
  });
}

async function inParallel(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: atOnce }, async () => { while (next < count) await work(next++); }));
}

const aDrEvent = (n: number, now: number): DrEvent => ({
  name: 'VM_FAILURE_DETECTED', severity: 'critical', entityClass: 'vm', entity: `vm${n % 100}`, uuid: null, tenant: 'bench', site: 'north', description: `VM vm${n % 100} failure detected (${n}).`, occurredAt: now, source: 'bench',
  evidence: [{ saw: 'missed heartbeats', by: 'bench', at: now }], key: `VM_FAILURE_DETECTED:${n}`,
});
