import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readEstate } from '../../../src/config/read-estate.js';
import type { Estate, ExternalAction, HookScript, Person, Tenant } from '../../../src/core/estate.js';

/** The demo estate: two tenants of the DRaaS article and the recovery site that they share. */
export const demoEstate = (): Estate => estateFrom('demo');

function estateFrom(name: string): Estate {
  const file = fileURLToPath(new URL(`../../../estates/${name}.yaml`, import.meta.url));
  const read = readEstate(readFileSync(file, 'utf8'), file);
  if (!read.ok) throw new Error(read.problems.map((problem) => problem.what).join('\n'));
  return read.estate;
}

/** The HADR cluster with the names of seeds/5. */
export const hadrEstate = (): Estate => estateFrom('hadr');

/** cluster01 with two VMs only: small enough to fail at every single point. */
export function tinyEstate(): Estate {
  const demo = demoEstate();
  const tenant = demo.tenants.find((each) => each.name === 'cluster01')!;
  return { ...demo, name: 'tiny', sites: demo.sites.filter((site) => site.tenant !== 'cluster02'), tenants: [{ ...tenant, vms: tenant.vms.filter((vm) => ['billing', 'payroll'].includes(vm.name)) }], contacts: [] };
}

/** cluster01 with a host group for each of its VMs' halves: what happens to one must not hold the other. */
export function twoGroupEstate(): Estate {
  const demo = demoEstate();
  const tenant = demo.tenants.find((each) => each.name === 'cluster01')!;
  const split: Tenant = {
    ...tenant,
    hostGroups: [{ name: 'HG_A', hosts: ['pbrazos'], hostFailureDetectionTimeMs: 90_000 }, { name: 'HG_C', hosts: ['pbrazos'], hostFailureDetectionTimeMs: 90_000 }],
    vms: tenant.vms.slice(0, 4).map((vm, index) => ({ ...vm, hostGroup: index < 2 ? 'HG_A' : 'HG_C' })),
  };
  return { ...demo, name: 'two groups', sites: demo.sites.filter((site) => site.tenant !== 'cluster02'), tenants: [split], contacts: [] };
}

/** The tiny estate, where the customer's scripts run once a VM has its network, and once it is up. */
export function scriptsEstate(): Estate {
  const tiny = tinyEstate();
  const script = (name: string): ExternalAction => ({ name, kind: 'command', program: [`/opt/customer/${name}`], tenants: 'all', parameters: [], effect: 'changes', probe: null, timeoutMs: 60_000 });
  const scripts: HookScript[] = [{ entity: 'vm', name: 'payroll', hook: 'post_network_configuration', action: 'set-address' }, { entity: 'vm', name: 'payroll', hook: 'post_online', action: 'open-for-users' }];
  return { ...tiny, name: 'scripts', actions: [script('set-address'), script('open-for-users')], tenants: tiny.tenants.map((tenant) => ({ ...tenant, scripts })) };
}

/** The demo estate with people of the customer's own, and two actions on which hooks may hang. */
export function customersEstate(): Estate {
  const demo = demoEstate();
  const action = (name: string): ExternalAction => ({ name, kind: 'command', program: [`/usr/local/bin/${name}`, '{vm}'], tenants: 'all', parameters: ['vm'], effect: 'changes', probe: null, timeoutMs: 60_000 });
  const person = (name: string, displayName: string, roles: Person['roles'], tenant: string): Person => ({ name, displayName, roles, tenants: [tenant], email: `${name}@${tenant}.example`, phone: null, timeZone: null });
  return {
    ...demo, name: 'customers', actions: [action('flush-queue'), action('tell-balancer')],
    people: [...demo.people, person('olga', 'Olga Berg', ['operator', 'approver'], 'cluster01'), person('rita', 'Rita Alves', ['requester'], 'cluster01'), person('otto', 'Otto Lind', ['operator', 'approver'], 'cluster02')],
  };
}

/** The demo estate with a recovery host that has room for one of the two tenants only. */
export function narrowEstate(): Estate {
  const demo = demoEstate();
  return { ...demo, name: 'narrow', sites: demo.sites.map((site) => (site.tenant === null ? { ...site, hosts: site.hosts.map((host) => ({ ...host, memoryMb: 163_840, processors: 20 })) } : site)) };
}

/** cluster01 as it would be in production: nothing may be broken on purpose. */
export const productionEstate = (): Estate => ({ ...tinyEstate(), name: 'production', simulated: false, clockRate: 1 });

/** The demo estate in real time, for what happens at an hour of the day. */
export const clockEstate = (): Estate => ({ ...demoEstate(), name: 'clock', clockRate: 1 });
