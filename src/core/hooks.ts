import type { HookName, HookScript } from './estate.js';

/** Where a hook may hang (reference/ksys.md 3.6). Storage hooks go by what moves as one: a workgroup, or a host group's own VMs. */
export const hookEntities: Record<HookName, readonly HookScript['entity'][]> = {
  pre_verify: ['site', 'host_group'], post_verify: ['site', 'host_group'],
  pre_discovery: ['site', 'host_group', 'workgroup', 'vm'], post_discovery: ['site', 'host_group', 'workgroup', 'vm'],
  pre_offline: ['site', 'host_group', 'workgroup', 'vm'], post_offline: ['host_group', 'workgroup', 'vm'],
  pre_online: ['host_group', 'workgroup', 'vm'], post_online: ['site', 'host_group', 'workgroup', 'vm'],
  pre_network_configuration: ['vm'], post_network_configuration: ['vm'],
  pre_storage_replication: ['host_group', 'workgroup'], post_storage_replication: ['host_group', 'workgroup'],
};

/** What a hook script, and what a notify script, may ask for as parameters of its action. */
export const hookParameters = ['site', 'from', 'to', 'vm', 'group'] as const;
export const notifyParameters = ['event', 'type', 'entity', 'resource', 'tenant', 'site'] as const;
