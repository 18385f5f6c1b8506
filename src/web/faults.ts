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
  const vms = estate.tenants.flatMap((tenant) => tenant.vms.map((vm) => ({ fault: 'boot-fails', target: vm.name, group: `VMs of ${tenant.name}`, says: `VM ${vm.name} fails to boot`, undo: `Let VM ${vm.name} boot again` })));
  return [...sites, ...vms];
}
