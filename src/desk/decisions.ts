import { approveCommand } from '../core/approval-command.js';
import { isRequester, mayApprove } from '../core/approval-right.js';
import { decide, mayHold, resumeMissing, type Vote } from '../core/approval.js';
import type { Answer, Caller } from '../core/answer.js';
import { sees } from '../core/estate.js';
import { peopleCount } from '../core/gate-words.js';
import { listed } from '../core/listed.js';
import { runStream, type FailedStepChoice, type JournalEvent } from '../core/event.js';
import type { RunId } from '../core/names.js';
import { rosterOf } from '../core/roster.js';
import { isTerminal, type RunState } from '../core/run-state.js';
import { decideUntil, waitsForWindow, windowAt } from '../core/start-window.js';
import { JournalError } from '../ports/journal.js';
import { matchingNumber } from './matching-number.js';
import { actorOf, entry, record, type DeskParts } from './parts.js';
import { planToday } from './planning.js';
import { startRun } from './propose.js';
import { couldApprove, fate, roleWords, tellDecision } from './sentences.js';

const said = (run: RunId, code: string, status: 0 | 1 | 2 | 3 | 4, sentence: string, next: readonly string[] = []): Answer => ({ kind: 'decision', code, status, run, sentence, next });

/** A vote as it arrives: a button brings the epoch and the attestation, a line what was typed. */
export interface Ballot {
  readonly answer: Vote['answer'];
  /** null: the newest plan is meant. */
  readonly epoch?: number | null;
  readonly attest?: string | null;
  readonly reason?: string | null;
  readonly number?: string | null;
  readonly target?: string | null;
  /** Rules to break in an emergency, by name. */
  readonly glass?: readonly string[] | null;
}

