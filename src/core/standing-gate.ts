import { mayApprove, type Asked } from './approval-right.js';
import { freezeOf } from './freeze.js';
import type { GlassRule } from './glass.js';
import type { Gate } from './plan.js';
import { memberOf, type Roster } from './roster.js';

/** The gate as it stands at a moment. */
interface StandingGate {
  readonly gate: Gate;
  /** One person is enough, who asked included. */
  readonly alone: boolean;
  /** A freeze that began after the plan was made. */
  readonly begun: string | null;
  /** Somebody broke a rule, and it holds no more. */
  readonly glassOver: boolean;
}

/** The rules of a run's gate, with the freeze of now, and without what was broken for as long as that holds and who broke it keeps the right. */
export function standingGate(run: Asked, roster: Roster): StandingGate {
  const { gate, operation } = run.plan;
  const begun = gate.freeze === undefined ? freezeOf(roster.freezes, operation, roster.now) : null;
  const breaker = run.glass === null ? undefined : memberOf(roster, run.glass.by);
  const right = breaker && mayApprove(breaker, run, roster);
  const holds = run.glass !== null && roster.now < run.glass.expiresAt && right !== undefined && (right.may || right.code === 'own-request');
  const broken = (rule: GlassRule): boolean => holds && run.glass!.rules.includes(rule);
  const alone = broken('no-second-person');
  const frozen = (gate.freeze !== undefined || begun !== null) && !broken('freeze') ? 1 : 0;
  const usual = gate.people - (gate.freeze === undefined ? 0 : 1);
  const { diverse, seats, ...rest } = gate;
  return {
    gate: { ...rest, people: (alone ? 1 : usual) + frozen, ...(diverse === undefined || broken('no-diversity') ? {} : { diverse }), ...(seats === undefined || alone ? {} : { seats }) },
    alone, begun: begun === null || frozen === 0 ? null : begun.reason, glassOver: run.glass !== null && !holds,
  };
}
