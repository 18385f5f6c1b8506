import type { Estate } from '../core/estate.js';
import type { WorldClient } from '../drivers/estate/simulated/client.js';
import type { EffectLine } from '../drivers/estate/simulated/world/model.js';
import { callWorld } from '../drivers/estate/simulated/world/calls.js';
import { memoryStore } from '../drivers/estate/simulated/world/log.js';
import { SimulatedWorld } from '../drivers/estate/simulated/world/world.js';
import { DriverError } from '../ports/world.js';
import type { VirtualClock } from './virtual-clock.js';

export interface LabWorld {
  readonly world: SimulatedWorld;
  readonly client: WorldClient;
  /** The world's own log: what really happened, whoever asked. */
  effects(): EffectLine[];
  /** Told of every line, at once. */
  onEffect(listener: (line: EffectLine) => void): void;
}

/** The simulated estate in this process, on a virtual clock: changes answer when they are complete, as over its socket. */
export function createLabWorld(estate: Estate, clock: VirtualClock): LabWorld {
  const store = memoryStore();
  const listeners: ((line: EffectLine) => void)[] = [];
  const append = (line: string): void => {
    store.append(line);
    for (const listener of listeners) listener(JSON.parse(line) as EffectLine);
  };
  const world = new SimulatedWorld({ read: store.read, append }, () => clock.now());
  world.configure(estate);
  const client: WorldClient = {
    async call<T>(method: string, args: readonly unknown[], signal?: AbortSignal): Promise<T> {
      const answer = callWorld(world, { method, args: JSON.parse(JSON.stringify(args)) as unknown[] });
      if ('value' in answer) return JSON.parse(JSON.stringify(answer.value)) as T;
      await clock.sleep((answer.until - world.now()) / world.rate, signal).catch((cause: unknown) => { throw new DriverError('timeout', 'No answer in time from the simulated estate.', { cause }); });
      return null as T;
    },
  };
  return {
    world, client,
    effects: () => store.read().map((line) => JSON.parse(line) as EffectLine),
    onEffect: (listener) => { listeners.push(listener); },
  };
}
