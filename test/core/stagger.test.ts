import { expect, test } from '@jest/globals';
import type { Estate, Tenant } from '../../src/core/estate.js';
import { dailyTimes } from '../../src/core/stagger.js';
import { demoEstate } from '../scenarios/lab/estates.js';

const demo = demoEstate();
const [first, second] = demo.tenants as [Tenant, Tenant];
const withTimes = (...tenants: Partial<Tenant>[]): Estate => ({ ...demo, tenants: tenants.map((change, index) => ({ ...(index === 0 ? first : second), name: `cluster0${index + 1}`, ...change })) });

test.each<[string, Partial<Tenant>[], string[]]>([
  ['far enough apart they stay', [{ autoDiscoveryTime: '02:00' }, { autoDiscoveryTime: '03:00' }], ['02:00', '03:00']],
  ['at the same time the better contract keeps it', [{ autoDiscoveryTime: '02:00', contractPriority: 'silver' }, { autoDiscoveryTime: '02:00', contractPriority: 'gold' }], ['02:15', '02:00']],
  ['too close, the later one goes back', [{ autoDiscoveryTime: '02:00', contractPriority: 'gold' }, { autoDiscoveryTime: '02:10', contractPriority: 'gold' }], ['02:00', '02:15']],
  ['over midnight, too', [{ autoDiscoveryTime: '23:55', contractPriority: 'gold' }, { autoDiscoveryTime: '00:00', contractPriority: 'silver' }], ['23:55', '00:10']],
  ['three in a row', [{ autoDiscoveryTime: '02:00', contractPriority: 'gold' }, { autoDiscoveryTime: '02:00', contractPriority: 'gold' }, { autoDiscoveryTime: '02:00', contractPriority: 'gold' }], ['02:00', '02:15', '02:30']],
  ['on recovery sites of their own nobody is in the way', [{ autoDiscoveryTime: '02:00' }, { autoDiscoveryTime: '02:00', backupSite: 'customerA' }], ['02:00', '02:00']],
])('%s', (_title, tenants, times) => expect([...dailyTimes(withTimes(...tenants)).entries()].toSorted().map(([, time]) => time)).toEqual(times));

test('a hundred tenants on one site keep apart, or share the day', () => {
  const estate = withTimes(...Array.from({ length: 100 }, () => ({ autoDiscoveryTime: '00:00', contractPriority: 'silver' as const })));
  const times = [...dailyTimes(estate).values()];
  expect(new Set(times).size).toBe(96);
  expect(times).toHaveLength(100);
});
