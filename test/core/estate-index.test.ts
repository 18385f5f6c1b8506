import { expect, test } from '@jest/globals';
import { hostOf, siteOfHost, tenantOfHostGroup, tenantOfVm, vmOf, vmsOfGroup } from '../../src/core/estate.js';
import { indexed } from '../../src/core/estate-index.js';
import { demoEstate } from '../scenarios/lab/estates.js';

test('look-ups find what a walk through the estate finds, and nothing else', () => {
  const estate = demoEstate();
  for (const site of estate.sites) for (const host of site.hosts) expect([siteOfHost(estate, host.name), hostOf(estate, host.name)]).toEqual([site, host]);
  for (const tenant of estate.tenants) {
    for (const vm of tenant.vms) expect([tenantOfVm(estate, vm.name), vmOf(estate, vm.name)]).toEqual([tenant, vm]);
    for (const { name } of tenant.hostGroups) expect([tenantOfHostGroup(estate, name), vmsOfGroup(tenant, name)]).toEqual([tenant, tenant.vms.filter((vm) => vm.hostGroup === name)]);
  }
  expect([siteOfHost(estate, 'nobody'), hostOf(estate, 'constructor'), tenantOfVm(estate, '__proto__'), vmsOfGroup(estate.tenants[0]!, 'nobody')]).toEqual([undefined, undefined, undefined, []]);
});

test('of two with one name the first counts, and another list is another question', () => {
  const find = indexed((item: { name: string; n: number }) => [[item.name, item.n]]);
  const list = [{ name: 'a', n: 1 }, { name: 'a', n: 2 }];
  expect([find(list, 'a'), find(list.toReversed(), 'a'), find([], 'a')]).toEqual([1, 2, undefined]);
});
