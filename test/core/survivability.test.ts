import { describe, expect, test } from '@jest/globals';
import type { Estate } from '../../src/core/estate.js';
import { survivability } from '../../src/core/survivability.js';
import { demoEstate } from '../scenarios/lab/estates.js';

const demo = demoEstate();
const recovery = 'service_provider';
const host = demo.sites.find((site) => site.name === recovery)!.hosts[0]!;
/** The recovery host with this much memory; each tenant's VMs as they are. */
const withMemory = (memoryMb: number): Estate => ({ ...demo, sites: demo.sites.map((site) => (site.name === recovery ? { ...site, hosts: site.hosts.map((each) => ({ ...each, memoryMb, processors: 10_000 })) } : site)) });
const needOf = (name: string): number => demo.tenants.find((tenant) => tenant.name === name)!.vms.reduce((all, vm) => all + vm.memoryMb, 0);
const [a, b] = [needOf('cluster01'), needOf('cluster02')];

describe('survivability of a shared recovery site', () => {
  test('everybody at once, where there is room for all', () => { expect(survivability(withMemory(a + b))[0]).toMatchObject({ site: recovery, largest: [['cluster01', 'cluster02']] }); });
  test('each alone but not both, where capacity is sold twice; and what is missing', () => {
    const [site] = survivability(withMemory(Math.max(a, b)));
    expect(site!.largest).toEqual([['cluster01'], ['cluster02']]);
    expect(site!.combinations.at(-1)).toEqual({ tenants: ['cluster01', 'cluster02'], fits: false, shortages: [{ host: host.name, memoryMb: Math.min(a, b), processors: 0 }] });
  });
  test('one that cannot come at all is in no combination that fits', () => { expect(survivability(withMemory(Math.min(a, b)))[0]!.largest).toEqual([[a < b ? 'cluster01' : 'cluster02']]); });
  test('sites of one tenant are not its subject', () => { expect(survivability(demo).map(({ site }) => site)).toEqual([recovery]); });
  test('many tenants are told in pairs and all together', () => {
    const tenant = demo.tenants[0]!;
    const many = Array.from({ length: 12 }, (_, index) => ({ ...tenant, name: `t${index}`, vms: tenant.vms.map((vm) => ({ ...vm, name: `${vm.name}${index}` })) }));
    expect(survivability({ ...withMemory(a * 2), tenants: many })[0]!.combinations).toHaveLength(12 + 66 + 1);
  });
});
