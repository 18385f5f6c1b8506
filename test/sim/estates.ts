import type { Estate } from '../../src/core/estate.js';
import { demoEstate, tinyEstate, twoGroupEstate } from '../scenarios/lab/estates.js';
import { actions } from './outside.js';

/** Small estates, so that there is time for many nights. Each is read once. Estate time is wall time, as in a real one. */
const made = new Map<string, Estate>();
const once = (name: string, make: () => Estate): (() => Estate) => () => {
  const known = made.get(name) ?? { ...make(), clockRate: 1, actions };
  made.set(name, known);
  return known;
};

/** Both tenants of the demo, with two VMs each: what one does must not hold up the other but on the host that they share. */
function twoTenants(): Estate {
  const demo = demoEstate();
  return { ...demo, name: 'two tenants', contacts: [], tenants: demo.tenants.map((tenant) => ({ ...tenant, vms: tenant.vms.filter(({ disks }) => disks.every(({ mirrored }) => mirrored)).slice(0, 2) })) };
}

export const estates = [
  { weight: 6, name: 'tiny', make: once('tiny', tinyEstate) },
  { weight: 2, name: 'two groups', make: once('two groups', twoGroupEstate) },
  { weight: 2, name: 'two tenants', make: once('two tenants', twoTenants) },
] as const;
