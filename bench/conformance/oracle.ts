import { siteOfHost, tenantOfVm } from '../../src/core/estate.js';
import type { Millis } from '../../src/core/names.js';
import { apply } from '../../src/drivers/estate/simulated/world/apply.js';
import { emptyWorld, type EffectLine } from '../../src/drivers/estate/simulated/world/model.js';

/** One change that somebody asked the world for, whether or not it had an effect of its own. */
export interface Call { readonly wallAt: Millis; readonly key: string; readonly method: string }
export interface Move { readonly run: string; readonly tenant: string; readonly to: string }

/** Parts of a move, by what the world saw of it last. */
export const phases = ['approved', 'define', 'shutdown', 'storage', 'boot', 'cleanup', 'ending'] as const;
export type Phase = (typeof phases)[number];

const keyPattern = /^(R-\d+)\.\d+\/(.+)#\d+$/;
/** `R-12.1/stop-billing#1`: run and step, whatever the attempt. */
export function stepOf(key: string | null): { readonly run: string; readonly step: string } | null {
  const match = keyPattern.exec(key ?? '');
  return match ? { run: match[1]!, step: match[2]! } : null;
}

const phaseOfOp: Partial<Record<EffectLine['effect']['op'], Phase>> = { defined: 'define', stopped: 'shutdown', reversed: 'storage', started: 'boot', removed: 'cleanup' };

/** How far the world has seen the run come. `vms`: how many it moves. */
export function phaseOf(effects: readonly EffectLine[], run: string, vms: number): Phase {
  const own = effects.filter(({ key }) => stepOf(key)?.run === run);
  const last = own.at(-1);
  if (!last) return 'approved';
  return own.filter(({ effect }) => effect.op === 'removed').length >= vms ? 'ending' : phaseOfOp[last.effect.op] ?? 'approved';
}

/** Wall time at which the change was complete. The world's clock runs at the estate's rate. */
const completeAt = ({ wallAt, at, effect }: EffectLine, rate: number): Millis => wallAt + ('until' in effect ? (effect.until - at) / rate : 0);

/**
 * Steps done again although their effect was complete: a second effect of the same kind on the same thing in one run, or the world asked for a change that it had
 * completed under that step's key. Stricter than needed where the outcome was not committed yet: then the world must have been looked at, not asked again.
 */
export function stepsRerun(effects: readonly EffectLine[], calls: readonly Call[], rate: number): string[] {
  const rerun: string[] = [];
  const complete = new Map<string, Millis>();
  const seen = new Set<string>();
  for (const line of effects) {
    const step = stepOf(line.key);
    if (!step) continue;
    const { effect } = line;
    const what = `${step.run} ${effect.op} ${'vm' in effect ? effect.vm : 'group' in effect ? effect.group : ''} ${'host' in effect ? effect.host : ''}`.trimEnd();
    if (seen.has(what)) rerun.push(`${what}: a second effect`);
    seen.add(what);
    const id = `${step.run}/${step.step}`;
    complete.set(id, Math.min(complete.get(id) ?? Infinity, completeAt(line, rate)));
  }
  for (const { wallAt, key, method } of calls) {
    const step = stepOf(key);
    const doneAt = step ? complete.get(`${step.run}/${step.step}`) : undefined;
    if (doneAt !== undefined && wallAt > doneAt) rerun.push(`${key}: ${method} was asked for ${Math.round(wallAt - doneAt)} ms after it was complete`);
  }
  return rerun;
}

/** Pairs of runs of different tenants that changed something in the same stretch of time: both must hold the lock of the shared recovery host. */
export function lockOverlaps(effects: readonly EffectLine[], tenantOfRun: ReadonlyMap<string, string>, rate: number): string[] {
  const spans = new Map<string, { from: Millis; to: Millis }>();
  for (const line of effects) {
    const run = stepOf(line.key)?.run;
    if (run === undefined) continue;
    const span = spans.get(run);
    spans.set(run, { from: span?.from ?? line.wallAt, to: Math.max(span?.to ?? 0, completeAt(line, rate)) });
  }
  const ordered = [...spans].toSorted(([, a], [, b]) => a.from - b.from);
  return ordered.flatMap(([a, first], index) => ordered.slice(index + 1).flatMap(([b, second]) => (
    second.from < first.to && tenantOfRun.get(a) !== tenantOfRun.get(b) ? [`${a} and ${b}: ${Math.round(first.to - second.from)} ms`] : [])));
}

/** Where each VM is on, and every moment at which one was on at two sites. */
export function whereabouts(effects: readonly EffectLine[]): { readonly on: ReadonlyMap<string, readonly string[]>; readonly twice: readonly string[] } {
  const world = emptyWorld();
  const twice: string[] = [];
  let on = new Map<string, string[]>();
  for (const line of effects) {
    apply(world, line);
    on = new Map();
    for (const { vm, host, power } of Object.values(world.instances)) if (power === 'on') on.set(vm, [...(on.get(vm) ?? []), siteOfHost(world.estate!, host)!.name]);
    for (const [vm, sites] of on) if (new Set(sites).size > 1) twice.push(`${vm} after effect ${line.n}`);
  }
  return { on, twice };
}

/** Which run of the world's log belongs to which tenant. */
export function tenantsOfRuns(effects: readonly EffectLine[]): Map<string, string> {
  const world = emptyWorld();
  const tenants = new Map<string, string>();
  for (const line of effects) {
    apply(world, line);
    const run = stepOf(line.key)?.run;
    const tenant = 'vm' in line.effect ? tenantOfVm(world.estate!, line.effect.vm)?.name : 'group' in line.effect ? world.groups[line.effect.group]?.tenant : undefined;
    if (run !== undefined && tenant !== undefined) tenants.set(run, tenant);
  }
  return tenants;
}

/** From a kill to the next change that the run asked the world for. null: it asked for none any more. */
export function takeoverMs(calls: readonly Call[], run: string, killedAt: Millis): Millis | null {
  const next = calls.find(({ wallAt, key }) => wallAt > killedAt && stepOf(key)?.run === run);
  return next ? next.wallAt - killedAt : null;
}
