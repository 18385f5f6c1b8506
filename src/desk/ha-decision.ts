import type { Incident } from '../core/dr-event.js';
import { groupOfVm, hostOf, siteOfHost, tenantOfVm, type Estate, type HostGroup, type Tenant, type Vm } from '../core/estate.js';
import type { HostName, Millis, VmName } from '../core/names.js';
import { hostsOfGroupAt } from '../core/placement.js';
import type { Operation } from '../core/plan.js';
import { countedVioses, haMonitored, hasDr, hasHaAt, restartPolicyOf } from '../core/policies.js';
import { isTerminal, type RunState } from '../core/run-state.js';
import type { State } from '../core/state.js';
import type { Sighting } from '../ports/world.js';

/** Two failures of one VM so close together are flapping: a person looks first (invariant 39). Estate time. */
const flapMs: Millis = 10 * 60_000;
/** More automatic operations than this within `flapMs`, and it may be the observer that is ill (invariant 42). */
const automaticMax = 5;

export type HaDecision =
  | { readonly kind: 'nothing'; readonly why: string }
  /** `manual`: why it is not done by itself; null: it is. `event`: IBM's name of what is begun. */
  | { readonly kind: 'restart'; readonly operation: Operation; readonly manual: string | null; readonly event: 'VM_REBOOT_FOR_APPLICATION_FAILURE' | 'VM_RESTART_FOR_APPLICATION_FAILURE' | null }
  /** Every host was tried, and the application still fails (seeds/5). */
  | { readonly kind: 'permanent'; readonly vm: VmName }
  /** All hosts of the group at its site are down: to the other site, by people (seeds/5). */
  | { readonly kind: 'move'; readonly operation: Operation };

const nothing = (why: string): HaDecision => ({ kind: 'nothing', why });
const notYet = nothing('this Lifeboat has not looked yet');

/**
 * The recommended migration of seeds/5 for a failure inside a site, and whether it goes by itself. Pure: the same journal and the same look give the same answer, on any node,
 * before and after a crash. null: HA has nothing to do with it.
 */
export function decideHa(incident: Incident, state: State, seen: Sighting | null, now: Millis): HaDecision | null {
  const event = incident.events[0];
  if (!event) return null;
  switch (event.name) {
    case 'VM_FAILURE_DETECTED': return seen === null ? notYet : forVm(incident, event.entity, state, seen, now);
    case 'APP_FAILURE_DETECTED': return seen === null ? notYet : forApp(incident, event.entity, state, seen, now);
    case 'HOST_FAILURE': return forHost(incident, event.entity, state, seen, now);
    default: return null;
  }
}

/** Runs that were made because of the incident, oldest first. */
const runsOf = (state: State, incident: Incident): RunState[] => [...state.runs.values()].filter((run) => run.plan.because.incident === incident.id);
const open = (runs: readonly RunState[]): RunState | undefined => runs.find((run) => !isTerminal(run.status));
const asked = (runs: readonly RunState[]): RunState | undefined => runs.find((run) => ['rejected', 'withdrawn', 'expired', 'cancelled'].includes(run.status));

function place(state: State, name: VmName): { readonly tenant: Tenant; readonly vm: Vm; readonly host: HostName; readonly site: string; readonly group: HostGroup } | null {
  const tenant = state.estate ? tenantOfVm(state.estate, name) : undefined;
  const vm = tenant?.vms.find((each) => each.name === name);
  const known = state.vms.get(name);
  if (!tenant || !vm || !known || known.host === null) return null;
  return { tenant, vm, host: known.host, site: known.site, group: tenant.hostGroups.find((each) => each.name === vm.hostGroup)! };
}

const restartOf = (tenant: Tenant, vms: readonly Vm[], site: string, scope: Operation['scope'], more: Partial<Operation>): Operation => ({
  verb: 'restart', tenant: tenant.name, scope, hostGroups: [...new Set(vms.map((vm) => groupOfVm(tenant, vm)))], from: site, to: site, drType: null, vms: vms.map((vm) => vm.name), ...more,
});

function forVm(incident: Incident, name: VmName, state: State, seen: Sighting, now: Millis): HaDecision {
  const at = place(state, name);
  if (!at) return nothing(`${name} is no VM of this estate any more`);
  const runs = runsOf(state, incident);
  if (open(runs)) return nothing('a restart is under way');
  if (asked(runs)) return nothing('people have decided about it');
  const tried = triedBy(runs);
  if (tried.length > 0 && untried(state.estate!, at, tried, seen).length === 0) return nothing('every other host of the group was tried');
  const manual = whyManual([at.vm], at, state, seen, now, incident) ?? viosDown(state.estate!, at.host, seen);
  return { kind: 'restart', event: null, manual, operation: restartOf(at.tenant, [at.vm], at.site, { class: 'vm', name }, { ...(tried.length > 0 ? { tried } : {}), ...(manual === null ? { automatic: true } : {}) }) };
}

