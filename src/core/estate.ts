import { groupBy, indexed } from './estate-index.js';
import type { HmcName, HostGroupName, HostName, Language, Millis, PersonName, SiteName, StorageAgentName, TenantName, VmName } from './names.js';
import type { MaintenanceWindow } from './incident-rules/maintenance-window.js';
import type { OnCallSchedule } from './on-call/duty.js';
import type { EscalationPolicy } from './on-call/escalation.js';
import type { QuietHours } from './quiet-hours.js';
import type { Route } from './routes.js';

/**
 * What Lifeboat looks after, as configured. seeds/2: each tenant is one KSYS cluster with an active site of its own;
 * the backup site may be shared. Site, host, HMC, storage-agent, host-group and VM names are unique in one estate.
 */
export interface Estate {
  readonly name: string;
  /** Only a simulated estate allows `--as`, the console's person switch and failure injection. */
  readonly simulated: boolean;
  /** A real estate whose owner marked it for tests: failure injection is allowed there, too (`test: true`). Absent: it is not. */
  readonly test?: true;
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
  /** Who is called at night. Absent: nobody in particular. */
  readonly onCall?: readonly OnCallSchedule[];
  readonly escalations?: readonly EscalationPolicy[];
  /** Which ways each severity takes. Absent: routes.ts says. */
  readonly routes?: readonly Route[];
  /** Regular times of work in which less is told. Absent: none. */
  readonly maintenanceWindows?: readonly MaintenanceWindow[];
  /** What runbooks may do outside the controller; absent where there is nothing. */
  readonly actions?: readonly ExternalAction[];
  /** Systems that report events here; absent where there are none. */
  readonly eventSources?: readonly EventSource[];
}

