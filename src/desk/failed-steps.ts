import type { Answer, Caller } from '../core/answer.js';
import type { RunId, StepId } from '../core/names.js';
import { stepOf } from '../core/plan.js';
import { redactText } from '../core/redact.js';
import { isTerminal, type RunState } from '../core/run-state.js';
import { neverWaived } from '../core/waiver.js';
import type { Decisions } from './decisions.js';
import type { DeskParts } from './parts.js';
import { listed } from '../core/listed.js';

const said = (run: RunId, code: string, status: 0 | 1 | 2 | 3 | 4, sentence: string, next: readonly string[] = []): Answer => ({ kind: 'decision', code, status, run, sentence, next });

/** What becomes of a failed step while its run is still open: tried again, or waived by name. One of which nobody can tell whether it happened may be waived, too: people have looked. */
export function createFailedSteps(parts: DeskParts, { settle, resume, runOf }: Decisions) {
  /** The failed step that is meant, or the answer that says why there is none. */
  function which(run: RunState, named: string | null, verb: 'retry' | 'skip'): { readonly step: StepId } | { readonly answer: Answer } {
    const id = run.plan.run;
    if (isTerminal(run.status)) return { answer: said(id, 'over', 1, `${id} is over (${run.status}), so none of its steps can be tried again or skipped. What it left behind is done by a new run.`, [`why ${id}`, 'query pending']) };
    const chosen = (step: StepId): { readonly step: StepId } | { readonly answer: Answer } => (endsWithout(run, step) ? { answer: said(id, 'ending', 1, `${id} is coming to its end: ${run.cancelling === null ? 'what was done is being made up for or taken back' : 'it is being cancelled'}, so step ${step} is not tried again or skipped any more. What is left is done by a new run.`, [`why ${id}`]) } : { step });
    const failed = [...run.steps.values()].filter((step) => step.status === 'failed' || (verb === 'skip' && step.status === 'unknown')).map((step) => step.step);
    if (named !== null) return failed.includes(named) ? chosen(named) : { answer: said(id, 'not-failed', run.steps.has(named) ? 1 : 2, run.steps.has(named) ? `Step ${named} of ${id} has not failed: it is ${run.steps.get(named)!.status}.` : `${id} has no step '${named}'.`, failed.length > 0 ? failed.map((step) => `${verb} ${id} step=${step}`) : [`query run ${id}`]) };
    const only = run.parked?.step != null && failed.includes(run.parked.step) ? run.parked.step : failed.length === 1 ? failed[0]! : null;
    if (only !== null) return chosen(only);
    return { answer: failed.length === 0 ? said(id, 'none-failed', 1, `No step of ${id} has failed.`, [`query run ${id}`]) : said(id, 'which-step', 3, `${listed(failed)} failed. Say which.`, failed.map((step) => `${verb} ${id} step=${step}`)) };
  }

  /** While the run goes on, anyone who may run or approve tries a step again; where it waits for people, going on takes the quorum. */
  async function retry(caller: Caller, id: RunId, named: string | null): Promise<Answer> {
    const now = runOf(caller, id);
    if (now && (now.status === 'parked' || now.held !== null)) {
      const meant = which(now, named, 'retry');
      return 'answer' in meant ? meant.answer : resume(caller, id, { kind: 'retry', step: meant.step });
    }
    return settle(caller, id, async (run) => {
      const meant = which(run, named, 'retry');
      if ('answer' in meant) return { answer: meant.answer, events: [] };
      if (!caller.person.roles.includes('operator') && !caller.person.roles.includes('approver')) return { answer: said(id, 'not-allowed', 1, `You may not try a step of ${id} again: it needs the role operator or approver. You may hold it.`, [`hold ${id}`]), events: [{ type: 'approval.refused', run: id, by: caller.person.name, surface: caller.surface, code: 'retry-not-allowed' }] };
      return { answer: said(id, 'retried', 0, `Step ${meant.step} of ${id} is tried again, and what waited for it goes on when it is done.`, [`query run ${id}`, `hold ${id}`]), events: [{ type: 'step.retried', run: id, step: meant.step, by: [caller.person.name] }] };
    });
  }

  /** Only what a runbook added can be waived; what keeps VMs and data safe cannot. */
  async function skip(caller: Caller, id: RunId, named: string | null, waiver: string | null): Promise<Answer> {
    const run = runOf(caller, id);
    if (!run) return said(id, 'no-such-run', 2, `There is no run ${id} that you can see.`, ['query run']);
    const meant = which(run, named, 'skip');
    if ('answer' in meant) return meant.answer;
    const { step } = meant;
    const kept = neverWaived(stepOf(run.plan, step), parts.live.current.estate);
    if (kept !== null) return said(id, 'never-skipped', 1, `Step ${step} can't be skipped: ${kept}`, [`retry ${id} step=${step}`, `cancel ${id}`]);
    if (run.status !== 'parked' && run.held === null) return said(id, 'not-parked', 1, `${id} is ${run.status}: a step is skipped by the quorum, while the run waits. Hold it first.`, [`hold ${id}`]);
    const wanted = run.resumeChoice?.kind === 'skip' && run.resumeChoice.step === step ? run.resumeChoice.waiver : null;
    const reason = waiver ?? wanted;
    if (reason === null) return said(id, 'waiver-missing', 3, `Going on without ${step} needs a reason: it stands in the report, with your name, and the run ends with exceptions.`, [`skip ${id} step=${step} waiver="..."`]);
    return resume(caller, id, { kind: 'skip', step, waiver: redactText(reason) });
  }

  return { retry, skip };
}

/** From the first step that takes something back, the run goes no way but out. */
const endsWithout = ({ plan, steps, cancelling }: RunState, id: StepId): boolean => {
  const planned = new Set(plan.steps.map((step) => step.id));
  return cancelling !== null || (planned.has(id) && [...steps.keys()].some((each) => !planned.has(each)));
};
