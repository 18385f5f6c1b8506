import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  remove(): void;
}

/** The simulated estate in this process, on a virtual clock: changes answer when they are complete, as over its socket. */
export function createLabWorld(estate: Estate, clock: VirtualClock): LabWorld {
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-lab-'));
  const file = join(folder, 'effects.jsonl');
  const world = new SimulatedWorld(file, () => clock.now());
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
    effects: () => readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as EffectLine),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
