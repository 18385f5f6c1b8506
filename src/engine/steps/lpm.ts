import { lparOn, observeHost, requireSiteOfHost, throughHmc } from '../site-access.js';
import { changing, done, notDone, reading, text, unknown } from '../step-kind.js';

/** `migrlpar -o v`: both hosts are asked before anything is done (reference/ksys.md 4.11). */
export const validateLpm = reading(async (step, _plan, world, { signal }) => {
  const [vm, host, to] = [text(step, 'vm'), text(step, 'host'), text(step, 'to')];
  const problems = await throughHmc(requireSiteOfHost(world.estate, host), (hmc) => world.hypervisor.canMigrate(hmc, host, vm, to, signal));
  if (problems.length > 0) return notDone(`${vm} cannot move live from ${host} to ${to}: ${problems.join('; ')}.`, `Correct that, or restart it instead: restart vm ${vm} to=${to}`);
  return done([{ saw: `${vm} can move live from ${host} to ${to}`, by: `HMC of ${host}`, at: world.now() }]);
});

/** Shell on the target, memory copied while it runs, a short stop for the last pages, definition gone from the source. */
export const migrateVm = changing(
  async (step, _plan, world, { signal }) => {
    const [vm, host, to] = [text(step, 'vm'), text(step, 'host'), text(step, 'to')];
    const [there, here] = await Promise.all([observeHost(world, world.estate, to, signal), observeHost(world, world.estate, host, signal)]);
    const lpar = lparOn(there, vm);
    const evidence = [{ saw: `${vm} on ${to}: ${lpar?.state ?? 'no definition'}`, by: there.evidence.by, at: there.evidence.at }];
    if (lpar?.state === 'Migrating') return unknown(`VM ${vm} is on its way from ${host} to ${to}.`, evidence);
    if (lpar?.state === 'Running') return done(evidence, [{ kind: 'place', vm, host: to, power: 'running' }]);
    const left = lparOn(here, vm);
    return notDone(`VM ${vm} is not on ${to}; on ${host} it is ${left?.state ?? 'not defined'}.`, `It goes on running on ${host}. Look at the HMC, then: lpm vm ${vm} to=${to}`, { retry: false, evidence, changes: left?.state === 'Running' ? [{ kind: 'place', vm, host, power: 'running' }] : [] });
  },
  (step, _plan, world, { signal, key, attempt }) => throughHmc(requireSiteOfHost(world.estate, text(step, 'host')), (hmc) => world.hypervisor.migrate(hmc, text(step, 'host'), text(step, 'vm'), text(step, 'to'), `${key}#${attempt}`, signal)),
);
