import type { JournalEvent, JournalEntry } from '../core/event.js';
import { lockStream, runStream } from '../core/event.js';
import { canonical, type Plan } from '../core/plan.js';
import type { Clock } from '../ports/clock.js';
import { JournalError, type AppendRequest, type Journal, type NewEntry } from '../ports/journal.js';
import type { LiveState } from '../ports/state.js';
import { lifeboat } from '../core/names.js';

/** Somebody else owns the run, or this node is stopping: execute nothing more, write nothing more. */
export class ExecutionEnded extends Error { override readonly name = 'ExecutionEnded'; }

export interface RunWriter {
  /** Appends under the run's fence. Waits, without any effect, while the journal cannot be written (full disk, database away). @throws ExecutionEnded, JournalError conflict and duplicate */
  append(...events: JournalEvent[]): Promise<JournalEntry[]>;
  /** The same with expected stream heads. */
  appendExpecting(expect: AppendRequest['expect'], ...events: JournalEvent[]): Promise<JournalEntry[]>;
}

const waitMs = [100, 200, 400, 800, 1_000];

/** Every append of one execution goes through here: fenced, patient, and folded before it returns. */
export function createRunWriter(journal: Journal, live: LiveState, clock: Clock, plan: Plan, fence: number, signal: AbortSignal): RunWriter {
  const stream = (event: JournalEvent): string => (event.type.startsWith('lock.') ? lockStream : runStream(plan.run));
  const write = async (expect: AppendRequest['expect'], events: readonly JournalEvent[]): Promise<JournalEntry[]> => {
    const knownSeq = live.current.seq;
    const entries: NewEntry[] = events.map((event) => ({ stream: stream(event), tenant: plan.tenant, actor: lifeboat('engine'), event }));
    let unsure = false;
    for (let tries = 0; ; tries++) {
      if (signal.aborted) throw new ExecutionEnded('This node is stopping.');
      try {
        // The answer to an append was lost: under this fence only we write to the run, so what stands there since is ours (read before writing again).
        const standing = unsure ? await standingSince(journal, knownSeq, entries).catch((cause: unknown) => { throw new JournalError('unavailable', 'The journal cannot be read.', { cause }); }) : null;
        if (standing) {
          await live.reach(standing.at(-1)!.seq);
          return standing;
        }
        const committed = await journal.append({ entries, fence: { run: plan.run, token: fence }, ...(expect ? { expect } : {}) });
        await live.reach(committed.at(-1)!.seq);
        return committed;
      } catch (error) {
        if (!(error instanceof JournalError)) throw error;
        if (error.code === 'fence-lost') throw new ExecutionEnded('Another node has taken this run over.', { cause: error });
        if (error.code !== 'unavailable' && error.code !== 'outcome-unknown') throw error;
        unsure ||= error.code === 'outcome-unknown';
        await clock.sleep(waitMs[Math.min(tries, waitMs.length - 1)]!, signal).catch(() => undefined);
      }
    }
  };
  return { append: (...events) => write(undefined, events), appendExpecting: (expect, ...events) => write(expect, events) };
}

/** The same entries, committed together after `seq`; null when they are not there. */
async function standingSince(journal: Journal, seq: number, entries: readonly NewEntry[]): Promise<JournalEntry[] | null> {
  const since = await journal.read({ afterSeq: seq });
  const wanted = entries.map((entry) => canonical([entry.stream, entry.event]));
  const first = since.findIndex((entry, at) => wanted.every((each, offset) => { const one = since[at + offset]; return one !== undefined && canonical([one.stream, one.event]) === each && one.seq === entry.seq + offset; }));
  return first < 0 ? null : since.slice(first, first + wanted.length);
}
