import type { JournalEntry, JournalEvent } from '../core/event.js';
import type { Actor } from '../core/names.js';
import { JournalError, type AppendRequest, type NewEntry } from '../ports/journal.js';

/** An entry as the database takes it: the event as text, and what of it the database checks, beside it. */
export interface EncodedEntry {
  readonly stream: string;
  readonly tenant: string | null;
  readonly actor: string;
  readonly payload: string;
  readonly type: string;
  readonly run: string | null;
  readonly step: string | null;
  readonly attempt: number | null;
  /** Only of `run.claimed`. */
  readonly fence: number | null;
}

export function encodeEntry({ stream, tenant, actor, event }: NewEntry): EncodedEntry {
  const step = event.type === 'step.started' || event.type === 'step.finished' ? event : null;
  return {
    stream, tenant, actor: JSON.stringify(actor), payload: JSON.stringify(event), type: event.type,
    run: step?.run ?? (event.type === 'run.claimed' ? event.run : null), step: step?.step ?? null, attempt: step?.attempt ?? null,
    fence: event.type === 'run.claimed' ? event.fence : null,
  };
}

/** What can be refused without asking the database. @throws JournalError 'duplicate', TypeError */
export function checkRequest(request: AppendRequest, entries: readonly EncodedEntry[]): void {
  if (entries.length === 0) throw new TypeError('An append needs at least one entry.');
  if ([...Object.keys(request.expect ?? {}), ...entries.flatMap(({ stream, tenant }) => [stream, tenant ?? ''])].some((name) => name.includes('\0'))) {
    throw new TypeError('The name of a stream or tenant must not hold a NUL character.');
  }
  const seen = new Set<string>();
  for (const { run, step, attempt, type } of entries) {
    if (attempt === null) continue;
    const key = JSON.stringify([run, step, attempt, type]);
    if (seen.has(key)) throw new JournalError('duplicate', `Not written: ${type} of run ${run}, step ${step}, attempt ${attempt} occurs twice in one request.`);
    seen.add(key);
  }
}

export interface JournalRow { seq: string; stream: string; stream_seq: string; tenant: string | null; actor: string; at: string; type: string; payload: string | null; digest: string; chain: string }

export function decodeRow(row: JournalRow): JournalEntry {
  return {
    seq: Number(row.seq), stream: row.stream, streamSeq: Number(row.stream_seq), tenant: row.tenant, actor: JSON.parse(row.actor) as Actor, at: Number(row.at),
    event: row.payload === null ? erasedEvent(row.type) : (JSON.parse(row.payload) as JournalEvent), digest: row.digest, chain: row.chain,
  };
}

/** Stands in for an event whose payload was dropped. */
export const erasedEvent = (type: string): JournalEvent => ({ type: 'note', about: 'journal', text: `The payload of this ${type} was older than it must be kept.`, data: null });

/** The journal's words for a refusal, ready to be shown. */
export function refusalOf(failure: 'conflict' | 'fence-lost' | 'duplicate', detail: string): JournalError {
  const meaning = {
    conflict: 'Somebody else decided first; nothing was written. Read the state again and decide again',
    'fence-lost': 'Another process owns this run now; nothing was written. This one must start nothing more for it',
    duplicate: 'This is recorded already; nothing was written a second time',
  };
  return new JournalError(failure, `${meaning[failure]} (${detail}).`);
}
