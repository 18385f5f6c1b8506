import type { JournalEntry } from '../../core/event.js';
import { mutedBecause } from '../../core/muted.js';
import { dutyNow } from '../../core/on-call/now.js';
import { isTerminal } from '../../core/run-state.js';
import { openIncidents, type State } from '../../core/state.js';
import type { ViewContext, ViewOf } from './view.js';
import { personWords } from './words.js';

/** Once a day: Lifeboat lives, and how things are. Null for any other entry. */
export function heartbeatView({ event }: JournalEntry, state: State, { now }: ViewContext): ViewOf<'heartbeat'> | null {
  if (event.type !== 'heartbeat.told') return null;
  const open = openIncidents(state).filter((incident) => mutedBecause(incident, state, now) === null);
  return {
    name: 'heartbeat', names: ['heartbeat'], tone: 'info',
    data: {
      day: event.day, critical: open.filter(({ severity }) => severity === 'critical').length, incidents: open.length, runs: [...state.runs.values()].filter((run) => !isTerminal(run.status)).length,
      onCall: (state.estate?.onCall ?? []).map((schedule) => { const duty = dutyNow(state, schedule, now); return { schedule: schedule.name, person: duty ? personWords(state.estate, duty.person) : null }; }),
      next: [{ does: 'how Lifeboat itself is', command: 'lifeboat doctor' }],
    },
  };
}
