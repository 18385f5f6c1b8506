import { peopleBehind } from '../../core/approval.js';
import { quorumOf } from '../../core/approval-quorum.js';
import type { Person } from '../../core/estate.js';
import { sees } from '../../core/estate.js';
import { queuePosition } from '../../core/locks.js';
import { actorName, type Millis, type RunId } from '../../core/names.js';
import { everyStep, shortDigest, type Plan, type Step } from '../../core/plan.js';
import { rosterOf } from '../../core/roster.js';
import type { Approval, RunState, StepState } from '../../core/run-state.js';
import { waitsForWindow } from '../../core/start-window.js';
import type { State } from '../../core/state.js';

export interface RunSummary {
  readonly run: RunId;
  readonly title: string;
  readonly tenant: string;
  readonly verb: string;
  readonly status: RunState['status'];
  /** The status in words, with what it waits for. */
  readonly says: string;
  readonly requestedBy: string;
  readonly incident: string | null;
  readonly proposedAt: Millis;
  readonly startedAt: Millis | null;
  readonly finishedAt: Millis | null;
  readonly expiresAt: Millis | null;
  readonly approvals: readonly Pick<Approval, 'by' | 'surface' | 'at'>[];
  readonly peopleNeeded: number;
  readonly peopleHave: number;
  readonly stepsDone: number;
  readonly stepsTotal: number;
}

export interface StepModel extends Pick<Step, 'id' | 'says' | 'irreversible'>, Omit<StepState, 'step'> {}

export interface RunDetail extends RunSummary, Pick<Plan, 'excluded' | 'loss' | 'irreversible' | 'evidence' | 'predictedMs' | 'epoch' | 'vms'> {
  readonly digest: string;
  readonly attest: string | null;
  readonly reason: string | null;
  readonly steps: readonly StepModel[];
  readonly exceptions: readonly string[];
  readonly tally: string | null;
  readonly changes: NonNullable<RunState['revision']>['changes'];
  readonly progress: RunState['progress'];
}

/** Newest first. */
export const runsFor = (state: State, person: Person, limit: number): RunSummary[] =>
  [...state.runs.values()].filter((run) => sees(person, run.plan.tenant)).toReversed().slice(0, limit).map((run) => runSummary(state, run));

export function runSummary(state: State, run: RunState): RunSummary {
  const { plan } = run;
  const steps = [...run.steps.values()];
  return {
    run: plan.run, title: plan.title, tenant: plan.tenant, verb: plan.operation.verb, status: run.status, says: says(state, run), requestedBy: actorName(plan.requestedBy), incident: plan.because.incident,
    proposedAt: run.proposedAt, startedAt: run.startedAt, finishedAt: run.finishedAt, expiresAt: run.status === 'proposed' ? run.expiresAt : null,
    approvals: run.approvals.map(({ by, surface, at }) => ({ by, surface, at })), ...peopleOf(state, run),
    stepsDone: steps.filter((step) => step.finishedAt !== null).length, stepsTotal: steps.length,
  };
}

export function runDetail(state: State, run: RunState): RunDetail {
  const { plan } = run;
  const steps = everyStep(plan).flatMap((step): StepModel[] => {
    const now = run.steps.get(step.id);
    if (!now) return [];
    const { step: _id, ...rest } = now;
    return [{ ...rest, id: step.id, says: step.says, irreversible: step.irreversible }];
  });
  return {
    ...runSummary(state, run), excluded: plan.excluded, loss: plan.loss, irreversible: plan.irreversible, evidence: plan.evidence, predictedMs: plan.predictedMs, epoch: plan.epoch, vms: plan.vms,
    digest: shortDigest(plan.digest), attest: plan.gate.attest, reason: plan.because.reason, steps, exceptions: run.exceptions, tally: run.tally, changes: run.revision?.changes ?? [], progress: run.progress.slice(-50),
  };
}

/** The requester and those who approved this version of the plan; how many it takes is a question only while it waits. */
function peopleOf(state: State, run: RunState): Pick<RunSummary, 'peopleNeeded' | 'peopleHave'> {
  if (run.status !== 'proposed') return { peopleNeeded: run.plan.gate.people, peopleHave: peopleBehind(run).length };
  const { behind, missing } = quorumOf(run, rosterOf(state, run.lastAt));
  return { peopleNeeded: behind.length + missing, peopleHave: behind.length };
}

function says(state: State, run: RunState): string {
  const { plan } = run;
  switch (run.status) {
    case 'proposed': {
      const { peopleHave, peopleNeeded } = peopleOf(state, run);
      return plan.gate.people === 0 ? 'About to start' : `Waits for approval: ${peopleHave} of ${peopleNeeded} people`;
    }
    case 'rejected': return `Rejected by ${run.rejectedBy?.by ?? 'somebody'}${run.rejectedBy?.reason ? `: ${run.rejectedBy.reason}` : ''}. Nothing ran`;
    case 'withdrawn': return `Withdrawn by ${run.withdrawnBy?.by ?? 'somebody'}${run.withdrawnBy?.reason ? `: ${run.withdrawnBy.reason}` : ''}. Nothing ran`;
    case 'expired': return 'Not approved in time. Nothing ran';
    case 'granted': {
      // Whose run is ahead may be another tenant's business: the position is all that is said.
      const position = queuePosition(state.locks, plan.run);
      if (waitsForWindow(run)) return 'Approved; starts by itself in its window';
      return position > 0 ? `Approved; queued, position ${position}` : 'Approved; about to start';
    }
    case 'running': return 'Running';
    case 'held': return `On hold${run.held ? ` by ${actorName(run.held.by)}` : ''}${run.held?.reason ? `: ${run.held.reason}` : ''}`;
    case 'cancelling': return `Stopping, asked by ${run.cancelling?.by ?? 'somebody'}`;
    case 'parked': return `Needs people: ${run.parked?.why ?? 'unknown outcome'}. ${run.parked?.next ?? ''}`.trim();
    case 'succeeded': return run.tally ?? 'Succeeded';
    case 'exceptions': return `With exceptions. ${run.tally ?? ''}`.trim();
    case 'failed': return `Failed. ${run.tally ?? ''}`.trim();
    case 'cancelled': return `Cancelled. ${run.tally ?? ''}`.trim();
  }
}
