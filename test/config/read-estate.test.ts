import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { problemText } from '../../src/config/problem.js';
import { readEstate } from '../../src/config/read-estate.js';

const folder = fileURLToPath(new URL('./estates/', import.meta.url));
const problemsOf = (name: string) => {
  const read = readEstate(readFileSync(`${folder}${name}.yaml`, 'utf8'), `${name}.yaml`);
  return read.ok ? [] : read.problems;
};

type Mistake = [file: string, line: number, at: string, what: string, remedy: string];
const mistakes: Mistake[] = [
  ['not-yaml', 2, '', 'This is not YAML: Flow sequence in block collection', 'lifeboat estate check FILE'],
  ['key-twice', 4, '', 'This is not YAML: Map keys must be unique.', 'Mend the line'],
  ['misspelt-key', 4, 'clok_rate', "'clok_rate' is not known here. Did you mean clock_rate?", 'Correct the name or take the line out.'],
  ['misspelt-key-deep', 29, 'tenants.0.vms.0.host_gruop', 'Did you mean host_group?', 'Correct the name or take the line out.'],
  ['password-in-file', 19, 'tenants.0.password', "'password' is not known here.", 'Secrets come from the environment only: take the line out, and change the secret'],
  ['missing-key', 17, 'tenants.0.home_site', "'home_site' is missing.", "Add 'home_site' here"],
  ['time-without-quotes', 22, 'tenants.0.auto_discovery_time', 'Write hh:mm, 00:00 to 23:59, in quotes.', 'Correct the value.'],
  ['time-zone', 3, 'time_zone', 'Write an IANA time zone, such as Europe/Berlin or UTC.', 'Correct the value.'],
  ['detection-time', 24, 'tenants.0.host_groups.0.host_failure_detection_time', 'This must be 90 to 600 seconds.', 'Correct the value.'],
  ['uuid-in-capitals', 27, 'tenants.0.vms.0.uuid', 'Write a lower-case UUID.', 'Correct the value.'],
  ['role', 36, 'people.1.roles.0', 'This must be one of viewer, requester, operator, approver.', 'Correct the value.'],
  ['people-of-no-list', 36, 'people.1.tenants', 'fits none of the allowed forms', 'Write all, or a list of tenant names.'],
  ['phone', 38, 'contacts.0.phone', 'This must be a text.', 'Put the value in quotes.'],
  ['two-storage-agents', 15, 'sites.1.storage_agents', 'One storage agent per site.', 'Correct the value.'],
  ['site-that-is-none', 20, 'tenants.0.backup_site', "There is no site 'bakcup'. Did you mean backup?", 'Known: home, backup.'],
  ['backup-is-home', 20, 'tenants.0.backup_site', 'The backup site is the home site.', 'A tenant needs two different sites.'],
  ['home-of-nobody', 18, 'tenants.0.home_site', "Site 'home' does not belong to this tenant.", "Write 'tenant: acme' at that site."],
  ['host-twice', 14, 'sites.1.hosts.0.name', "The host 'host1' stands here a second time.", 'rename one'],
  ['host-uuid-twice', 14, 'sites.1.hosts.0.name', "The host UUID 'df470086", 'A UUID belongs to one machine'],
  ['vm-on-a-host-of-another-group', 28, 'tenants.0.vms.0.host', "There is no host in that host group 'host2'.", 'Known: host1.'],
  ['host-without-a-pair', 24, 'tenants.0.host_groups.0.hosts.0', "Host 'host1' has no pair at the backup site.", 'Add {active: host1, backup: ...} to host_pairs.'],
  ['person-of-no-tenant', 36, 'people.1.tenants.0', "There is no tenant 'acmee'. Did you mean acme?", 'Known: acme.'],
  ['contact-that-nobody-reaches', 38, 'contacts.0.user', "Contact 'ana' has neither an e-mail address nor a phone.", 'Add email: or phone:.'],
  ['cluster-type', 20, 'tenants.0.type', 'This must be one of HA, DR, HADR, HADRHA.', 'Correct the value.'],
  ['backup-site-missing', 18, 'tenants.0.backup_site', 'The backup site is the home site.', 'Only a cluster of type HA has one.'],
  ['ha-with-backup-site', 22, 'tenants.0.backup_site', 'A cluster of type HA has one site.', 'Leave backup_site out, or write type: HADR.'],
  ['ha-with-pairs', 23, 'tenants.0.host_pairs', 'A cluster of type HA has no host pairs.', 'Leave host_pairs out: VMs restart among the hosts of one site.'],
  ['ha-with-one-host', 25, 'tenants.0.host_groups.0.hosts', 'Host group HG1 has one host: nothing could be restarted elsewhere.', 'A cluster of type HA needs two hosts or more in a group.'],
  ['pool-disk-missing', 27, 'tenants.0.host_groups.0.name', 'Host group HG1 has no pool disk, through which its VIOS know of each other.', 'Add pool_disk: to it.'],
  ['storage-agent-missing', 12, 'sites.1.storage_agents', 'Site backup has no storage agent.', 'One storage agent per site.'],
  ['host-in-two-groups', 28, 'tenants.0.host_groups.1.hosts.0', "Host 'host2' is in host group HG1 already.", 'A host is in one host group: take it out of one of them.'],
  ['pair-twice', 25, 'tenants.0.host_pairs.1.active', "Host 'host1' has a pair already.", 'A host has one pair; where several may take its VMs, write backup_hosts in its host group.'],
  ['too-many-vioses', 27, 'tenants.0.host_groups.0.hosts', 'The hosts of HG1 have 25 VIOS.', 'A host group has 24 at most: name those that do not count in excluded_vioses of their host.'],
  ['excluded-vios-that-is-none', 9, 'sites.0.hosts.0.excluded_vioses.0', "There is no VIOS of that host 'host1v3'. Did you mean host1v1 or host1v2?", 'Known: host1v1, host1v2.'],
  ['vm-circle', 29, 'tenants.0.vms.0.after', 'VMs wait for each other in a circle: vm1 after vm2 after vm1.', 'Take one of these out of after:.'],
  ['app-circle', 29, 'tenants.0.vms.0.apps', 'Applications of vm1 wait for each other in a circle: db after web after db.', 'Take one of these out of after:.'],
  ['app-without-agent', 29, 'tenants.0.vms.0.apps', "VM 'vm1' has applications and no VM agent that could watch them.", 'Write agent: yes, or leave the applications out.'],
  ['app-script', 29, 'tenants.0.vms.0.apps.0.monitor_script', 'Write the whole path of the script inside the VM, such as /apps/monitor_1.', 'Correct the value.'],
  ['affinity-of-no-vm', 27, 'tenants.0.host_groups.0.collocation.0', "There is no VM 'vm3' in host group HG1. Did you mean vm1 or vm2?", 'Known: vm1, vm2.'],
  ['affinity-contradicts', 27, 'tenants.0.host_groups.0.anticollocation.0', 'vm1 and vm2 shall run on one host, and shall not.', 'Take them out of collocation or out of anticollocation.'],
  ['affinity-of-one', 27, 'tenants.0.host_groups.0.collocation', 'Write sets of at least two different VMs: vm1+vm2,vm3+vm4.', 'Correct the value.'],
  ['blacklist-of-all', 29, 'tenants.0.vms.0.blacklist', "No host is left for VM 'vm1'.", 'Take one out of its blacklist.'],
  ['blacklist-of-home', 29, 'tenants.0.vms.0.blacklist', "VM 'vm1' lives on host1, and its blacklist forbids that host.", 'Take it out of the blacklist, or give the VM another home.'],
  ['vm-in-two-workgroups', 31, 'tenants.0.workgroups.1.vms.0', "VM 'vm1' is in workgroup WG1 already.", 'A VM is in one workgroup: take it out of one of them.'],
  ['workgroup-of-two-groups', 32, 'tenants.0.workgroups.0.vms.1', "VM 'vm2' is in host group HG2, and the workgroup in HG1.", 'VMs of a workgroup are of one host group.'],
  ['workgroup-named-as-group', 31, 'tenants.0.workgroups.0.name', "The host group 'HG1' stands here a second time.", 'Names are unique in an estate: rename one.'],
  ['hook-without-action', 31, 'tenants.0.scripts.0.action', "There is no action of this tenant 'lok'. Did you mean look?", 'Known: look.'],
  ['hook-in-the-wrong-place', 31, 'tenants.0.scripts.0.hook', 'pre_online is no hook of a site.', 'It hangs on host_group, workgroup, vm.'],
  ['hook-of-nobody', 31, 'tenants.0.scripts.0.name', "There is no VM 'vm9'. Did you mean vm1 or vm2?", 'Known: vm1, vm2.'],
  ['script-parameters', 31, 'tenants.0.scripts.0.action', "The action 'look' wants pool, which a script is not told.", 'It may have the parameters site, from, to, vm, group.'],
  ['event-that-is-none', 31, 'tenants.0.notify_scripts.0.event', "'host failure' is no name of an event.", 'Write it as KSYS does: HOST_FAILURE.'],
  ['map-twice', 24, 'tenants.0.system.vlanmap', 'The VLAN 110 stands here twice, and the map is read in both directions.', 'Correct the value.'],
  ['map-without-vlan', 24, 'tenants.0.system.drvlanmap', 'each 1 to 4094: 10:110,20:120.', 'Correct the value.'],
  ['ping-timer', 24, 'tenants.0.system.hmc_ping_timer', 'This must be 10 to 30 seconds.', 'Correct the value.'],
  ['discovery-interval', 24, 'tenants.0.system.quick_discovery_interval', 'This must be 5 to 480 minutes.', 'Correct the value.'],
  ['switch', 24, 'tenants.0.system.quick_discovery', 'This must be enable or disable.', 'Correct the value.'],
  ['language', 24, 'tenants.0.system.ksys_lang', 'This must be one of en_US, de_DE.', 'Correct the value.'],
  ['trace-file', 24, 'tenants.0.system.trace_file_size', "'trace_file_size' is not taken. Lifeboat writes no trace files.", 'What happened is in the journal'],
  ['capacity', 29, 'tenants.0.vms.0.memory_capacity', 'This must be 1 to 100 (percent of what it has at home), minimum, current_desired or none.', 'Correct the value.'],
  ['minimum', 29, 'tenants.0.vms.0.min_memory_mb', 'The minimum of vm1 is more than what it has.', 'Write at most 512.'],
  ['password-in-clear', 7, 'sites.0.hmcs.0.password', 'Secrets come from the environment only: write env:NAME, in capitals.', 'Correct the value.'],
  ['vm-uuid-twice', 30, 'tenants.0.vms.1.uuid', "The VM UUID 'b9c3f2fc", 'A UUID belongs to one machine: correct one of them.'],
  ['vm-uuid-missing', 29, 'tenants.0.vms.0.uuid', "'uuid' is missing.", "Add 'uuid' here (docs/estate.md lists every attribute)."],
  ['test-and-simulated', 3, 'test', 'A simulated estate is a test already.', 'Take the line out.'],
  ['one-approver', 34, 'people', 'Fewer than two of the provider\'s people', 'give a second person the role approver'],
];