/** seeds/5: the agent has tried; a critical application gets its VM rebooted, then restarted on one host of the group after the other, then it is a permanent failure. */
function forApp(incident: Incident, app: string, state: State, seen: Sighting, now: Millis): HaDecision {
  const owner = state.estate?.tenants.flatMap((tenant) => tenant.vms).find((vm) => vm.apps?.some((each) => each.name === app));
  const at = owner ? place(state, owner.name) : null;
  if (!owner || !at) return nothing(`${app} is no application of this estate any more`);
  if (owner.apps!.find((each) => each.name === app)!.critical !== true) return nothing('it is not critical: the agent has tried, and it is left as it is');
  const runs = runsOf(state, incident);
  if (open(runs)) return nothing('a restart is under way');
  if (asked(runs)) return nothing('people have decided about it');
  const status = (name: string) => seen.hosts.get(at.host)?.lpars.find((lpar) => lpar.vm === owner.name)?.agent?.apps.find((each) => each.name === name)?.status;
  if (status(app) !== 'RED') return nothing('it is not RED now');
  if (owner.apps!.find((each) => each.name === app)!.after?.some((name) => status(name) !== 'GREEN')) return nothing('an application that must run before it fails: that one is dealt with');
  const manual = whyManual([at.vm], at, state, seen, now, incident);
  const automatic = manual === null ? { automatic: true as const } : {};
  if (runs.length === 0) return { kind: 'restart', event: 'VM_REBOOT_FOR_APPLICATION_FAILURE', manual, operation: restartOf(at.tenant, [at.vm], at.site, { class: 'vm', name: owner.name }, { inPlace: true, ...automatic }) };
  const tried = triedBy(runs);
  if (untried(state.estate!, at, tried, seen).length === 0) return { kind: 'permanent', vm: owner.name };
  return { kind: 'restart', event: 'VM_RESTART_FOR_APPLICATION_FAILURE', manual, operation: restartOf(at.tenant, [at.vm], at.site, { class: 'vm', name: owner.name }, { ...(tried.length > 0 ? { tried } : {}), ...automatic }) };
}

function forHost(incident: Incident, host: HostName, state: State, seen: Sighting | null, now: Millis): HaDecision | null {
  const estate = state.estate!;
  const site = siteOfHost(estate, host)?.name;
  const tenant = estate.tenants.find((each) => site !== undefined && hasHaAt(each, site) && each.hostGroups.some((group) => hostsOfGroupAt(each, group, site).includes(host)));
  if (!tenant || site === undefined) return null;
  if (seen === null) return notYet;
  const group = tenant.hostGroups.find((each) => hostsOfGroupAt(tenant, each, site).includes(host))!;
  const vms = tenant.vms.filter((vm) => state.vms.get(vm.name)?.host === host && state.vms.get(vm.name)?.site === site && haMonitored(estate, tenant, vm, host));
  const runs = runsOf(state, incident);
  if (open(runs)) return nothing('it is under way');
  if (vms.length === 0) return nothing('no watched VM runs there');
  const left = vms.filter(({ name }) => !runs.some(({ plan }) => plan.vms.includes(name) || plan.excluded.some((each) => each.vm === name)));
  if (left.length === 0 || asked(runs)) return nothing('it has been answered');
  const others = hostsOfGroupAt(tenant, group, site).filter((each) => each !== host && works(estate, each, seen));
  if (others.length === 0) {
    if (runs.length > 0) return nothing('it has been answered');
    const active = [...state.groups.values()].filter((each) => each.tenant === tenant.name && each.activeSite === site && tenant.vms.some((vm) => vm.hostGroup === group.name && groupOfVm(tenant, vm) === each.group)).map((each) => each.group);
    if (!hasDr(tenant) || active.length === 0) return nothing('no host of the group works, and there is no other site');
    return { kind: 'move', operation: { verb: 'move', tenant: tenant.name, scope: { class: 'host_group', name: group.name }, hostGroups: active, from: site, to: site === tenant.homeSite ? tenant.backupSite : tenant.homeSite, drType: 'unplanned' } };
  }
  const local = hostsOfGroupAt(tenant, group, site).some((each) => vioses(estate, each, seen).some((vios) => vios.monitorMode === 'LOCAL')) ? 'the VIOS of the group run in LOCAL mode' : null;
  const unseen = provable(host, seen) ? null : `nobody can see whether its VMs still run: ${host} is ${seen.hosts.get(host)?.power ?? 'not seen'}`;
  const manualFor = (some: readonly Vm[]): string | null => unseen ?? local ?? whyManual(some, { tenant, vm: some[0]!, host, site, group }, state, seen, now, incident);
  // A VM on which somebody works waits for people; the others do not wait with it.
  const free = left.filter((vm) => vm.maintenance !== true);
  const going = free.length > 0 && manualFor(free) === null ? free : left;
  const manual = manualFor(going);
  return { kind: 'restart', event: null, manual, operation: restartOf(tenant, going, site, { class: 'host', name: host }, manual === null ? { automatic: true } : {}) };
}

