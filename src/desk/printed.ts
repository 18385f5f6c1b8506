import { otherSite, sees, type Estate, type Tenant } from '../core/estate.js';
import { differentPeople, gateWords } from '../core/gate-words.js';
import type { Operation } from '../core/plan.js';
import type { PrintedPlan } from '../core/printed-plan.js';
import { byHand } from '../engine/by-hand.js';
import { compile } from '../runbook/compile.js';
import type { Runbook } from '../runbook/runbook.js';
import { planTimeoutMs, type DeskParts } from './parts.js';

/** Every gated runbook for every tenant, worked out from today's estate. Changes nothing. */
export async function printPlans({ controller, live, runbooks }: Pick<DeskParts, 'controller' | 'live' | 'runbooks'>): Promise<PrintedPlan[]> {
  const state = live.current;
  const { estate } = state;
  if (estate === null) return [];
  const activeSite = (group: string): string | undefined => state.groups.get(group)?.activeSite;
  const wanted = estate.tenants.flatMap((tenant) => [tenant.homeSite, tenant.backupSite].flatMap((active) => {
    const groups = tenant.hostGroups.map((group) => group.name).filter((group) => activeSite(group) === active);
    return groups.length === 0 ? [] : runbooks.filter((runbook) => runbook.gate.people > 0).map((runbook) => ({ tenant, runbook, active, groups }));
  }));
  return Promise.all(wanted.map(async ({ tenant, runbook, active, groups }): Promise<PrintedPlan> => {
    const operation = operationOf(tenant, runbook, active, groups);
    const signal = AbortSignal.timeout(planTimeoutMs);
    const result = await compile({ runbook, runbooks, operation, state, planVerb: (wanted) => controller.plan(wanted, state, signal) });
    const head = { tenant: tenant.name, runbook: runbook.name, ksysmgr: ksysmgr(operation), gate: gateOf(estate, tenant, runbook) };
    if (!result.ok) return { ...head, title: `${runbook.title} of ${tenant.name}`, loss: '', irreversible: [], steps: [], notToday: result.refusal.what };
    const { title, loss, irreversible, steps } = result.draft;
    return { ...head, title, loss: loss.words, irreversible, notToday: null, steps: steps.filter((step) => step.kind !== 'joint').map((step) => ({ says: step.says, irreversible: step.irreversible, byHand: byHand(step, estate) })) };
  }));
}

/** As the desk reads it from a command: a move goes away from where the tenant is active, cleanup and resync look at the side that it is not. */
function operationOf(tenant: Tenant, { verb, drType }: Runbook, active: string, hostGroups: readonly string[]): Operation {
  const passive = otherSite(tenant, active);
  const [from, to] = verb === 'move' ? [active, passive] : verb === 'recover' ? [active, active] : [passive, active];
  return { verb, tenant: tenant.name, scope: { class: 'site', name: from }, hostGroups, from, to, drType: verb === 'move' ? (drType ?? 'planned') : null };
}

const ksysmgr = ({ verb, from, to, drType }: Operation): string => (verb === 'move' ? `ksysmgr -t move site from=${from} to=${to} dr_type=${drType}` : `ksysmgr -t ${verb} site ${from}`);

function gateOf(estate: Estate, tenant: Tenant, { gate }: Runbook): string {
  const roles = gate.seats?.map(({ role }) => role) ?? [gate.role];
  const people = estate.people.filter((person) => sees(person, tenant.name) && roles.some((role) => person.roles.includes(role)));
  return `${[differentPeople(gate.people), ...gateWords(gate)].join('; ')}; those with the role ${roles.join(' or ')}: ${people.map((person) => `${person.displayName}${person.phone === null ? '' : ` (${person.phone})`}`).join(', ') || 'nobody'}`;
}
