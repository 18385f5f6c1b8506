import type { Gate, Operation } from './plan.js';
import type { Actor } from './names.js';

/** What a runbook asks of a plan's gate, whatever the plan turns out to be. */
export type GateRules = Omit<Gate, 'attest' | 'typedTarget'> & {
  /** Approving takes the name of what cannot be undone, typed. */
  readonly typedTarget?: true;
};

/** What the plan itself adds to its runbook's rules. */
export interface GateNeeds {
  /** The host whose death only people can tell. */
  readonly attest: string | null;
  readonly operation: Operation;
  readonly irreversible: readonly string[];
  readonly requestedBy: Actor;
}

/** The one place where a plan gets its gate: the rules of its runbook, made definite for this plan. */
export function gateFor({ typedTarget, numberMatching, ...rules }: GateRules, { attest, operation, irreversible, requestedBy }: GateNeeds): Gate {
  return {
    ...rules, attest,
    // Where everything can be undone, typing its name would only teach people to type it.
    ...(typedTarget && irreversible.length > 0 ? { typedTarget: operation.scope.name } : {}),
    // The number is shown to who asked: where Lifeboat did, nobody could tell it.
    ...(numberMatching && requestedBy.kind === 'person' ? { numberMatching } : {}),
  };
}