const vioses = (estate: Estate, host: HostName, seen: Sighting) => countedVioses(estate, host, seen.hosts.get(host)?.vioses ?? []);
const works = (estate: Estate, host: HostName, seen: Sighting): boolean => seen.hosts.get(host)?.power === 'Operating' && vioses(estate, host, seen).some((vios) => vios.up);
/** Off for certain, or reachable, so that its VMs can be stopped and seen to be stopped. Unreachable is never evidence (invariant 6), and in Error its HMC cannot tell. */
const provable = (host: HostName, seen: Sighting): boolean => ['Power Off', 'Operating'].includes(seen.hosts.get(host)?.power ?? '');

/** Where it has failed, and where it was brought: none of them is tried again for the same failure. */
const triedBy = (runs: readonly RunState[]): HostName[] => [...new Set(runs.flatMap((run) => run.plan.steps.flatMap((step) => (step.kind === 'restart-vm' ? [String(step.args.host), String(step.args.to)] : step.kind === 'reboot-vm' ? [String(step.args.host)] : []))))];
const untried = (estate: Estate, { tenant, vm, host, site, group }: NonNullable<ReturnType<typeof place>>, tried: readonly HostName[], seen: Sighting): HostName[] =>
  hostsOfGroupAt(tenant, group, site).filter((each) => each !== host && !tried.includes(each) && vm.blacklist?.includes(each) !== true && works(estate, each, seen));

/** Some VIOS down and a VM that suffers: the user restarts it (seeds/5). All of them down is a host failure. */
function viosDown(estate: Estate, host: HostName, seen: Sighting): string | null {
  const down = vioses(estate, host, seen).filter((vios) => !vios.up);
  return down.length === 0 ? null : `VIOS ${down.map((vios) => vios.name).join(', ')} of ${host} ${down.length === 1 ? 'is' : 'are'} down`;
}

/** Why people must say so first; null: restart_policy is approval enough. */
function whyManual(vms: readonly Vm[], at: NonNullable<ReturnType<typeof place>>, state: State, seen: Sighting, now: Millis, incident: Incident): string | null {
  const estate = state.estate!;
  const rate = estate.clockRate;
  if (state.automation !== null) return `automation was stopped by ${state.automation.by}`;
  if (restartPolicyOf(at.group) === 'advisory') return `restart_policy of ${at.group.name} is advisory`;
  if (hostOf(estate, at.host)?.maintenance === true) return `host ${at.host} is in maintenance`;
  const marked = vms.find((vm) => vm.maintenance === true);
  if (marked) return `VM ${marked.name} is in maintenance`;
  if (!provable(at.host, seen)) return `nobody can see whether ${vms.map((vm) => vm.name).join(', ')} still runs: ${at.host} is ${seen.hosts.get(at.host)?.power ?? 'not seen'}`;
  const waits = vms.find((vm) => state.vms.get(vm.name)?.ha.state === 'blocked');
  if (waits) return `${waits.name} could not be restarted before: ${(state.vms.get(waits.name)!.ha.reason ?? 'it could not be proven stopped').replace(/[.]$/, '')}`;
  const recent = [...state.runs.values()].filter((run) => run.plan.operation.automatic === true && run.plan.operation.verb === 'restart' && (now - run.proposedAt) * rate < flapMs);
  // A reboot in place that ends in the debugger is the same failure, and the next step of seeds/5.
  const again = vms.find((vm) => recent.some((run) => run.plan.operation.inPlace !== true && run.plan.because.incident !== incident.id && run.plan.vms.includes(vm.name)));
  if (again) return `${again.name} was restarted less than ${flapMs / 60_000} minutes ago`;
  if (recent.length >= automaticMax) return `${recent.length} restarts went by themselves in the last ${flapMs / 60_000} minutes: somebody should look whether it is Lifeboat that sees wrongly`;
  return null;
}