describe('a mistake is told with its line, its place and what to do', () => {
  test.each(mistakes)('%s in line %i (%s)', (file, line, at, what, remedy) => {
    const found = problemsOf(file).find((problem) => problem.at === at);
    expect(found).toEqual({ file: `${file}.yaml`, line, at, what: expect.stringContaining(what), remedy: expect.stringContaining(remedy) });
  });

  test('every file of mistakes stands in this table', () => {
    const named = [...mistakes.map(([file]) => file), 'good', 'good-ha', 'good-hadr', 'several-mistakes'];
    expect(readdirSync(folder).toSorted()).toEqual(named.map((name) => `${name}.yaml`).toSorted());
  });
});

test('all mistakes are told at once, each in words of its own', () => {
  expect(problemsOf('several-mistakes').map(problemText)).toEqual([
    'several-mistakes.yaml:4 (clock_rate): This must be at least 1. Correct the value.',
    'several-mistakes.yaml:31 (tenants.0.vms.0.processors): This must be a number, more than 0. Correct the value.',
    "several-mistakes.yaml:36 (people.1.display_name): 'display_name' is missing. Add 'display_name' here (docs/estate.md lists every attribute).",
  ]);
});

test.each(['password-in-file', 'password-in-clear'])('a secret in the file is not repeated by the message about it (%s)', (file) => { expect(JSON.stringify(problemsOf(file))).not.toContain('hunter2'); });

