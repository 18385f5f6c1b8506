import type { State } from '../core/state.js';
import type { Wanted } from '../ports/outbox.js';

/** What somebody is waited for: calls, and questions without whose answer nothing goes on. */
const asks: ReadonlySet<string> = new Set(['page', 'approval-request', 'matching-number', 'step-request']);
/** What tells of an incident, in a channel or to one person. */
const tells: ReadonlySet<string> = new Set(['incident', 'notification']);

/** Marks what is handed over before everything else: calls, questions, and what tells of a critical incident. A line of a thread keeps its place in the story. */
export function withUrgency(row: Wanted, state: State): Wanted {
  const { view, id } = row.subject;
  const urgent = row.threadKey === null && (asks.has(view) || (tells.has(view) && state.incidents.get(id)?.severity === 'critical'));
  return urgent ? { ...row, urgent } : row;
}
