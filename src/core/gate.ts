import type { Freeze } from './estate.js';
import { freezeOf } from './freeze.js';
import type { Gate, Operation } from './plan.js';
import type { Actor, Millis } from './names.js';

/** What a runbook asks of a plan's gate, whatever the plan turns out to be. */
export type GateRules = Omit<Gate, 'attest' | 'typedTarget' | 'freeze'> & {
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
  readonly freezes: readonly Freeze[];
  readonly now: Millis;
}

/**
 * What has its approval already: a restart that nobody asked for, by the restart_policy of its host group, and the cleanup after it (seeds/5); and what only looks. Never where only
 * people can tell that the source is dead.
 */
const needsNobody = ({ verb, automatic, validateOnly, scope }: Operation, attest: string | null): boolean => validateOnly === true || (automatic === true && attest === null && (verb === 'restart' || (verb === 'cleanup' && scope.class === 'host')));

/** The one place where a plan gets its gate: the rules of its runbook, made definite for this plan. */
export function gateFor({ typedTarget, numberMatching, ...rules }: GateRules, { attest, operation, irreversible, requestedBy, freezes, now }: GateNeeds): Gate {
  if (needsNobody(operation, attest)) return { people: 0, role: rules.role, expiresInMs: rules.expiresInMs, attest: null };
  const freeze = rules.people === 0 ? null : freezeOf(freezes, operation, now);
  return {
    ...rules, attest,
    // In a freeze it takes one more person, and everybody reads why it cannot wait.
    ...(freeze ? { people: rules.people + 1, reason: 'required' as const, freeze: { reason: freeze.reason, until: Date.parse(freeze.to) } } : {}),
    // Where everything can be undone, typing its name would only teach people to type it.
    ...(typedTarget && irreversible.length > 0 ? { typedTarget: operation.scope.name } : {}),
    // The number is shown to who asked: where Lifeboat did, nobody could tell it.
    ...(numberMatching && requestedBy.kind === 'person' ? { numberMatching } : {}),
  };
}
