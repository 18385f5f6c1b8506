import type { StateChange } from '../../core/event.js';
import { tenantOfVm, vmOf } from '../../core/estate.js';
import { networkAt, sizeAt } from '../../core/policies.js';
import type { Plan, Step } from '../../core/plan.js';
import type { StepContext, StepResult } from '../../ports/controller.js';
import { DriverError, type LparShape } from '../../ports/world.js';
import { isLive, lparOn, observeHost, requireSiteOfHost, throughHmc } from '../site-access.js';
import { changing, done, notDone, reading, settle, text, unknown, type StepKind, type StepWorld } from '../step-kind.js';
import { stopStanding } from './stop.js';

const ha = (vm: string, state: 'monitored' | 'paused' | 'blocked', reason: string | null = null): StateChange => ({ kind: 'ha', vm, state, reason });

/** The shape that a VM has at a place of its estate: flexible capacity, VLAN and switch maps. */
export function shapeAt(world: StepWorld, vm: string, host: string, rehearsal = false): LparShape {
  const tenant = tenantOfVm(world.estate, vm)!;
  const known = vmOf(world.estate, vm)!;
  const site = requireSiteOfHost(world.estate, host).name;
  const { vlan, vswitch } = networkAt(tenant, known, site, rehearsal);
  return { ...sizeAt(world.estate, tenant, known, site), vlan, vswitch, rehearsal };
}

export const pauseHa = reading(async (step, _plan, world) => {
  const vm = text(step, 'vm');
  return done([{ saw: `${vm} is not watched while it is restarted`, by: 'Lifeboat', at: world.now() }], [ha(vm, 'paused')]);
});

export const resumeHa = reading(async (step, _plan, world) => {
  const vm = text(step, 'vm');
  return done([{ saw: `${vm} is watched again`, by: 'Lifeboat', at: world.now() }], [ha(vm, 'monitored')]);
});

/**
 * "If it cannot be stopped, it is not restarted elsewhere" (reference/ksys.md 4.10, seeds/5). Proof is the HMC's word, or a named person's attestation of this run; what nobody
 * can see blocks the VM, visibly, until somebody can.
 */
async function provenStopped(step: Step, plan: Plan, world: StepWorld, context: StepContext): Promise<StepResult> {
  const attested = context.state.runs.get(plan.run)?.approvals.find((approval) => approval.epoch === plan.epoch && approval.attested !== null);
  const [vm, host] = [text(step, 'vm'), text(step, 'host')];
  const blocked = (why: string): StepResult => notDone(`${why} ${vm} was not restarted elsewhere: it could run twice.`, `Find out whether ${vm} runs on ${host}. Whoever knows that ${host} is down attests it: restart vm ${vm}`, { changes: [ha(vm, 'blocked', why)] });
  try {
    const result = await stopStanding(step, world, context);
    if (result.kind !== 'unknown' || result.why.includes('still shutting down')) return result;
    if (!attested) return blocked(result.why);
  } catch (error) {
    if (!(error instanceof DriverError) || (error.code !== 'unreachable' && error.code !== 'timeout')) throw error;
    if (!attested) return blocked(`Nobody can see whether ${vm} still runs on ${host}: ${error.message}`);
  }
  return done([{ saw: `${attested.by} attested that ${attested.attested} is down`, by: attested.by, at: attested.at }]);
}

const stopped = changing(provenStopped, async (step, _plan, world, { signal, key, attempt }) => {
  await throughHmc(requireSiteOfHost(world.estate, text(step, 'host')), (hmc) => world.hypervisor.stop(hmc, text(step, 'host'), text(step, 'vm'), 'immediate', `${key}#${attempt}`, signal));
});
/** A refusal to stop blocks the VM, too. */
export const haStopVm: StepKind = {
  check: provenStopped,
  async act(step, plan, world, context) {
    const result = await settle(step, () => stopped.act(step, plan, world, context));
    const vm = text(step, 'vm');
    if (result.kind === 'done') context.progress(`Shutdown has completed for VM ${vm}`);
    return result.kind === 'not-done' && result.changes.length === 0 ? { ...result, changes: [ha(vm, 'blocked', result.why)] } : result;
  },
};

