import type { EntityClass, Severity } from '../dr-event.js';
import { rows, type EventEntry } from './entry.js';

/** Events of the Classic product (seeds/5; reference/ksys.md 7.1). */
const classic = rows('KSYS', [
  ['APP_FAILURE_DETECTED', 'critical', 'app', 'The monitor script of an application failed more often than it may be restarted.', 'Look at the application in its VM.'],
  ['VM_REBOOT_FOR_APPLICATION_FAILURE', 'warning', 'vm', 'The VM is rebooted where it is, because an application in it failed.', 'Watch that the application comes back.'],
  ['VM_RESTART_FOR_APPLICATION_FAILURE', 'critical', 'vm', 'The VM is restarted on another host, because a reboot did not help its application.', 'Watch it, and the capacity of that host.'],
  ['VM_APPLICATION_PERMANENT_FAILURE', 'critical', 'vm', 'No host of the group helped: the application fails on all of them.', 'Repair it by hand; nothing more is tried.'],
  ['VM_FAILURE_DETECTED', 'critical', 'vm', 'The VM gives no sign of life.', 'It is restarted where restart_policy says so; otherwise: restart vm NAME.'],
  ['VM_CPU_THRESHOLD_EXCEEDED', 'warning', 'vm', 'The VM uses more processor time than it should.', 'Look what runs in it.'],
  ['VIOS_FAILURE', 'critical', 'vios', 'A VIOS is down or in error.', 'Repair it. Its VMs may lack paths to their disks; move them live or restart them by hand where they suffer.'],
  ['VIOS_NODE_FAILURE', 'critical', 'vios', 'A VIOS left the monitoring cluster.', 'Look at it and at its network, as for VIOS_FAILURE.'],
  ['ALL_VIOS_UNREACHABLE', 'critical', 'host', 'No VIOS of the host answers.', 'Treat it as a failure of the host.'],
  ['VIOS_MONITOR_MODE', 'warning', 'vios', 'A VIOS monitors in another mode: GLOBAL, LOCAL or DOWN.', 'Repair the pool disk: in LOCAL mode failures are told and nothing is restarted.'],
  ['HOST_FAILURE_DETECTED', 'critical', 'host', 'The host gave no sign of life for the host failure detection time.', 'Its VMs are restarted where they are proven stopped; others wait for proof or a person.'],
  ['HOST_FAILURE', 'critical', 'host', 'The host is down or in error.', 'restart host NAME inside the site; an unplanned move where the whole site is lost.'],
  ['HMC_UNREACHABLE', 'critical', 'hmc', 'An HMC does not answer.', 'The second HMC of the site is used. Where none answers, find out whether the site is lost before you move.'],
  ['STG_UNREACHABLE', 'critical', 'storage_agent', 'A storage array does not answer.', 'Find out whether the array or the way to it is lost; an unplanned move needs the array at the other site alone.'],
]);

/** STARTED, SUCCESS and FAILED of one operation; FAILED is critical unless said (reference/ksys.md 7.2: the suffix counts, since IBM's own descriptions contradict it in places). */
function operation(name: string, entityClass: EntityClass, doing: string, remedy: string, { failed = 'critical', done = 'SUCCESS' }: { readonly failed?: Severity; readonly done?: string } = {}): EventEntry[] {
  return rows('KSYS for cloud', [
    [`${name}_STARTED`, 'info', entityClass, `${doing} has begun.`, null],
    [`${name}_${done}`, 'info', entityClass, `${doing} is done.`, null],
    [`${name}_FAILED`, failed, entityClass, `${doing} failed.`, remedy],
  ]);
}

const cloud: readonly EventEntry[] = [
  ...operation('DISCOVERY', 'site', 'Discovery', 'Read what it names, put it right, discover again. Nothing moves before that.'),
  ...rows('KSYS for cloud', [['DISCOVERY_COMPLETED', 'info', 'site', 'Discovery has come to its end.', null]]),
  ...operation('AUTO_DISCOVERY', 'site', 'The daily discovery', 'Discover by hand and put right what it names.'),
  ...rows('KSYS for cloud', [
    ['MIGRATED_VM_EXISTS_IN_WG', 'critical', 'vm', 'A VM that was moved away is still in the workgroup.', 'Clean up the side that was left.'],
    ['VM_MISSED_FROM_WORKSPACE_PHASE', 'critical', 'vm', 'Discovery did not find a VM in its workspace.', 'Look whether it was deleted or renamed there.'],
  ]),
  ...operation('DEPLOY', 'vm', 'Deploying a backup VM', 'Look at quota and network of the backup workspace.'),
  ...operation('GRS_ENABLE_VOLUMES', 'disk_group', 'Switching replication of volumes on', 'Ask the storage team; without it the volumes are not protected.'),
  ...operation('ONBOARD_VOLUMES', 'disk_group', 'Taking replicated volumes over', 'Ask the storage team.'),
  ...operation('ATTACH_VOLUMES', 'vm', 'Attaching volumes to a VM', 'Look which volume the VM lacks.'),
  ...operation('VM_SHUTDOWN', 'vm', 'Shutting a VM down', 'In a planned move stop the VM by hand or cancel. Never force its storage.'),
  ...operation('VM_BOOTUP', 'vm', 'Starting a VM', 'Read its reference code, look at the console, start it again.'),
  ...operation('REPLICATION_MONITOR', 'disk_group', 'The look at replication', 'Repair replication: until then a disaster loses what was written since.'),
  ...operation('MOVE', 'site', 'A move', 'See which VMs were left behind; recover takes them.'),
  ...operation('VG_REVERSAL', 'disk_group', 'Reversing the direction of a volume group', 'Stop. Ask the storage team, then recover.'),
  ...operation('VG_STOP', 'disk_group', 'Stopping replication of a volume group', 'Stop. Ask the storage team, then recover.'),
  ...operation('VG_UPDATE', 'disk_group', 'Changing a volume group', 'Look which volume is in no group.'),
  ...operation('VG_REMOVE', 'disk_group', 'Removing a volume group', 'Remove it by hand.'),
  ...operation('VG_REMOVE_DISKS', 'disk_group', 'Taking disks out of a volume group', 'Take them out by hand.', { done: 'COMPLETED' }),
  ...operation('VM_REMOVE', 'vm', 'Removing a VM that was left', 'Clean up again.'),
  ...operation('NETWORK_CONFIGURATION', 'vm', 'Configuring the network of a VM', 'Look at the address of the VM at the new site.', { failed: 'warning' }),
  ...rows('KSYS for cloud', [
    ['NETWORK_CREATION_COMPLETED', 'info', 'site', 'A network was made.', null],
    ['SCRIPT_FAILURE_EVENT', 'critical', 'system', 'A script of the customer failed.', 'Read its output; a pre_ script stops what it stands before.'],
    ['SCRIPT_SUCCESS_EVENT', 'info', 'system', 'A script of the customer is done.', null],
  ]),
];

export const ksysEvents: readonly EventEntry[] = [...classic, ...cloud];
