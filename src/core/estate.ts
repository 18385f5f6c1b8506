import { grouped, indexed } from './estate-index.js';
import type { HmcName, HostGroupName, HostName, Millis, PersonName, SiteName, StorageAgentName, TenantName, VmName } from './names.js';

/**
 * What Lifeboat looks after, as configured. seeds/2: each tenant is one KSYS cluster with an active site of its own;
 * the backup site may be shared. Site, host, HMC, storage-agent, host-group and VM names are unique in one estate.
 */
export interface Estate {
  readonly name: string;
  /** Only a simulated estate allows `--as`, the console's person switch and failure injection. */
  readonly simulated: boolean;
  /** IANA zone in which schedules and absolute times are written. */
  readonly timeZone: string;
  /** Estate seconds per real second; 1 outside simulation. */
  readonly clockRate: number;
  readonly provider: Provider;
  readonly sites: readonly Site[];
  readonly tenants: readonly Tenant[];
  readonly people: readonly Person[];
  readonly contacts: readonly Contact[];
  /** A quorum may sign in advance that a lost site is moved without asking. Absent: never, a DR move is started by people (seeds/1). */
  readonly standingAuthority?: true;
  /** Absent: none. */
  readonly freezes?: readonly Freeze[];
  /** What runbooks may do outside the controller; absent where there is nothing. */
  readonly actions?: readonly ExternalAction[];
}