/** Remote restart on another host of the site. The source is looked at once more right before: it may have come back since (invariants 1 and 7). */
export const restartVm = changing(
  async (step, _plan, world, { signal }) => {
    const [vm, host, to] = [text(step, 'vm'), text(step, 'host'), text(step, 'to')];
    const seen = await observeHost(world, world.estate, to, signal);
    const found = lparOn(seen, vm);
    // What an earlier restart left there is not this VM: its definition on the old host is the only one.
    const lpar = found?.restartedElsewhere === true ? undefined : found;
    const evidence = [{ saw: `${vm} on ${to}: ${lpar?.state ?? 'no definition'}`, by: seen.evidence.by, at: seen.evidence.at }];
    if (lpar?.state === 'Running') return done(evidence, [{ kind: 'place', vm, host: to, power: 'running' }, { kind: 'left', vm, host, open: true }]);
    if (lpar?.state === 'Starting') return unknown(`VM ${vm} is still starting on ${to}.`, evidence);
    return notDone(`VM ${vm} does not run on ${to}: it is ${lpar?.state ?? 'not defined'}.`, `Look at the reference code of ${vm} on ${to}, then: restart vm ${vm}`, { retry: lpar === undefined, evidence, changes: [ha(vm, 'blocked', `it did not start on ${to}`), ...(lpar ? [{ kind: 'place' as const, vm, host: to, power: 'off' as const }, { kind: 'left' as const, vm, host, open: true }] : [])] });
  },
  async (step, plan, world, context) => {
    const [vm, host, to] = [text(step, 'vm'), text(step, 'host'), text(step, 'to')];
    const proof = await provenStopped(step, plan, world, context);
    if (proof.kind !== 'done') throw new DriverError('refused', `${proof.kind === 'waiting' || proof.kind === 'unknown' || proof.kind === 'not-done' ? proof.why : ''} ${vm} was proven stopped before, so ${host} has come back since; it was not started on ${to}.`.trim());
    const attested = context.state.runs.get(plan.run)?.approvals.some((approval) => approval.epoch === plan.epoch && approval.attested !== null) === true;
    await throughHmc(requireSiteOfHost(world.estate, to), (hmc) => world.hypervisor.restartElsewhere(hmc, host, vm, to, { ...shapeAt(world, vm, to), attested }, `${context.key}#${context.attempt}`, context.signal));
  },
);

/** A reboot is proven by a boot that is younger than the step. */
export const rebootVm: StepKind = changing(
  async (step, _plan, world, { signal, startedAt }) => {
    const [vm, host] = [text(step, 'vm'), text(step, 'host')];
    const seen = await observeHost(world, world.estate, host, signal);
    const lpar = lparOn(seen, vm);
    const evidence = [{ saw: `${vm} on ${host}: ${lpar?.state ?? 'no definition'}${lpar?.referenceCode ? `, reference code ${lpar.referenceCode}` : ''}`, by: seen.evidence.by, at: seen.evidence.at }];
    if (lpar?.state === 'Starting' || lpar?.state === 'Shutting Down') return unknown(`VM ${vm} is on its way up on ${host}.`, evidence);
    if (lpar?.state !== 'Running') return notDone(`VM ${vm} on ${host} is ${lpar?.state ?? 'not defined'}: it can only be rebooted while it runs.`, `Restart it: restart vm ${vm}`, { evidence, changes: [ha(vm, 'monitored')] });
    if (lpar.upForMs === null) return unknown(`Nobody can say since when ${vm} is up.`, evidence);
    const sinceMs = (world.now() - startedAt) * world.estate.clockRate;
    return lpar.upForMs <= sinceMs ? done(evidence, [{ kind: 'place', vm, host, power: 'running' }]) : notDone(`VM ${vm} has not been rebooted: it is up for ${Math.round(lpar.upForMs / 1000)} s.`, 'Try again.', { retry: true, evidence });
  },
  async (step, _plan, world, { signal, key, attempt }) => {
    await throughHmc(requireSiteOfHost(world.estate, text(step, 'host')), (hmc) => world.hypervisor.reboot(hmc, text(step, 'host'), text(step, 'vm'), `${key}#${attempt}`, signal));
  },
);

/** What a restart left on its old host: off, and marked as restarted elsewhere. Also when that host comes back (seeds/5: auto cleanup). */
export const cleanSource = changing(
  async (step, _plan, world, { signal }) => {
    const [vm, host] = [text(step, 'vm'), text(step, 'host')];
    const seen = await observeHost(world, world.estate, host, signal);
    const lpar = lparOn(seen, vm);
    const closed: StateChange[] = [{ kind: 'left', vm, host, open: false }];
    if (!lpar) return done([{ saw: `${vm} is gone from ${host}`, by: seen.evidence.by, at: seen.evidence.at }], closed);
    return notDone(`${vm} is still defined on ${host}.`, isLive(seen, lpar) ? `It runs there as well: power it off, then: cleanup host ${host}` : `It is cleaned up by itself when ${host} works again.`, { retry: !isLive(seen, lpar), evidence: [seen.evidence], changes: [{ kind: 'left', vm, host, open: true }] });
  },
  async (step, _plan, world, { signal, key, attempt }) => {
    await throughHmc(requireSiteOfHost(world.estate, text(step, 'host')), (hmc) => world.hypervisor.remove(hmc, text(step, 'host'), text(step, 'vm'), `${key}#${attempt}`, signal));
  },
);
