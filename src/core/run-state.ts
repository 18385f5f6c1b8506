import type { Evidence } from './dr-event.js';
import type { JournalEntry, RunOutcome, StepOutcome } from './event.js';
import type { Actor, Millis, PersonName, StepId, Surface, VmName } from './names.js';
import type { Plan, Step } from './plan.js';
import type { PlanChange } from './plan-diff.js';

export type RunStatus =
  | 'proposed' | 'rejected' | 'expired'
  /** Approved; waiting for the engine or for locks. */
  | 'granted' | 'running' | 'held' | 'cancelling'
  /** Needs people: a step's outcome is unknown, or authority is gone. */
  | 'parked'
  | 'succeeded' | 'exceptions' | 'failed' | 'cancelled';

export const terminalStatuses: readonly RunStatus[] = ['rejected', 'expired', 'succeeded', 'exceptions', 'failed', 'cancelled'];
export const isTerminal = (status: RunStatus): boolean => terminalStatuses.includes(status);

export interface Approval { readonly by: PersonName; readonly surface: Surface; readonly at: Millis; readonly epoch: number; readonly attested: string | null }

export interface StepState {
  readonly step: StepId;
  attempt: number;
  /** pending: never started. started: intent without evidence. */
  status: 'pending' | 'started' | StepOutcome;
  why: string | null;
  remedy: string | null;
  evidence: readonly Evidence[];
  startedAt: Millis | null;
  finishedAt: Millis | null;
}

/** One run, folded from its stream. */
export interface RunState {
  plan: Plan;
  status: RunStatus;
  proposedAt: Millis;
  expiresAt: Millis | null;
  approvals: Approval[];
  /** Who wants a held or parked run to go on; the quorum is needed again. */
  resumeBy: PersonName[];
  /** Who let it go on the last time: they stand behind it as the approvers do. */
  resumedBy: readonly PersonName[];
  expiredBecause: string | null;
  rejectedBy: { by: PersonName; at: Millis; reason: string | null } | null;
  grantedAt: Millis | null;
  grantedEpoch: number | null;
  startedAt: Millis | null;
  finishedAt: Millis | null;
  held: { by: Actor; at: Millis; reason: string | null } | null;
  cancelling: { by: PersonName; at: Millis; reason: string | null } | null;
  parked: { step: StepId | null; why: string; next: string; at: Millis } | null;
  outcome: RunOutcome | null;
  tally: string | null;
  exceptions: readonly string[];
  vmsAt: readonly { readonly vm: VmName; readonly at: string }[];
  steps: Map<StepId, StepState>;
  /** Last revision: what changed and whose approval it voided. */
  revision: { changes: readonly PlanChange[]; voided: readonly PersonName[]; at: Millis } | null;
  /** Who executes it: boot id and fence (DESIGN.md section 4). */
  claim: { boot: string; fence: number } | null;
  progress: { step: StepId; line: string; at: Millis }[];
  streamSeq: number;
  lastAt: Millis;
}

const freshSteps = (steps: readonly Step[]): Map<StepId, StepState> =>
  new Map(steps.map((step) => [step.id, { step: step.id, attempt: 0, status: 'pending', why: null, remedy: null, evidence: [], startedAt: null, finishedAt: null }]));

/** Applies one entry of a run's stream. The first entry must be `plan.proposed`. */
export function foldRun(state: RunState | undefined, { event, at, streamSeq }: JournalEntry): RunState | undefined {
  if (event.type === 'plan.proposed') {
    return {
      plan: event.plan, status: 'proposed', proposedAt: at, expiresAt: event.expiresAt, approvals: [], resumeBy: [], resumedBy: [], expiredBecause: null, rejectedBy: null, grantedAt: null, grantedEpoch: null, startedAt: null, finishedAt: null,
      held: null, cancelling: null, parked: null, outcome: null, tally: null, exceptions: [], vmsAt: [], steps: freshSteps(event.plan.steps), revision: null, claim: null, progress: [], streamSeq, lastAt: at,
    };
  }
  if (!state) return state;
  state.streamSeq = streamSeq;
  state.lastAt = at;
  switch (event.type) {
    case 'plan.revised':
      Object.assign(state, { plan: event.plan, status: 'proposed', expiresAt: event.expiresAt, approvals: [], resumedBy: [], grantedAt: null, grantedEpoch: null, parked: null, steps: freshSteps(event.plan.steps), revision: { changes: event.changes, voided: event.voided, at } });
      break;
    case 'approval.given': state.approvals.push({ by: event.by, surface: event.surface, at, epoch: event.epoch, attested: event.attested }); break;
    // Held before it was approved: approved now, but it does not start.
    case 'plan.granted': Object.assign(state, { status: state.held ? 'held' : 'granted', grantedAt: at, grantedEpoch: event.epoch }); break;
    case 'plan.rejected': Object.assign(state, { status: 'rejected', finishedAt: at, rejectedBy: { by: event.by, at, reason: event.reason } }); break;
    case 'plan.expired': Object.assign(state, { status: 'expired', finishedAt: at, expiredBecause: event.why }); break;
    case 'run.claimed': state.claim = { boot: event.boot, fence: event.fence }; break;
    case 'run.started': Object.assign(state, { status: state.cancelling ? 'cancelling' : state.held ? 'held' : 'running', startedAt: state.startedAt ?? at, parked: null }); break;
    case 'run.held':
      state.held = { by: event.by, at, reason: event.reason };
      state.resumeBy = [];
      if (state.status === 'running' || state.status === 'granted') state.status = 'held';
      break;
    case 'resume.given': state.resumeBy.push(event.by); break;
    case 'run.resumed': Object.assign(state, { held: null, parked: null, resumeBy: [], resumedBy: event.by, status: state.grantedAt === null ? 'proposed' : state.startedAt === null ? 'granted' : 'running' }); break;
    case 'run.cancelling': Object.assign(state, { status: 'cancelling', cancelling: { by: event.by, at, reason: event.reason }, held: null, parked: null }); break;
    case 'run.parked': Object.assign(state, { status: 'parked', resumeBy: [], parked: { step: event.step, why: event.why, next: event.next, at } }); break;
    case 'run.finished': Object.assign(state, { status: event.outcome, outcome: event.outcome, tally: event.tally, exceptions: event.exceptions, vmsAt: event.vms, finishedAt: at, held: null, parked: null }); break;
    case 'step.started': {
      const step = state.steps.get(event.step);
      if (step) Object.assign(step, { attempt: event.attempt, status: 'started', startedAt: at, finishedAt: null });
      // A step that the plan does not list takes one back (Controller.undo).
      else state.steps.set(event.step, { step: event.step, attempt: event.attempt, status: 'started', why: null, remedy: null, evidence: [], startedAt: at, finishedAt: null });
      break;
    }
    case 'step.progress': state.progress.push({ step: event.step, line: event.line, at }); break;
    case 'step.finished': {
      const step = state.steps.get(event.step);
      if (step) Object.assign(step, { attempt: event.attempt, status: event.willRetry ? 'pending' : event.outcome, why: event.why, remedy: event.remedy, evidence: event.evidence, finishedAt: at });
      break;
    }
    default: break;
  }
  return state;
}
