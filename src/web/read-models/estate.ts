import { groupOfVm, protectionGroups, sees, type Host, type Person, type Site, type Tenant } from '../../core/estate.js';
import type { Replication } from '../../core/event.js';
import type { EntityClass } from '../../core/dr-event.js';
import type { Millis } from '../../core/names.js';
import { openIncidents, type PendingWork, type State, type VmState } from '../../core/state.js';

/** An open incident on an entity. `incident` is null where the person may know of the trouble, but not read the incident. */
export interface Trouble { readonly incident: string | null; readonly name: string; readonly severity: string; readonly since: Millis }
export interface DeviceModel { readonly name: string; readonly detail: string; readonly trouble: readonly Trouble[] }
export interface HostModel extends DeviceModel { readonly vms: readonly string[] }
export interface SiteModel {
  readonly name: string;
  readonly shared: boolean;
  /** `home of cluster01`, `backup of cluster01, cluster02`. */
  readonly role: string;
  readonly trouble: readonly Trouble[];
  readonly hosts: readonly HostModel[];
  readonly hmcs: readonly DeviceModel[];
  readonly storageAgents: readonly DeviceModel[];
}
export interface VmModel extends Pick<VmState, 'vm' | 'state' | 'reason' | 'power' | 'site' | 'host' | 'unmirrored' | 'observedAt'> { readonly priority: string }
export interface GroupModel { readonly group: string; readonly activeSite: string; readonly atHome: boolean; readonly replication: Replication; readonly pending: readonly PendingWork[]; readonly vms: readonly VmModel[] }
export interface TenantModel { readonly name: string; readonly homeSite: string; readonly backupSite: string; readonly groups: readonly GroupModel[]; /** What is to be known of its approvals: a quorum that could not be met, a standing authority. */ readonly notices: readonly TenantNotice[] }
export interface TenantNotice { readonly badge: string; readonly severity: string; readonly words: string }
export interface EstateModel { readonly sites: readonly SiteModel[]; readonly tenants: readonly TenantModel[] }

/** The estate as one person may see it: at a shared site only what serves the person's own tenants, nobody else's names or numbers. */
export function estateFor(state: State, person: Person): EstateModel {
  const { estate } = state;
  if (!estate) return { sites: [], tenants: [] };
  const tenants = estate.tenants.filter((tenant) => sees(person, tenant.name));
  const sites = estate.sites.filter((site) => person.tenants === 'all' || tenants.some((tenant) => tenant.homeSite === site.name || tenant.backupSite === site.name));
  return { sites: sites.map((site) => siteModel(state, person, site, tenants)), tenants: tenants.map((tenant) => tenantModel(state, tenant)) };
}

function siteModel(state: State, person: Person, site: Site, tenants: readonly Tenant[]): SiteModel {
  const trouble = (entityClass: EntityClass, entity: string): Trouble[] => openIncidents(state)
    // A tenant must know that the shared host it counts on is in trouble; what the provider does about it stays the provider's.
    .filter((incident) => (sees(person, incident.tenant) || (site.tenant === null && incident.tenant === null)) && incident.events.some((event) => event.entityClass === entityClass && event.entity === entity))
    .map((incident) => ({ incident: sees(person, incident.tenant) ? incident.id : null, name: incident.events.at(-1)?.name ?? incident.title, severity: incident.severity, since: incident.openedAt }));
  const serves = (host: Host): boolean => person.tenants === 'all' || tenants.some((tenant) => tenant.hostPairs.some((pair) => pair.active === host.name || pair.backup === host.name));
  const vmsOn = (host: Host): string[] => tenants.flatMap((tenant) => tenant.vms).filter((vm) => { const seen = state.vms.get(vm.name); return seen?.site === site.name && seen.host === host.name; }).map((vm) => vm.name);
  const role = [['home of', tenants.filter((each) => each.homeSite === site.name)], ['backup of', tenants.filter((each) => each.backupSite === site.name)]] as const;
  return {
    name: site.name, shared: site.tenant === null, trouble: trouble('site', site.name),
    role: role.filter(([, list]) => list.length > 0).map(([word, list]) => `${word} ${list.map((each) => each.name).join(', ')}`).join('; '),
    hosts: site.hosts.filter(serves).map((host) => ({ name: host.name, detail: `${host.processors} processors, ${Math.round(host.memoryMb / 1024)} GB`, trouble: trouble('host', host.name), vms: vmsOn(host) })),
    hmcs: site.hmcs.map((hmc) => ({ name: hmc.name, detail: hmc.hostname, trouble: trouble('hmc', hmc.name) })),
    storageAgents: site.storageAgents.map((agent) => ({ name: agent.name, detail: `${agent.storageType} ${agent.serialNumber}`, trouble: trouble('storage_agent', agent.name) })),
  };
}

function tenantModel(state: State, tenant: Tenant): TenantModel {
  const groups = protectionGroups(tenant).flatMap((group): GroupModel[] => {
    const seen = state.groups.get(group.name);
    if (!seen) return [];
    const vms = tenant.vms.filter((vm) => groupOfVm(tenant, vm) === group.name).flatMap((vm): VmModel[] => {
      const now = state.vms.get(vm.name);
      return now ? [{ vm: now.vm, state: now.state, reason: now.reason, power: now.power, site: now.site, host: now.host, unmirrored: now.unmirrored, observedAt: now.observedAt, priority: vm.priority }] : [];
    });
    return [{ group: group.name, activeSite: seen.activeSite, atHome: seen.activeSite === tenant.homeSite, replication: seen.replication, pending: seen.pending, vms }];
  });
  return { name: tenant.name, homeSite: tenant.homeSite, backupSite: tenant.backupSite, groups, notices: noticesOf(state, tenant) };
}

function noticesOf(state: State, { name }: Tenant): TenantNotice[] {
  const quorum = openIncidents(state).filter(({ events }) => events.some(({ entityClass, entity }) => entityClass === 'system' && entity === name));
  const standing = [...state.standing.values()].filter(({ status, authority }) => status === 'in-force' && authority.tenant === name);
  return [
    ...quorum.map(({ id, severity, title }) => ({ badge: id, severity, words: title })),
    ...standing.map(({ authority: { id, operation } }) => ({ badge: id, severity: 'warning', words: `A standing authority is in force: Lifeboat may move ${operation.from} to ${operation.to} without asking. Anyone may take it back: revoke ${id}` })),
  ];
}
