import { quorumOf } from '../../core/approval-quorum.js';
import { personOf, type Estate } from '../../core/estate.js';
import type { Actor, PersonName } from '../../core/names.js';
import type { Plan } from '../../core/plan.js';
import { shortDigest } from '../../core/plan.js';
import { rosterOf } from '../../core/roster.js';
import type { RunState } from '../../core/run-state.js';
import { pendingWork, type State } from '../../core/state.js';
import type { ViewData } from './schemas.js';
import type { ViewContext } from './view.js';

export const personWords = (estate: Estate | null, name: PersonName): string => (estate && personOf(estate, name)?.displayName) || name;
export const actorWords = (estate: Estate | null, actor: Actor): string => (actor.kind === 'person' ? personWords(estate, actor.person) : actor.door === 'schedule' ? 'Lifeboat (daily schedule)' : actor.door === 'monitor' ? 'Lifeboat (monitor)' : 'Lifeboat');

/** `unplanned move`, `cleanup`. */
export const kindWords = (plan: Plan): string => (plan.operation.verb === 'move' && plan.operation.drType ? `${plan.operation.drType} move` : plan.operation.verb);
export const changesSites = (plan: Plan): boolean => plan.operation.verb === 'move';
/** The thing and its direction, the way a tired person needs them. */
export function whatWords(plan: Plan): string {
  const { verb, scope, from, to } = plan.operation;
  if (verb !== 'move') return `${scope.class === 'host_group' ? 'host group ' : ''}${scope.name}`;
  return `${scope.class === 'host_group' ? `host group ${scope.name}, ` : ''}${from} → ${to}`;
}

export { approveCommand } from '../../core/approval-command.js';

/** Every estimate is estate time; people wait in wall time. */
export const wallMs = (state: State, estateMs: number): number => Math.round(estateMs / (state.estate?.clockRate ?? 1));

type PlanHead = Pick<ViewData<'run'>, 'run' | 'tenant' | 'kind' | 'what' | 'title' | 'changesSites' | 'loss' | 'freeze' | 'window' | 'irreversible' | 'irreversibleFrom' | 'evidence' | 'oldestEvidenceAt' | 'digest' | 'steps' | 'predictedMs' | 'predictedFromRuns' | 'askedBy' | 'reason' | 'incident' | 'vms' | 'excluded' | 'pageUrl' | 'asOf'>;

export function planHead(plan: Plan, state: State, { now, linkTo }: ViewContext): PlanHead {
  const firstIrreversible = plan.steps.findIndex((step) => step.irreversible);
  return {
    run: plan.run, tenant: plan.tenant, kind: kindWords(plan), what: whatWords(plan), title: plan.title, changesSites: changesSites(plan),
    loss: plan.loss.words, freeze: plan.gate.freeze ?? null, window: plan.window ?? null, irreversible: [...plan.irreversible], irreversibleFrom: firstIrreversible < 0 ? null : firstIrreversible + 1,
    evidence: plan.evidence.map(({ saw, by, at }) => ({ saw, by, at })), oldestEvidenceAt: plan.evidence.length === 0 ? null : Math.min(...plan.evidence.map((each) => each.at)),
    digest: shortDigest(plan.digest), steps: plan.steps.length, predictedMs: wallMs(state, plan.predictedMs), predictedFromRuns: plan.predictedFromRuns ?? 0,
    askedBy: actorWords(state.estate, plan.requestedBy), reason: plan.because.reason, incident: plan.because.incident,
    vms: [...plan.vms], excluded: plan.excluded.map(({ vm, why }) => ({ vm, why })), pageUrl: linkTo?.(plan.run) ?? null, asOf: now,
  };
}

/** Who stands behind the plan, as people. Null where nobody has to. */
export function quorumWords(run: RunState, state: State, now: number): ViewData<'run'>['quorum'] {
  const { plan } = run;
  if (plan.gate.people === 0) return null;
  const { behind, missing, needs, waitingFor } = quorumOf(run, rosterOf(state, now));
  const words = (name: PersonName): string => personWords(state.estate, name);
  return {
    needed: behind.length + missing, have: behind.length, missing, needs: [...needs],
    behind: behind.map(({ person, asked, standsFor }) => ({ person: words(person), asked, standsFor: standsFor && words(standsFor), at: run.approvals.find((approval) => approval.by === person && approval.epoch === plan.epoch)?.at ?? null })),
    waitingFor: waitingFor.map(words),
    rejections: run.rejections.map(({ by, reason }) => ({ person: words(by), reason })), rejectionsMax: plan.gate.deny ?? 1,
    attest: plan.gate.attest, target: plan.gate.typedTarget ?? null, numberFrom: plan.gate.numberMatching ? actorWords(state.estate, plan.requestedBy) : null,
  };
}

/** Cleanup and resync that the run's groups still need, with the command that proposes each. */
export function remainingWork(run: RunState, state: State): { does: string; command: string }[] {
  const open = pendingWork(state).filter((work) => run.plan.operation.hostGroups.includes(work.group));
  return [...new Map(open.map((work) => [`${work.work}/${work.site}`, { does: `${work.work} ${work.site} (${work.because})`, command: `${work.work} site ${work.site}` }])).values()];
}
