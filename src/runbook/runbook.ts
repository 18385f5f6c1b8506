import type { GateRules } from '../core/gate.js';
import type { Role } from '../core/estate.js';
import type { Millis } from '../core/names.js';
import type { Operation, Verb } from '../core/plan.js';
import type { FormField } from '../core/step-answer.js';
import type { Condition } from './condition.js';

/** A runbook as it is used: which operation it gates, who must stand behind it, what is done, and when Lifeboat proposes it by itself. */
export interface Runbook {
  readonly name: string;
  readonly title: string;
  /** Started as `run runbook NAME` only. Otherwise it is what its verb does when somebody gives that command. */
  readonly byName: boolean;
  /** The controller verb that the run is about: the one that changes sites, else the last that reads. */
  readonly verb: Verb;
  readonly drType: 'planned' | 'unplanned' | null;
  readonly drTest?: true;
  /** Events for which Lifeboat proposes it; nothing runs without approval. */
  readonly when: readonly string[];
  readonly gate: GateRules;
  readonly steps: readonly RunbookStep[];
  /** Part of what an approval is bound to: a changed runbook, or a changed one that it calls, voids it. */
  readonly version: string;
}

/** What happens when a step fails. stop: the run ends. warn: it goes on and ends with exceptions. park: people decide. A list: the run ends, and these are done first. */
export type OnFailure = 'stop' | 'warn' | 'park' | readonly RunbookStep[];

interface Common {
  readonly id: string;
  /** Own words for the plan; null: the kind's. */
  readonly says: string | null;
  /** null: the kind's own. */
  readonly timeoutMs: Millis | null;
  /** Tries after the first; null: the kind's own. */
  readonly retry: number | null;
  /** null: the kind's own. */
  readonly onFailure: OnFailure | null;
  readonly irreversible: boolean;
  readonly line: number | null;
}

export type RunbookStep = Common & StepBody;
export type StepBody =
  | { readonly kind: 'verb'; readonly verb: Verb; readonly drType: 'planned' | 'unplanned' | null; /** A rehearsal, on clones. */ readonly drTest?: true }
  | { readonly kind: 'approval'; readonly people: number; readonly role: Role; readonly text: string }
  | { readonly kind: 'ask'; readonly role: Role; readonly text: string; readonly form: readonly FormField[] }
  | { readonly kind: 'notify'; readonly to: 'channel' | 'contacts'; readonly text: string }
  | { readonly kind: 'wait'; readonly for: { readonly kind: 'time'; readonly ms: Millis } | { readonly kind: 'condition'; readonly condition: Condition } | { readonly kind: 'event'; readonly event: string }; readonly owner: Role | null }
  | { readonly kind: 'check'; readonly condition: Condition }
  | { readonly kind: 'parallel'; readonly branches: readonly (readonly RunbookStep[])[]; readonly limit: number | null }
  | { readonly kind: 'foreach'; readonly over: 'vm' | 'host_group' | 'host'; readonly limit: number | null; readonly steps: readonly RunbookStep[] }
  | { readonly kind: 'when'; readonly condition: Condition; readonly steps: readonly RunbookStep[]; readonly otherwise: readonly RunbookStep[] }
  | { readonly kind: 'call'; readonly runbook: string }
  | { readonly kind: 'http' | 'ssh' | 'command'; readonly action: string; readonly parameters: { readonly [name: string]: string } };
export type StepKindName = StepBody['kind'];

/** What only looks serves rehearsals as well. */
export const readingVerbs: readonly Verb[] = ['discover', 'verify'];

/** The runbook that a command means, where none is named. */
export const runbookFor = (runbooks: readonly Runbook[], operation: Pick<Operation, 'verb' | 'drType' | 'drTest'>): Runbook | undefined =>
  runbooks.find((runbook) => !runbook.byName && runbook.verb === operation.verb && (readingVerbs.includes(operation.verb) || runbook.drTest === operation.drTest) && (runbook.drType === null || runbook.drType === operation.drType));

/** Steps inside a step, in every way in which one can hold others. */
export function inner(step: RunbookStep): readonly (readonly RunbookStep[])[] {
  const own = step.kind === 'parallel' ? step.branches : step.kind === 'foreach' ? [step.steps] : step.kind === 'when' ? [step.steps, step.otherwise] : [];
  return Array.isArray(step.onFailure) ? [...own, step.onFailure as readonly RunbookStep[]] : own;
}

/** Every step of a runbook, outer before inner, in the order of the file. */
export const allSteps = (steps: readonly RunbookStep[]): RunbookStep[] => steps.flatMap((step) => [step, ...inner(step).flatMap(allSteps)]);
