import { networkAt } from '../../../src/core/policies.js';
import { kindOfStep } from '../keys.js';
import type { MakeFamily } from './family.js';

/** Invariants 8 and 9: a rehearsal stands beside production, and production does not notice. */
export const rehearsals: MakeFamily = (seen, broke) => ({
  beforeEffect({ effect, n, key }, of) {
    const test = 'vm' in effect ? seen.instance(effect.vm, effect.host) : undefined;
    if (effect.op === 'started' && test?.shape.rehearsal === true) {
      const site = seen.siteOf(effect.host);
      const tenant = seen.estate.tenants.find(({ vms }) => vms.some(({ name }) => name === test.vm))!;
      const vm = tenant.vms.find(({ name }) => name === test.vm)!;
      if (seen.world.groups[seen.groupOf(test.vm)]!.copies[site]!.clone === null) broke('8-rehearsal-apart', `line ${n}: ${effect.vm} starts on ${effect.host}, and no clone is there`);
      const shares = [tenant.homeSite, tenant.backupSite].find((each) => { const real = networkAt(tenant, vm, each); return real.vlan === test.shape.vlan && real.vswitch === test.shape.vswitch; });
      if (shares !== undefined) broke('8-rehearsal-apart', `line ${n}: ${effect.vm} starts in VLAN ${test.shape.vlan}, where production stands at ${shares}`);
    }
    if (!of || (of.run.plan.operation.drTest !== true && kindOfStep(of.key.step) !== 'evict-tests')) return;
    const apart = effect.op === 'cloned' || effect.op === 'clone-removed' || (effect.op === 'defined' ? effect.shape?.rehearsal === true : ['started', 'stopped', 'removed'].includes(effect.op) && test?.shape.rehearsal === true);
    if (!apart) broke('8-production-untouched', `line ${n}: ${effect.op} for ${String(key)}, which is for rehearsals alone`);
  },
});
