import { isTerminal, type RunState } from '../../core/run-state.js';
import { personOf } from '../../core/estate.js';
import { mayApprove } from '../../core/approval-right.js';
import type { PersonName } from '../../core/names.js';
import { rosterOf } from '../../core/roster.js';
import type { State } from '../../core/state.js';
import { badges } from './run.js';
import type { ViewContext, ViewOf } from './view.js';
import { approveCommand, personWords, planHead, quorumWords, wallMs } from './words.js';

/** Comes to one approver alone, with the buttons. `epoch` is the plan's when it was sent: a later plan makes a new request. */
export function approvalRequestView(run: RunState, reader: PersonName, epoch: number, state: State, context: ViewContext, { reminder = false, smsCode = null, mailCode = null }: { readonly reminder?: boolean; readonly smsCode?: string | null; readonly mailCode?: string | null } = {}): ViewOf<'approval-request'> {
  const closed = closedBecause(run, reader, epoch, state, context.now);
  return { name: 'approval-request', names: ['approval-request'], tone: closed === null ? 'warning' : 'info', data: {
    ...planHead(run.plan, state, context),
    reader: personWords(state.estate, reader), open: closed === null, closed, reminder, smsCode, mailCode, quorum: quorumWords(run, state, context.now), expiresAt: run.expiresAt,
    revision: run.revision && { changes: run.revision.changes.map((change) => ({ ...change })), voided: run.revision.voided.map((name) => personWords(state.estate, name)), at: run.revision.at },
    next: closed === null ? [{ does: 'approve', command: approveCommand(run.plan) }, { does: 'reject', command: `reject ${run.plan.run}` }] : [{ does: 'see it', command: `why ${run.plan.run}` }],
  } };
}

/** Null while this person can still decide. */
export function closedBecause(run: RunState, reader: PersonName, epoch: number, state: State, now: number): string | null {
  const { plan } = run;
  if (epoch !== plan.epoch) return `The plan of ${plan.run} changed after this was sent. A new request with the changes has come to you; this one decides nothing.`;
  if (run.rejectedBy) return `Rejected by ${personWords(state.estate, run.rejectedBy.by)}${run.rejectedBy.reason ? `: ${run.rejectedBy.reason}` : ''}. Nothing ran.`;
  if (run.withdrawnBy) return `Withdrawn by ${personWords(state.estate, run.withdrawnBy.by)}${run.withdrawnBy.reason ? `: ${run.withdrawnBy.reason}` : ''}. Nothing ran.`;
  if (run.status === 'expired' || (run.status === 'proposed' && run.expiresAt !== null && now >= run.expiresAt)) return run.expiredBecause ? `No longer needed: ${run.expiredBecause} Nothing ran.` : 'Not approved in time. Nothing ran.';
  const own = run.approvals.find((approval) => approval.by === reader && approval.epoch === plan.epoch);
  if (run.status !== 'proposed') {
    const names = run.approvals.filter((approval) => approval.epoch === plan.epoch).map((approval) => personWords(state.estate, approval.by)).join(', ');
    return `Approved${names ? ` by ${names}` : ''}. The run is ${isTerminal(run.status) ? 'over: ' : ''}${badges[run.status].toLowerCase()}.`;
  }
  if (own) return `You approved this plan. ${quorumWords(run, state, now)?.missing === 0 ? 'Nothing is missing.' : 'It waits for the others.'}`;
  const person = state.estate && personOf(state.estate, reader);
  return !person || !mayApprove(person, run, rosterOf(state, now)).may ? 'You may no longer decide on this plan: your role has changed, or the time in which you stood in for somebody is over.' : null;
}

/** A message shows this many steps; `why R-12` in the CLI and the console show all. */
const stepsShown = 40;

/** Every step in words: the dry run. */
export function planView(run: RunState, state: State, context: ViewContext, dryRun: string | null = null): ViewOf<'plan'> {
  const { plan } = run;
  const number = new Map(plan.steps.map((step, index) => [step.id, String(index + 1)]));
  return { name: 'plan', names: ['plan'], tone: plan.irreversible.length > 0 ? 'warning' : 'info', data: {
    ...planHead(plan, state, context), ...(dryRun === null ? {} : { pageUrl: null }), status: badges[run.status].toLowerCase(),
    list: plan.steps.slice(0, stepsShown).map((step) => {
      const at = run.steps.get(step.id);
      return { says: step.says, irreversible: step.irreversible, estimateMs: wallMs(state, step.estimateMs), after: step.after.map((id) => number.get(id) ?? id), state: at && at.status !== 'pending' ? at.status : null, why: at?.why ?? null };
    }),
    stepsLeftOut: Math.max(0, plan.steps.length - stepsShown), quorum: quorumWords(run, state, context.now), expiresAt: run.status === 'proposed' ? run.expiresAt : null, dryRun,
    makesUp: (plan.compensations ?? []).map((step) => ({ step: step.compensates!, says: step.says })),
    next: dryRun !== null ? [{ does: 'ask for it', command: dryRun }] : run.status === 'proposed' ? [{ does: 'approve', command: approveCommand(plan) }, { does: 'reject', command: `reject ${plan.run}` }, { does: 'keep it from running', command: `hold ${plan.run}` }] : [],
  } };
}
