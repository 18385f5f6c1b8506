import { hostGroupOf, hostOf, tenantOf, type Capacity, type Contact, type ClusterType, type Disk, type HostGroup, type NetworkPair, type NotificationLevel, type Priority, type RestartPolicy, type Estate, type SystemAttributes, type Tenant, type Vm, type VmFailureDetectionSpeed, type Workgroup } from './estate.js';
import { indexed } from './estate-index.js';
import type { HostGroupName, HostName, Millis, SiteName, TenantName } from './names.js';

/** Every system attribute with its default (reference/ksys.md 2.3; where IBM names none, ours). */
export const systemDefaults: Required<Omit<SystemAttributes, 'minRedundancyPaths'>> & { readonly minRedundancyPaths: number | null } = {
  quickDiscovery: true, quickDiscoveryIntervalMs: 3_600_000, deepDiscovery: true, loseViosRedundancy: false, minRedundancyPaths: null, autoReverseMirror: false, notificationLevel: 'low', dupEventProcessing: true, dupEventWindowMs: 3_600_000,
  replicationType: 'async', vlanMap: [], vswitchMap: [], drVlanMap: [], drVswitchMap: [], customScriptTimeoutMs: 0, cleanupFilesIntervalDays: 0, ksysLang: 'en_US', hmcPingTimerMs: 10_000, saPingTimerMs: 10_000, haMonitor: true, proactiveHa: true,
  vmThresholdMs: 50_000,
};
export const systemOf = (tenant: Tenant): typeof systemDefaults => ({ ...systemDefaults, ...tenant.system });

export const clusterTypeOf = (tenant: Tenant): ClusterType => tenant.clusterType ?? 'DR';
/** Moves between sites. */
export const hasDr = (tenant: Tenant): boolean => clusterTypeOf(tenant) !== 'HA';
/** Failures of VMs, applications and VIOS are watched, and VMs restart inside the site. HADR: at the home site only (reference/ksys.md, flavours). */
export function hasHaAt(tenant: Tenant, site: SiteName): boolean {
  const type = clusterTypeOf(tenant);
  return type === 'HADRHA' || (type !== 'DR' && site === tenant.homeSite);
}

/** The lowest level that says something counts: VM, host, host group, system (reference/ksys.md 2.4). `host`: where the VM runs. */
function lowest<T>(estate: Estate, tenant: Tenant, vm: Vm, host: HostName, read: (level: Vm | ReturnType<typeof hostOf> | HostGroup) => T | undefined): T | undefined {
  const at = hostOf(estate, host);
  return read(vm) ?? (at ? read(at) : undefined) ?? read(hostGroupOf(tenant, vm));
}

export const haMonitored = (estate: Estate, tenant: Tenant, vm: Vm, host: HostName): boolean => vm.unmanaged !== true && (lowest(estate, tenant, vm, host, (level) => level?.haMonitor) ?? systemOf(tenant).haMonitor);
export const detectionSpeed = (estate: Estate, tenant: Tenant, vm: Vm, host: HostName): VmFailureDetectionSpeed => lowest(estate, tenant, vm, host, (level) => level?.vmFailureDetectionSpeed) ?? 'normal';

const thresholds: Record<VmFailureDetectionSpeed, number> = { fast: 1, normal: 2, slow: 3 };
/** hostFDT + 1, 2 or 3 VMthreshold (seeds/5): always later than the failure of the host, so that a dead host is not told as many dead VMs. Estate time. */
export const vmFailureAfterMs = (estate: Estate, tenant: Tenant, vm: Vm, host: HostName): Millis => hostGroupOf(tenant, vm).hostFailureDetectionTimeMs + thresholds[detectionSpeed(estate, tenant, vm, host)] * systemOf(tenant).vmThresholdMs;

const workgroupNamed = indexed((group: Workgroup) => [[group.name, group] as const]);
/** Of what moves as one: a workgroup, or a host group's own VMs (reference/ksys.md 2.2, 2.4). */
export function groupPriorityOf(tenant: Tenant, group: HostGroupName): Priority {
  const workgroup = tenant.workgroups && workgroupNamed(tenant.workgroups, group);
  return (workgroup ?? hostGroupOf(tenant, { hostGroup: group })).priority ?? 'medium';
}
/** Is a resync of what moves as one asked for by itself once its other side is clean? Asked for, not done: it overwrites that side (reference/ksys.md 4.8). */
export const resyncsByItself = (tenant: Tenant, group: HostGroupName): boolean => systemOf(tenant).autoReverseMirror && (tenant.workgroups && workgroupNamed(tenant.workgroups, group))?.skipAutoResync !== true;

