import type { Estate } from '../../core/estate.js';

/** What a customer's own operator must leave as it is: machines, places, which VMs there are and how big they are (the contract, seeds/2), and everything of other customers is not seen at all. */
export const providersPart = ({ tenants, contacts, ...estate }: Estate): object => ({
  ...estate, contacts: contacts.filter(({ tenant }) => tenant === null),
  tenants: tenants.map(({ hostGroups, vms, workgroups: _workgroups, scripts: _scripts, notifyScripts: _notifyScripts, ...tenant }) => ({
    ...tenant, hostGroups: hostGroups.map(({ name, hosts, backupHosts = null, poolDisk = null }) => ({ name, hosts, backupHosts, poolDisk })),
    vms: vms.map(({ name, uuid, host, hostGroup, memoryMb, processors, vlan, vswitch = null, disks }) => ({ name, uuid, host, hostGroup, memoryMb, processors, vlan, vswitch, disks: disks.map(({ unmanaged: _unmanaged, ...disk }) => disk) })),
  })),
});
