import type { Attribute, AttributeEntity } from './attribute.js';
import { groupBy } from './estate-index.js';
import { systemDefaults } from './policies.js';
import { readValue, writeValue, type Form } from './attribute-form.js';
import { dutyAttributes } from './on-call/attributes.js';

export type { Attribute, AttributeEntity } from './attribute.js';

const yesNo = { kind: 'switch', on: 'yes', off: 'no' } as const;
const enable = { kind: 'switch', on: 'enable', off: 'disable' } as const;
const flag = { kind: 'flag', on: 'yes', off: 'no' } as const;
const choice = (...values: string[]): Form => ({ kind: 'choice', values });
const whole = (min: number, max: number, unit = '', factor = 1, words?: { readonly [word: string]: number }): Form => ({ kind: 'whole', min, max, unit, factor, ...(words ? { words } : {}) });
const vlanMap: Form = { kind: 'pairs', of: 'VLAN' };
const vswitchMap: Form = { kind: 'pairs', of: 'virtual switch' };
const [names, name, text, capacity] = [{ kind: 'names' }, { kind: 'name' }, { kind: 'text' }, { kind: 'capacity' }] as const;
const speed = choice('fast', 'normal', 'slow');
const priority = choice('high', 'medium', 'low');

type Row = Omit<Attribute, 'entity' | 'name' | 'key' | 'form' | 'default' | 'effect'>;
const of = (entity: AttributeEntity) => (attribute: string, key: string, form: Form, otherwise: string, effect: string, more: Row = {}): Attribute => ({ entity, name: attribute, key, form, default: otherwise, effect, ...more });
const [cluster, site, hmc, host, group, workgroup] = [of('ksyscluster'), of('site'), of('hmc'), of('host'), of('host_group'), of('workgroup')];
const [vm, disk, app, agent, notify, plainSystem] = [of('vm'), of('disk'), of('app'), of('storage_agent'), of('notify'), of('system')];
/** Its default is the one that the policies go by. */
const system = (attribute: string, key: keyof typeof systemDefaults, form: Form, effect: string): Attribute => plainSystem(attribute, key, form, systemDefaults[key] === null ? 'not set' : writeValue(form, systemDefaults[key]), effect);
const memory = whole(1, 268_435_456, 'MB');

