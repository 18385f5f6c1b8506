import type { ServerResponse } from 'node:http';
import { runOfEvent, type JournalEntry } from '../core/event.js';
import type { Person } from '../core/estate.js';
import { operationLine, progressLines } from '../core/progress.js';
import { isTerminal, type RunState } from '../core/run-state.js';
import type { WebDeps } from './deps.js';
import { runFor } from './read-models/visible.js';

const keepAliveMs = 15_000;

/** `query system status monitor=yes`: what runs now, in KSYS's words, until nothing does (seeds/5, reference/ksys.md 3.5). Lines of several runs may interleave. */
export function followStatus(response: ServerResponse, person: Person, { live, clock }: Pick<WebDeps, 'live' | 'clock'>, closing: AbortSignal): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  const stops: (() => void)[] = [];
  const stop = (): void => { for (const each of stops.splice(0)) each(); };
  const say = (says: string, indent = true): void => { response.write(`${JSON.stringify({ kind: 'line', says: indent ? `    ${says}` : says })}\n`); };
  const open = new Set<string>();
  // The last line of one who saw something is what became of it (seeds/5).
  let told = false;
  const mine = (id: string): RunState | undefined => { const run = live.current.runs.get(id); return run && runFor(live.current, person, id) ? run : undefined; };
  const begin = (run: RunState): void => {
    if (open.has(run.plan.run)) return;
    open.add(run.plan.run);
    told = true;
    say(operationLine(run.plan), false);
  };
  const endIfQuiet = (): void => {
    if (open.size > 0) return;
    stop();
    response.write(`${JSON.stringify({ kind: 'end', says: told ? '' : 'NO_OPERATION_IN_PROGRESS', exit: 0 })}\n`);
    response.end();
  };
  const tell = (entries: readonly JournalEntry[]): void => {
    for (const { event } of entries) {
      const run = mine(runOfEvent(event) ?? '');
      if (!run || run.startedAt === null) continue;
      if (event.type === 'run.started') begin(run);
      for (const line of progressLines(event, run.plan)) say(line);
      if (event.type === 'run.parked') say(`WARNING: ${run.plan.run} waits for people: ${event.why} ${event.next}`);
      if (event.type === 'run.finished' && open.delete(run.plan.run)) say(event.tally, false);
    }
    endIfQuiet();
  };
  const leave = (): void => { response.end(); };
  closing.addEventListener('abort', leave);
  stops.push(() => { closing.removeEventListener('abort', leave); }, live.onEntries(tell), clock.every(keepAliveMs, () => { response.write(`${JSON.stringify({ kind: 'waiting' })}\n`); }));
  response.on('close', stop);
  for (const run of live.current.runs.values()) {
    if (run.startedAt === null || isTerminal(run.status) || !mine(run.plan.run)) continue;
    begin(run);
    // What has happened already, as far as the run itself remembers it.
    for (const step of run.plan.steps) {
      const { status, attempt, why } = run.steps.get(step.id) ?? { status: 'pending', attempt: 0, why: null };
      if (status === 'pending') continue;
      const about = { run: run.plan.run, step: step.id, attempt };
      for (const line of progressLines({ type: 'step.started', ...about, attempt: 1, key: '' }, run.plan)) say(line);
      if (status !== 'started') for (const line of progressLines({ type: 'step.finished', ...about, outcome: status, why, remedy: null, probed: false, evidence: [], changes: [] }, run.plan)) say(line);
    }
  }
  endIfQuiet();
}
