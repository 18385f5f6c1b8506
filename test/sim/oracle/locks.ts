import type { RunId } from '../../../src/core/names.js';
import { rehearsalName } from '../../../src/ports/world.js';
import { kindOfStep } from '../keys.js';
import type { MakeFamily } from './family.js';
import type { RunSeen, Seen } from './seen.js';

/** Invariants 20, 21, 22 and 48: one at a time, within capacity, on what is so today. */
export const locks: MakeFamily = (seen, broke) => {
  /** Facts of each run's plan that were so at some moment since it took its locks. */
  const standing = new Map<RunId, Set<string>>();
  const lookAtFacts = (): void => {
    for (const [id, facts] of standing) for (const [fact, value] of Object.entries(seen.runs.get(id)!.plan.facts)) if (!facts.has(fact) && isSo(seen, fact, value) !== false) facts.add(fact);
  };
  return {
    beforeEntry({ event, seq }) {
      lookAtFacts();
      if (event.type === 'lock.acquired') {
        for (const key of event.keys) {
          const holder = seen.locks.get(key);
          if (holder !== undefined && holder !== event.run) broke('20-one-at-a-time', `entry ${seq}: ${event.run} takes ${key}, and ${holder} has it`);
        }
        standing.set(event.run, new Set());
        lookAtFacts();
      }
      if (event.type === 'step.started') {
        const missing = seen.runs.get(event.run)?.plan.locks.filter((key) => seen.locks.get(key) !== event.run) ?? [];
        if (missing.length > 0) broke('20-one-at-a-time', `entry ${seq}: ${event.step} of ${event.run} begins without ${missing.join(', ')}`);
      }
      if (event.type === 'step.started') {
        const [run, mine] = [seen.runs.get(event.run)!, sharedHosts(seen, event.run)];
        for (const [other, { started, outcome, plan }] of seen.runs) {
          if (other === event.run || !started || outcome !== null || plan.tenant === run.plan.tenant || !working(seen.runs.get(other)!)) continue;
          const both = sharedHosts(seen, other).find((host) => mine.includes(host));
          if (both !== undefined) broke('21-shared-host', `entry ${seq}: ${event.run} and ${other} work on ${both}, which both tenants share`);
        }
      }
      if (event.type === 'lock.released') {
        const run = seen.runs.get(event.run);
        const unclear = run && unresolved(run);
        if (run && unclear && !run.cancelling) broke('20-lock-given-up', `entry ${seq}: ${event.run} gives its locks back, and nobody knows whether ${unclear} happened`);
        standing.delete(event.run);
      }
      if (event.type === 'run.started') {
        const run = seen.runs.get(event.run)!;
        const wrong = run.plan.gate.people === 0 ? [] : Object.keys(run.plan.facts).filter((fact) => !standing.get(event.run)?.has(fact));
        if (wrong.length > 0) broke('22-looked-at-again', `entry ${seq}: ${event.run} starts, and since it has its locks it was never so that ${wrong.map((fact) => `${fact}: ${String(run.plan.facts[fact])}`).join('; ')}`);
        standing.delete(event.run);
      }
    },
    beforeEffect: lookAtFacts,
    afterEffect({ effect, n }, of) {
      lookAtFacts();
      if (of && 'vm' in effect && kindOfStep(of.key.step) !== 'evict-tests' && !seen.estate.tenants.find(({ name }) => name === of.run.plan.tenant)!.vms.some(({ name }) => name === effect.vm || rehearsalName(name) === effect.vm)) broke('48-other-tenant', `line ${n}: ${effect.op} ${effect.vm} by a run of ${of.run.plan.tenant}`);
      const comesTo = effect.op === 'started' && !effect.failed ? effect.host : (effect.op === 'restarted-elsewhere' && !effect.failed) || effect.op === 'migrated' ? effect.to : null;
      if (comesTo === null || !('vm' in effect)) return;
      const host = seen.world.estate!.sites.flatMap(({ hosts }) => hosts).find(({ name }) => name === comesTo)!;
      const used = Object.values(seen.world.instances).filter((instance) => instance.host === comesTo && seen.live(instance)).reduce((sum, { shape }) => sum + shape.memoryMb, 0);
      if (used > host.memoryMb) broke('21-capacity', `line ${n}: ${effect.vm} starts on ${comesTo}, which has ${host.memoryMb} MB for ${used}`);
    },
  };
};

/** Hosts of shared sites that a run verifies, or changes something on. What only reads is in nobody's way. */
const sharedHosts = (seen: Seen, id: RunId): string[] => {
  const shared = seen.estate.sites.filter(({ tenant }) => tenant === null).flatMap(({ hosts }) => hosts.map(({ name }) => name));
  return seen.runs.get(id)!.plan.steps.flatMap(({ kind, mutates, args }) => ((mutates || kind === 'verify-vm') && shared.includes(String(args.host)) ? [String(args.host)] : []));
};
const working = (run: RunSeen): boolean => [...run.steps.values()].some(({ open }) => open);
const unresolved = (run: RunSeen): string | undefined => [...run.steps].find(([, { status, open }]) => open || status === 'unknown')?.[0];

/** null: nothing that the oracle can judge. */
function isSo(seen: Seen, fact: string, value: unknown): boolean | null {
  const active = /^active site of (.+)$/.exec(fact)?.[1];
  if (active !== undefined) return seen.production.get(active) === value;
  const standingOf = /^standing of (.+)$/.exec(fact)?.[1];
  if (standingOf !== undefined) {
    const site = seen.estate.sites.find(({ hosts }) => hosts.some(({ name }) => name === standingOf))!;
    // One process may be cut off where another is not.
    if (value === 'unreachable') return null;
    const visible = site.hmcs.some(({ name }) => !seen.world.hmcsDown.includes(name));
    return visible && (value === 'confirmed-off') === (seen.world.hosts[standingOf] === 'Power Off');
  }
  const divergent = /^divergent writes of (.+)$/.exec(fact)?.[1];
  if (divergent !== undefined) return Object.entries(seen.world.groups[divergent]!.copies).some(([site, copy]) => site !== seen.production.get(divergent) && copy.divergentWrites === value);
  const at = /^(.+) at (.+)$/.exec(fact);
  if (at && (value === 'running' || value === 'off')) return (value === 'running') === seen.liveOnes(at[1]!).some(({ host }) => seen.siteOf(host) === at[2]);
  return null;
}
