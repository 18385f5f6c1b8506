import { spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createWorldClient, type WorldClient } from './client.js';

export interface RunningWorld { readonly client: WorldClient; readonly adopted: boolean; stop(): Promise<void> }

/** Finds the world that a killed Lifeboat left behind, or starts it from its log. It outlives kill -9 of its parent. */
export async function launchWorld({ folder, socket, entry }: { readonly folder: string; readonly socket: string; /** Compiled world/process.js. */ readonly entry: string }): Promise<RunningWorld> {
  mkdirSync(folder, { recursive: true });
  const client = createWorldClient(socket);
  const alive = (): Promise<boolean> => client.call('clock', [], AbortSignal.timeout(2_000)).then(() => true, () => false);
  const stop = async (): Promise<void> => { await client.call('shutdown', [], AbortSignal.timeout(2_000)).catch(() => undefined); };
  if (await alive()) return { client, adopted: true, stop };
  const output = openSync(join(folder, 'world.log'), 'a');
  const child = spawn(process.execPath, [entry, socket, join(folder, 'effects.jsonl')], { detached: true, stdio: ['ignore', output, output] });
  child.unref();
  const failed = new Promise<never>((_, reject) => child.once('exit', (code) => reject(new Error(`The simulated estate's process ended with code ${code} at its start. Its output is in ${join(folder, 'world.log')}.`))));
  failed.catch(() => undefined);
  const up = async (): Promise<void> => { for (let tries = 0; tries < 200; tries++) { if (await alive()) return; await new Promise((done) => setTimeout(done, 25)); } throw new Error(`The simulated estate did not start within 5 s. Its output is in ${join(folder, 'world.log')}.`); };
  await Promise.race([up(), failed]);
  return { client, adopted: false, stop };
}

/** A world that somebody else runs, for several nodes at once: it is neither started nor stopped here. */
export async function joinWorld(socket: string): Promise<RunningWorld> {
  const client = createWorldClient(socket);
  try {
    await client.call('clock', [], AbortSignal.timeout(5_000));
  } catch (cause) {
    throw new Error(`No simulated world answers at ${socket}, which LIFEBOAT_WORLD names. Start it first: node dist/drivers/estate/simulated/world/process.js ${socket} EFFECT_LOG. Or unset LIFEBOAT_WORLD: then this Lifeboat starts its own.`, { cause });
  }
  return { client, adopted: true, stop: async () => undefined };
}