/** The one gate. Every vote, hold, resume and cancel of every surface comes through here. */
export function createDecisions(parts: DeskParts) {
  const estate = () => parts.live.current.estate!;
  const roster = () => rosterOf(parts.live.current, parts.clock.now());
  const zone = (caller: Caller): string => caller.person.timeZone ?? estate().timeZone;
  const runOf = (caller: Caller, id: RunId): RunState | undefined => {
    const run = parts.live.current.runs.get(id);
    return run && sees(caller.person, run.plan.tenant) ? run : undefined;
  };
  const unknownRun = (id: RunId): Answer => said(id, 'no-such-run', 2, `There is no run ${id} that you can see.`, ['query run']);

  /** Decides on what the journal says now, and writes only if nobody wrote in between; otherwise it looks and decides again. */
  async function settle(caller: Caller, id: RunId, step: (run: RunState) => Promise<{ answer: Answer; events: readonly JournalEvent[]; after?: () => Promise<void> }>): Promise<Answer> {
    for (;;) {
      const run = runOf(caller, id);
      if (!run) return unknownRun(id);
      const seen = run.streamSeq;
      const { answer, events, after } = await step(run);
      if (events.length > 0) {
        try {
          await record(parts, events.map((event) => entry(runStream(id), run.plan.tenant, actorOf(caller), event)), { [runStream(id)]: seen });
        } catch (error) {
          if (error instanceof JournalError && error.code === 'conflict') continue;
          throw error;
        }
      }
      await after?.();
      return answer;
    }
  }

  const vote = (caller: Caller, id: RunId, { answer, epoch = null, attest = null, reason = null, number = null, target = null, glass = null }: Ballot): Promise<Answer> => settle(caller, id, async (run) => {
    // What is no two digits is a slip, such as the placeholder that a message shows, and no guess: it uses no try up.
    const typed = number !== null && /^\d\d$/.test(number) ? number : null;
    const right = typed !== null && run.plan.gate.numberMatching ? await matchingNumber(parts.buttons, id, run.plan.epoch) : null;
    if (glass !== null && !caller.steppedUp && [...parts.live.current.passkeys.values()].some(({ person }) => person === caller.person.name)) {
      return { answer: said(id, 'step-up-missing', 1, `Breaking a rule takes your passkey, so nothing was recorded. Confirm it in the console, and send this again there within five minutes.`, [`why ${id}`]), events: [{ type: 'approval.refused', run: id, by: caller.person.name, surface: caller.surface, code: 'step-up-missing' }] };
    }
    const decision = decide(run, { by: caller.person, answer, epoch: epoch ?? run.plan.epoch, attest, reason, target, glass, number: typed === null ? 'none' : typed === right ? 'right' : 'wrong' }, roster());
    const told = tellDecision(decision, run, caller.person, estate().timeZone, roster());
    const reply = said(id, decision.kind, told.status, told.sentence, told.next);
    if (decision.kind === 'rejected') return { answer: reply, events: [{ type: 'plan.rejected', run: id, by: caller.person.name, reason }] };
    if (decision.kind === 'rejecting') return { answer: reply, events: [{ type: 'rejection.given', run: id, epoch: run.plan.epoch, by: caller.person.name, surface: caller.surface, reason }] };
    if (decision.kind === 'withdrawn') return { answer: reply, events: [{ type: 'plan.withdrawn', run: id, by: caller.person.name, reason }] };
    if (decision.kind !== 'granted' && decision.kind !== 'waiting') return { answer: reply, events: [{ type: 'approval.refused', run: id, by: caller.person.name, surface: caller.surface, code: decision.kind }] };
    const today = await planToday(parts, run);
    if (today.kind === 'refused') return { answer: said(id, 'cannot-plan', 1, `${id} can't go ahead as things are now: ${today.refusal.what} ${today.refusal.next} Your approval was not recorded.`, today.refusal.command ? [today.refusal.command] : []), events: [{ type: 'approval.refused', run: id, by: caller.person.name, surface: caller.surface, code: 'cannot-plan' }] };
    if (today.kind === 'changed') {
      const changes = today.changes.map((change) => `${change.what}: ${change.before || 'nothing'} -> ${change.after || 'nothing'}`).join('; ');
      return {
        answer: said(id, 'plan-changed', 1, `The plan of ${id} has changed, so no approval counts any more. ${changes}. Please look again.`, [`review ${id}`, approveCommand(today.plan)]),
        events: [{ type: 'plan.revised', plan: today.plan, expiresAt: decideUntil(today.plan, parts.clock.now()), changes: today.changes, voided: run.approvals.map((approval) => approval.by) }],
      };
    }
    const given: JournalEvent = { type: 'approval.given', run: id, epoch: run.plan.epoch, by: caller.person.name, surface: caller.surface, attested: attest };
    if (decision.kind === 'waiting') return { answer: reply, events: [given] };
    const broken: JournalEvent[] = decision.glass ? [{ type: 'glass.broken', run: id, epoch: run.plan.epoch, rules: decision.glass.rules, reason: decision.glass.reason, by: decision.glass.by, expiresAt: decision.glass.expiresAt }] : [];
    // Who asked stands behind it by asking; an approval of one's own request is none, glass or not.
    const counts = !isRequester(run, caller.person.name) && !run.approvals.some(({ by, epoch: voted }) => by === caller.person.name && voted === run.plan.epoch);
    return { answer: reply, events: [...broken, ...(counts ? [given] : []), { type: 'plan.granted', run: id, epoch: run.plan.epoch, digest: run.plan.digest, by: decision.by }], after: async () => { if (windowAt(run.plan, parts.clock.now()) === 'open') await startRun(parts, id, run.plan.epoch); } };
  });

  /** Anyone linked of that tenant or the provider. Works without the journal too: a full disk must not take the brake away. */
  async function hold(caller: Caller, id: RunId, reason: string | null): Promise<Answer> {
    const run = runOf(caller, id);
    if (!run || !mayHold(caller.person, run.plan)) return unknownRun(id);
    try {
      return await settle(caller, id, async (now) => {
        if (isTerminal(now.status)) return { answer: said(id, 'over', 1, `There is nothing left to hold. ${fate(now, zone(caller))}`, [`query run ${id}`]), events: [] };
        if (now.held) return { answer: said(id, 'held-already', 0, `${id} is held already. Steps under way finish; nothing new starts.`, [`resume ${id}`]), events: [] };
        if (now.status === 'proposed') return { answer: said(id, 'held', 0, `${id} is held: it may still be approved, but it does not start until the quorum lets it. To stop it for good, reject it.`, [`reject ${id}`, `resume ${id}`]), events: [{ type: 'run.held', run: id, by: actorOf(caller), reason }] };
        return { answer: said(id, 'held', 0, `${id} is held: steps under way finish, nothing new starts. Going on needs the quorum again.`, [`resume ${id}`, `cancel ${id}`]), events: [{ type: 'run.held', run: id, by: actorOf(caller), reason }] };
      });
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      parts.brake.hold(id, actorOf(caller), reason);
      return said(id, 'held-here', 0, `${id} is held on this node: nothing new starts. The journal cannot be written at the moment (${error.message}), so the hold is recorded, and reaches a run that another node executes, as soon as it can be.`, [`resume ${id}`]);
    }
  }

  /** `wanted`: what shall become of a failed step. A run that waits because of one tries it again, unless somebody says otherwise. */
  const resume = (caller: Caller, id: RunId, wanted: FailedStepChoice | null = null): Promise<Answer> => settle(caller, id, async (run) => {
    const by = caller.person.name;
    const stuck = run.parked?.step != null && run.steps.get(run.parked.step)?.status === 'failed' ? run.parked.step : null;
    // Going on without a step is agreed to by name, never by a resume that somebody sends without having read of it.
    const choice: FailedStepChoice | null = wanted ?? (run.resumeChoice?.kind === 'retry' ? run.resumeChoice : null) ?? (stuck === null ? null : { kind: 'retry', step: stuck });
    const same = run.resumeChoice?.kind === choice?.kind && run.resumeChoice?.step === choice?.step;
    const before = same ? run.resumeBy : [];
    // What was held and then rejected or expired keeps the hold on record, and is over all the same.
    if (isTerminal(run.status) || (run.status !== 'held' && run.status !== 'parked' && run.held === null)) return { answer: said(id, 'not-held', 1, `${id} is neither held nor waiting for people. ${fate(run, zone(caller))}`, [`query run ${id}`]), events: [] };
    const asked = run.plan.requestedBy.kind === 'person' && run.plan.requestedBy.person === by;
    const ungated = run.plan.gate.people === 0;
    const may = ungated ? caller.person.roles.includes('operator') || caller.person.roles.includes('approver') : asked || mayApprove(caller.person, run, roster()).may;
    if (!may) return { answer: said(id, 'not-an-approver', 1, `You may not let ${id} go on: it needs ${roleWords(run.plan)}. ${listed(couldApprove({ ...run, approvals: [] }, roster()))} can.`), events: [{ type: 'approval.refused', run: id, by, surface: caller.surface, code: 'resume-not-an-approver' }] };
    if (before.includes(by)) return { answer: said(id, 'already-voted', 1, `You wanted ${id} to go on already; one person counts once. It needs ${peopleCount(run.plan.gate.people)} in all.`), events: [] };
    const people = [...before, by];
    const missing = ungated ? 0 : resumeMissing(run, people, roster());
    const given: JournalEvent = { type: 'resume.given', run: id, by, surface: caller.surface, ...(choice === null ? {} : { choice }) };
    const onTheStep: JournalEvent[] = choice === null ? [] : choice.kind === 'retry' ? [{ type: 'step.retried', run: id, step: choice.step, by: people }] : [{ type: 'step.waived', run: id, step: choice.step, by: people, waiver: choice.waiver }];
    const how = choice === null ? 'go on' : choice.kind === 'retry' ? `go on, with ${choice.step} tried again` : `go on without ${choice.step} (${choice.waiver})`;
    if (missing > 0) return { answer: said(id, 'waiting', 0, `Recorded: you want ${id} to ${how}. ${missing} more ${missing === 1 ? 'person is' : 'people are'} needed.`, [choice?.kind === 'skip' ? `skip ${id} step=${choice.step}` : `resume ${id}`]), events: [given] };
    return { answer: said(id, 'resumed', 0, `${id} goes on${choice === null ? '' : choice.kind === 'retry' ? `, with ${choice.step} tried again` : ` without ${choice.step}`}, as ${listed(people)} decided.`, [`query run ${id}`, `hold ${id}`]), events: [given, ...onTheStep, { type: 'run.resumed', run: id, by: people }], after: async () => { parts.brake.release(id); await parts.runs.wake(id, run.plan.epoch).catch(() => undefined); } };
  });

  const cancel = (caller: Caller, id: RunId, reason: string | null, force: boolean): Promise<Answer> => settle(caller, id, async (run) => {
    const asked = (run.status === 'proposed' || waitsForWindow(run)) && isRequester(run, caller.person.name);
    const may = asked || caller.person.roles.includes('operator') || caller.person.roles.includes('approver');
    if (!may) return { answer: said(id, 'not-allowed', 1, `You may not cancel ${id}: it needs the role operator or approver. You may hold it.`, [`hold ${id}`]), events: [{ type: 'approval.refused', run: id, by: caller.person.name, surface: caller.surface, code: 'cancel-not-allowed' }] };
    if (isTerminal(run.status)) return { answer: said(id, 'over', 1, `There is nothing left to cancel. ${fate(run, zone(caller))}`), events: [] };
    if (run.status === 'proposed' || waitsForWindow(run)) return { answer: said(id, 'withdrawn', 0, `${id} is withdrawn. Nothing ran.`), events: [{ type: 'plan.withdrawn', run: id, by: caller.person.name, reason }] };
    if (run.cancelling && run.held) return { answer: said(id, 'cancelling-held', 1, `${id} is being cancelled, and was held meanwhile: nothing is taken back until the quorum lets it go on.`, [`resume ${id}`]), events: [] };
    if (run.cancelling) return { answer: said(id, 'cancelling-already', 0, `${id} is being cancelled already: commands in flight are given up and looked at.`), events: [] };
    const open = [...run.steps.values()].filter((step) => step.status === 'unknown');
    if (open.length > 0 && !force) return { answer: said(id, 'outcome-unknown', 1, `Nobody knows whether ${listed(open.map((step) => step.step))} happened. Cancelling gives up the locks that protect it. Look at it first; if you have, say so.`, [`cancel ${id} force=yes`, `resume ${id}`]), events: [] };
    return { answer: said(id, 'cancelling', 0, `${id} is being cancelled. ${whatCancelMeans(run)}`, [`query run ${id}`]), events: [{ type: 'run.cancelling', run: id, by: caller.person.name, reason }], after: async () => { parts.brake.release(id); await parts.runs.wake(id, run.plan.epoch).catch(() => undefined); } };
  });

  return { vote, hold, resume, cancel, runOf, settle };
}
export type Decisions = ReturnType<typeof createDecisions>;

