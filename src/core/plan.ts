import { canonical, inKeyOrder, sameCanonical, sha256 } from './canonical.js';
import type { Evidence } from './dr-event.js';
import type { Role } from './estate.js';
import type { GlassRule } from './glass.js';
import type { Actor, HostGroupName, HostName, IncidentId, Json, Millis, PersonName, RunId, SiteName, StepId, TenantName, VmName } from './names.js';

export { canonical, sha256 };

export const verbs = ['discover', 'verify', 'move', 'cleanup', 'resync', 'recover', 'restart', 'lpm', 'restore'] as const;
export type Verb = (typeof verbs)[number];

/** What was asked for, after reading: names exist, the tenant is known, sites are resolved. */
export interface Operation {
  readonly verb: Verb;
  readonly tenant: TenantName;
  readonly scope: { readonly class: 'site' | 'host_group' | 'workgroup' | 'vm' | 'host'; readonly name: string };
  /** The protection groups the scope stands for. */
  readonly hostGroups: readonly HostGroupName[];
  /** discover, verify: the active site. cleanup: the side that was left. move: source. restart, lpm, restore: the site they stay at. */
  readonly from: SiteName;
  readonly to: SiteName;
  readonly drType: 'planned' | 'unplanned' | null;
  /** A rehearsal on clones (`dr_test=yes`): production and its replication stay as they are. */
  readonly drTest?: true;
  /** restart, lpm, restore: which VMs. Absent: every VM of the groups. */
  readonly vms?: readonly VmName[];
  /** restart, lpm: `to=HOST`. Absent: the best host of the group. */
  readonly targetHost?: HostName;
  /** lpm: look whether it could be done, and do nothing. */
  readonly validateOnly?: true;
  /** restart: in the same host, as after an application failure. */
  readonly inPlace?: true;
  /** restart: hosts that did not help before. */
  readonly tried?: readonly HostName[];
  /** restart: nobody asked; the host group's restart_policy is its approval (seeds/5). */
  readonly automatic?: true;
  /** move: `cleanup=no` leaves the source as it is, as pending work. */
  readonly skipCleanup?: true;
}

export interface EntityRef { readonly class: 'vm' | 'host' | 'host_group' | 'disk_group' | 'site' | 'storage_agent' | 'hmc' | 'vios' | 'app' | 'script' | 'runbook'; readonly name: string }

/** One act on one entity (DESIGN.md section 5). `kind` names a file in engine/steps. */
export interface Step {
  readonly id: StepId;
  readonly kind: string;
  /** Words for the plan: `shut down payroll at customerA`. */
  readonly says: string;
  readonly entity: EntityRef;
  readonly args: { readonly [key: string]: Json };
  readonly after: readonly StepId[];
  /** Starts when all steps before it have come to an end, whichever it is: a check must look at what a move left behind, too. Otherwise each of them must have succeeded. */
  readonly whatever?: true;
  /** Done when the run ends and this step of its plan has failed: the runbook's compensation. Never part of the normal course. */
  readonly compensates?: StepId;
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
   * park: people decide whether it is tried again, waived by name, or the run is cancelled.
   */
  readonly onFailure: 'drop' | 'stop' | 'warn' | 'park';
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
  /** Approvals by role, each by another person, in place of `role` alone. */
  readonly seats?: readonly { readonly role: Role; readonly count: number }[];
  /** The people behind it come from at least so many teams, or sites. */
  readonly diverse?: { readonly by: 'team' | 'site'; readonly count: number };
  /** So many rejections end it. Absent: one. */
  readonly deny?: number;
  /** Who asks and who rejects says why. */
  readonly reason?: 'required';
  /** Who may decide, too, once two thirds of the time are over. */
  readonly backups?: readonly PersonName[];
  /** Approving takes the two digits that only who asked was shown. */
  readonly numberMatching?: true;
  /** Approving takes this name, typed: something here cannot be undone. */
  readonly typedTarget?: string;
  /** Rules that may be broken by name, with a reason. Absent: none. */
  readonly breakGlass?: readonly GlassRule[];
  /** The change freeze that was in force when it was planned: it adds one to `people` and wants a reason. */
  readonly freeze?: { readonly reason: string; readonly until: Millis };
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
  /** Approved before, it starts by itself in this time and at no other. Absent: as soon as it is approved. */
  readonly window?: { readonly from: Millis; readonly to: Millis };
  readonly steps: readonly Step[];
  /** Done at the end of a run in which the step that each names has failed; absent where the runbook has none. */
  readonly compensations?: readonly Step[];
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
  /** Earlier runs that the prediction rests on; 0 or absent: the model alone. */
  readonly predictedFromRuns?: number;
  readonly policyVersion: string;
  readonly digest: string;
  readonly createdAt: Millis;
}

