import { groupOfVm, protectionGroups, type Tenant, type Vm } from '../core/estate.js';
import { detectionSpeed, haMonitored, managedDisks } from '../core/policies.js';
import { isTerminal } from '../core/run-state.js';
import { openIncidents } from '../core/state.js';
import { Machine, mine, ready, row, zone, type Asked, type Entry, type Table } from './asked.js';
import type { CommandClass } from './grammar.js';
import { attributeRows } from './machine-tables.js';
import { clockTime } from './sentences.js';

/** Host group or workgroup: how far its managed VMs are. */
function standing(asked: Asked, vms: readonly Vm[]): string {
  const states = vms.filter((vm) => vm.unmanaged !== true).map((vm) => asked.state.vms.get(vm.name)?.state);
  return states.every((each) => each === 'READY_TO_MOVE') ? 'READY' : states.some((each) => each === 'READY_TO_MOVE') ? 'PARTIAL' : 'NOT READY';
}
const busy = (asked: Asked, vm: string): string => [...asked.state.runs.values()].find((run) => run.status === 'running' && !isTerminal(run.status) && run.plan.vms.includes(vm))?.plan.run ?? 'NO_OPERATION_IN_PROGRESS';
/** The array's name for what is replicated together. */
const consistencyGroup = (group: string, site: string): string => `VMRDG_${group}_${site}`;

/** `query vm state=manage|unmanage host= host_group=`. */
const vmsOf = ({ attributes }: Asked, tenant: Tenant): Vm[] => tenant.vms.filter((vm) => {
  const [state, host, group] = [attributes.get('state'), attributes.get('host'), attributes.get('host_group')];
  return (state === undefined || (state === 'unmanage') === (vm.unmanaged === true)) && (host ?? vm.host) === vm.host && (group ?? vm.hostGroup) === vm.hostGroup;
});
/** Disks of the asked-for VM or group. */
const diskVms = ({ attributes }: Asked, tenant: Tenant): Vm[] => tenant.vms.filter((vm) => (attributes.get('vm') ?? vm.name) === vm.name && (attributes.get('wg') ?? groupOfVm(tenant, vm)) === groupOfVm(tenant, vm));

/** What the VM's agent said of it last; nothing where nobody heard it. */
export function appSeen({ state, sighting }: Asked, vm: Vm, app: string) {
  const host = state.vms.get(vm.name)?.host;
  return host == null ? undefined : sighting?.hosts.get(host)?.lpars.find((lpar) => lpar.vm === vm.name)?.agent?.apps.find((each) => each.name === app);
}

