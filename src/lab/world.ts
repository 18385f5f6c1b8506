import type { Estate } from '../core/estate.js';
import type { WorldClient } from '../drivers/estate/simulated/client.js';
import type { EffectLine } from '../drivers/estate/simulated/world/model.js';
import { SimulatedWorld } from '../drivers/estate/simulated/world/world.js';
import { DriverError } from '../ports/world.js';
import { changingCalls } from './process.js';
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
  const lines: string[] = [];
  const listeners: ((line: EffectLine) => void)[] = [];
  const append = (line: string): void => {
    lines.push(line);
    for (const listener of listeners) listener(JSON.parse(line) as EffectLine);
  };
  const world = new SimulatedWorld({ read: () => lines, append }, () => clock.now());
  world.configure(estate);
  const methods = world as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
  const client: WorldClient = {
    async call<T>(method: string, args: readonly unknown[], signal?: AbortSignal): Promise<T> {
      const copies = JSON.parse(JSON.stringify(args)) as unknown[];
      const answer = method === 'faults' ? world.world.faults : methods[method]!.apply(world, copies);
      if ((changingCalls as readonly string[]).includes(method)) {
        await clock.sleep((Number(answer) - world.now()) / world.rate, signal).catch((cause: unknown) => { throw new DriverError('timeout', 'No answer in time from the simulated estate.', { cause }); });
        return null as T;
      }
      return JSON.parse(JSON.stringify(answer ?? null)) as T;
    },
  };
  return {
    world, client,
    effects: () => lines.map((line) => JSON.parse(line) as EffectLine),
    onEffect: (listener) => { listeners.push(listener); },
  };
}