/** One system that reports events, and how it proves who it is. Secrets stand in it as `env:NAME` only. */
export interface EventSource {
  readonly name: string;
  readonly kind: 'alertmanager' | 'cloudevents' | 'json' | 'snmp';
  /** Whose it is: it speaks for this tenant alone. null: for all. */
  readonly tenant: TenantName | null;
  /** Over HTTP one of the two: what it sends as a bearer token, or what it signs with (Standard Webhooks). */
  readonly token?: string;
  readonly signingSecret?: string;
  /** Of SNMP: from where, and either a community (v2c) or a user with both passphrases (v3). */
  readonly addresses?: readonly string[];
  readonly community?: string;
  readonly user?: { readonly name: string; readonly auth: string; readonly privacy: string; /** Absent: sha256. Privacy is AES-128. */ readonly authProtocol?: 'sha' | 'sha256' | 'sha512' };
  /** Labels, or fields, that name the thing, first match wins; absent: entity, vm, host, node, instance. */
  readonly entityLabels?: readonly string[];
  /** The label that says what kind of thing it is; absent: class. Without it the estate tells by the name. */
  readonly classLabel?: string;
  readonly severityLabel?: string;
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

/** `password` is `env:NAME`, never the secret itself. */
export interface Credentials { readonly login?: string; readonly password?: string }
export interface Hmc extends Credentials { readonly name: HmcName; readonly hostname: string }

export interface Host {
  readonly name: HostName;
  /** Identity across tenants: the lock key of a shared recovery host. */
  readonly uuid: string;
  readonly memoryMb: number;
  readonly processors: number;
  readonly vioses: readonly string[];
  /** VIOS that neither count for redundancy nor are monitored. Absent: none. */
  readonly excludedVioses?: readonly string[];
  readonly vlans: readonly number[];
  /** Absent: ETHERNET0, as HMCs name the first one. */
  readonly vswitches?: readonly string[];
  /** Absent: the host group's. */
  readonly vmFailureDetectionSpeed?: VmFailureDetectionSpeed;
  readonly haMonitor?: boolean;
  readonly memoryCapacity?: Capacity;
  readonly cpuCapacity?: Capacity;
  /** Somebody works on it: nothing is done to it automatically, and it is no target of automatic restarts. Absent: nobody does. */
  readonly maintenance?: true;
}

export interface StorageAgent extends Credentials { readonly name: StorageAgentName; readonly storageType: string; readonly serialNumber: string; readonly ip: string }

/**
 * DR: two sites, moves between them. HA: one site, restarts among its hosts. HADR: both, HA at the home site only. HADRHA: HA at the backup site, too, while VMs are
 * there (reference/ksys.md, flavours).
 */
export type ClusterType = 'HA' | 'DR' | 'HADR' | 'HADRHA';
export const clusterTypes: readonly ClusterType[] = ['HA', 'DR', 'HADR', 'HADRHA'];

/** How many VMthresholds of missed heartbeats make a VM failure, beyond hostFDT: 1, 2, 3 (seeds/5). */
export type VmFailureDetectionSpeed = 'fast' | 'normal' | 'slow';
export type RestartPolicy = 'auto' | 'advisory';
/** Flexible capacity at the target: percent of what the VM has at home (1..100), its minimum, what it has now, or as at home. */
export type Capacity = number | 'minimum' | 'current_desired' | 'none';

/** One VLAN or virtual switch at the first site, and the one that takes its place at the second. Read in both directions. */
export interface NetworkPair { readonly home: string; readonly backup: string }

/** `modify system` of one KSYS cluster (reference/ksys.md 2.3). Each one absent takes its default; policies.ts says which. */
export interface SystemAttributes {
  readonly quickDiscovery?: boolean;
  /** 5..480 minutes. */
  readonly quickDiscoveryIntervalMs?: Millis;
  /** The daily discovery and verification. */
  readonly deepDiscovery?: boolean;
  readonly loseViosRedundancy?: boolean;
  readonly minRedundancyPaths?: number;
  readonly autoReverseMirror?: boolean;
  readonly notificationLevel?: NotificationLevel;
  readonly dupEventProcessing?: boolean;
  /** A repeated event is told again when the last message about it is older. Absent: 60 min. */
  readonly dupEventWindowMs?: Millis;
  readonly replicationType?: 'async' | 'sync';
  readonly vlanMap?: readonly NetworkPair[];
  readonly vswitchMap?: readonly NetworkPair[];
  /** In force for rehearsals only: they keep test VMs off production. */
  readonly drVlanMap?: readonly NetworkPair[];
  readonly drVswitchMap?: readonly NetworkPair[];
  /** For hook and notify scripts; 0: none. */
  readonly customScriptTimeoutMs?: Millis;
  /** How long progress lines and refusals of runs that are over live; 0: as long as the journal keeps them. */
  readonly cleanupFilesIntervalDays?: number;
  readonly ksysLang?: string;
  /** 10..30 s. */
  readonly hmcPingTimerMs?: Millis;
  readonly saPingTimerMs?: Millis;
  readonly haMonitor?: boolean;
  readonly proactiveHa?: boolean;
  /** A missed-heartbeat unit, in seconds; seeds/5 names it without a value. */
  readonly vmThresholdMs?: Millis;
}

/** Moments at which a script of the customer's is run (reference/ksys.md 3.6). */
export const hookNames = ['pre_verify', 'post_verify', 'pre_discovery', 'post_discovery', 'pre_offline', 'post_offline', 'pre_online', 'post_online', 'pre_network_configuration', 'post_network_configuration', 'pre_storage_replication', 'post_storage_replication'] as const;
export type HookName = (typeof hookNames)[number];
/** `action` is one of the estate's actions: chat never names a program. */
export interface HookScript { readonly entity: 'site' | 'host_group' | 'workgroup' | 'vm'; readonly name: string; readonly hook: HookName; readonly action: string }
export interface NotifyScript { readonly event: string; readonly action: string }

/** VMs of one host group that are moved as one, with a disk group of their own (reference/ksys.md 2.2). */
export interface Workgroup {
  readonly name: string;
  readonly hostGroup: HostGroupName;
  readonly vms: readonly VmName[];
  readonly priority?: Priority;
  readonly skipAutoResync?: true;
  readonly vlanMap?: readonly NetworkPair[];
  readonly vswitchMap?: readonly NetworkPair[];
  readonly drVlanMap?: readonly NetworkPair[];
  readonly drVswitchMap?: readonly NetworkPair[];
}

/** One application that the VM agent watches (seeds/5). Scripts are paths inside the VM; the agent runs them, Lifeboat never does. */
export interface App {
  readonly name: string;
  readonly monitorScript: string;
  readonly startScript: string;
  readonly stopScript: string;
  readonly critical: boolean;
  /** Applications that must run before it. Absent: none. */
  readonly after?: readonly string[];
}

export type ContractPriority = 'platinum' | 'gold' | 'silver';

export interface Tenant {
  /** The KSYS cluster, cluster01. */
  readonly name: TenantName;
  readonly ksysNode: string;
  /** Absent: DR. */
  readonly clusterType?: ClusterType;
  readonly homeSite: SiteName;
  /** The home site itself in a cluster of type HA, which has one site. */
  readonly backupSite: SiteName;
  readonly contractPriority: ContractPriority;
  /** The conversation that this tenant's people see. */
  readonly channel: string;
  /** hh:mm in the estate's time zone: daily discovery and verification (seeds/2 step 8). */
  readonly autoDiscoveryTime: string;
  readonly hostPairs: readonly HostPair[];
  readonly hostGroups: readonly HostGroup[];
  readonly vms: readonly Vm[];
  /** Absent: none. */
  readonly workgroups?: readonly Workgroup[];
  readonly system?: SystemAttributes;
  readonly scripts?: readonly HookScript[];
  readonly notifyScripts?: readonly NotifyScript[];
}

export interface HostPair { readonly active: HostName; readonly backup: HostName }

export interface HostGroup {
  readonly name: HostGroupName;
  /** Hosts at the home site; their pairs stand at the backup site. */
  readonly hosts: readonly HostName[];
  /** Hosts at the backup site in an asymmetric group (M:N): any of them may take a VM whose host has no pair. Absent: the pairs alone. */
  readonly backupHosts?: readonly HostName[];
  /** hostFDT, 90..600 s, seeds/5. */
  readonly hostFailureDetectionTimeMs: Millis;
  /** Absent: auto (seeds/5). */
  readonly restartPolicy?: RestartPolicy;
  readonly vmFailureDetectionSpeed?: VmFailureDetectionSpeed;
  readonly haMonitor?: boolean;
  readonly memoryCapacity?: Capacity;
  readonly cpuCapacity?: Capacity;
  /** Which group goes first where several move. Absent: medium. */
  readonly priority?: Priority;
  /** VMs are defined and mapped at the target, and stay off. */
  readonly skipPowerOn?: true;
  /** Verification does not count memory and processors. */
  readonly skipResourceCheck?: true;
  /** An unplanned move does not try to stop the VMs at the source; they must still be proven stopped. */
  readonly skipShutdown?: true;
  /** Sets of VMs that run on one host, and sets of which each has a host of its own. */
  readonly collocation?: readonly (readonly VmName[])[];
  readonly antiCollocation?: readonly (readonly VmName[])[];
  /** Disk of the shared storage pool, through which the VIOS of the group know of each other (seeds/5: hdisk3). */
  readonly poolDisk?: string;
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
  /** Absent: ETHERNET0. */
  readonly vswitch?: string;
  readonly disks: readonly Disk[];
  /** Discovery, HA and moves leave it alone. Absent: it is managed. */
  readonly unmanaged?: true;
  /** Least memory and processors with which it starts; for `minimum`. */
  readonly minMemoryMb?: number;
  readonly minProcessors?: number;
  readonly memoryCapacity?: Capacity;
  readonly cpuCapacity?: Capacity;
  readonly haMonitor?: boolean;
  readonly vmFailureDetectionSpeed?: VmFailureDetectionSpeed;
  /** How often the agent restarts a failed application in the VM. Absent: 3 (seeds/5). */
  readonly maxRestart?: number;
  /** A VM agent runs in it. Absent: it has none, so that only the failure of its host is seen (IBM i, Ubuntu). */
  readonly agent?: true;
  readonly apps?: readonly App[];
  /** Hosts that must never take it. */
  readonly blacklist?: readonly HostName[];
  /** VMs that must run before it starts. */
  readonly after?: readonly VmName[];
  readonly maintenance?: true;
}

export interface Disk {
  readonly name: string;
  readonly sizeGb: number;
  readonly attachment: 'npiv' | 'vscsi';
  /** seeds/1: every volume of a VM must be mirrored, or discovery names it and the VM cannot become ready. */
  readonly mirrored: boolean;
  /** Left out of replication on purpose: the VM can be moved without it. Absent: it is managed. */
  readonly unmanaged?: true;
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
  /** Of messages to this person. Absent: English. */
  readonly language?: Language;
  /** What is not critical waits until they are over. Absent: none. */
  readonly quietHours?: QuietHours;
  /** hh:mm in the person's zone: a daily mail with what happened. Absent: none. */
  readonly digestAt?: string;
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
  /** A pager is reached by mail. Absent: none. */
  readonly pager?: string;
  /** Absent: the tenant's, by `modify system notification_level`. */
  readonly notificationLevel?: NotificationLevel;
}

// ------------------------------------------------------------------ look-ups, pure

export const tenantOf = (estate: Estate, name: TenantName): Tenant | undefined => estate.tenants.find((tenant) => tenant.name === name);
export const siteOf = (estate: Estate, name: SiteName): Site | undefined => estate.sites.find((site) => site.name === name);
const [siteByHost, hostByName] = [indexed((site: Site) => site.hosts.map((host) => [host.name, site] as const)), indexed((site: Site) => site.hosts.map((host) => [host.name, host] as const))];
const [tenantByVm, tenantByHostGroup] = [indexed((tenant: Tenant) => tenant.vms.map((vm) => [vm.name, tenant] as const)), indexed((tenant: Tenant) => tenant.hostGroups.map((group) => [group.name, tenant] as const))];
const vmByName = indexed((vm: Vm) => [[vm.name, vm]]);
const groupByName = indexed((group: HostGroup) => [[group.name, group]]);
const workgroupByVm = indexed((group: Workgroup) => group.vms.map((vm) => [vm, group.name] as const));
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
/** What moves as one, with a disk group of its own: a workgroup, or what its host group keeps outside of workgroups. */
export interface ProtectionGroup { readonly name: HostGroupName; readonly hostGroup: HostGroupName; readonly workgroup: string | null }
export function protectionGroups(tenant: Tenant): ProtectionGroup[] {
  const own = (tenant.workgroups ?? []).map(({ name, hostGroup }) => ({ name, hostGroup, workgroup: name }));
  return [...tenant.hostGroups.map(({ name }) => ({ name, hostGroup: name, workgroup: null })), ...own];
}
/** The protection group of a VM, by name: state, locks and disk groups go by it. */
export const groupOfVm = (tenant: Tenant, vm: Pick<Vm, 'name' | 'hostGroup'>): HostGroupName => (tenant.workgroups && workgroupByVm(tenant.workgroups, vm.name)) ?? vm.hostGroup;
/** Managed VMs of a protection group. */
export function vmsOfGroup(tenant: Tenant, group: HostGroupName): readonly Vm[] {
  let groups = managedByGroup.get(tenant);
  if (!groups) managedByGroup.set(tenant, groups = groupBy(tenant.vms.filter((vm) => vm.unmanaged !== true), (vm) => groupOfVm(tenant, vm)));
  return groups.get(group) ?? [];
}
const managedByGroup = new WeakMap<Tenant, ReadonlyMap<HostGroupName, readonly Vm[]>>();
const vmIn = (tenant: Tenant, name: VmName): Vm | undefined => vmByName(tenant.vms, name);
export function vmOf(estate: Estate, name: VmName): Vm | undefined {
  const tenant = tenantOfVm(estate, name);
  return tenant && vmIn(tenant, name);
}
/** The protection group of a VM of whatever tenant. */
export function groupOfVmNamed(estate: Estate, name: VmName): HostGroupName | undefined {
  const tenant = tenantOfVm(estate, name);
  const vm = tenant && vmIn(tenant, name);
  return tenant && vm ? groupOfVm(tenant, vm) : undefined;
}
export const hostGroupOf = (tenant: Tenant, vm: Pick<Vm, 'hostGroup'>): HostGroup => groupByName(tenant.hostGroups, vm.hostGroup)!;
/** Operators whom this person may know of and who could act in the person's place: another tenant's people are nobody's business (seeds/2). */
export const operatorsFor = (estate: Estate, person: Person): PersonName[] =>
  estate.people.filter((each) => each.roles.includes('operator') && (person.tenants === 'all' ? each.tenants === 'all' : person.tenants.some((tenant) => sees(each, tenant)))).map(({ name }) => name);
export const sees = (person: Person, tenant: TenantName | null): boolean => person.tenants === 'all' || (tenant !== null && person.tenants.includes(tenant));
