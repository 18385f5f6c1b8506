import type { Millis, Surface } from '../core/names.js';
import type { JournalEntry } from '../core/event.js';
import type { State } from '../core/state.js';
import type { Channel } from '../ports/channel.js';
import type { Journal } from '../ports/journal.js';
import { conversationOf, type OutboxRow, type Wanted } from '../ports/outbox.js';
import type { LiveState } from '../ports/state.js';
import { removeCopies, watchCopies } from './copies.js';
import { fallOver } from './fall-over.js';
import { createHandOver, editPauseMs, type HandOverParts } from './hand-over.js';
import { createTail } from './tail.js';
import { withUrgency } from './urgency.js';

export interface DeliveryParts extends HandOverParts {
  readonly journal: Journal;
  readonly live: LiveState;
  readonly bootId: string;
  readonly channels: ReadonlyMap<Surface, Channel>;
  readonly wanted: (entries: readonly JournalEntry[], state: State) => readonly Wanted[];
  /** Where else a person is tried whom a message did not reach. */
  readonly nextPlace: (row: OutboxRow, state: State) => Wanted | null;
  /** A message to a person reached nobody, and there is no other place to try. */
  readonly unreached?: (row: OutboxRow) => void;
}

const consumer = 'messages';
const leaseMs = 30_000;
/** Few at a time: what is urgent waits for no more than these. */
const batch = 16;
/** Threads of one surface handed over side by side; inside a thread the order of the journal holds. */
const atOnce = 8;
const sweepMs = 1_000;
const wantedAtMax = 10_000;
const fallOverMs = 10_000;

/** Turns the journal into messages, exactly once per entry, and hands them over until each is there. */
export function startDelivery(parts: DeliveryParts): { stop(): Promise<void> } {
  const { outbox, live, clock } = parts;
  const handOver = createHandOver(parts);
  let stopped = false;
  let planning = Promise.resolve();
  const busy = new Map<Surface, Promise<void>>();
  /** Something came for them while they were busy, perhaps after the last look. */
  const again = new Set<Surface>();

  /** Where the cursor stands, as far as this node knows, and how far beyond it the journal was read. */
  let [cursor, seen]: [number | null, number] = [null, 0];
  /** What is wanted by entries beyond the cursor, and can wait. */
  let waiting: Wanted[] = [];
  let movedAt = clock.now();
  /** When a message was wanted last: an edit of one that rests is wanted soon enough. */
  const wantedAt = new Map<string, Millis>();
  const rests = ({ key, surface }: Wanted): boolean => clock.now() - (wantedAt.get(key) ?? -Infinity) < (editPauseMs[surface] ?? 0);

  /** Entries become rows in the order of the journal; cursor and rows move in one transaction. Over entries that make nothing wanted, or only one more edit of what was edited a moment ago, it moves now and then: after a crash they are read again. */
  async function plan(): Promise<void> {
    for (;;) {
      if (cursor === null) {
        cursor = await outbox.cursor(consumer);
        [seen, waiting] = [cursor, []];
      }
      if (stopped) return;
      const entries = await tail.after(seen, 500);
      const rows = parts.wanted(entries, live.current).map((row) => withUrgency(row, live.current));
      const to = entries.at(-1)?.seq ?? seen;
      const due = rows.filter((row) => !rests(row));
      waiting.push(...rows);
      seen = to;
      if (due.length > 0 || (to > cursor && clock.now() - movedAt >= sweepMs)) {
        // Another node was faster: what it has made of these entries is the same, and it hands it over.
        const moved = await outbox.want(waiting, { consumer, from: cursor, to });
        const surfacesWanted = new Set(waiting.map(({ surface }) => surface));
        if (wantedAt.size > wantedAtMax) wantedAt.clear();
        for (const { key } of due) wantedAt.set(key, clock.now());
        [cursor, waiting, movedAt] = [moved ? to : null, [], clock.now()];
        pump(surfacesWanted);
      }
      if (entries.length === 0) return;
    }
  }

  /** One loop per surface, so that a slow or dead one delays nobody else. */
  async function drain(surface: Surface): Promise<void> {
    for (let handedAt: Millis | null = null, now = clock.now(); ; handedAt = now) {
      now = clock.now();
      const rows = await outbox.claim(surface, batch, leaseMs, parts.bootId);
      if (stopped) return;
      if (rows.length === 0) {
        // What changes in the meantime is shown as soon as the pause is over, not at the next sweep after it.
        const pauseMs = editPauseMs[surface];
        if (handedAt !== null && pauseMs !== undefined) void clock.sleep(Math.max(0, handedAt + pauseMs - now)).then(() => { pump(new Set([surface])); });
        const channel = parts.channels.get(surface);
        return channel && removeCopies(channel, parts);
      }
      const byThread = new Map<string, OutboxRow[]>();
      for (const row of rows) byThread.set(row.threadKey ?? row.key, [...(byThread.get(row.threadKey ?? row.key) ?? []), row]);
      const threads = [...byThread.values()];
      const resting = new Set<string>();
      const work = async (): Promise<void> => {
        for (let thread = threads.shift(); thread; thread = threads.shift()) {
          let heldUp = false;
          for (const row of thread) {
            if (stopped) return;
            const conversation = conversationOf(row.target);
            if (heldUp || resting.has(conversation)) { await outbox.release(row.key); continue; }
            const became = await handOver(parts.channels.get(surface), row);
            if (became === 'busy') resting.add(conversation);
            heldUp = became === 'later' && row.threadKey !== null;
          }
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
    }
  }

  const surfaces = new Set<Surface>([...parts.channels.keys(), ...parts.keptSurfaces]);
  const pump = (those: ReadonlySet<Surface> = surfaces): void => {
    if (stopped) return;
    for (const surface of those) {
      if (!surfaces.has(surface)) continue;
      if (busy.has(surface)) { again.add(surface); continue; }
      busy.set(surface, drain(surface).catch((error: unknown) => parts.log('delivery paused', { surface, error: parts.redact(error instanceof Error ? error.message : String(error)) })).finally(() => {
        busy.delete(surface);
        if (again.delete(surface)) pump(new Set([surface]));
      }));
    }
  };
  /** One that has not begun yet does for all that comes until then. */
  let waits = false;
  const step = (): void => {
    if (waits) return;
    waits = true;
    planning = planning.then(() => { waits = false; return plan(); }).catch((error: unknown) => { if (!stopped) parts.log('messages could not be planned; the next try follows', { error: error instanceof Error ? error.message : String(error) }); });
  };
  const reachElsewhere = (): Promise<void> => fallOver({ outbox, nextPlace: (row) => { const next = parts.nextPlace(row, live.current); return next && withUrgency(next, live.current); }, ...(parts.unreached ? { unreached: parts.unreached } : {}), log: parts.log })
    .catch((error: unknown) => { if (!stopped) parts.log('nobody could be tried elsewhere; the next try follows', { error: error instanceof Error ? error.message : String(error) }); });
  const tail = createTail(parts.journal, live, step);
  const ends = [() => { tail.stop(); }, clock.every(sweepMs, () => { step(); pump(); }), clock.every(fallOverMs, reachElsewhere), watchCopies(parts.channels.values(), parts, () => { pump(); })];
  step();
  return {
    async stop() {
      stopped = true;
      for (const end of ends) end();
      await planning;
      await Promise.all(busy.values());
      if (cursor !== null && seen > cursor) await outbox.want(waiting, { consumer, from: cursor, to: seen }).catch(() => undefined);
    },
  };
}
