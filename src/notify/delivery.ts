import type { Millis, Surface } from '../core/names.js';
import type { JournalEntry } from '../core/event.js';
import type { State } from '../core/state.js';
import type { Card, Channel } from '../ports/channel.js';
import { ChannelError } from '../ports/channel.js';
import type { Clock } from '../ports/clock.js';
import type { Journal } from '../ports/journal.js';
import type { Outbox, OutboxRow, Wanted } from '../ports/outbox.js';
import type { LiveState } from '../ports/state.js';

export interface DeliveryParts {
  readonly outbox: Outbox;
  readonly journal: Journal;
  readonly live: LiveState;
  readonly clock: Clock;
  readonly bootId: string;
  readonly channels: ReadonlyMap<Surface, Channel>;
  /** Surfaces without a transport: rows are kept and shown in the console, never sent. */
  readonly keptSurfaces: ReadonlySet<Surface>;
  readonly wanted: (entries: readonly JournalEntry[], state: State) => readonly Wanted[];
  readonly render: (row: OutboxRow) => Promise<Card | null>;
  readonly redact: (text: string) => string;
  readonly log: (message: string, detail: object) => void;
  /** A message was handed over: for metrics. */
  readonly delivered?: (surface: Surface, waitedMs: Millis) => void;
}

const consumer = 'messages';
const leaseMs = 30_000;
const batch = 50;
/** Threads of one surface handed over side by side; inside a thread the order of the journal holds. */
const atOnce = 8;
const sweepMs = 1_000;
/** Edits of one message at most so often (approval-ux.md rule 13, limits of the platforms); the last state always arrives. The console is ours: no limit. */
const editPauseMs: Partial<Record<Surface, Millis>> = { slack: 3_000, teams: 3_000 };

/** Back-off by class of error (reference/platform-limits.md): minutes, not the days of a mail server; then a dead letter that people see. */
export function retryDelayMs(error: ChannelError, attempts: number): Millis | null {
  if (error.code === 'refused') return null;
  if (error.retryAfterMs !== null) return error.retryAfterMs;
  if (attempts >= 200) return null;
  return Math.min(60_000, 1_000 * 2 ** Math.min(attempts, 6));
}

/** Turns the journal into messages, exactly once per entry, and hands them over until each is there. */
export function startDelivery(parts: DeliveryParts): { stop(): Promise<void> } {
  const { outbox, live, clock } = parts;
  let stopped = false;
  let planning = Promise.resolve();
  const busy = new Map<Surface, Promise<void>>();

  /** Entries become rows in the order of the journal; cursor and rows move in one transaction. */
  async function plan(): Promise<void> {
    for (;;) {
      const from = await outbox.cursor(consumer);
      if (stopped || from >= live.current.seq) return;
      const entries = await parts.journal.read({ afterSeq: from, limit: 500 });
      const last = entries.at(-1);
      if (!last) return;
      await live.reach(last.seq);
      await outbox.want(parts.wanted(entries, live.current), { consumer, from, to: last.seq });
    }
  }

  async function sendOne(channel: Channel | undefined, row: OutboxRow): Promise<void> {
    if (parts.keptSurfaces.has(row.surface)) return outbox.kept(row.key, row.wanted);
    if (!channel) return outbox.failed(row.key, `No ${row.surface} transport is configured.`, null);
    try {
      const card = await parts.render(row);
      if (card === null) return await outbox.sent(row.key, row.wanted, row.ref ?? { surface: row.surface, conversation: '', message: '' });
      let ref = row.ref;
      if (ref === null) ref = await channel.post(row.target, card, { key: row.key, ...(row.threadRef ? { thread: row.threadRef } : {}) });
      else await channel.update(ref, card);
      await outbox.sent(row.key, row.wanted, ref, editPauseMs[row.surface] ?? 0);
      parts.delivered?.(row.surface, clock.now() - row.createdAt);
    } catch (error) {
      const failure = error instanceof ChannelError ? error : new ChannelError('unreachable', error instanceof Error ? error.message : String(error));
      // Lost by the platform: post anew at once. A post that calls itself gone would otherwise turn in circles.
      const retryInMs = failure.code === 'gone' && row.ref !== null ? 0 : retryDelayMs(failure, row.attempts + 1);
      await outbox.failed(row.key, parts.redact(failure.message), retryInMs, { forgetRef: failure.code === 'gone' });
      if (retryInMs === null) parts.log('a message could not be delivered and is kept as a dead letter', { key: row.key, surface: row.surface, why: parts.redact(failure.message) });
    }
  }

  /** One loop per surface, so that a slow or dead one delays nobody else. */
  async function drain(surface: Surface): Promise<void> {
    for (;;) {
      const rows = await outbox.claim(surface, batch, leaseMs, parts.bootId);
      if (rows.length === 0 || stopped) return;
      const byThread = new Map<string, OutboxRow[]>();
      for (const row of rows) byThread.set(row.threadKey ?? row.key, [...(byThread.get(row.threadKey ?? row.key) ?? []), row]);
      const threads = [...byThread.values()];
      const work = async (): Promise<void> => {
        for (let thread = threads.shift(); thread; thread = threads.shift()) for (const row of thread) { if (stopped) return; await sendOne(parts.channels.get(surface), row); }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
    }
  }

  const surfaces = new Set<Surface>([...parts.channels.keys(), ...parts.keptSurfaces]);
  const pump = (): void => {
    if (stopped) return;
    for (const surface of surfaces) {
      if (busy.has(surface)) continue;
      busy.set(surface, drain(surface).catch((error: unknown) => parts.log('delivery paused', { surface, error: parts.redact(error instanceof Error ? error.message : String(error)) })).finally(() => busy.delete(surface)));
    }
  };
  const step = (): void => { planning = planning.then(plan).then(pump).catch((error: unknown) => { if (!stopped) parts.log('messages could not be planned; the next try follows', { error: error instanceof Error ? error.message : String(error) }); }); };
  const unsubscribe = live.onEntries(step);
  const stopTimer = clock.every(sweepMs, step);
  step();
  return {
    async stop() {
      stopped = true;
      unsubscribe();
      stopTimer();
      await planning;
      await Promise.all(busy.values());
    },
  };
}
