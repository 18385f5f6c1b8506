import { kindOfStep, readKey } from '../keys.js';
import type { MakeFamily } from './family.js';
import { stepOfRun } from './seen.js';

/** Invariants 14, 16, 19, 25, 30 and 35: intents, order, silence. */
export const order: MakeFamily = (seen, broke) => {
  const keys = new Set<string>();
  /** Starts and stops of a VM by one run. */
  const cycles = new Map<string, number>();
  return {
    beforeEffect({ effect, n, key }, of) {
      const read = readKey(key);
      if (key === null || !read) return;
      if (keys.has(key)) broke('16-effect-twice', `line ${n}: ${key} has two effects`);
      keys.add(key);
      if (!of) { broke('14-intent-first', `line ${n}: ${effect.op} for ${key}, of a run that nobody knows`); return; }
      const step = of.run.steps.get(read.step);
      if (!step || step.attempt < read.attempt) broke('14-intent-first', `line ${n}: ${effect.op} for ${key}, and no intent stands`);
      if (read.epoch < of.run.plan.epoch) broke('12-old-epoch', `line ${n}: ${effect.op} for ${key}, and epoch ${of.run.plan.epoch} stands`);
      const { operation: { verb, drType }, vms } = of.run.plan;
      const unverified = verb === 'move' && drType === 'planned' ? vms.filter((vm) => ![...of.run.steps].some(([id, { status }]) => status === 'done' && id === `verify-vm:${vm}`)) : [];
      if (unverified.length > 0 && kindOfStep(read.step) !== 'evict-tests') broke('35-verified-first', `line ${n}: ${effect.op} for ${key}, and nobody has looked whether the target can take ${unverified.join(', ')}`);
      if (effect.op === 'started' || effect.op === 'stopped' || effect.op === 'rebooted' || effect.op === 'restarted-elsewhere') {
        const id = `${read.run} ${effect.vm} ${effect.op}`;
        cycles.set(id, (cycles.get(id) ?? 0) + 1);
        if (cycles.get(id)! > 3 + of.run.goneOn) broke('30-power-cycles', `line ${n}: ${effect.vm} was ${effect.op} ${cycles.get(id)} times by ${read.run}`);
      }
    },
    beforeEntry({ event, seq }) {
      if (event.type === 'step.started') {
        const run = seen.runs.get(event.run);
        const step = run && stepOfRun(run, event.step);
        const before = run?.steps.get(event.step);
        if (!run || !step) { broke('36-not-in-plan', `entry ${seq}: ${event.step} of ${event.run} stands in no plan`); return; }
        if (before?.open && event.attempt !== before.attempt) broke('16-repeated-blindly', `entry ${seq}: ${event.step} of ${event.run} is tried again, and nobody knows what became of attempt ${before.attempt}`);
        if (event.attempt > step.attemptsMax + run.goneOn) broke('30-attempts', `entry ${seq}: attempt ${event.attempt} of ${event.step}`);
        for (const id of step.whatever ? [] : step.after) {
          const status = run.steps.get(id)?.status;
          const warned = run.plan.steps.find((each) => each.id === id)?.onFailure === 'warn' && status === 'failed';
          if (status === 'unknown' || status === 'started') broke('16-successor-of-unknown', `entry ${seq}: ${event.step} of ${event.run} begins, and nobody knows whether ${id} happened`);
          else if (status !== 'done' && status !== 'waived' && !warned) broke('19-predecessors', `entry ${seq}: ${event.step} of ${event.run} begins, and ${id} is ${status ?? 'not begun'}`);
        }
        if (event.step.startsWith('undo-')) for (const later of run.plan.steps.filter(({ kind, after }) => kind === 'reverse-group' && after.includes(event.step.slice('undo-'.length)))) {
          const status = run.steps.get(later.id)?.status;
          if (status === 'done' || status === 'unknown' || status === 'started') broke('16-taken-back-blindly', `entry ${seq}: ${event.step} of ${event.run} begins, and ${later.id} is ${status}`);
        }
      }
      if (event.type === 'run.finished') {
        const run = seen.runs.get(event.run);
        const open = [...(run?.steps ?? [])].find(([, { open: unresolved }]) => unresolved);
        if (open) broke('25-given-up-blindly', `entry ${seq}: ${event.run} ends ${event.outcome}, and nobody looked what became of ${open[0]}`);
        // Whoever leads by then goes on with all of it: what may be done, and has not failed, is done.
        const failed = [...(run?.steps.values() ?? [])].some(({ status }) => status === 'failed' || status === 'unknown');
        const settled = (id: string): boolean => ['done', 'waived'].includes(run!.steps.get(id)?.status ?? '');
        const forgotten = run?.started && !failed && event.outcome !== 'cancelled' ? run.plan.steps.find(({ id, after }) => !run.steps.has(id) && after.every(settled)) : undefined;
        if (forgotten) broke('25-forgotten-step', `entry ${seq}: ${event.run} ends ${event.outcome}, and ${forgotten.id} was never begun, though all before it was done`);
        const unknown = [...(run?.steps ?? [])].find(([, { status }]) => status === 'unknown');
        if (unknown && event.outcome !== 'cancelled') broke('25-given-up-blindly', `entry ${seq}: ${event.run} ends ${event.outcome}, and nobody knows whether ${unknown[0]} happened`);
      }
    },
  };
};
