import type { Plan, Step } from '../../core/plan.js';
import type { Clock } from '../../ports/clock.js';
import type { Controller, StepContext, StepResult } from '../../ports/controller.js';
import type { ExternalActions } from '../../ports/external-actions.js';
import { act } from './action.js';
import { check } from './check.js';
import { askPeople } from './people.js';
import { waitForIt } from './waiting.js';

export interface ConductorParts { readonly controller: Controller; readonly actions: ExternalActions; readonly clock: Pick<Clock, 'now'> }

/** The controller, and beside it the steps that runbooks have of their own. Whatever executes a plan sees one controller. */
export function createConductor({ controller, actions, clock }: ConductorParts): Controller {
  const own = (how: 'do' | 'check') => async (step: Step, plan: Plan, context: StepContext): Promise<StepResult> => {
    const now = clock.now();
    if (step.entity.class === 'script') return act(how, step, actions, context, now);
    if (step.entity.class !== 'runbook') return controller[how](step, plan, context);
    switch (step.kind) {
      case 'approval':
      case 'ask': return askPeople(step, plan, context);
      case 'wait': return waitForIt(step, plan, context, now);
      case 'check': return check(step, plan, controller, context, now);
      // Its text goes out with the entry that says it is done: exactly once, by whatever way there is.
      case 'notify': return { kind: 'done', evidence: [{ saw: String(step.args.text), by: 'Lifeboat', at: now }], changes: [] };
      case 'http':
      case 'ssh':
      case 'command': return act(how, step, actions, context, now);
      default: return { kind: 'not-done', why: `This Lifeboat knows no step '${step.kind}'.`, remedy: 'A newer version wrote this plan: run it with that.', retry: false, evidence: [], changes: [] };
    }
  };
  return { ...controller, do: own('do'), check: own('check') };
}