test.each(['', 'null', '[]', 'just text', '- a\n- b', '{}'])('a file that holds only %j is refused, not thrown', (text) => {
  const read = readEstate(text, 'x.yaml');
  expect(read.ok ? [] : read.problems).not.toEqual([]);
});

test('what is left out has its default, and numbers get our units', () => {
  const read = readEstate(readFileSync(`${folder}good.yaml`, 'utf8'), 'good.yaml');
  expect(read.ok && read.estate).toMatchObject({
    simulated: true, clockRate: 10, sites: [{ tenant: 'acme' }, { tenant: null }],
    tenants: [{ contractPriority: 'silver', hostGroups: [{ hostFailureDetectionTimeMs: 90_000 }], vms: [{ priority: 'medium', disks: [{ attachment: 'npiv', mirrored: true }] }] }],
    people: [{ phone: null }, { email: null }], contacts: [{ tenant: null, notificationLevel: 'high' }],
  });
});

test('a real estate has no other clock than ours', () => {
  const read = readEstate(readFileSync(`${folder}good.yaml`, 'utf8').replace('simulated: true', 'simulated: false'), 'good.yaml');
  expect(read.ok && read.estate.clockRate).toBe(1);
});

test.each(['good', 'good-ha', 'good-hadr'])('%s is', (name) => { expect(problemsOf(name)).toEqual([]); });

test('a cluster of type HA has its one site for both', () => {
  const read = readEstate(readFileSync(`${folder}good-ha.yaml`, 'utf8'), 'good-ha.yaml');
  expect(read.ok && read.estate.tenants[0]).toMatchObject({ clusterType: 'HA', homeSite: 'home', backupSite: 'home', hostPairs: [] });
});

test.each(['demo', 'hadr'])('the sample estate %s is fine', (name) => { expect(readEstate(readFileSync(`estates/${name}.yaml`, 'utf8'), `${name}.yaml`)).toMatchObject({ ok: true, estate: { name, simulated: true } }); });
