import type { Plan, Step } from '../../core/plan.js';
import type { StepContext, StepResult } from '../../ports/controller.js';
import { unmet, type Condition } from '../condition.js';
import { inWords } from '../duration.js';
import { listed } from '../../core/listed.js';

const done = (saw: string, at: number): StepResult => ({ kind: 'done', evidence: [{ saw, by: 'Lifeboat', at }], changes: [] });

/** Time is estate time, from the journal's intent on; events count from then on, too. */
export function waitForIt(step: Step, plan: Plan, { state, startedAt }: StepContext, now: number): StepResult {
  const { ms, event, condition } = step.args;
  if (typeof ms === 'number') {
    const rate = state.estate?.clockRate ?? 1;
    return now - startedAt >= ms / rate ? done(`${inWords(ms)} have passed`, now) : { kind: 'waiting', why: `${inWords(ms)} to pass`, evidence: [] };
  }
  if (typeof event === 'string') {
    const seen = state.events.find((each) => each.event.name === event && each.at >= startedAt && (each.event.tenant === null || each.event.tenant === plan.tenant));
    return seen ? done(`${event}: ${seen.event.description}`, seen.at) : { kind: 'waiting', why: `the event ${event}`, evidence: [] };
  }
  const missing = unmet(condition as Condition, plan.operation, state, plan.vms);
  return missing.length === 0 ? done('what was waited for holds', now) : { kind: 'waiting', why: listed(missing), evidence: [] };
}