export const attributes: readonly Attribute[] = [
  cluster('ksysnode', 'ksysNode', name, '', 'the node that the cluster is of; in commands `ksysnodes`, too'),
  cluster('type', 'clusterType', choice('DR', 'HA', 'HADR', 'HADRHA'), 'DR', 'DR: moves between two sites. HA: restarts among the hosts of one site. HADR: both, HA at the home site. HADRHA: HA at the backup site too, while VMs are there'),
  cluster('contract_priority', 'contractPriority', choice('platinum', 'gold', 'silver'), 'silver', 'order under contention, after urgency', { otherwise: 'silver' }),
  cluster('channel', 'channel', name, '', 'the conversation that its people see; `add ksyscluster` takes the cluster\'s name'),
  site('sitetype', 'sitetype', choice('active', 'backup'), '', 'active: the home site, where the VMs run first. backup: where they go; one that is there already is shared', { once: true }),
  hmc('hostname', 'hostname', text, '', 'name or address at which the HMC answers; in commands `ip`, too'),
  hmc('login', 'login', name, 'none', 'user at the HMC'),
  hmc('password', 'password', { kind: 'secret' }, 'none', 'name of the environment variable that holds the password; `lifeboat doctor` says where it is not set'),
  host('uuid', 'uuid', { kind: 'uuid' }, '', 'identity of the machine, also across tenants: the lock of a shared recovery host'),
  host('memory_mb', 'memoryMb', memory, '', 'memory: capacity checks'),
  host('processors', 'processors', whole(1, 10_000), '', 'processors: capacity checks'),
  host('vioses', 'vioses', names, '', 'its VIOS: redundancy, and its failure when all of them are down'),
  host('excluded_vioses', 'excludedVioses', names, 'none', 'VIOS that neither count for redundancy nor are monitored'),
  host('vlans', 'vlans', { kind: 'vlans' }, '', 'VLANs that it serves'),
  host('vswitches', 'vswitches', names, 'ETHERNET0', 'virtual switches that it has'),
  host('vm_failure_detection_speed', 'vmFailureDetectionSpeed', speed, 'the host group\'s', 'how soon a silent VM there counts as failed'),
  host('ha_monitor', 'haMonitor', enable, 'the host group\'s', 'whether VMs there are watched and restarted'),
  host('memory_capacity', 'memoryCapacity', capacity, 'the host group\'s', 'memory of its VMs away from home'),
  host('cpu_capacity', 'cpuCapacity', capacity, 'the host group\'s', 'processors of its VMs away from home'),
  host('maintenance', 'maintenance', flag, 'no', 'yes: somebody works on it. Nothing is done to it automatically, and automatic restarts do not go there'),
  group('hosts', 'hosts', names, '', 'hosts at the home site'),
  group('backup_hosts', 'backupHosts', names, 'the pairs of its hosts', 'hosts at the backup site, any of which may take a VM whose host has no pair (M:N)'),
  group('restart_policy', 'restartPolicy', choice('auto', 'advisory'), 'auto', 'auto: a failed VM or host is restarted elsewhere in the group by itself. advisory: people are told, and restart'),
  group('host_failure_detection_time', 'hostFailureDetectionTimeMs', whole(90, 600, 'seconds', 1_000), '90', 'how long a host must be down before it counts as failed', { otherwise: 90_000 }),
  group('vm_failure_detection_speed', 'vmFailureDetectionSpeed', speed, 'normal', 'a VM counts as failed after host_failure_detection_time and one (fast), two (normal) or three (slow) vm_threshold'),
  group('ha_monitor', 'haMonitor', enable, 'the system\'s', 'whether its VMs are watched and restarted'),
  group('memory_capacity', 'memoryCapacity', capacity, 'none', 'memory of its VMs away from home: percent, their minimum, or as at home'),
  group('cpu_capacity', 'cpuCapacity', capacity, 'none', 'processors of its VMs away from home: percent, their minimum, or as at home'),
  group('priority', 'priority', priority, 'medium', 'which group goes first where several move, among VMs of one priority'),
  group('skip_power_on', 'skipPowerOn', flag, 'no', 'yes: VMs that move are defined and mapped at the target, and stay off until somebody starts them'),
  group('skip_resource_check', 'skipResourceCheck', flag, 'no', 'yes: verification does not count memory and processors'),
  group('skip_shutdown', 'skipShutdown', flag, 'no', 'yes: an unplanned move does not try to stop VMs at the source; that they are stopped must be proven all the same'),
  group('collocation', 'collocation', { kind: 'sets' }, 'none', 'sets of VMs that run on one host: restarts inside a site, and places at the backup site, go by it'),
  group('anticollocation', 'antiCollocation', { kind: 'sets' }, 'none', 'sets of VMs, each of which has a host of its own: restarts inside a site go by it always, places at the backup site as long as there are hosts enough'),
  group('pool_disk', 'poolDisk', name, 'none', 'disk of the shared storage pool (SSP) through which the VIOS know of each other; types with HA need it'),
  workgroup('host_group', 'hostGroup', name, '', 'the host group that its VMs are of', { once: true }),
  workgroup('vms', 'vms', names, '', 'VMs that move as one, with a disk group of their own'),
  workgroup('priority', 'priority', priority, 'medium', 'which workgroup goes first, among VMs of one priority'),
  workgroup('skip_auto_resync', 'skipAutoResync', { kind: 'flag', on: 'ON', off: 'OFF' }, 'OFF', 'ON: auto_reverse_mirror does not hold for it; its resync is by hand. In commands `SkipAutoResync`, too'),
  workgroup('vlanmap', 'vlanMap', vlanMap, 'the system\'s', 'VLAN at home and at the backup site, in real moves'),
  workgroup('vswitchmap', 'vswitchMap', vswitchMap, 'the system\'s', 'virtual switch at home and at the backup site, in real moves'),
  workgroup('drvlanmap', 'drVlanMap', vlanMap, 'the system\'s', 'the same, in rehearsals'),
  workgroup('drvswitchmap', 'drVswitchMap', vswitchMap, 'the system\'s', 'the same, in rehearsals'),
  vm('uuid', 'uuid', { kind: 'uuid' }, '', 'identity of the VM'),
  vm('host', 'host', name, '', 'its host at the home site; in commands `homehost`, too'),
  vm('host_group', 'hostGroup', name, '', 'its host group'),
  vm('priority', 'priority', priority, 'medium', 'order of start: high first', { otherwise: 'medium' }),
  vm('memory_mb', 'memoryMb', memory, '', 'memory at home'),
  vm('processors', 'processors', { kind: 'share' }, '', 'processors at home'),
  vm('vlan', 'vlan', whole(1, 4094), '', 'its VLAN at home'),
  vm('vswitch', 'vswitch', name, 'ETHERNET0', 'its virtual switch at home'),
  vm('managed', 'unmanaged', { kind: 'flag', on: 'yes', off: 'no', inverse: true }, 'yes', 'no: discovery, HA and moves leave it alone; in commands `manage vm` and `unmanage vm`'),
  vm('min_memory_mb', 'minMemoryMb', memory, 'none', 'least memory with which it starts; what memory_capacity=minimum gives'),
  vm('min_processors', 'minProcessors', { kind: 'share' }, 'none', 'least processors with which it starts; what cpu_capacity=minimum gives'),
  vm('memory_capacity', 'memoryCapacity', capacity, 'the host\'s', 'memory away from home'),
  vm('cpu_capacity', 'cpuCapacity', capacity, 'the host\'s', 'processors away from home'),
  vm('ha_monitor', 'haMonitor', enable, 'the host\'s', 'whether it is watched and restarted'),
  vm('vm_failure_detection_speed', 'vmFailureDetectionSpeed', speed, 'the host\'s', 'how soon its silence counts as its failure'),
  vm('max_restart', 'maxRestart', whole(0, 10), '3', 'how often the agent restarts a failed application in the VM before more is done'),
  vm('agent', 'agent', flag, 'no', 'yes: a VM agent runs in it. Without one only the failure of its host is seen (IBM i, Ubuntu)'),
  vm('blacklist', 'blacklist', names, 'none', 'hosts that never take it, in restarts and at the backup site'),
  vm('after', 'after', names, 'none', 'VMs of its host group that run before it starts'),
  vm('maintenance', 'maintenance', flag, 'no', 'yes: somebody works on it, and nothing is done to it automatically; the other VMs of its host do not wait with it'),
  disk('size_gb', 'sizeGb', whole(1, 1_048_576, 'GB'), '', 'size'),
  disk('attachment', 'attachment', choice('npiv', 'vscsi'), 'npiv', 'how it is virtualised; both may be mixed', { otherwise: 'npiv' }),
  disk('mirrored', 'mirrored', yesNo, 'yes', 'a VM with a managed disk that is not mirrored never becomes ready', { otherwise: true }),
  disk('managed', 'unmanaged', { kind: 'flag', on: 'yes', off: 'no', inverse: true }, 'yes', 'no: left out of replication on purpose; in commands `manage disk` and `unmanage disk`'),
  app('monitor_script', 'monitorScript', { kind: 'path' }, '', 'path inside the VM: exit 0 is healthy. Its agent runs it; the failure of the application names it'),
  app('start_script', 'startScript', { kind: 'path' }, '', 'path inside the VM. Its agent runs it; the failure of the application names it'),
  app('stop_script', 'stopScript', { kind: 'path' }, '', 'path inside the VM. Its agent runs it; the failure of the application names it'),
  app('critical', 'critical', yesNo, 'no', 'yes: where max_restart restarts do not help, the VM is rebooted and then restarted on another host', { otherwise: false }),
  app('after', 'after', names, 'none', 'applications of the same VM that run before it: while one of them fails, its own failure is not told'),
  agent('login', 'login', name, 'none', 'user at the array'),
  agent('password', 'password', { kind: 'secret' }, 'none', 'name of the environment variable that holds the password'),
  agent('serialnumber', 'serialNumber', text, '', 'serial number of the array'),
  agent('storagetype', 'storageType', choice('emc', 'svc', 'ds8k', 'hitachi', 'xiv', 'unity'), '', 'what drives its replication; a rehearsal needs the same at both sites'),
  agent('ip', 'ip', text, '', 'address at which it answers'),
  notify('notification_level', 'notificationLevel', choice('low', 'medium', 'high', 'disable'), 'the system\'s', 'low: critical. medium: warnings, too. high: everything. disable: nothing but site events'),
  plainSystem('auto_discovery_time', 'autoDiscoveryTime', { kind: 'time' }, '00:00', 'daily discovery, then verification, in the estate\'s time zone; those of one recovery site are kept 15 minutes apart, the better contract keeps its time', { otherwise: '00:00', atTenant: true }),
  system('quick_discovery', 'quickDiscovery', enable, 'between the daily ones, VMs that nobody has looked at yet are discovered and verified; not while an operation of the cluster runs'),
  system('quick_discovery_interval', 'quickDiscoveryIntervalMs', whole(5, 480, 'minutes', 60_000), 'time between quick discoveries; below 60 is discouraged'),
  system('deep_discovery', 'deepDiscovery', enable, 'the daily discovery and verification; disable: slots are neither run nor listed as missed'),
  system('lose_vios_redundancy', 'loseViosRedundancy', yesNo, 'yes: a VM may come up at the target with fewer VIOS paths than at home'),
  system('min_redundancy_paths', 'minRedundancyPaths', whole(1, 24), 'with lose_vios_redundancy=yes: the least VIOS that must be up at the target'),
  system('auto_reverse_mirror', 'autoReverseMirror', yesNo, 'yes: Lifeboat asks for the resync by itself once the side that an unplanned move left is clean and answers; it overwrites that side, so that two people approve it all the same. no: resync is by hand (seeds/1), and stays an open incident (RESYNC_PENDING) until somebody asks for it'),
  system('notification_level', 'notificationLevel', choice('low', 'medium', 'high', 'disable'), 'level of contacts that have none of their own'),
  system('dup_event_processing', 'dupEventProcessing', yesNo, 'yes: a repeated event sends nothing while its incident is open, but see dup_event_window. no: every one is sent'),
  system('dup_event_window', 'dupEventWindowMs', whole(5, 1_440, 'minutes', 60_000), 'a condition that is reported again is told again when the last message about it is older, unless somebody looks after it'),
  system('replication_type', 'replicationType', choice('async', 'sync'), 'what an unplanned move may lose: with sync nothing while the pairs are in sync, with async what the replica lags. With sync verification fails where a disk group lags'),
  system('vlanmap', 'vlanMap', vlanMap, 'VLAN at home and at the backup site, in real moves'),
  system('vswitchmap', 'vswitchMap', vswitchMap, 'virtual switch at home and at the backup site, in real moves'),
  system('drvlanmap', 'drVlanMap', vlanMap, 'the same, in rehearsals: keeps test VMs off production'),
  system('drvswitchmap', 'drVswitchMap', vswitchMap, 'the same, in rehearsals: keeps test VMs off production'),
  system('custom_script_timeout', 'customScriptTimeoutMs', whole(1, 86_400, 'seconds', 1_000, { none: 0 }), 'limit for hook and notify scripts; none: the action\'s own'),
  plainSystem('cleanup_files_interval', 'cleanupFilesIntervalDays', whole(1, 30, 'days', 1, { disable: 0 }), 'not set', 'once it is set, how long progress lines and refused decisions of runs that are over stay in the journal; LIFEBOAT_JOURNAL_KEEP_DAYS holds besides'),
  system('ksys_lang', 'ksysLang', choice('en_US', 'de_DE'), 'language of messages in the conversation of the tenant; people have their own'),
  system('hmc_ping_timer', 'hmcPingTimerMs', whole(10, 30, 'seconds', 1_000), 'an HMC that gives no sign of life for two of these counts as unreachable; at a shared site the shortest counts'),
  system('sa_ping_timer', 'saPingTimerMs', whole(10, 30, 'seconds', 1_000), 'a storage agent that gives no sign of life for two of these counts as unreachable; at a shared site the shortest counts'),
  system('ha_monitor', 'haMonitor', enable, 'whether VMs are watched and restarted, where no lower level says otherwise'),
  system('proactiveha', 'proactiveHa', enable, 'a warning when a VM uses more than 90 % of its processors, or loses packets on each of its adapters; nothing is moved'),
  system('vm_threshold', 'vmThresholdMs', whole(10, 600, 'seconds', 1_000), 'unit of missed heartbeats for vm_failure_detection_speed; ours, seeds/5 names it without a value'),
];

