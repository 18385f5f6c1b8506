import type { GateRules } from '../core/gate.js';
import type { Operation, Verb } from '../core/plan.js';

/** A runbook as it is used: which operation it gates, who must stand behind it, and when Lifeboat proposes it by itself. */
export interface Runbook {
  readonly name: string;
  readonly title: string;
  readonly verb: Verb;
  readonly drType: 'planned' | 'unplanned' | null;
  /** Events for which Lifeboat proposes it; nothing runs without approval. */
  readonly when: readonly string[];
  readonly gate: GateRules;
  /** Part of what an approval is bound to: a changed runbook voids it. */
  readonly version: string;
}

export const runbookFor = (runbooks: readonly Runbook[], operation: Pick<Operation, 'verb' | 'drType'>): Runbook | undefined =>
  runbooks.find((runbook) => runbook.verb === operation.verb && (runbook.drType === null || runbook.drType === operation.drType));