export const groupTables = {
  host_group: (asked) => mine(asked).flatMap((tenant) => tenant.hostGroups.map((group) => {
    const state = asked.state.groups.get(group.name);
    return { name: group.name, block: [
      row('Name', group.name), row('Hosts', group.hosts), row('Home site', tenant.homeSite), row('Active site', state?.activeSite ?? null), row('State', `${standing(asked, tenant.vms.filter((vm) => vm.hostGroup === group.name))} (${ready(asked.state, { ...tenant, vms: tenant.vms.filter((vm) => vm.hostGroup === group.name) })})`),
      row('Pending work', (state?.pending ?? []).map((work) => `${work.work} of ${work.site}`)), row('Workgroups', (tenant.workgroups ?? []).filter(({ hostGroup }) => hostGroup === group.name).map(({ name }) => name)), ...attributeRows('host_group', group, ['hosts', 'host_failure_detection_time']), row('host_failure_detection_time', `${group.hostFailureDetectionTimeMs / 1000} s`),
    ] };
  })),
  workgroup: (asked) => mine(asked).flatMap((tenant) => (tenant.workgroups ?? []).map((group) => {
    const vms = tenant.vms.filter(({ name }) => group.vms.includes(name));
    const active = (asked.state.groups.get(group.name) ?? asked.state.groups.get(group.hostGroup))?.activeSite ?? tenant.homeSite;
    return { name: group.name, block: [
      row('Name', group.name), row('VMs', group.vms), row('State', `${standing(asked, vms)} (${ready(asked.state, { ...tenant, vms })})`), row('Priority', group.priority ?? 'medium'), row('SkipAutoResync', group.skipAutoResync ? 'ON' : 'OFF'), row('Host group', group.hostGroup), row('Home Site', tenant.homeSite), row('Active Site', active), row('CGName', consistencyGroup(group.name, active)),
      ...attributeRows('workgroup', group, ['host_group', 'vms', 'priority', 'skip_auto_resync']),
    ] };
  })),
  vm: (asked) => mine(asked).flatMap((tenant) => vmsOf(asked, tenant).map((vm): Entry => new Machine(vm, () => {
    const state = asked.state.vms.get(vm.name);
    const at = state?.host ?? vm.host;
    return [
      row('Name', vm.name), row('UUID', vm.uuid), row('Host', state?.host ?? null), row('Homehost', vm.host), row('State', vm.unmanaged ? 'UNMANAGED' : state?.state ?? null), row('Reason', vm.unmanaged ? 'left alone on purpose: unmanage vm' : state?.reason ?? null), row('Power', state?.power ?? null), row('Active site', state?.site ?? null), row('Host group', vm.hostGroup), row('Workgroup', groupOfVm(tenant, vm) === vm.hostGroup ? null : groupOfVm(tenant, vm)),
      row('Dr Test State', state?.drTest ?? null), row('Priority', vm.priority), ...(state && state.ha.state !== 'monitored' ? [row('HA state', state.ha.reason === null ? state.ha.state : `${state.ha.state}: ${state.ha.reason}`)] : []), row('HA monitor', haMonitored(asked.estate, tenant, vm, at) ? 'enable' : 'disable'), row('Failure detection speed', detectionSpeed(asked.estate, tenant, vm, at)), row('VM status', busy(asked, vm.name)), row('Memory (MB)', vm.memoryMb), row('Processors', vm.processors), row('Applications', (vm.apps ?? []).map((app) => `${app.name}${app.critical ? ' (critical)' : ''}`)),
      row('Seen', state === undefined || state.observedAt === null ? 'never' : clockTime(state.observedAt, zone(asked))), ...attributeRows('vm', vm, ['uuid', 'host', 'host_group', 'priority', 'memory_mb', 'processors']),
    ];
  }))),
  app: (asked) => mine(asked).flatMap((tenant) => tenant.vms.flatMap((vm) => (vm.apps ?? []).map((app) => ({ name: app.name, block: [row('Application name', app.name), row('VM', vm.name), row('Status', appSeen(asked, vm, app.name)?.status ?? 'GRAY'), row('Restarts', appSeen(asked, vm, app.name)?.restarts ?? 0), ...attributeRows('app', app), row('max_restart', vm.maxRestart ?? 3)] })))),
  disk: (asked) => mine(asked).flatMap((tenant) => diskVms(asked, tenant).map((vm) => {
    const group = groupOfVm(tenant, vm);
    const state = asked.state.groups.get(group) ?? asked.state.groups.get(vm.hostGroup);
    return { name: vm.name, block: [
      row('VM', vm.name), row('CGName', consistencyGroup(group, state?.activeSite ?? tenant.homeSite)), row('CGState', state?.replication.state ?? null), row('DiskIDs', vm.disks.map((disk) => `${disk.name} -> ${disk.unmanaged ? 'Unmanaged' : disk.mirrored ? disk.name : 'NOT MIRRORED'}`)),
      row('Volume', vm.disks.map((disk) => `${disk.name}  ${disk.sizeGb} GB  ${disk.attachment}  ${disk.unmanaged ? 'Unmanaged' : disk.mirrored ? state?.replication.state ?? 'UNKNOWN' : 'NOT MIRRORED'}`)),
    ] };
  })),
  disk_pair: (asked) => mine(asked).flatMap((tenant) => diskVms(asked, tenant).flatMap((vm) => managedDisks(vm).map((disk) => ({ name: `${vm.name}.${disk.name}`, block: [row('VM', vm.name), row('Disk', disk.name), row('Size (GB)', disk.sizeGb), row('Type', disk.attachment), row('Disk group', groupOfVm(tenant, vm)), row('Pair', disk.mirrored ? `${tenant.homeSite} <-> ${tenant.backupSite}` : 'NOT MIRRORED')] })))),
  disk_group: (asked) => mine(asked).flatMap((tenant) => protectionGroups(tenant).filter(({ name }) => (asked.attributes.get('wg') ?? name) === name).flatMap((group) => {
    const state = asked.state.groups.get(group.name);
    if (!state) return [];
    const { replication, activeSite } = state;
    // What the monitor sees now counts before what the last discovery saw.
    const broken = openIncidents(asked.state).find((incident) => incident.key === `REPLICATION_MONITOR_FAILED:${group.name}`);
    const agents = asked.estate.sites.filter((site) => site.name === tenant.homeSite || site.name === tenant.backupSite).flatMap((site) => site.storageAgents.map((agent) => agent.name));
    const hosts = tenant.hostGroups.find(({ name }) => name === group.hostGroup)?.hosts ?? [];
    return [{ name: group.name, block: [row('Name', consistencyGroup(group.name, activeSite)), row('Site', activeSite), row('Hosts', hosts), row('Storages', agents), row('CG', consistencyGroup(group.name, activeSite)), row('Direction', `${replication.from} -> ${replication.to}`), row('State', broken ? `SUSPENDED (${broken.id})` : replication.state), row('Lag', broken || replication.lagMs === null ? null : `${replication.lagMs / 1000} s`)] }];
  })),
} satisfies Partial<Record<CommandClass, Table>>;
