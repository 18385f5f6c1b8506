import { queuePosition } from '../../core/locks.js';
import { stepOf } from '../../core/plan.js';
import { isTerminal, type RunState, type RunStatus } from '../../core/run-state.js';
import type { State } from '../../core/state.js';
import type { Card } from '../../ports/channel.js';
import type { ViewData } from './schemas.js';
import { asksOf } from './step-request.js';
import type { ViewContext, ViewOf } from './view.js';
import { actorWords, approveCommand, kindWords, personWords, planHead, quorumWords, remainingWork } from './words.js';

export const badges: Record<RunStatus, string> = {
  proposed: 'APPROVAL NEEDED', rejected: 'REJECTED', withdrawn: 'WITHDRAWN', expired: 'EXPIRED', granted: 'APPROVED', running: 'RUNNING', held: 'ON HOLD', cancelling: 'CANCELLING', parked: 'NEEDS PEOPLE',
  succeeded: 'DONE', exceptions: 'DONE WITH EXCEPTIONS', failed: 'FAILED', cancelled: 'CANCELLED',
};

const tones: Record<RunStatus, Card['tone']> = {
  proposed: 'warning', rejected: 'info', withdrawn: 'info', expired: 'info', granted: 'info', running: 'info', held: 'warning', cancelling: 'warning', parked: 'critical',
  succeeded: 'good', exceptions: 'warning', failed: 'critical', cancelled: 'info',
};

/** The one message of a run: what it will do, does or did, and the next command. */
export function runView(run: RunState, state: State, context: ViewContext): ViewOf<'run'> {
  const { plan, status } = run;
  const queued = status === 'granted' && state.locks.waiting.some((request) => request.run === plan.run);
  const finished = isTerminal(status);
  const names = [...(queued ? ['run-queued'] : []), `run-${status}`, ...(finished && run.outcome !== null ? ['run-finished'] : []), 'run'];
  return { name: 'run', names, tone: tones[status], data: {
    ...planHead(plan, state, context),
    badge: status === 'proposed' && plan.gate.people > 0 ? kindWords(plan).toUpperCase() : badges[status],
    quorum: quorumWords(run, state, context.now),
    expiresAt: run.expiresAt,
    approvedBy: run.approvals.filter((approval) => approval.epoch === plan.epoch).map(({ by, at }) => ({ person: personWords(state.estate, by), at })).concat((run.under?.by ?? []).map((by) => ({ person: `${personWords(state.estate, by)} (signed ${run.under!.standing})`, at: state.standing.get(run.under!.standing)?.signed.find((each) => each.by === by)?.at ?? run.grantedAt ?? 0 }))),
    glass: run.glass && { rules: [...run.glass.rules], by: personWords(state.estate, run.glass.by), at: run.glass.at, until: run.glass.expiresAt, reason: run.glass.reason },
    revision: run.revision && { changes: run.revision.changes.map((change) => ({ ...change })), voided: run.revision.voided.map((name) => personWords(state.estate, name)), at: run.revision.at },
    queue: queued ? { position: Math.max(1, queuePosition(state.locks, plan.run)) } : null,
    progress: run.startedAt === null ? null : progressOf(run, context.now),
    held: run.held && { by: actorWords(state.estate, run.held.by), at: run.held.at, reason: run.held.reason, started: run.startedAt !== null },
    parked: run.parked && { step: (run.parked.step === null ? null : stepOf(plan, run.parked.step)?.says ?? run.parked.step), why: run.parked.why, next: run.parked.next, seen: (run.parked.step === null ? [] : run.steps.get(run.parked.step)?.evidence ?? []).map(({ saw, by, at }) => ({ saw, by, at })), at: run.parked.at },
    cancelling: run.cancelling && { by: personWords(state.estate, run.cancelling.by), at: run.cancelling.at, reason: run.cancelling.reason },
    resumeBy: run.resumeBy.map((name) => personWords(state.estate, name)),
    expiredBecause: run.expiredBecause,
    withdrawn: run.withdrawnBy && { by: personWords(state.estate, run.withdrawnBy.by), at: run.withdrawnBy.at, reason: run.withdrawnBy.reason },
    rejected: run.rejectedBy && { by: personWords(state.estate, run.rejectedBy.by), at: run.rejectedBy.at, reason: run.rejectedBy.reason },
    finished: finished && run.finishedAt !== null ? { at: run.finishedAt, tally: run.tally, exceptions: [...run.exceptions], tookMs: run.startedAt === null ? null : run.finishedAt - run.startedAt, places: placesOf(run) } : null,
    asks: asksOf(run, state),
    remaining: run.outcome === null ? [] : remainingWork(run, state),
    next: nextCommands(run),
  } };
}

function progressOf(run: RunState, now: number): NonNullable<ViewData<'run'>['progress']> {
  const states = run.plan.steps.map((step) => ({ step, state: run.steps.get(step.id) }));
  const irreversible = states.filter(({ step }) => step.irreversible);
  const passed = irreversible.some(({ state }) => state !== undefined && state.status !== 'pending' && state.status !== 'skipped');
  return {
    done: states.filter(({ state }) => state?.status === 'done' || state?.status === 'skipped').length, total: states.length,
    current: states.filter(({ state }) => state?.status === 'started').map(({ step }) => step.says),
    failed: states.flatMap(({ step, state }) => (state?.status === 'failed' || state?.status === 'unknown' ? [`${step.says}: ${state.status === 'unknown' ? 'nobody knows whether it happened' : 'failed'}${state.why ? ` (${state.why})` : ''}`] : [])),
    pointOfNoReturn: irreversible.length === 0 ? 'none' : passed ? 'passed' : 'ahead', passed, ahead: irreversible.length > 0 && !passed,
    runningForMs: run.startedAt === null ? null : (run.finishedAt ?? now) - run.startedAt,
  };
}

function placesOf(run: RunState): { at: string; vms: string[] }[] {
  const places = new Map<string, string[]>();
  for (const { vm, at } of run.vmsAt) places.set(at, [...(places.get(at) ?? []), vm]);
  return [...places].map(([at, vms]) => ({ at, vms }));
}

/** The exact words that move this run on, by its status. */
export function nextCommands({ plan, status }: RunState): { does: string; command: string }[] {
  const { run } = plan;
  const [hold, cancel, why] = [{ does: 'stop before the next step', command: `hold ${run}` }, { does: 'cancel', command: `cancel ${run}` }, { does: 'every step with its evidence', command: `query run ${run}` }];
  switch (status) {
    case 'proposed': return [{ does: 'approve', command: approveCommand(plan) }, { does: 'reject', command: `reject ${run}` }, hold];
    case 'granted': case 'running': return [hold, why];
    case 'held': return [{ does: 'go on (needs the quorum again)', command: `resume ${run}` }, cancel];
    case 'parked': return [{ does: 'look, then go on', command: `resume ${run}` }, cancel, why];
    case 'cancelling': case 'exceptions': case 'failed': case 'cancelled': case 'succeeded': return [why];
    case 'rejected': case 'withdrawn': case 'expired': return [];
  }
}
