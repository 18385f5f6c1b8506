import { groupOfVmNamed } from '../../core/estate.js';
import { isLive, lparOn, observeHost, requireSiteOfHost, throughHmc } from '../site-access.js';
import { changing, done, notDone, reading, settle, text, type StepKind } from '../step-kind.js';

/** Only ever a VM that is off. */
const remove = changing(
  async (step, _plan, world, { signal }) => {
    const [vm, host] = [text(step, 'vm'), text(step, 'host')];
    const seen = await observeHost(world, world.estate, host, signal);
    const lpar = lparOn(seen, vm);
    if (!lpar) return done([{ saw: `${vm} is gone from ${host}`, by: seen.evidence.by, at: seen.evidence.at }]);
    return notDone(`${vm} is still defined on ${host}.`, isLive(seen, lpar) ? `It runs there: power it off first with cleanup.` : 'Look at the HMC, then run cleanup.', { retry: !isLive(seen, lpar), evidence: [seen.evidence] });
  },
  async (step, _plan, world, { signal, key, attempt }) => throughHmc(requireSiteOfHost(world.estate, text(step, 'host')), (hmc) => world.hypervisor.remove(hmc, text(step, 'host'), text(step, 'vm'), `${key}#${attempt}`, signal)),
);

/** A move, or its recovery, that cannot clean its source up leaves that as pending work (reference/ksys.md 4.13). */
const remembering = (how: 'act' | 'check'): StepKind['act'] => async (step, plan, world, context) => {
  const result = await settle(step, () => remove[how](step, plan, world, context));
  const because = { move: `planned move ${plan.run}`, recover: `recovery ${plan.run}` }[plan.operation.verb as string];
  if (result.kind !== 'not-done' || because === undefined) return result;
  const group = groupOfVmNamed(world.estate, text(step, 'vm'))!;
  return { ...result, changes: [...result.changes, { kind: 'pending', group, work: 'cleanup', site: requireSiteOfHost(world.estate, text(step, 'host')).name, open: true, because }] };
};

/** Removes definition, disk mapping and adapters on the side that the VM left (seeds/1 section 6). */
export const removeVm: StepKind = { act: remembering('act'), check: remembering('check') };

/** Closes the pending cleanup of a group once nothing of it is left at the side that was left: proven by a fresh look, not by the absence of errors. */
export const closeCleanup = reading(async (step, plan, world, { signal, state }) => {
  const [group, site] = [text(step, 'group'), text(step, 'site')];
  const hosts = Array.isArray(step.args.hosts) ? step.args.hosts.filter((host): host is string => typeof host === 'string') : [];
  const seen = await Promise.all(hosts.map((host) => observeHost(world, world.estate, host, signal)));
  const left = seen.flatMap((host) => host.lpars.filter((lpar) => plan.vms.includes(lpar.vm)).map((lpar) => `${lpar.vm} on ${host.host}`));
  const evidence = seen.map((host) => host.evidence);
  if (left.length > 0) return notDone(`Not cleaned up: ${left.join(', ')}.`, 'Remove what is named, then run cleanup again.', { evidence });
  const resyncOpen = state.groups.get(group)?.pending.some((work) => work.work === 'resync') === true;
  return done(evidence, [
    { kind: 'pending', group, work: 'cleanup', site, open: false, because: plan.run },
    ...plan.vms.filter((vm) => state.vms.get(vm)?.state === 'ACTIVE_NEEDS_CLEANUP').map((vm) => ({ kind: 'vm' as const, vm, state: resyncOpen ? 'ACTIVE_NEEDS_RESYNC' as const : 'DISCOVERED' as const, reason: resyncOpen ? `replication to ${site} is not re-established yet` : 'not verified since the cleanup' })),
  ]);
});
