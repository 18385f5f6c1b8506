import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { readEstate } from '../../src/config/read-estate.js';
import { estateDiff, vanishing } from '../../src/core/estate-diff.js';
import type { Estate } from '../../src/core/estate.js';

const read = readEstate(readFileSync('estates/demo.yaml', 'utf8'), 'demo.yaml');
const demo = (): Estate => {
  if (!read.ok) throw new Error('the demo estate is broken');
  return read.estate;
};
type Loose = { [key: string]: Loose } & Loose[];
/** The demo estate after a change by hand. */
const changed = (original: Estate, change: (estate: Loose) => void): Estate => {
  const estate = structuredClone(original) as unknown as Loose;
  change(estate);
  return estate as unknown as Estate;
};

test('an estate does not differ from itself', () => { expect(estateDiff(demo(), demo())).toEqual([]); });

/** estates/hadr.yaml with every kind of entity and attribute in it. */
const full = (): Estate => {
  const text = parse(readFileSync('estates/hadr.yaml', 'utf8')) as Record<string, Record<string, unknown>[]>;
  const tenant = text.tenants![0]! as Record<string, Record<string, unknown>[]>;
  Object.assign(tenant, {
    system: { quick_discovery: 'disable', quick_discovery_interval: 30, lose_vios_redundancy: 'yes', min_redundancy_paths: 2, notification_level: 'high', replication_type: 'sync', vlanmap: { 10: 110 }, drvswitchmap: { ETHERNET0: 'TEST' }, cleanup_files_interval: 5, vm_threshold: 40 },
    workgroups: [{ name: 'WG1', host_group: 'HG1', vms: ['ziti005'], priority: 'high', skip_auto_resync: 'ON', vlanmap: { 10: 111 } }],
    scripts: [{ entity: 'vm', name: 'ziti030', hook: 'post_online', action: 'look' }], notify_scripts: [{ event: 'HMC_UNREACHABLE', action: 'look' }],
  });
  Object.assign(tenant.host_groups![0]!, { skip_power_on: 'yes', priority: 'high', memory_capacity: 50, collocation: [['ziti030', 'ziti032']], backup_hosts: ['rt11_8286-42A-2182D1V'] });
  Object.assign(tenant.vms![0]!, { managed: 'no', min_memory_mb: 1024, cpu_capacity: 'minimum', max_restart: 2, blacklist: ['rt11_8286-42A-2182D1V'], after: ['ziti030'], vswitch: 'ETHERNET1', maintenance: 'yes' });
  Object.assign((text.sites![0]!.hosts as object[])[0]!, { excluded_vioses: ['raguv2'], vswitches: ['ETHERNET0'], ha_monitor: 'disable' });
  Object.assign((text.sites![0]!.hmcs as object[])[0]!, { login: 'hscroot', password: 'env:HMC_PASSWORD' });
  Object.assign(text, { actions: [{ name: 'look', command: ['/usr/bin/true'], effect: 'none' }] });
  const read = readEstate(stringify(text), 'full.yaml');
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.estate;
};

test.each([['the demo estate', demo], ['an estate with everything', full]] as const)('no value of %s can change unseen', (_name, original) => {
  const silent: string[] = [];
  const visit = (value: unknown, path: (string | number)[]): void => {
    if (value !== null && typeof value === 'object') return Object.entries(value).forEach(([key, each]) => { visit(each, [...path, key]); });
    const after = changed(original(), (estate) => {
      let holder: Loose = estate;
      for (const key of path.slice(0, -1)) holder = holder[key as never]!;
      (holder as unknown as Record<string, unknown>)[path.at(-1)!] = typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : `${value as string}x`;
    });
    if (estateDiff(original(), after).length === 0) silent.push(path.join('.'));
  };
  visit(original(), []);
  expect(silent).toEqual([]);
});

