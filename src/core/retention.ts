import type { Millis } from './names.js';
import { isTerminal } from './run-state.js';
import type { State } from './state.js';

/** An entry whose payload is still there, as far as the database knows it without reading the payload. */
export interface OldEntry { readonly seq: number; readonly stream: string; readonly type: string; readonly at: Millis }

/**
 * Whether the state can be read from the journal without this payload. Runs keep everything that decided, changed or proved something; what goes is progress lines and
 * refusals of runs that are over, refused commands and notes, and reports of events that belong to no incident and are beyond those that the state lists.
 */
export function isDroppable({ seq, stream, type }: OldEntry, state: State): boolean {
  if (stream.startsWith('run:')) {
    const run = state.runs.get(stream.slice('run:'.length));
    return run !== undefined && isTerminal(run.status) && (type === 'step.progress' || type === 'approval.refused' || type === 'note');
  }
  if (type === 'event.raised') return (state.events[0]?.seq ?? 0) > seq;
  return type === 'command.refused' || type === 'note';
}

/** `[1, 2, 3, 7]` as `[[1, 3], [7, 7]]`. */
export function ranges(ordered: readonly number[]): (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const seq of ordered) {
    const last = found.at(-1);
    if (last && last[1] === seq - 1) last[1] = seq;
    else found.push([seq, seq]);
  }
  return found;
}
