import type { Estate } from '../../src/core/estate.js';
import { demoEstate, hadrEstate, tinyEstate, twoGroupEstate } from '../scenarios/lab/estates.js';
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

/** The HADR cluster with three VMs: two share a host, one has an application that is watched. What fails inside the home site is restarted there by itself. */
function smallHadr(): Estate {
  const hadr = hadrEstate();
  return { ...hadr, name: 'small hadr', contacts: [], tenants: hadr.tenants.map((tenant) => ({ ...tenant, vms: tenant.vms.filter(({ name }) => ['ziti032', 'ziti030', 'ziti001'].includes(name)) })) };
}

export const estates = [
  { weight: 6, name: 'tiny', make: once('tiny', tinyEstate) },
  { weight: 2, name: 'two groups', make: once('two groups', twoGroupEstate) },
  { weight: 2, name: 'two tenants', make: once('two tenants', twoTenants) },
  // Every fourth seed plays on it, and the others draw what they drew before it was there.
  { weight: 0, name: 'small hadr', make: once('small hadr', smallHadr) },
] as const;
export const insideOne = estates.at(-1)!;
/** Whether it has verbs and failures of the inside of a site, and rehearsals. */
export const hasInside = ({ tenants }: Pick<Estate, 'tenants'>): boolean => tenants.some(({ clusterType }) => clusterType === 'HADR');