export const restartPolicyOf = (group: HostGroup): RestartPolicy => group.restartPolicy ?? 'auto';
export const maxRestartOf = (vm: Vm): number => vm.maxRestart ?? 3;

/** What a VM needs at a place that is not its home (reference/ksys.md 2.6). At home it is what it is. */
export function sizeAt(estate: Estate, tenant: Tenant, vm: Vm, site: SiteName): { readonly memoryMb: number; readonly processors: number } {
  if (site === tenant.homeSite) return { memoryMb: vm.memoryMb, processors: vm.processors };
  const capacity = (kind: 'memoryCapacity' | 'cpuCapacity'): Capacity => lowest(estate, tenant, vm, vm.host, (level) => level?.[kind]) ?? 'none';
  return { memoryMb: Math.ceil(scaled(vm.memoryMb, vm.minMemoryMb, capacity('memoryCapacity'))), processors: Math.ceil(scaled(vm.processors, vm.minProcessors, capacity('cpuCapacity')) * 100) / 100 };
}
function scaled(full: number, least: number | undefined, capacity: Capacity): number {
  if (capacity === 'minimum') return least ?? full;
  return typeof capacity === 'number' ? Math.max(least ?? 0, (full * capacity) / 100) : full;
}

/** VIOS that count for redundancy and are monitored (reference/ksys.md 2.5: extras can be excluded). */
export const countedVioses = <V extends { readonly name: string }>(estate: Estate, host: HostName, vioses: readonly V[]): V[] => vioses.filter(({ name }) => hostOf(estate, host)?.excludedVioses?.includes(name) !== true);

/** Disks that must be mirrored and visible: those that nobody left out on purpose. */
export const managedDisks = (vm: Vm): Disk[] => vm.disks.filter((disk) => disk.unmanaged !== true);
export const isMirrored = (vm: Vm): boolean => managedDisks(vm).every((disk) => disk.mirrored);
export const unmirroredDisks = (vm: Vm): string[] => managedDisks(vm).filter((disk) => !disk.mirrored).map((disk) => disk.name);

export const defaultVswitch = 'ETHERNET0';
/**
 * VLAN and virtual switch of a VM at a site: the workgroup's map, else the system's, else as at home (reference/ksys.md 2.6). For a rehearsal the maps for rehearsals count
 * alone; `mapped: false` says that none covers it, so that a test VM would stand in production's network.
 */
export function networkAt(tenant: Tenant, vm: Vm, site: SiteName, rehearsal = false): { readonly vlan: number; readonly vswitch: string; readonly mapped: boolean } {
  const workgroup = tenant.workgroups?.find(({ vms }) => vms.includes(vm.name));
  const home = { vlan: vm.vlan, vswitch: vm.vswitch ?? defaultVswitch, mapped: false };
  if (site === tenant.homeSite && !rehearsal) return home;
  const system = systemOf(tenant);
  const find = (kind: 'vlan' | 'vswitch', from: string): string | undefined => {
    const map = rehearsal ? (kind === 'vlan' ? 'drVlanMap' as const : 'drVswitchMap' as const) : kind === 'vlan' ? 'vlanMap' as const : 'vswitchMap' as const;
    return to(workgroup?.[map] ?? [], from) ?? to(system[map], from);
  };
  const [vlan, vswitch] = [find('vlan', String(home.vlan)), find('vswitch', home.vswitch)];
  return { vlan: vlan === undefined ? home.vlan : Number(vlan), vswitch: vswitch ?? home.vswitch, mapped: vlan !== undefined || vswitch !== undefined };
}
const to = (map: readonly NetworkPair[], from: string): string | undefined => map.find(({ home }) => home === from)?.backup;

/** A contact's own level, else the system's of the tenant that it is about. */
export function levelOf(estate: Estate, contact: Contact, about: TenantName | null): NotificationLevel {
  const tenant = tenantOf(estate, contact.tenant ?? about ?? '');
  return contact.notificationLevel ?? (tenant ? systemOf(tenant).notificationLevel : systemDefaults.notificationLevel);
}
