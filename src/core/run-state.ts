import type { BrokenGlass } from './glass.js';
import type { Evidence } from './dr-event.js';
import type { FailedStepChoice, JournalEntry, RunOutcome, StepOutcome } from './event.js';
import type { Actor, Millis, PersonName, StepId, Surface, VmName } from './names.js';
import type { Plan, Step } from './plan.js';
import type { PlanChange } from './plan-diff.js';
import type { StandingId } from './standing-authority.js';

export type RunStatus =
  | 'proposed' | 'rejected' | 'withdrawn' | 'expired'
  /** Approved; waiting for the engine or for locks. */
  | 'granted' | 'running' | 'held' | 'cancelling'
  /** Needs people: a step's outcome is unknown, or authority is gone. */
  | 'parked'
  | 'succeeded' | 'exceptions' | 'failed' | 'cancelled';

export const terminalStatuses: readonly RunStatus[] = ['rejected', 'withdrawn', 'expired', 'succeeded', 'exceptions', 'failed', 'cancelled'];
export const isTerminal = (status: RunStatus): boolean => terminalStatuses.includes(status);

export interface Approval { readonly by: PersonName; readonly surface: Surface; readonly at: Millis; readonly epoch: number; readonly attested: string | null }

/** What a person said to a step that waits for people. */
export interface StepAnswer { readonly by: PersonName; readonly surface: Surface; readonly at: Millis; readonly answer: 'yes' | 'no'; readonly reason: string | null; readonly form: { readonly [field: string]: string } }

export interface Rejection { readonly by: PersonName; readonly at: Millis; readonly reason: string | null }

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
  answers: readonly StepAnswer[];
  /** Why it counts as settled though it failed, and who says so. */
  waived: { readonly by: readonly PersonName[]; readonly waiver: string; readonly at: Millis } | null;
}

