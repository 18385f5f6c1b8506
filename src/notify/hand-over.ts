import type { Millis, Surface } from '../core/names.js';
import { ChannelError, type Card, type Channel } from '../ports/channel.js';
import type { Clock } from '../ports/clock.js';
import { conversationOf, type Outbox, type OutboxRow } from '../ports/outbox.js';

export interface HandOverParts {
  readonly outbox: Outbox;
  readonly clock: Clock;
  /** Surfaces without a transport: rows are kept and shown in the console, never sent. */
  readonly keptSurfaces: ReadonlySet<Surface>;
  readonly render: (row: OutboxRow) => Promise<Card | null>;
  readonly redact: (text: string) => string;
  readonly log: (message: string, detail: object) => void;
  /** Why this address takes nothing now; null: it does. */
  readonly barred?: (row: OutboxRow) => string | null;
  /** The platform says that this person takes no messages there. */
  readonly optedOut?: (row: OutboxRow) => void;
  /** A message was handed over: for metrics. */
  readonly delivered?: (surface: Surface, waitedMs: Millis) => void;
}

/** Edits of one message at most so often (approval-ux.md rule 13, limits of the platforms); the last state always arrives. The console is ours: nobody reads faster. */
export const editPauseMs: Partial<Record<Surface, Millis>> = { slack: 3_000, teams: 3_000, web: 500 };
/** A request that nobody answered is applied within this time or never. */
const settleMs: Millis = 60_000;

/** Back-off by class of error (reference/platform-limits.md): minutes, not the days of a mail server; then a dead letter that people see. */
export function retryDelayMs(error: ChannelError, attempts: number): Millis | null {
  if (error.code === 'refused' || error.code === 'opted-out') return null;
  if (error.retryAfterMs !== null) return Math.max(1_000, error.retryAfterMs);
  if (attempts >= 200) return null;
  return Math.min(60_000, 1_000 * 2 ** Math.min(attempts, 6));
}

export const asChannelError = (error: unknown): ChannelError => (error instanceof ChannelError ? error : new ChannelError('unreachable', error instanceof Error ? error.message : String(error)));

/** `later`: the platform cannot be reached, and what follows in the thread waits. `busy`: it wants the conversation left alone. */
export type HandedOver = 'done' | 'later' | 'busy';

/** Hands one message over, once, and writes down what became of it. */
export function createHandOver({ outbox, clock, ...parts }: HandOverParts): (channel: Channel | undefined, row: OutboxRow) => Promise<HandedOver> {
  async function handOver(channel: Channel, row: OutboxRow, card: Card | null): Promise<void> {
    if (card === null) return outbox.sent(row.key, row.wanted, row.ref ?? { surface: row.surface, conversation: '', message: '' });
    const began = clock.now();
    let ref = row.ref;
    if (ref === null) ref = await channel.post(row.target, card, { key: row.key, ...(row.threadRef ? { thread: row.threadRef } : {}) });
    else await channel.update(ref, card);
    // From edit to edit, however long the platform takes over one.
    await outbox.sent(row.key, row.wanted, ref, Math.max(0, (editPauseMs[row.surface] ?? 0) - (clock.now() - began)), channel.proves === true);
    parts.delivered?.(row.surface, clock.now() - row.createdAt);
  }

  async function setBack(row: OutboxRow, failure: ChannelError): Promise<HandedOver> {
    const isEdit = row.ref !== null;
    // Lost by the platform: post anew at once. A post that calls itself gone would otherwise turn in circles.
    const retryInMs = failure.code === 'gone' && isEdit ? 0 : retryDelayMs(failure, row.attempts + 1);
    const why = parts.redact(failure.message);
    if (failure.code === 'busy' && retryInMs !== null) await outbox.pause(row.surface, conversationOf(row.target), retryInMs);
    const unheard = failure.code === 'unreachable' || failure.code === 'outcome-unknown';
    await outbox.failed(row.key, why, retryInMs, { forgetRef: failure.code === 'gone', holdsThread: unheard || failure.code === 'busy', ...(isEdit && unheard ? { settleInMs: settleMs } : {}) });
    if (failure.code === 'opted-out') parts.optedOut?.(row);
    if (retryInMs === null) parts.log('a message could not be delivered and is kept as a dead letter', { key: row.key, surface: row.surface, why });
    return failure.code === 'busy' ? 'busy' : unheard ? 'later' : 'done';
  }

  return async (channel, row) => {
    if (parts.keptSurfaces.has(row.surface)) await outbox.kept(row.key, row.wanted);
    else if (!channel) await outbox.failed(row.key, `No ${row.surface} transport is configured.`, null);
    else {
      const barred = row.ref === null ? parts.barred?.(row) ?? null : null;
      if (barred !== null) {
        await outbox.failed(row.key, barred, null);
        return 'done';
      }
      let card: Card | null;
      try {
        card = await parts.render(row);
      } catch (error) {
        // A fault of ours, of this message alone.
        const failure = asChannelError(error);
        await outbox.failed(row.key, parts.redact(failure.message), retryDelayMs(failure, row.attempts + 1));
        return 'done';
      }
      try {
        await handOver(channel, row, card);
      } catch (error) {
        return setBack(row, asChannelError(error));
      }
    }
    return 'done';
  };
}
