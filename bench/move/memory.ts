import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { random } from '../result.js';
import { families } from './families.js';
import { playExecutor } from './play.js';
import { drawWorld } from './world.js';

export interface Footprint { readonly vms: number; readonly steps: number; readonly peakMb: number; readonly seconds: number; readonly entries: number; readonly entriesPerSecond: number }

/** The name under which bench/run.ts plays one move in a process of its own. */
export const footprintOf = 'move-footprint';

/** In a process of its own, so that nothing else counts: the most memory that the operating system saw it use. */
export async function footprint(vms: number): Promise<Footprint> {
  const { stdout } = await promisify(execFile)(process.execPath, [process.argv[1]!, footprintOf, String(vms)], { maxBuffer: 1e7 });
  return JSON.parse(stdout) as Footprint;
}

export async function printFootprint(vms: number): Promise<void> {
  const draw = random(1);
  const instance = families['wide']!(vms, draw);
  const { entries, tookMs } = await playExecutor(instance.estate, instance.steps, drawWorld(instance, draw)());
  const result: Footprint = { vms, steps: instance.steps.length, peakMb: process.resourceUsage().maxRSS / 1024, seconds: tookMs / 1_000, entries, entriesPerSecond: (entries * 1_000) / tookMs };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