/** Every step that a run of the plan may come to: its own, and those that make up for a failure. */
export const everyStep = ({ steps, compensations = [] }: Pick<Plan, 'steps' | 'compensations'>): readonly Step[] => [...steps, ...compensations];
export const stepOf = (plan: Pick<Plan, 'steps' | 'compensations'>, id: StepId): Step | undefined => everyStep(plan).find((step) => step.id === id);

/** What a controller works out; the desk adds runbook, gate, prediction and digest. */
export type PlanDraft = Pick<Plan, 'operation' | 'title' | 'steps' | 'compensations' | 'vms' | 'excluded' | 'loss' | 'irreversible' | 'evidence' | 'facts' | 'locks' | 'urgency'> & { readonly attest: string | null };

type Bound = Pick<Plan, 'operation' | 'steps' | 'compensations' | 'vms' | 'excluded' | 'facts' | 'gate' | 'policyVersion' | 'runbook' | 'window'>;

/** What of a step an approval is bound to. Its keys stand in canonical order. */
const boundStep = ({ after, compensates, entity, id, irreversible, kind, whatever }: Step, args: Step['args']) => ({ after, args, compensates, entity: { class: entity.class, name: entity.name }, id, irreversible, kind, whatever });
const boundBesidesSteps = (plan: Bound) => ({ operation: plan.operation, runbook: plan.runbook, vms: plan.vms, excluded: plan.excluded.map((each) => each.vm), facts: plan.facts, gate: { ...plan.gate, expiresInMs: undefined }, policy: plan.policyVersion, window: plan.window });

/** Canonical text of tens of thousands of steps: only their arguments can be out of order. */
function canonicalSteps(steps: readonly Step[]): string {
  const bound: ReturnType<typeof boundStep>[] = [];
  for (const step of steps) {
    const args = inKeyOrder(step.args);
    if (args === null) return canonical(steps.map((each) => boundStep(each, each.args)));
    bound.push(boundStep(step, args));
  }
  return JSON.stringify(bound);
}

/**
 * What an approval is bound to (DESIGN.md section 6, invariant 36): steps, scope, direction, recovery-point rule, policy version, safety-relevant facts.
 * Estimates, evidence times and wording may change without voiding it. SHA-256 of the canonical text of all that.
 */
export function digestOf(plan: Bound): string {
  const texts = Object.entries(boundBesidesSteps(plan)).filter(([, value]) => value !== undefined).map(([key, value]) => [key, canonical(value)]);
  texts.push(['steps', canonicalSteps(boundSteps(plan.steps))]);
  if (plan.compensations) texts.push(['compensations', canonicalSteps(plan.compensations)]);
  return sha256(`{${texts.toSorted(([a], [b]) => (a! < b! ? -1 : 1)).map(([key, text]) => `"${key}":${text}`).join(',')}}`);
}

/** Taking a host back from rehearsals touches no production VM, and whether there are any may change at any time: it voids nothing. */
function boundSteps(steps: readonly Step[]): readonly Step[] {
  const evictions = new Set(steps.filter(({ kind }) => kind === 'evict-tests').map(({ id }) => id));
  return evictions.size === 0 ? steps : steps.filter(({ id }) => !evictions.has(id)).map((step) => (step.after.some((id) => evictions.has(id)) ? { ...step, after: step.after.filter((id) => !evictions.has(id)) } : step));
}

export const sameBoundStep = (a: Step, b: Step): boolean => a.id === b.id && a.kind === b.kind && a.irreversible === b.irreversible && a.whatever === b.whatever && a.compensates === b.compensates && a.entity.name === b.entity.name && a.entity.class === b.entity.class && sameCanonical(a.after, b.after) && sameCanonical(a.args, b.args);
const sameSteps = (a: readonly Step[], b: readonly Step[]): boolean => a.length === b.length && a.every((step, n) => sameBoundStep(step, b[n]!));

/** Whether the digests of two plans agree, without working them out. */
export const sameBound = (a: Bound, b: Bound): boolean =>
  sameSteps(boundSteps(a.steps), boundSteps(b.steps)) && (a.compensations === undefined) === (b.compensations === undefined) && sameSteps(a.compensations ?? [], b.compensations ?? []) && sameCanonical(boundBesidesSteps(a), boundBesidesSteps(b));

export const shortDigest = (digest: string): string => digest.slice(0, 6);

