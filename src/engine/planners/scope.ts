import { groupOfVm, hostGroupOf, siteOf, tenantOf, vmsOfGroup, type Estate, type Tenant, type Vm } from '../../core/estate.js';
import type { HostGroupName, HostName, SiteName } from '../../core/names.js';
import type { Operation, Step } from '../../core/plan.js';
import { hostAt } from '../../core/placement.js';
import { sizeAt } from '../../core/policies.js';
import type { State, VmState } from '../../core/state.js';
import type { PlanResult } from '../../ports/controller.js';
import { uuidOf } from '../site-access.js';
import { byPriority, groupRank, step, vmRank, vmRef } from '../plan-steps.js';

export interface GroupScope { readonly group: HostGroupName; readonly vms: readonly Vm[] }

/** What a planner works on: one tenant, some of its host groups, today's state. */
export interface Scope {
  readonly estate: Estate;
  readonly state: State;
  readonly tenant: Tenant;
  readonly operation: Operation;
  readonly groups: readonly GroupScope[];
}

export function scopeOf(estate: Estate, state: State, operation: Operation): Scope {
  const tenant = tenantOf(estate, operation.tenant)!;
  return { estate, state, tenant, operation, groups: operation.hostGroups.toSorted((a, b) => groupRank(tenant, a) - groupRank(tenant, b)).map((group) => ({ group, vms: byPriority(tenant, vmsOfGroup(tenant, group)) })) };
}

/** In the order in which they are served: who comes first gets the capacity. */
export const vmsOf = (scope: Scope): Vm[] => scope.groups.flatMap((group) => group.vms).toSorted((a, b) => vmRank(scope.tenant, a) - vmRank(scope.tenant, b));

/** No plan: what is in the way, and what to do about it. */
export const refuse = (code: string, what: string, next: string, command: string | null = null): PlanResult => ({ ok: false, refusal: { code, what, next, command } });

export const vmState = (scope: Scope, vm: Vm): VmState => scope.state.vms.get(vm.name)!;
/** Where a VM is at a site, or would be: inside its site it may have been restarted or moved since. */
export function placeOf(scope: Scope, vm: Vm, site: SiteName): HostName {
  const known = scope.state.vms.get(vm.name);
  return known?.site === site && known.host !== null ? known.host : hostAt(scope.tenant, vm, site)!;
}
export const hmcSlot = (scope: Scope, site: SiteName): string => `hmc:${siteOf(scope.estate, site)!.hmcs[0]!.name}`;
export const arraySlot = (scope: Scope, site: SiteName): string => `array:${siteOf(scope.estate, site)!.storageAgents[0]!.name}`;

export const groupLocks = (scope: Scope): string[] => scope.groups.map(({ group }) => `group:${group}`);
/** One verify, move or cleanup at a time per shared recovery host; identity is the host's UUID across tenants (seeds/2). */
export function sharedHostLocks(scope: Scope, sites: readonly SiteName[]): string[] {
  const shared = sites.filter((site) => siteOf(scope.estate, site)?.tenant === null);
  const hosts = new Set(shared.flatMap((site) => scope.groups.flatMap(({ vms }) => vms.map((vm) => placeOf(scope, vm, site)))));
  return [...hosts].map((host) => `host:${uuidOf(scope.estate, host)}`).toSorted();
}

/** The shared hosts on which steps of a plan start something. */
export function hostLocks(scope: Scope, steps: readonly Step[]): string[] {
  const hosts = new Set(steps.flatMap((each) => [each.args.host, each.args.to]).filter((host): host is string => typeof host === 'string' && siteOf(scope.estate, scope.operation.from)?.tenant === null && siteOf(scope.estate, scope.operation.from)!.hosts.some(({ name }) => name === host)));
  return [...hosts].map((host) => `host:${uuidOf(scope.estate, host)}`).toSorted();
}

/** Starts of the VMs that must run before this one, as far as they are started here (reference/ksys.md 2.6). */
export const beforeIt = (vm: Vm, kind: string, among: readonly Vm[]): string[] => (vm.after ?? []).filter((name) => among.some((each) => each.name === name)).map((name) => `${kind}:${name}`);

/** One verification step per VM; each reserves what the VMs before it take on the same host. */
export function verifySteps(scope: Scope, vms: readonly Vm[], site: SiteName, options: { mark: boolean; replication: boolean; onFailure: Step['onFailure']; rehearsal?: boolean; after?: readonly string[] }): Step[] {
  const memory = new Map<HostName, number>();
  const processors = new Map<HostName, number>();
  return vms.map((vm) => {
    const host = placeOf(scope, vm, site);
    const size = sizeAt(scope.estate, scope.tenant, vm, site);
    memory.set(host, (memory.get(host) ?? 0) + size.memoryMb);
    processors.set(host, (processors.get(host) ?? 0) + size.processors);
    return step('verify-vm', vmRef(vm.name), `verify that ${host} can take ${vm.name}`,
      { vm: vm.name, host, group: groupOfVm(scope.tenant, vm), ...(hostGroupOf(scope.tenant, vm).skipResourceCheck ? { memoryMb: 0, processors: 0 } : { memoryMb: memory.get(host)!, processors: processors.get(host)! }), mark: options.mark, replication: options.replication, ...(options.rehearsal ? { rehearsal: true } : {}) },
      { ...(options.after ? { after: options.after } : {}), slots: [hmcSlot(scope, site)], rank: vmRank(scope.tenant, vm), onFailure: options.onFailure });
  });
}
