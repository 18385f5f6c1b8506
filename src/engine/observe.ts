import type { Estate } from '../core/estate.js';
import type { State } from '../core/state.js';
import type { Clock } from '../ports/clock.js';
import type { Observation } from '../ports/controller.js';
import { together, type Detector } from './detect/condition.js';
import { departed } from './detect/departed.js';
import { hosts, monitorModes } from './detect/hosts.js';
import { machines, strays } from './detect/machines.js';
import { isolated, isolation, reachability } from './detect/reachability.js';
import { replication, resyncs } from './detect/replication.js';
import { look } from './look.js';
import type { World } from './site-access.js';

const detectors: readonly Detector[] = [isolation, reachability, hosts, monitorModes, machines, strays, replication, resyncs, departed];

/** One look, and every condition that it shows, under IBM's names (reference/ksys.md 6.1, 7.1). How long one must last before people are told goes with it. */
export async function observe(world: World, estate: Estate, state: State, clock: Clock, signal: AbortSignal, mayBeOver: ReadonlySet<string>): Promise<Observation> {
  const seen = { look: await look(world, estate, state, clock, signal), estate, state, mayBeOver };
  // Whoever hears nobody says nothing about anybody but himself.
  const { raised, cleared } = isolated(seen) ? isolation(seen) : together(detectors.map((detect) => detect(seen)));
  return { raised, cleared, sighting: seen.look, isolated: isolated(seen) };
}