interface ActionCommon {
  readonly name: string;
  readonly tenants: readonly TenantName[] | 'all';
  /** Names that its text may use as `{name}`; a runbook gives each of them a value. */
  readonly parameters: readonly string[];
  /** none: it only looks. fences: it makes sure that the old side cannot write. promotes: it opens the new side for writing. */
  readonly effect: 'none' | 'changes' | 'fences' | 'promotes';
  /** The action that tells whether this one's effect is there. null: nobody can tell, so that an unknown outcome goes to people. */
  readonly probe: string | null;
  readonly timeoutMs: Millis;
}
/** One allow-listed action. Secrets stand in it as `env:NAME` only. */
export type ExternalAction = ActionCommon & (
  | { readonly kind: 'http'; readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'; readonly url: string; readonly headers: { readonly [name: string]: string }; readonly body: string | null; /** Status codes that mean success. */ readonly expect: readonly number[] }
  | { readonly kind: 'ssh'; readonly host: string; readonly port: number; readonly user: string; /** `env:NAME` of the private key. */ readonly key: string; /** `SHA256:...`, as ssh-keygen -lf prints it. */ readonly hostKey: string; readonly command: string }
  | { readonly kind: 'command'; /** Program and arguments; no shell. */ readonly program: readonly string[] });

export interface Provider { readonly name: string; /** Channel that sees every tenant. */ readonly channel: string }

export interface Site {
  readonly name: SiteName;
  /** null: shared by every tenant that names it as its backup site. */
  readonly tenant: TenantName | null;
  readonly hmcs: readonly Hmc[];
  readonly hosts: readonly Host[];
  readonly storageAgents: readonly StorageAgent[];
}

export interface Hmc { readonly name: HmcName; readonly hostname: string }

export interface Host {
  readonly name: HostName;
  /** Identity across tenants: the lock key of a shared recovery host. */
  readonly uuid: string;
  readonly memoryMb: number;
  readonly processors: number;
  readonly vioses: readonly string[];
  readonly vlans: readonly number[];
}

export interface StorageAgent { readonly name: StorageAgentName; readonly storageType: string; readonly serialNumber: string; readonly ip: string }

export type ContractPriority = 'platinum' | 'gold' | 'silver';

export interface Tenant {
  /** The KSYS cluster, cluster01. */
  readonly name: TenantName;
  readonly ksysNode: string;
  readonly homeSite: SiteName;
  readonly backupSite: SiteName;
  readonly contractPriority: ContractPriority;
  /** The conversation that this tenant's people see. */
  readonly channel: string;
  /** hh:mm in the estate's time zone: daily discovery and verification (seeds/2 step 8). */
  readonly autoDiscoveryTime: string;
  readonly hostPairs: readonly HostPair[];
  readonly hostGroups: readonly HostGroup[];
  readonly vms: readonly Vm[];
}

export interface HostPair { readonly active: HostName; readonly backup: HostName }

export interface HostGroup {
  readonly name: HostGroupName;
  /** Hosts at the home site; their pairs stand at the backup site. */
  readonly hosts: readonly HostName[];
  /** hostFDT, 90..600 s, seeds/5. */
  readonly hostFailureDetectionTimeMs: Millis;
}

export type Priority = 'high' | 'medium' | 'low';

export interface Vm {
  readonly name: VmName;
  readonly uuid: string;
  /** Host at the home site. */
  readonly host: HostName;
  readonly hostGroup: HostGroupName;
  readonly priority: Priority;
  readonly memoryMb: number;
  readonly processors: number;
  readonly vlan: number;
  readonly disks: readonly Disk[];
}

export interface Disk {
  readonly name: string;
  readonly sizeGb: number;
  readonly attachment: 'npiv' | 'vscsi';
  /** seeds/1: every volume of a VM must be mirrored, or discovery names it and the VM cannot become ready. */
  readonly mirrored: boolean;
}

/** viewer: reads and may hold. requester: asks for planned moves, and counts for nothing else. operator: asks and runs. approver: decides. One person may have several. */
export type Role = 'viewer' | 'requester' | 'operator' | 'approver';

export interface Person {
  readonly name: PersonName;
  readonly displayName: string;
  readonly roles: readonly Role[];
  /** `all`: the provider's own people. */
  readonly tenants: readonly TenantName[] | 'all';
  readonly email: string | null;
  readonly phone: string | null;
  readonly timeZone: string | null;
  /** For gates that want people of different teams, or of different sites. */
  readonly team?: string;
  readonly site?: SiteName;
}

/** A time in which nothing should change that can wait: month end, a sale, a holiday. Moments are ISO 8601 in UTC. */
export interface Freeze {
  readonly from: string;
  readonly to: string;
  /** null: everybody's. */
  readonly tenant: TenantName | null;
  readonly reason: string;
}

export type NotificationLevel = 'low' | 'medium' | 'high' | 'disable';

/** A KSYS contact (seeds/1 step 8). `tenant: null` is the provider's. */
export interface Contact {
  readonly user: string;
  readonly tenant: TenantName | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly notificationLevel: NotificationLevel;
}

// ------------------------------------------------------------------ look-ups, pure

export const tenantOf = (estate: Estate, name: TenantName): Tenant | undefined => estate.tenants.find((tenant) => tenant.name === name);
export const siteOf = (estate: Estate, name: SiteName): Site | undefined => estate.sites.find((site) => site.name === name);
const [siteByHost, hostByName] = [indexed((site: Site) => site.hosts.map((host) => [host.name, site] as const)), indexed((site: Site) => site.hosts.map((host) => [host.name, host] as const))];
const [tenantByVm, tenantByHostGroup] = [indexed((tenant: Tenant) => tenant.vms.map((vm) => [vm.name, tenant] as const)), indexed((tenant: Tenant) => tenant.hostGroups.map((group) => [group.name, tenant] as const))];
const [vmByName, backupByActive, vmsByGroup] = [indexed((vm: Vm) => [[vm.name, vm]]), indexed((pair: HostPair) => [[pair.active, pair.backup]]), grouped((vm: Vm) => vm.hostGroup)];
export const personOf = (estate: Estate, name: PersonName): Person | undefined => estate.people.find((person) => person.name === name);

export function siteOfHost(estate: Estate, host: HostName): Site | undefined {
  return siteByHost(estate.sites, host);
}
export function hostOf(estate: Estate, name: HostName): Host | undefined {
  return hostByName(estate.sites, name);
}
export function tenantOfVm(estate: Estate, vm: VmName): Tenant | undefined {
  return tenantByVm(estate.tenants, vm);
}
export function tenantOfHostGroup(estate: Estate, group: HostGroupName): Tenant | undefined {
  return tenantByHostGroup(estate.tenants, group);
}
/** Tenants that use a site, the shared recovery site included. */
export function tenantsAtSite(estate: Estate, site: SiteName): Tenant[] {
  return estate.tenants.filter((tenant) => tenant.homeSite === site || tenant.backupSite === site);
}
export const otherSite = (tenant: Tenant, site: SiteName): SiteName => (site === tenant.homeSite ? tenant.backupSite : tenant.homeSite);
/** The host that takes a VM of `host` (seeds/2 step 5), in either direction. */
export function pairedHost(tenant: Tenant, host: HostName): HostName | undefined {
  return backupByActive(tenant.hostPairs, host);
}
/** Where a VM lives when its group is active at `site`. */
export const hostAt = (tenant: Tenant, vm: Vm, site: SiteName): HostName | undefined => (site === tenant.homeSite ? vm.host : pairedHost(tenant, vm.host));
export const vmOf = (tenant: Tenant, name: VmName): Vm | undefined => vmByName(tenant.vms, name);
export const vmsOfGroup = (tenant: Tenant, group: HostGroupName): readonly Vm[] => vmsByGroup(tenant.vms, group) ?? [];
export const sees = (person: Person, tenant: TenantName | null): boolean => person.tenants === 'all' || (tenant !== null && person.tenants.includes(tenant));