/** What ksysmgr has and Lifeboat refuses: an attribute that is accepted has its effect. */
export interface RefusedAttribute { readonly entity: AttributeEntity | 'snapshot'; readonly name: string; readonly why: string; readonly instead: string }
const refuse = (entity: RefusedAttribute['entity'], why: string, instead: string, ...each: string[]): RefusedAttribute[] => each.map((attribute) => ({ entity, name: attribute, why, instead }));
export const refusedAttributes: readonly RefusedAttribute[] = [
  ...refuse('system', 'Lifeboat writes no trace files.', 'What happened is in the journal: lifeboat journal export FILE. LOG_LEVEL sets the detail of the log.', 'trace_file_size', 'ksys_spooling', 'spool_dest_dir', 'spool_dir_max_size'),
  ...refuse('system', 'Verification goes by the disks that a host sees; no storage driver of Lifeboat tells ports.', 'Leave it out: zoning is checked disk by disk.', 'port_validation', 'port_level_validation'),
  ...refuse('system', 'It belongs to PowerVS clusters, which Lifeboat does not drive.', 'For addresses in guests use a hook script: add script entity=vm NAME post_network_configuration=ACTION', 'staticipenable', 'network_isolation', 'staticIPMap'),
  ...refuse('ksyscluster', 'It belongs to PowerVS clusters, which Lifeboat does not drive.', 'Leave it out. Types are DR, HA, HADR and HADRHA.', 'apikey', 'baseurl', 'proxy', 'glnode'),
  ...refuse('site', 'It belongs to PowerVS clusters, which Lifeboat does not drive.', 'Write sitetype=active or sitetype=backup.', 'region', 'satellitelocation'),
  ...refuse('vm', 'It belongs to PowerVS clusters, which Lifeboat does not drive.', 'For capacity away from home use memory_capacity and cpu_capacity.', 'home_workspace', 'target_workspace', 'targetsystemtype', 'sharedprocpool', 'targetprocpool', 'targetvmname', 'target_flex_mem', 'target_flex_cpu', 'inactive_vm_mem', 'inactive_vm_cpu'),
  ...refuse('vm', 'Lifeboat chooses hosts by pairs, affinity and capacity.', 'Pair its host (pair host A pair=B), or name backup_hosts of its host group.', 'targethost', 'targethg'),
  ...refuse('snapshot', 'Snapshots stand in the journal.', 'Leave it out; lifeboat estate export FILE writes a file.', 'upload_to_cos', 'download_from_cos', 'region', 'bucketname', 'apikey'),
];

