import type { Estate } from '../core/estate.js';

export interface FaultChoice { readonly fault: string; readonly target: string; readonly group: string; readonly says: string; readonly undo: string }

/** What the failures panel offers for an estate, in words. The names of the faults are the simulated world's. */
export function faultChoices(estate: Estate): FaultChoice[] {
  const sites = estate.sites.flatMap((site): FaultChoice[] => [
    ...site.hosts.map((host) => ({ fault: 'host-down', target: host.name, group: site.name, says: `Host ${host.name} is down`, undo: `Bring host ${host.name} back` })),
    ...site.hmcs.map((hmc) => ({ fault: 'hmc-unreachable', target: hmc.name, group: site.name, says: `HMC ${hmc.name} is unreachable`, undo: `Reconnect HMC ${hmc.name}` })),
    ...site.storageAgents.map((agent) => ({ fault: 'storage-unreachable', target: agent.name, group: site.name, says: `Storage agent ${agent.name} is unreachable`, undo: `Reconnect storage agent ${agent.name}` })),
    { fault: 'site-down', target: site.name, group: site.name, says: `The whole site ${site.name} is down`, undo: `Bring site ${site.name} back` },
  ]);
  const inside = estate.sites.flatMap((site): FaultChoice[] => site.hosts.flatMap((host) => (estate.tenants.some((tenant) => tenant.clusterType !== undefined && tenant.clusterType !== 'DR' && (tenant.homeSite === site.name || tenant.backupSite === site.name)) ? [
    { fault: 'host-unreachable', target: host.name, group: site.name, says: `The HMC has no connection to host ${host.name}, which runs on`, undo: `Reconnect host ${host.name}` },
    ...host.vioses.map((vios) => ({ fault: 'vios-down', target: vios, group: site.name, says: `VIOS ${vios} of ${host.name} is down`, undo: `Bring VIOS ${vios} back` })),
  ] : [])));
  const groups = estate.tenants.flatMap((tenant) => tenant.hostGroups.flatMap((group): FaultChoice[] => (group.poolDisk === undefined ? [] : [{ fault: 'pool-disk-lost', target: group.name, group: `VMs of ${tenant.name}`, says: `Host group ${group.name} loses its pool disk ${group.poolDisk}`, undo: `Give ${group.name} its pool disk back` }])));
  const agents = estate.tenants.flatMap((tenant) => tenant.vms.filter((vm) => vm.agent === true).flatMap((vm): FaultChoice[] => [
    { fault: 'vm-crash', target: vm.name, group: `VMs of ${tenant.name}`, says: `VM ${vm.name} crashes`, undo: `End the crash of VM ${vm.name}` },
    { fault: 'vm-hang', target: vm.name, group: `VMs of ${tenant.name}`, says: `VM ${vm.name} hangs`, undo: `End the hang of VM ${vm.name}` },
    ...(vm.apps ?? []).map((app) => ({ fault: 'app-fails', target: app.name, group: `VMs of ${tenant.name}`, says: `Application ${app.name} in ${vm.name} fails`, undo: `Let application ${app.name} work again` })),
  ]));
  const vms = estate.tenants.flatMap((tenant) => tenant.vms.map((vm) => ({ fault: 'boot-fails', target: vm.name, group: `VMs of ${tenant.name}`, says: `VM ${vm.name} fails to boot`, undo: `Let VM ${vm.name} boot again` })));
  return [...sites, ...inside, ...groups, ...agents, ...vms];
}
