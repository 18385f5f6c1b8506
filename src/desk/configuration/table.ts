import type { Action, CommandClass } from '../grammar.js';
import { addApp, deleteApp, modifyApp } from './apps.js';
import { addCluster, deleteCluster, modifyCluster, modifySystem } from './clusters.js';
import { addNotify, deleteNotify, modifyNotify } from './contacts.js';
import { addHostGroup, addWorkgroup, deleteHostGroup, deleteWorkgroup, modifyHostGroup, modifyWorkgroup } from './groups.js';
import { addHost, deleteHost, modifyHost, pairHost } from './hosts.js';
import { addEscalation, addOnCall, deleteEscalation, deleteOnCall, modifyEscalation, modifyOnCall } from './on-call.js';
import type { Configure } from './outcome.js';
import { addScript, deleteScript } from './scripts.js';
import { addHmc, addSite, addStorageAgent, deleteHmc, deleteSite, deleteStorageAgent, modifyHmc, modifyStorageAgent } from './sites.js';
import { restoreSnapshot } from './snapshots.js';
import { deleteVm, manage, manageDisk, modifyVm } from './vms.js';

const configurationActions = ['add', 'modify', 'delete', 'pair', 'manage', 'unmanage', 'restore'] as const satisfies readonly Action[];
export type ConfigurationAction = (typeof configurationActions)[number];

/** Each configuration command is a pure function from the estate as it is to the estate as it would be. */
export const configurations: Record<ConfigurationAction, Partial<Record<CommandClass, Configure>>> = {
  add: { ksyscluster: addCluster, site: addSite, hmc: addHmc, host: addHost, host_group: addHostGroup, workgroup: addWorkgroup, storage_agent: addStorageAgent, notify: addNotify, script: addScript, app: addApp, on_call: addOnCall, escalation: addEscalation },
  modify: { ksyscluster: modifyCluster, system: modifySystem, hmc: modifyHmc, host: modifyHost, host_group: modifyHostGroup, workgroup: modifyWorkgroup, vm: modifyVm, storage_agent: modifyStorageAgent, notify: modifyNotify, app: modifyApp, on_call: modifyOnCall, escalation: modifyEscalation },
  delete: { ksyscluster: deleteCluster, site: deleteSite, hmc: deleteHmc, host: deleteHost, host_group: deleteHostGroup, workgroup: deleteWorkgroup, vm: deleteVm, storage_agent: deleteStorageAgent, notify: deleteNotify, script: deleteScript, app: deleteApp, on_call: deleteOnCall, escalation: deleteEscalation },
  pair: { host: pairHost }, manage: { vm: manage(true), disk: manageDisk(true) }, unmanage: { vm: manage(false), disk: manageDisk(false) }, restore: { snapshot: restoreSnapshot },
};
