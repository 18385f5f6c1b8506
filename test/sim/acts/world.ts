import type { Estate } from '../../../src/core/estate.js';
import { faultTargets } from '../../../src/drivers/estate/simulated/world/faults.js';
import { hasInside } from '../estates.js';
import type { ActKind } from './table.js';

/** What may happen to each kind of thing in an estate; one more failure of the world is one more line. */
const acrossSites: Readonly<Record<string, (estate: Estate) => readonly string[]>> = {
  'host-down': (estate) => estate.sites.flatMap(({ hosts }) => hosts.map(({ name }) => name)),
  'hmc-unreachable': (estate) => estate.sites.flatMap(({ hmcs }) => hmcs.map(({ name }) => name)),
  'storage-unreachable': (estate) => estate.sites.flatMap(({ storageAgents }) => storageAgents.map(({ name }) => name)),
  'site-down': (estate) => estate.sites.map(({ name }) => name),
  'boot-fails': (estate) => estate.tenants.flatMap(({ vms }) => vms.map(({ name }) => name)),
};
/** Where the inside of a site counts, everything that the simulated world can do. */
const targets = (estate: Estate): typeof acrossSites => (hasInside(estate) ? faultTargets : acrossSites);

const fault: ActKind<{ fault: string; target: string }> = {
  weight: 2,
  draw: (random, estate) => { const known = targets(estate); const kind = random.pick(Object.keys(known)); return { fault: kind, target: random.pick(known[kind]!(estate)) }; },
  play: ({ fault: kind, target }, night) => night.fault(kind, target),
};

const mend: ActKind<{ which: 'one' | 'all' }> = { weight: 2, draw: (random) => ({ which: random.chance(0.7) ? 'one' : 'all' }), play: ({ which }, night) => night.mend(which) };

const pass: ActKind<{ minutes: number }> = {
  weight: 5,
  draw: (random) => ({ minutes: random.pick([0.02, 0.1, 0.2, 0.3, 0.5, 1, 1, 2, 4, 6]) }),
  play: ({ minutes }, night) => night.pass(minutes * 60_000),
};

const rest: ActKind<{ minutes: number }> = { weight: 1, draw: () => ({ minutes: 8 }), play: ({ minutes }, night) => night.rest(minutes * 60_000) };

/** A host loses memory, or gets it back, behind everybody's back. */
const capacity: ActKind<{ host: string; memoryMb: number }> = {
  weight: 0.7,
  draw: (random, estate) => { const host = random.pick(estate.sites.flatMap(({ hosts }) => hosts)); return { host: host.name, memoryMb: random.pick([0, 20_000, 40_000, host.memoryMb]) }; },
  play: ({ host, memoryMb }, night) => {
    const { estate } = night.seen;
    return night.world('configure', { ...estate!, sites: estate!.sites.map((site) => ({ ...site, hosts: site.hosts.map((each) => (each.name === host ? { ...each, memoryMb } : each)) })) });
  },
};

export const worldActs = { fault, mend, pass, rest, capacity } as const;
