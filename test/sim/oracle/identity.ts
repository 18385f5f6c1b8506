import type { VmName } from '../../../src/core/names.js';
import type { MakeFamily } from './family.js';

/** Invariants 1, 2, 6, 7 and 13: who runs where. */
export const identity: MakeFamily = (seen, broke) => {
  /** VMs that a returning machine started beside production. */
  const strays = new Set<VmName>();
  const unfenced = new Set<string>();
  /** VMs of which an open incident tells, by its id. */
  const told = new Map<string, VmName>();
  return {
    beforeEffect({ effect, n }, of) {
      if (effect.op === 'started' && !effect.failed && seen.instance(effect.vm, effect.host)?.shape.rehearsal !== true) {
        const elsewhere = seen.liveOnes(effect.vm).filter(({ host }) => host !== effect.host);
        if (elsewhere.length > 0) broke('1-runs-twice', `line ${n}: ${effect.vm} starts on ${effect.host}, and ${elsewhere[0]!.host} has it, too`);
        const copy = seen.world.groups[seen.groupOf(effect.vm)]!.copies[seen.siteOf(effect.host)]!;
        if (copy.role === 'stale' || copy.role === 'secondary') broke('13-loser-starts', `line ${n}: ${effect.vm} starts on ${effect.host}, whose copy is ${copy.role}`);
        if (of && of.run.plan.operation.verb === 'move' && of.run.plan.operation.drType === 'unplanned' && seen.siteOf(effect.host) === of.run.plan.operation.to) {
          const proof = of.run.plan.steps.find(({ kind, args }) => kind === 'confirm-stopped' && args.vm === effect.vm);
          if (of.run.steps.get(proof?.id ?? '')?.status !== 'done') broke('6-death-evidence', `line ${n}: ${effect.vm} starts on ${effect.host}, and nobody has proven that it does not run at ${of.run.plan.operation.from}`);
        }
      }
      if (effect.op === 'failed-over') {
        for (const vm of seen.vmsOf(effect.group)) {
          const alive = seen.liveOnes(vm).find(({ host }) => seen.siteOf(host) !== effect.to);
          if (alive) broke('2-disks-in-use', `line ${n}: ${effect.group} fails over to ${effect.to} while ${vm} runs on ${alive.host}`);
        }
        if (!effect.revoked) unfenced.add(effect.group);
      }
      if (effect.op === 'resynced' || effect.op === 'reversed') unfenced.delete(effect.group);
    },
    afterEffect({ effect, n }) {
      if (effect.op !== 'reverted') return;
      for (const { vm } of Object.values(seen.world.instances)) {
        if (strays.has(vm) || seen.liveOnes(vm).length < 2) continue;
        // Nothing could be done about it from afar: then it must be told of, and soon.
        if (!unfenced.has(seen.groupOf(vm))) broke('7-return-starts', `line ${n}: ${vm} runs twice after ${effect.target} came back, though its disks were taken away`);
        strays.add(vm);
      }
    },
    afterEntry({ event, seq }) {
      if (event.type === 'step.finished' && event.outcome === 'done' && event.step.startsWith('fail-over-group:')) {
        const group = event.step.slice('fail-over-group:'.length);
        for (const [site, { role }] of Object.entries(seen.world.groups[group]!.copies)) if (role === 'stale' && !seen.pending.has(`${group} resync ${site}`)) broke('13-loser-unmarked', `entry ${seq}: the copy of ${group} at ${site} has lost, and nothing marks it`);
      }
      if (event.type === 'incident.opened' && event.incident.key.startsWith('VM_ACTIVE_AT_LEFT_SITE:')) told.set(event.incident.id, event.incident.key.slice('VM_ACTIVE_AT_LEFT_SITE:'.length));
      if (event.type === 'incident.resolved') told.delete(event.incident);
    },
    quiet() { for (const vm of strays) if (seen.liveOnes(vm).length > 1 && ![...told.values()].includes(vm)) broke('7-return-untold', `${vm} runs at both sites since one came back, and nobody was told`); },
    end() {
      for (const vm of seen.estate.tenants.flatMap(({ vms }) => vms)) if (seen.liveOnes(vm.name).length > 1) broke('7-return-stays', `${vm.name} still runs twice in the morning`);
    },
  };
};
