import type { Tenant } from './estate.js';
import type { Say } from './flaw.js';
import { didYouMean } from './nearest.js';

/** Sets of VMs that belong together or apart: they name VMs of the group, and do not ask for both. */
export function affinityFlaws(tenant: Tenant, say: Say): void {
  tenant.hostGroups.forEach((group, g) => {
    const members = tenant.vms.filter((vm) => vm.hostGroup === group.name);
    const names = members.map(({ name }) => name);
    for (const kind of ['collocation', 'antiCollocation'] as const) {
      group[kind]?.forEach((set, s) => set.forEach((name) => {
        if (!names.includes(name)) say(['hostGroups', g, kind, s], `There is no VM '${name}' in host group ${group.name}.${didYouMean(name, names)}`, `Known: ${names.join(', ') || 'none'}.`);
      }));
    }
    group.antiCollocation?.forEach((apart, s) => {
      const at = ['hostGroups', g, 'antiCollocation', s];
      const both = (group.collocation ?? []).map((together) => together.filter((name) => apart.includes(name))).find((shared) => shared.length > 1);
      if (both) say(at, `${both.join(' and ')} shall run on one host, and shall not.`, 'Take them out of collocation or out of anticollocation.', `modify host_group ${group.name} options anticollocation=none`);
      if (apart.length > group.hosts.length) say(at, `${apart.length} VMs shall each have a host of their own, and ${group.name} has ${group.hosts.length} hosts.`, 'Take VMs out of the set, or add a host.');
    });
    group.collocation?.forEach((together, s) => {
      const allowed = group.hosts.filter((host) => members.every((vm) => !together.includes(vm.name) || !vm.blacklist?.includes(host)));
      if (allowed.length === 0) say(['hostGroups', g, 'collocation', s], `No host of ${group.name} may take ${together.join(' and ')} together: their blacklists forbid all of them.`, 'Change a blacklist, or take a VM out of the set.');
    });
  });
}
