import { createHash } from 'node:crypto';
import type { Evidence } from './dr-event.js';
import type { Role } from './estate.js';
import type { Actor, HostGroupName, IncidentId, Json, Millis, RunId, SiteName, StepId, TenantName, VmName } from './names.js';

export const verbs = ['discover', 'verify', 'move', 'cleanup', 'resync', 'recover'] as const;
export type Verb = (typeof verbs)[number];

/** What was asked for, after reading: names exist, the tenant is known, sites are resolved. */
export interface Operation {
  readonly verb: Verb;
  readonly tenant: TenantName;
  readonly scope: { readonly class: 'site' | 'host_group'; readonly name: string };
  /** The groups the scope stands for. */
  readonly hostGroups: readonly HostGroupName[];
  /** discover, verify: the active site. cleanup: the side that was left. move: source. */
  readonly from: SiteName;
  readonly to: SiteName;
  readonly drType: 'planned' | 'unplanned' | null;
}

export interface EntityRef { readonly class: 'vm' | 'host' | 'host_group' | 'disk_group' | 'site' | 'storage_agent' | 'hmc'; readonly name: string }

/** One act on one entity (DESIGN.md section 5). `kind` names a file in engine/steps. */
export interface Step {
  readonly id: StepId;
  readonly kind: string;
  /** Words for the plan: `shut down payroll at customerA`. */
  readonly says: string;
  readonly entity: EntityRef;
  readonly args: { readonly [key: string]: Json };
  readonly after: readonly StepId[];
  /** Slots held while it runs: `boot:snorlax`, `array:sarmeote`. */
  readonly slots: readonly string[];
  readonly irreversible: boolean;
  /** Changes the world; reading steps do not need intent before effect but have it all the same. */
  readonly mutates: boolean;
  /** Among ready steps a smaller rank goes first (VM priority: high 0, medium 1, low 2), then the longer critical path. */
  readonly rank: number;
  /** Estate time. */
  readonly timeoutMs: Millis;
  /** Estate time, from the model. */
  readonly estimateMs: Millis;
  readonly attemptsMax: number;
  /**
   * drop: this entity drops out, others go on. stop: nothing that depends on it starts and no new step of its group starts.
   * warn: dependents go on; the run ends with an exception (reference/ksys.md 4.x, columns A and G).
   */
  readonly onFailure: 'drop' | 'stop' | 'warn';
}

export interface Excluded { readonly vm: VmName; readonly why: string }

/** Who must stand behind a plan, and until when. */
export interface Gate {
  /** Distinct people behind it: the requester and approvers together. 0: runs at once. */
  readonly people: number;
  readonly role: Role;
  readonly expiresInMs: Millis;
  /** The host whose death an approver must attest by name, where no other evidence exists (invariant 6). */
  readonly attest: string | null;
}

export type Urgency = 'disaster' | 'planned' | 'verification';

export interface Plan {
  readonly run: RunId;
  /** Grows when the plan is revised; an approval holds for one epoch. */
  readonly epoch: number;
  readonly operation: Operation;
  readonly tenant: TenantName;
  readonly runbook: string;
  /** `planned move of customerA to service_provider`. */
  readonly title: string;
  readonly because: { readonly incident: IncidentId | null; readonly reason: string | null };
  readonly requestedBy: Actor;
  readonly steps: readonly Step[];
  readonly vms: readonly VmName[];
  readonly excluded: readonly Excluded[];
  /** Expected loss in words, and its upper bound. null: nothing is lost. */
  readonly loss: { readonly words: string; readonly boundMs: Millis | null };
  /** What cannot be undone, in words; empty when everything can. */
  readonly irreversible: readonly string[];
  readonly evidence: readonly Evidence[];
  /** Safety-relevant facts; a change voids the approval. Volatile values stay out. */
  readonly facts: { readonly [key: string]: Json };
  readonly gate: Gate;
  /** Locks taken before the first effect: `group:...`, `host:<uuid>`. */
  readonly locks: readonly string[];
  readonly urgency: Urgency;
  readonly predictedMs: Millis;
  readonly policyVersion: string;
  readonly digest: string;
  readonly createdAt: Millis;
}

/** What a controller works out; the desk adds runbook, gate and digest. */
export type PlanDraft = Pick<Plan, 'operation' | 'title' | 'steps' | 'vms' | 'excluded' | 'loss' | 'irreversible' | 'evidence' | 'facts' | 'locks' | 'urgency' | 'predictedMs'> & { readonly attest: string | null };

/** Canonical JSON: keys sorted, so that equal values have equal text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, each]) => each !== undefined).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * What an approval is bound to (DESIGN.md section 6, invariant 36): steps, scope, direction, recovery-point rule, policy version, safety-relevant facts.
 * Estimates, evidence times and wording may change without voiding it.
 */
export function digestOf(plan: Pick<Plan, 'operation' | 'steps' | 'vms' | 'excluded' | 'facts' | 'gate' | 'policyVersion' | 'runbook'>): string {
  const steps = plan.steps.map(({ id, kind, entity, args, after, irreversible }) => ({ id, kind, entity, args, after, irreversible }));
  const { people, role, attest } = plan.gate;
  return sha256(canonical({ operation: plan.operation, runbook: plan.runbook, steps, vms: plan.vms, excluded: plan.excluded.map((each) => each.vm), facts: plan.facts, gate: { people, role, attest }, policy: plan.policyVersion }));
}

export const shortDigest = (digest: string): string => digest.slice(0, 6);

