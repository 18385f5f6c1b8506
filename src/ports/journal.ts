import type { Head, JournalVerdict } from '../core/chain.js';
import type { JournalEntry, JournalEvent } from '../core/event.js';
import type { Actor, RunId, TenantName } from '../core/names.js';

export interface NewEntry { readonly stream: string; readonly tenant: TenantName | null; readonly actor: Actor; readonly event: JournalEvent }

export interface AppendRequest {
  /** Committed together or not at all, in this order. */
  readonly entries: readonly NewEntry[];
  /** The `streamSeq` each stream must have now (0: must not exist). Otherwise `conflict`. */
  readonly expect?: { readonly [stream: string]: number };
  /** The run's newest `run.claimed` must carry this fence. Otherwise `fence-lost`. */
  readonly fence?: { readonly run: RunId; readonly token: number };
}

export type JournalFailure =
  /** Somebody else wrote to a stream first: read again, decide again. */
  | 'conflict'
  /** Another node owns the run now: stop, start nothing more. */
  | 'fence-lost'
  /** The same (run, step, attempt, kind) stands already. */
  | 'duplicate'
  /** Nothing was written, and nothing can be now (full disk, database away). Retry later. */
  | 'unavailable'
  /** The commit's answer was lost: read before writing again. */
  | 'outcome-unknown';

export class JournalError extends Error {
  override readonly name = 'JournalError';
  constructor(readonly code: JournalFailure, message: string, options?: ErrorOptions) { super(message, options); }
}

/** Append-only, hash-chained. `seq` is commit order without gaps: a reader that saw n has seen all before n. */
export interface Journal {
  /** Durable when it resolves. @throws JournalError */
  append(request: AppendRequest): Promise<JournalEntry[]>;
  read(from: { readonly afterSeq?: number; readonly stream?: string; readonly limit?: number }): Promise<JournalEntry[]>;
  /** Every entry after `afterSeq`, in order, once each, also those of other nodes; survives a database restart. The next batch waits for the handler. */
  subscribe(afterSeq: number, onEntries: (entries: readonly JournalEntry[]) => void | Promise<void>): { stop(): Promise<void> };
  /** `noted`: a head that was kept elsewhere and must lie on the chain. */
  verify(noted?: Head): Promise<JournalVerdict>;
}
