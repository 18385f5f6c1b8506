import { dutyStream } from '../core/event.js';
import { lifeboat, type Millis } from '../core/names.js';
import { dutyNow } from '../core/on-call/now.js';
import type { Clock } from '../ports/clock.js';
import { JournalError, type Journal } from '../ports/journal.js';
import type { LiveState } from '../ports/state.js';

export interface ShiftsParts { readonly journal: Journal; readonly live: LiveState; readonly clock: Clock; readonly log: (message: string, detail: object) => void }

const lookEveryMs: Millis = 20_000;

/** Notes when somebody else is on call, so that both hear of it with what is under way; of several nodes one does. */
export function startShifts({ journal, live, clock, log }: ShiftsParts): () => void {
  const look = async (): Promise<void> => {
    const now = clock.now();
    const entries = (live.current.estate?.onCall ?? []).flatMap((schedule) => {
      const duty = dutyNow(live.current, schedule, now);
      const before = live.current.duty.onDuty.get(schedule.name);
      const to = duty?.person ?? null;
      // A schedule that is new and empty has nothing to tell; the watch over routes says that nobody is on call.
      if (before === to || (before === undefined && to === null)) return [];
      const tenant = schedule.tenants !== 'all' && schedule.tenants.length === 1 ? schedule.tenants[0]! : null;
      return [{ stream: dutyStream, tenant, actor: lifeboat('schedule'), event: { type: 'shift.changed' as const, schedule: schedule.name, from: before ?? null, to, until: duty?.until ?? null } }];
    });
    if (entries.length === 0) return;
    const committed = await journal.append({ entries, expect: { [dutyStream]: live.current.heads.get(dutyStream) ?? 0 } });
    await live.reach(committed.at(-1)!.seq);
  };
  let looking = Promise.resolve();
  const next = (): Promise<void> => looking = looking.then(look).catch((error: unknown) => {
    if (!(error instanceof JournalError && error.code === 'conflict')) log('a change of shift could not be written down; the next look is in a few seconds', { error: error instanceof Error ? error.message : String(error) });
  });
  const ends = [live.onEntries((entries) => { if (entries.some(({ event: { type } }) => type === 'override.added' || type === 'override.removed' || type === 'calendar.read' || type === 'estate.imported' || type === 'person.offboarded')) void next(); }), clock.every(lookEveryMs, next)];
  void next();
  return () => { for (const end of ends) end(); };
}