/** What commands write for it, besides its name. */
const otherNames: { readonly [alias: string]: string } = { ksysnodes: 'ksysnode', ip: 'hostname', skipautoresync: 'skip_auto_resync', homehost: 'host', memory: 'memory_mb', ha: 'ha_monitor' };
/** Why Lifeboat does not take an attribute that ksysmgr has; undefined: it has none of that name either. */
export const refusedNamed = (wanted: string, entity?: RefusedAttribute['entity']): RefusedAttribute | undefined => refusedAttributes.find((each) => each.name.toLowerCase() === wanted.toLowerCase() && (entity === undefined || each.entity === entity));
export const attributesOf = (entity: AttributeEntity): readonly Attribute[] => byEntity.get(entity) ?? [];
const byEntity = groupBy([...attributes, ...dutyAttributes], ({ entity }) => entity);
export function attributeNamed(entity: AttributeEntity, wanted: string): Attribute | undefined {
  const own = attributesOf(entity);
  const low = wanted.toLowerCase();
  return own.find((each) => each.name === low) ?? own.find((each) => each.name === otherNames[low]);
}

/** The value that holds: set, or the attribute's default in words. */
export const shownValue = ({ form, key, default: otherwise }: Attribute, holder: object): string => {
  const value = (holder as { readonly [key: string]: unknown })[key];
  return value === undefined || value === null ? otherwise : writeValue(form, value);
};
/** What the model keeps of a raw object: each known attribute under the model's key, nothing where the default holds. */
export function modelOf(entity: AttributeEntity, raw: object): { [key: string]: unknown } {
  const found: { [key: string]: unknown } = {};
  for (const { name: attribute, key, form, otherwise } of attributesOf(entity)) {
    const given = (raw as { readonly [key: string]: unknown })[attribute];
    const read = given === undefined ? null : readValue(form, given);
    const value = read?.ok ? read.value : undefined;
    if ((value ?? otherwise) !== undefined) found[key] = value ?? otherwise;
  }
  return found;
}