/** One run, folded from its stream. */
export interface RunState {
  plan: Plan;
  status: RunStatus;
  proposedAt: Millis;
  expiresAt: Millis | null;
  approvals: Approval[];
  /** Whose no stands, of the current epoch; the last word of a person counts. */
  rejections: Rejection[];
  /** Reminders that went out, of every epoch. */
  reminders: { which: 1 | 2; epoch: number; to: readonly PersonName[]; at: Millis }[];
  /** Backups whom the question has reached, of the current epoch: they may decide. */
  escalatedTo: readonly PersonName[];
  /** Who typed a wrong number, once for each time. */
  wrongNumbers: readonly PersonName[];
  /** Of the current epoch. It stays after its time, for the record. */
  glass: BrokenGlass | null;
  /** Who wants a held or parked run to go on; the quorum is needed again. */
  resumeBy: PersonName[];
  /** What they want for the failed step; null where none was named. */
  resumeChoice: FailedStepChoice | null;
  /** Who let it go on the last time: they stand behind it as the approvers do. */
  resumedBy: readonly PersonName[];
  expiredBecause: string | null;
  rejectedBy: { by: PersonName; at: Millis; reason: string | null } | null;
  withdrawnBy: { by: PersonName; at: Millis; reason: string | null } | null;
  grantedAt: Millis | null;
  grantedEpoch: number | null;
  /** The standing authority under which it was granted, and who signed that: they stand behind it as approvers do. */
  under: { readonly standing: StandingId; readonly by: readonly PersonName[] } | null;
  /** Why a standing authority was not used for it. */
  declined: readonly { readonly standing: StandingId; readonly why: string }[];
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

const freshStep = (step: StepId): StepState => ({ step, attempt: 0, status: 'pending', why: null, remedy: null, evidence: [], startedAt: null, finishedAt: null, answers: [], waived: null });
const freshSteps = (steps: readonly Step[]): Map<StepId, StepState> => new Map(steps.map(({ id }) => [id, freshStep(id)]));

/** Applies one entry of a run's stream. The first entry must be `plan.proposed`. */
export function foldRun(state: RunState | undefined, { event, at, streamSeq }: JournalEntry): RunState | undefined {
  if (event.type === 'plan.proposed') {
    return {
      plan: event.plan, status: 'proposed', proposedAt: at, expiresAt: event.expiresAt, approvals: [], rejections: [], reminders: [], escalatedTo: [], wrongNumbers: [], glass: null, withdrawnBy: null, resumeBy: [], resumeChoice: null, resumedBy: [], expiredBecause: null, rejectedBy: null, grantedAt: null, grantedEpoch: null, under: null, declined: [], startedAt: null, finishedAt: null,
      held: null, cancelling: null, parked: null, outcome: null, tally: null, exceptions: [], vmsAt: [], steps: freshSteps(event.plan.steps), revision: null, claim: null, progress: [], streamSeq, lastAt: at,
    };
  }
  if (!state) return state;
  state.streamSeq = streamSeq;
  state.lastAt = at;
  switch (event.type) {
    case 'plan.revised':
      Object.assign(state, { plan: event.plan, status: 'proposed', expiresAt: event.expiresAt, approvals: [], rejections: [], escalatedTo: [], glass: null, resumedBy: [], grantedAt: null, grantedEpoch: null, under: null, parked: null, steps: freshSteps(event.plan.steps), revision: { changes: event.changes, voided: event.voided, at } });
      break;
    case 'approval.given':
      state.approvals.push({ by: event.by, surface: event.surface, at, epoch: event.epoch, attested: event.attested });
      state.rejections = state.rejections.filter(({ by }) => by !== event.by);
      break;
    case 'rejection.given':
      state.rejections = [...state.rejections.filter(({ by }) => by !== event.by), { by: event.by, at, reason: event.reason }];
      state.approvals = state.approvals.filter(({ by }) => by !== event.by);
      break;
    case 'approval.reminded': state.reminders.push({ which: event.which, epoch: event.epoch, to: event.to, at }); break;
    case 'approval.refused': if (event.code === 'number-wrong') state.wrongNumbers = [...state.wrongNumbers, event.by]; break;
    case 'glass.broken': state.glass = { rules: event.rules, by: event.by, reason: event.reason, at, expiresAt: event.expiresAt }; break;
    case 'approval.escalated': state.escalatedTo = event.to; break;
    case 'plan.withdrawn': Object.assign(state, { status: 'withdrawn', finishedAt: at, withdrawnBy: { by: event.by, at, reason: event.reason } }); break;
    // Held before it was approved: approved now, but it does not start.
    case 'plan.granted': Object.assign(state, { status: state.held ? 'held' : 'granted', grantedAt: at, grantedEpoch: event.epoch, under: event.under === undefined ? null : { standing: event.under, by: event.by } }); break;
    case 'standing.declined': state.declined = [...state.declined, { standing: event.standing, why: event.why }]; break;
    case 'plan.rejected': Object.assign(state, { status: 'rejected', finishedAt: at, rejectedBy: { by: event.by, at, reason: event.reason } }); break;
    case 'plan.expired': Object.assign(state, { status: 'expired', finishedAt: at, expiredBecause: event.why }); break;
    case 'run.claimed': state.claim = { boot: event.boot, fence: event.fence }; break;
    case 'run.started': Object.assign(state, { status: state.cancelling ? 'cancelling' : state.held ? 'held' : 'running', startedAt: state.startedAt ?? at, parked: null }); break;
    case 'run.held':
      state.held = { by: event.by, at, reason: event.reason };
      Object.assign(state, { resumeBy: [], resumeChoice: null });
      if (state.status === 'running' || state.status === 'granted') state.status = 'held';
      break;
    case 'resume.given':
      // Another choice is another question: who wanted the one before is asked again.
      if (!sameChoice(state.resumeChoice, event.choice ?? null)) state.resumeBy = [];
      state.resumeBy = [...state.resumeBy, event.by];
      state.resumeChoice = event.choice ?? null;
      break;
    case 'run.resumed': Object.assign(state, { held: null, parked: null, resumeBy: [], resumeChoice: null, resumedBy: event.by, status: state.cancelling ? 'cancelling' : state.grantedAt === null ? 'proposed' : state.startedAt === null ? 'granted' : 'running' }); break;
    case 'run.cancelling': Object.assign(state, { status: 'cancelling', cancelling: { by: event.by, at, reason: event.reason }, held: null, parked: null }); break;
    case 'run.parked': Object.assign(state, { status: 'parked', resumeBy: [], resumeChoice: null, parked: { step: event.step, why: event.why, next: event.next, at } }); break;
    case 'run.finished': Object.assign(state, { status: event.outcome, outcome: event.outcome, tally: event.tally, exceptions: event.exceptions, vmsAt: event.vms, finishedAt: at, held: null, parked: null }); break;
    case 'step.started': {
      const step = state.steps.get(event.step);
      if (step) Object.assign(step, { attempt: event.attempt, status: 'started', startedAt: at, finishedAt: null });
      // A step that the plan does not list takes one back (Controller.undo).
      else state.steps.set(event.step, { ...freshStep(event.step), attempt: event.attempt, status: 'started', startedAt: at });
      break;
    }
    case 'step.progress': state.progress.push({ step: event.step, line: event.line, at }); break;
    case 'step.finished': {
      const step = state.steps.get(event.step);
      if (step) Object.assign(step, { attempt: event.attempt, status: event.willRetry ? 'pending' : event.outcome, why: event.why, remedy: event.remedy, evidence: event.evidence, finishedAt: at });
      break;
    }
    case 'step.answered': {
      const step = state.steps.get(event.step);
      if (step) step.answers = [...step.answers, { by: event.by, surface: event.surface, at, answer: event.answer, reason: event.reason, form: event.form }];
      break;
    }
    // What was answered before belongs to the attempt that failed.
    case 'step.retried': {
      const step = state.steps.get(event.step);
      if (step) Object.assign(step, { status: 'pending', answers: [] });
      break;
    }
    case 'step.waived': {
      const step = state.steps.get(event.step);
      if (step) Object.assign(step, { status: 'skipped', waived: { by: event.by, waiver: event.waiver, at }, finishedAt: at });
      break;
    }
    default: break;
  }
  return state;
}

const sameChoice = (a: FailedStepChoice | null, b: FailedStepChoice | null): boolean => a?.kind === b?.kind && a?.step === b?.step;
