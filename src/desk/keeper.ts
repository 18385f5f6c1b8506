import { reminderDue } from '../core/approval-reminder.js';
import { lockStream, runStream, type JournalEvent } from '../core/event.js';
import { blockers, stranded } from '../core/locks.js';
import { actorName, lifeboat } from '../core/names.js';
import { rosterOf } from '../core/roster.js';
import { isTerminal, type RunState } from '../core/run-state.js';
import { waitsForWindow, windowAt } from '../core/start-window.js';
import { JournalError } from '../ports/journal.js';
import { entry, record, type DeskParts } from './parts.js';
import { startRun } from './propose.js';

const tickMs = 1_000;
/** A grant that nobody has claimed for so long was made by a node that died before it could start the run. */
const unclaimedMaxMs = 3_000;

/** What must happen without anybody asking: deadlines of approvals and reminders of them, windows in which approved runs start, locks of runs that are over, holds that could not be journalled, grants whose run did not start. */
export function startKeeper(parts: DeskParts): () => void {
  const tick = async (): Promise<void> => {
    const now = parts.clock.now();
    for (const run of parts.live.current.runs.values()) {
      const { run: id, epoch, tenant } = run.plan;
      // A timeout never approves.
      if (run.status === 'proposed' && run.expiresAt !== null && now >= run.expiresAt) await quietly(() => record(parts, [entry(runStream(id), tenant, lifeboat('engine'), { type: 'plan.expired', run: id, why: null })], { [runStream(id)]: run.streamSeq }));
      else await remind(parts, run, now);
      if (waitsForWindow(run) && windowAt(run.plan, now) === 'over') {
        await quietly(() => record(parts, [entry(runStream(id), tenant, lifeboat('engine'), { type: 'plan.expired', run: id, why: windowMissed(run) })], { [runStream(id)]: run.streamSeq }));
        continue;
      }
      if (windowAt(run.plan, now) === 'ahead') continue;
      // One that was cancelled before anybody claimed it is started, too: an execution ends it.
      const granted = run.grantedAt !== null && (run.status === 'granted' || run.status === 'cancelling');
      if (granted && run.claim === null && now - (run.grantedAt ?? now) > unclaimedMaxMs) await startRun(parts, id, epoch);
      // Imported from an export in the middle: an execution of its own takes it up, and waits while it is held.
      if (run.startedAt !== null && run.claim === null && run.status !== 'proposed' && !isTerminal(run.status)) await startRun(parts, id, epoch);
      // A revised plan keeps its old claim; its new epoch still has to start.
      if (granted && run.claim !== null && run.grantedEpoch === epoch && epoch > 1 && now - (run.grantedAt ?? now) > unclaimedMaxMs) await startRun(parts, id, epoch);
    }
    await makeWay(parts);
    for (const run of stranded(parts.live.current.locks, parts.live.current.runs)) {
      await quietly(() => record(parts, [entry(lockStream, parts.live.current.runs.get(run)?.plan.tenant ?? null, lifeboat('engine'), { type: 'lock.released', run })], { [lockStream]: parts.live.current.heads.get(lockStream) ?? 0 }));
    }
    for (const id of parts.brake.all()) {
      const run = parts.live.current.runs.get(id);
      const held = parts.brake.held(id);
      if (!run || !held || isTerminal(run.status) || run.held !== null) { parts.brake.release(id); continue; }
      await quietly(async () => {
        await record(parts, [entry(runStream(id), run.plan.tenant, held.by, { type: 'run.held', run: id, by: held.by, reason: held.reason })], { [runStream(id)]: run.streamSeq });
        parts.brake.release(id);
      });
    }
  };
  return parts.clock.every(tickMs, tick);
}

/** A disaster that waits for a host or group which a rehearsal or a verification holds ends that one, at its next step (invariant 44). Never a move, and never what another tenant may learn. */
async function makeWay(parts: DeskParts): Promise<void> {
  const { locks, runs } = parts.live.current;
  for (const { run: waiting } of locks.waiting) {
    if (runs.get(waiting)?.plan.urgency !== 'disaster') continue;
    for (const id of blockers(locks, waiting)) {
      const run = runs.get(id);
      if (!run || run.plan.urgency !== 'verification' || run.cancelling !== null || isTerminal(run.status)) continue;
      await quietly(() => record(parts, [entry(runStream(id), run.plan.tenant, lifeboat('engine'), { type: 'run.cancelling', run: id, by: 'Lifeboat', reason: 'a disaster needs the recovery host' })], { [runStream(id)]: run.streamSeq }));
    }
  }
}

const windowMissed = ({ held }: RunState): string => `it was approved, and did not start in its window${held ? `, as ${actorName(held.by)} held it` : ''}.`;

/** Expected at the head that was looked at: of several nodes one reminds, and a vote that came meanwhile is looked at first. */
async function remind(parts: DeskParts, run: RunState, now: number): Promise<void> {
  const due = reminderDue(run, rosterOf(parts.live.current, now));
  if (due === null || due.to.length + due.escalateTo.length === 0) return;
  const { run: id, epoch, tenant } = run.plan;
  const events: JournalEvent[] = [{ type: 'approval.reminded', run: id, epoch, which: due.which, to: due.to }];
  if (due.escalateTo.length > 0) events.push({ type: 'approval.escalated', run: id, epoch, to: due.escalateTo });
  await quietly(() => record(parts, events.map((event) => entry(runStream(id), tenant, lifeboat('engine'), event)), { [runStream(id)]: run.streamSeq }));
}

/** Somebody else was faster, or the journal is away: the next tick looks again. */
async function quietly(work: () => Promise<unknown>): Promise<void> {
  try { await work(); } catch (error) { if (!(error instanceof JournalError)) throw error; }
}
