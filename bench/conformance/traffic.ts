import type { Cluster } from './cluster.js';
import { whereabouts } from './oracle.js';

/** A move under way, as whoever strikes must know it. */
export interface UnderWay { readonly run: string; readonly tenant: string; readonly vms: number }
export interface TenantTraffic { readonly tenant: string; readonly home: string; readonly vms: readonly string[] }

const lostAfterMs = 180_000;
const pause = (ms: number): Promise<void> => new Promise((done) => { setTimeout(done, ms); });

/** Moves one tenant forth and back until it is told to stop. Answers with the runs that were approved and whose VMs did not arrive, by the world's own log. */
export async function moveForthAndBack(cluster: Cluster, { tenant, home, vms }: TenantTraffic, underWay: Map<string, UnderWay>, goOn: () => boolean): Promise<{ moves: number; lost: string[] }> {
  const lost: string[] = [];
  let moves = 0;
  for (let from = home; goOn() && lost.length === 0; from = from === home ? 'service_provider' : home, moves++) {
    const to = from === home ? 'service_provider' : home;
    const run = await asked(cluster, `move site from=${from} to=${to} tenant=${tenant} dr_type=planned`, vms);
    underWay.set(tenant, { run, tenant, vms: vms.length });
    const state = await toItsEnd(cluster, run);
    underWay.delete(tenant);
    const { on } = whereabouts(cluster.effects());
    const missing = vms.filter((vm) => on.get(vm)?.join() !== to);
    if (missing.length > 0) lost.push(`${run}, ${state}: not at ${to}: ${missing.join(', ')}`);
  }
  return { moves, lost };
}

/** Waits until every VM is ready and asks; asking again is the same run. */
async function asked(cluster: Cluster, line: string, vms: readonly string[]): Promise<string> {
  for (const end = Date.now() + lostAfterMs; Date.now() < end; await pause(200)) {
    try {
      const { json } = await cluster.command('query vm', 'ana');
      if ((json as { State: string; Name: string }[]).filter((vm) => vms.includes(vm.Name) && vm.State === 'READY_TO_MOVE').length < vms.length) continue;
      const answer = await cluster.command(line, 'ana');
      if (answer.run !== null) return answer.run;
    } catch {
      // The node died under the question: the next one is asked.
    }
  }
  throw new Error(`Nobody could be asked for '${line}' within ${lostAfterMs / 1000} s.`);
}

/** Approves it, again where the plan changed meanwhile, and waits until it ends. */
async function toItsEnd(cluster: Cluster, run: string): Promise<string> {
  let state = 'unknown';
  for (const end = Date.now() + lostAfterMs; Date.now() < end; await pause(100)) {
    try {
      const [block] = (await cluster.command(`query run ${run}`, 'ana')).json as [{ State: string }];
      state = block.State;
      if (state === 'proposed') await cluster.command(`approve ${run}`, 'ben');
      if (/^(succeeded|exceptions|failed|cancelled|parked|rejected|expired)/.test(state)) return state;
    } catch {
      // As above.
    }
  }
  return `${state} after ${lostAfterMs / 1000} s`;
}
