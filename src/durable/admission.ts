import { authorityLost } from '../core/approval.js';
import { tenantOf } from '../core/estate.js';
import type { JournalEvent } from '../core/event.js';
import { rosterOf } from '../core/roster.js';
import { windowAt } from '../core/start-window.js';
import { blockers, holdsAll, lockRank } from '../core/locks.js';
import { JournalError } from '../ports/journal.js';
import type { Execution, Revalidation } from './execution.js';

/** Waits its turn: disaster, contract, age (DESIGN.md section 5). False when the run was cancelled while it waited. */
export async function takeLocks(execution: Execution): Promise<boolean> {
  const { id, writer } = execution;
  const { locks: keys, urgency, tenant } = execution.plan;
  if (holdsAll(execution.state.locks, id, keys)) return true;
  const contract = tenantOf(execution.state.estate!, tenant)?.contractPriority ?? 'silver';
  const rank = lockRank(urgency, contract);
  for (;;) {
    if (execution.run.cancelling) return false;
    // Every taking expects the locks as they were looked at: hundreds of runs that start together would refuse each other's over and over.
    if (!execution.held && blockers(execution.state.locks, id, { keys, rank }).length === 0 && await execution.lockInTurn(() => take(execution, rank))) return true;
    if (!isWaiting(execution)) await writer.append({ type: 'lock.requested', run: id, keys, rank });
    else {
      await execution.watch.change();
      execution.stopIfAborted();
    }
  }
}

const isWaiting = ({ state, id }: Execution): boolean => state.locks.waiting.some((request) => request.run === id);

/** False when somebody is before us, or was faster. */
async function take(execution: Execution, rank: readonly number[]): Promise<boolean> {
  const { id, writer, state: { locks, heads } } = execution;
  const { locks: keys } = execution.plan;
  execution.stopIfAborted();
  if (execution.run.cancelling || execution.held || blockers(locks, id, { keys, rank }).length > 0) return false;
  const asked: readonly JournalEvent[] = isWaiting(execution) ? [] : [{ type: 'lock.requested', run: id, keys, rank }];
  try {
    await writer.appendExpecting({ locks: heads.get('locks') ?? 0 }, ...asked, { type: 'lock.acquired', run: id, keys });
    return true;
  } catch (error) {
    if (!(error instanceof JournalError) || error.code !== 'conflict') throw error;
    return holdsAll(execution.state.locks, id, keys);
  }
}

/** Authority and plan once more, now that the locks are held and before the first effect (invariant 22). False: the run does not start as it is. */
export async function stillStands(execution: Execution): Promise<boolean> {
  const { id, plan, run, writer } = execution;
  if (plan.gate.people === 0) return true;
  if (windowAt(plan, execution.parts.clock.now()) === 'over') {
    await writer.append({ type: 'plan.expired', run: id, why: 'it was approved, and what came before it kept its resources until its window was over.' }, { type: 'lock.released', run: id });
    return false;
  }
  const lost = authorityLost(run, rosterOf(execution.state, execution.parts.clock.now()));
  const verdict: Revalidation = lost !== null ? { kind: 'refused', what: `${lost.why}, so the quorum is gone.`, next: 'Ask again: the new request goes to people who may.' } : await execution.parts.revalidate(run, execution.signal);
  execution.stopIfAborted();
  if (verdict.kind === 'same') return true;
  if (verdict.kind === 'refused') await writer.append({ type: 'run.finished', run: id, outcome: 'failed', tally: `Nothing was changed: ${verdict.what} ${verdict.next}`, exceptions: [verdict.what], vms: [] }, { type: 'lock.released', run: id });
  else await writer.append({ type: 'plan.revised', plan: verdict.plan, expiresAt: verdict.expiresAt, changes: verdict.changes, voided: run.approvals.map((approval) => approval.by) }, { type: 'lock.released', run: id });
  return false;
}