/** What cancel means now: rolls back safely, or stops and stays fenced (invariant 27). Commands in flight are given up, and the world is asked what became of them. */
export function whatCancelMeans(run: RunState): string {
  if (isTerminal(run.status)) return 'Not possible: it is over.';
  if (run.startedAt === null) return 'Nothing has been started; nothing will be.';
  return `${whatCancelMeansAtSites(run)}${outside(run)}`;
}

/** What the runbook did beyond the controller is taken back by nobody. */
function outside({ plan, steps }: RunState): string {
  const touched = plan.steps.filter((step) => step.entity.class === 'runbook' && step.mutates && ['done', 'started', 'unknown'].includes(steps.get(step.id)?.status ?? 'pending'));
  return touched.length === 0 ? '' : ` Of the runbook's own, ${listed(touched.map((step) => step.id))} ${touched.length === 1 ? 'is' : 'are'} not taken back.`;
}

function whatCancelMeansAtSites(run: RunState): string {
  const { verb, drType, from, to } = run.plan.operation;
  const done = (kind: string): boolean => run.plan.steps.some((step) => step.kind === kind && run.steps.get(step.id)?.status === 'done');
  const inFlight = 'Commands in flight are given up and looked at.';
  if (verb === 'discover' || verb === 'verify') return `It stops: no site was changed. ${inFlight}`;
  if (verb !== 'move') return `It stops where it is: what was done stays done, and nothing further starts. ${inFlight}`;
  if (run.plan.operation.drTest === true) return `It stops: production and its replication are not touched. Test VMs and clones that are there already stay until: cleanup site ${from} dr_test=yes. ${inFlight}`;
  if (done('reverse-group') || done('fail-over-group')) return `It stops and stays fenced: storage has switched to ${to} already, so that ${from} cannot write, and nothing is taken back. VMs that have not been started stay down until: recover site ${to}. ${inFlight}`;
  return drType === 'planned' ? `It rolls back safely: storage has not switched, and VMs that were shut down start again at ${from}. ${inFlight}` : `It stops: storage has not switched, and VMs stay as they are at ${from}; those that were powered off stay off. ${inFlight}`;
}
