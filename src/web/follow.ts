import type { ServerResponse } from 'node:http';
import type { JournalEntry } from '../core/event.js';
import type { RunId } from '../core/names.js';
import { isTerminal, type RunState } from '../core/run-state.js';
import type { State } from '../core/state.js';
import type { WebDeps } from './deps.js';
import { entryWords } from './entry-words.js';
import { runSummary } from './read-models/runs.js';

const keepAliveMs = 15_000;

/** One line of `GET /api/runs/R-12/follow` (newline-delimited JSON). `exit`: ksysmgr's status for the outcome. */
export type FollowLine =
  | { readonly kind: 'status'; readonly status: RunState['status']; readonly says: string }
  | { readonly kind: 'line'; readonly says: string; readonly at: number }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'end'; readonly status: RunState['status']; readonly says: string; readonly exit: 0 | 1 };

/** Tells what happens to a run until it ends, for `--wait`; an answer without an `end` line means that Lifeboat stopped first. The caller has checked that the person may see the run. */
export function follow(response: ServerResponse, run: RunId, { live, clock }: Pick<WebDeps, 'live' | 'clock'>, closing: AbortSignal): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  const write = (line: FollowLine): void => { response.write(`${JSON.stringify(line)}\n`); };
  const stops: (() => void)[] = [];
  const stop = (): void => { for (const each of stops.splice(0)) each(); };
  let said = '';

  const look = (state: State): void => {
    const now = state.runs.get(run);
    if (!now) return;
    const { status, says } = runSummary(state, now);
    if (isTerminal(status)) {
      stop();
      write({ kind: 'end', status, says, exit: status === 'succeeded' ? 0 : 1 });
      response.end();
    } else if (says !== said) {
      said = says;
      write({ kind: 'status', status, says });
    }
  };
  const tell = (entries: readonly JournalEntry[]): void => {
    for (const entry of entries) {
      const about = 'run' in entry.event ? entry.event.run : 'plan' in entry.event ? entry.event.plan.run : null;
      if (about === run && !entry.event.type.startsWith('lock.') && entry.event.type !== 'run.claimed') write({ kind: 'line', says: entryWords(entry), at: entry.at });
    }
    look(live.current);
  };

  const leave = (): void => { response.end(); };
  closing.addEventListener('abort', leave);
  stops.push(() => { closing.removeEventListener('abort', leave); }, live.onEntries(tell), clock.every(keepAliveMs, () => { write({ kind: 'waiting' }); }));
  response.on('close', stop);
  look(live.current);
}
