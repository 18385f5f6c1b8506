import type { Gate } from './plan.js';

/** What a runbook asks of a plan's gate, whatever the estate looks like. */
export type GateRules = Omit<Gate, 'attest'>;

/** What the plan itself adds to its runbook's rules. */
export interface GateNeeds { /** The host whose death only people can tell. */ readonly attest: string | null }

/** The one place where a plan gets its gate: the rules of its runbook, made definite for this plan. */
export function gateFor(rules: GateRules, { attest }: GateNeeds): Gate {
  return { ...rules, attest };
}
