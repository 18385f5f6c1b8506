import { vmOf } from '../core/estate.js';
import { defaultVswitch } from '../core/policies.js';
import { apply } from '../drivers/estate/simulated/world/apply.js';
import { emptyWorld, type EffectLine } from '../drivers/estate/simulated/world/model.js';

/** Invariants 1, 2 and 8 at every line of the world's own log: no VM runs twice, no disk group has two writers, no test VM stands in production's network. Each breach in words. */
export function brokenPromises(lines: readonly EffectLine[]): string[] {
  const world = emptyWorld();
  return lines.flatMap((line) => {
    apply(world, line);
    const running = Object.values(world.instances).filter((instance) => instance.power === 'on' && !instance.shape.rehearsal).map((instance) => instance.vm);
    const twice = running.filter((vm, index) => running.indexOf(vm) !== index).map((vm) => `line ${line.n}: ${vm} runs twice`);
    const writers = Object.values(world.groups).filter((group) => Object.values(group.copies).filter((copy) => copy.writable).length > 1).map((group) => `line ${line.n}: ${group.group} has two writers`);
    const exposed = Object.values(world.instances).filter(({ power, shape, vm }) => { const home = world.estate && vmOf(world.estate, vm); return power === 'on' && shape.rehearsal && home && shape.vlan === home.vlan && shape.vswitch === (home.vswitch ?? defaultVswitch); }).map(({ lpar }) => `line ${line.n}: ${lpar} runs in production's network`);
    return [...twice, ...writers, ...exposed];
  });
}
