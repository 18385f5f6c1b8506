import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
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
const changed = (change: (estate: Loose) => void): Estate => {
  const estate = structuredClone(demo()) as unknown as Loose;
  change(estate);
  return estate as unknown as Estate;
};

test('an estate does not differ from itself', () => { expect(estateDiff(demo(), demo())).toEqual([]); });

test('no value can change unseen', () => {
  const silent: string[] = [];
  const visit = (value: unknown, path: (string | number)[]): void => {
    if (value !== null && typeof value === 'object') return Object.entries(value).forEach(([key, each]) => { visit(each, [...path, key]); });
    const after = changed((estate) => {
      let holder: Loose = estate;
      for (const key of path.slice(0, -1)) holder = holder[key as never]!;
      (holder as unknown as Record<string, unknown>)[path.at(-1)!] = typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : `${value as string}x`;
    });
    if (estateDiff(demo(), after).length === 0) silent.push(path.join('.'));
  };
  visit(demo(), []);
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
])('%s is told in words', (_title, change, lines) => { expect(estateDiff(demo(), changed(change))).toEqual(lines); });

test('standing authority that is switched on was off before, not absent', () => {
  expect(estateDiff(demo(), { ...demo(), standingAuthority: true })).toEqual(['change estate: standing authority from false to true']);
});

test('a second entry of the same name hides nothing', () => {
  const double = changed((estate) => { estate.contacts!.push(structuredClone(estate.contacts![0]!)); });
  expect(estateDiff(demo(), double)).toHaveLength(1);
  expect(estateDiff(double, demo())).toEqual([expect.stringMatching(/^remove contact/)]);
});

test.each<[string, (estate: Loose) => void, object[]]>([
  ['a VM of another UUID', (estate) => { estate.tenants![0]!.vms![0]!.uuid = 'other' as never; }, [{ kind: 'VM', name: 'billing' }]],
  ['a host of another UUID', (estate) => { estate.sites![2]!.hosts![0]!.uuid = 'other' as never; }, [{ kind: 'host', name: 'snorlax' }]],
  ['a VM of another group', (estate) => { estate.tenants![0]!.vms![0]!.hostGroup = 'HG_C' as never; }, [{ kind: 'VM', name: 'billing' }]],
  ['a site that was given away', (estate) => { estate.sites![2]!.tenant = 'cluster01' as never; }, [{ kind: 'site', name: 'service_provider' }]],
  ['a bigger VM', (estate) => { estate.tenants![0]!.vms![0]!.memoryMb = 1 as never; }, []],
])('%s: what vanishes with it', (_title, change, expected) => { expect(vanishing(demo(), changed(change))).toEqual(expected); });