test.each<[string, (estate: Loose) => void, string[]]>([
  ['a time of day', (estate) => { estate.tenants![0]!.autoDiscoveryTime = '04:30' as never; }, ['change tenant cluster01: auto discovery time from 02:00 to 04:30']],
  ['the patience with a host', (estate) => { estate.tenants![0]!.hostGroups![0]!.hostFailureDetectionTimeMs = 120_000 as never; }, ['change host group HG_A of cluster01: host failure detection time from 90 s to 120 s']],
  ['the size of a VM', (estate) => { estate.tenants![0]!.vms![0]!.memoryMb = 65_536 as never; }, ['change VM billing of cluster01: memory from 32768 MB to 65536 MB']],
  ['a disk', (estate) => { estate.tenants![0]!.vms![0]!.disks![1]!.mirrored = false as never; }, ['change disk hdisk1 of billing: mirrored from true to false']],
  ['a VM that goes', (estate) => { estate.tenants![0]!.vms!.shift(); }, ['remove VM billing of cluster01', 'remove disk hdisk0 of billing', 'remove disk hdisk1 of billing']],
  ['roles of a person', (estate) => { (estate.people!.find((person) => (person.name as never) === 'ana') as Loose).roles = ['viewer'] as never; }, ['change person ana: roles from operator, approver to viewer']],
  ['a host that comes', (estate) => { estate.sites![2]!.hosts!.push({ name: 'gengar', uuid: '1', memoryMb: 1024, processors: 4, vioses: ['v1', 'v2'], vlans: [10] } as never); }, ['add host gengar of service_provider (uuid 1, memory 1024 MB, processors 4, vioses v1, v2, vlans 10)']],
  ['a pair', (estate) => { estate.tenants![0]!.hostPairs![0]!.backup = 'gengar' as never; }, ['remove host pair pbrazos and snorlax of cluster01', 'add host pair pbrazos and gengar of cluster01']],
  ['a contact\'s level', (estate) => { estate.contacts!.unshift({ user: 'zoe', tenant: null, email: 'zoe@provider.example', phone: null, notificationLevel: 'high' } as never); }, ['add contact zoe (provider) (email zoe@provider.example, notification level high)']],
  ['the provider\'s channel', (estate) => { estate.provider!.channel = 'ops' as never; }, ['change provider: channel from dr-provider to ops']],
])('%s is told in words', (_title, change, lines) => { expect(estateDiff(demo(), changed(demo(), change))).toEqual(lines); });

test.each<[string, (estate: Loose) => void, string[]]>([
  ['a workgroup that comes', (estate) => { estate.tenants![0]!.workgroups!.push({ name: 'WG2', hostGroup: 'HG1', vms: ['ziti001'] } as never); }, ['add workgroup WG2 of KSYS_HA_DR_1 (host group HG1, vms ziti001)']],
  ['a script that goes', (estate) => { delete (estate.tenants![0] as unknown as Record<string, unknown>).scripts; }, ['remove script post_online of vm ziti030 of KSYS_HA_DR_1']],
  ['a VM that is managed again', (estate) => { delete (estate.tenants![0]!.vms![0] as unknown as Record<string, unknown>).unmanaged; }, ['change VM ziti032 of KSYS_HA_DR_1: managed from no to yes']],
  ['what takes its default again', (estate) => { delete (estate.tenants![0]!.system as unknown as Record<string, unknown>).quickDiscovery; }, ['change system of KSYS_HA_DR_1: quick discovery from disable to enable']],
  ['a map', (estate) => { (estate.tenants![0]!.system as unknown as Record<string, unknown>).vlanMap = [{ home: '10', backup: '120' }]; }, ['change system of KSYS_HA_DR_1: vlan map from 10:110 to 10:120']],
  ['the interval', (estate) => { (estate.tenants![0]!.system as unknown as Record<string, unknown>).quickDiscoveryIntervalMs = 7_200_000; }, ['change system of KSYS_HA_DR_1: quick discovery interval from 30 min to 120 min']],
])('%s is told in words, too', (_title, change, lines) => { expect(estateDiff(full(), changed(full(), change))).toEqual(lines); });

test('standing authority that is switched on was off before, not absent', () => {
  expect(estateDiff(demo(), { ...demo(), standingAuthority: true })).toEqual(['change estate: standing authority from false to true']);
});

test('a second entry of the same name hides nothing', () => {
  const double = changed(demo(), (estate) => { estate.contacts!.push(structuredClone(estate.contacts![0]!)); });
  expect(estateDiff(demo(), double)).toHaveLength(1);
  expect(estateDiff(double, demo())).toEqual([expect.stringMatching(/^remove contact/)]);
});

test.each<[string, (estate: Loose) => void, object[]]>([
  ['a VM of another UUID', (estate) => { estate.tenants![0]!.vms![0]!.uuid = 'other' as never; }, [{ kind: 'VM', name: 'billing' }]],
  ['a host of another UUID', (estate) => { estate.sites![2]!.hosts![0]!.uuid = 'other' as never; }, [{ kind: 'host', name: 'snorlax' }]],
  ['a VM of another group', (estate) => { estate.tenants![0]!.vms![0]!.hostGroup = 'HG_C' as never; }, [{ kind: 'VM', name: 'billing' }]],
  ['a site that was given away', (estate) => { estate.sites![2]!.tenant = 'cluster01' as never; }, [{ kind: 'site', name: 'service_provider' }]],
  ['a bigger VM', (estate) => { estate.tenants![0]!.vms![0]!.memoryMb = 1 as never; }, []],
])('%s: what vanishes with it', (_title, change, expected) => { expect(vanishing(demo(), changed(demo(), change))).toEqual(expected); });
