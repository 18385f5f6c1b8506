import type { JournalEntry } from '../../../src/core/event.js';
import type { StepId } from '../../../src/core/names.js';
import { rehearsalName } from '../../../src/ports/world.js';
import type { MakeFamily } from './family.js';
import { stepOfRun, type RunSeen, type Seen } from './seen.js';

/** Invariants 17, 18 and 27: what is said to be so is so. */
export const verdicts: MakeFamily = (seen, broke) => {
  /** Whatever a step claims may have been so and have changed since: a host fails between the look and the entry. */
  const look = (): void => {
    for (const run of seen.runs.values()) if (run.outcome === null) for (const [id, step] of run.steps) if (step.open && !step.held) step.held = isSo(seen, run, id) ?? true;
  };
  const told = ({ event, seq }: Extract<JournalEntry, unknown>): void => {
    if (event.type === 'step.finished' && event.outcome === 'done') {
      const run = seen.runs.get(event.run)!;
      const step = run.steps.get(event.step);
      if (step && !step.held && isSo(seen, run, event.step) === false) broke('17-false-green', `entry ${seq}: ${event.step} of ${event.run} is said to be done, and the world says no`);
      if (event.evidence.length === 0) broke('17-no-evidence', `entry ${seq}: ${event.step} of ${event.run} is said to be done, and nothing was seen`);
    }
    if (event.type === 'run.finished' && event.outcome === 'succeeded') {
      const run = seen.runs.get(event.run)!;
      const missed = run.plan.steps.filter(({ id }) => run.steps.get(id)?.status !== 'done').map(({ id }) => id);
      if (missed.length > 0) broke('18-partial-is-partial', `entry ${seq}: ${event.run} succeeded without ${missed.join(', ')}`);
    }
    if (event.type === 'run.finished' && seen.runs.get(event.run)!.started) {
      const run = seen.runs.get(event.run)!;
      const unnamed = run.plan.vms.filter((vm) => !event.vms.some((each) => each.vm === vm));
      if (unnamed.length > 0) broke('27-each-vm-named', `entry ${seq}: ${event.run} is over, and nothing is said of ${unnamed.join(', ')}`);
    }
  };
  return { beforeEffect: look, afterEffect: look, beforeEntry(entry) { look(); told(entry); } };
};

/** Is it so in the world what the step claims? null: it claims nothing about the world. */
function isSo(seen: Seen, run: RunSeen, id: StepId): boolean | null {
  const step = stepOfRun(run, id);
  if (!step) return null;
  const [vm, host, group] = [String(step.args.vm), String(step.args.host), String(step.args.group)];
  const instance = seen.instance(vm, host);
  const [site, test] = [String(step.args.site), seen.instance(rehearsalName(vm), host)];
  switch (step.kind) {
    case 'stop-vm':
    case 'power-off-vm': return !seen.live(instance);
    case 'confirm-stopped': return !seen.live(instance) || run.attested.has(run.plan.epoch);
    case 'define-vm': return instance !== undefined;
    case 'start-vm': return seen.running(instance);
    case 'remove-vm': return instance === undefined;
    case 'reverse-group': return seen.world.groups[group]!.copies[String(step.args.to)]?.role === 'primary';
    case 'fail-over-group': return seen.world.groups[group]!.copies[String(step.args.to)]?.writable === true;
    case 'resync-group': return seen.world.groups[group]!.copies[String(step.args.from)]?.role === 'primary' && seen.world.groups[group]!.link === 'SYNC' && seen.world.groups[group]!.syncedAt <= seen.at;
    case 'close-cleanup': return !run.plan.vms.some((each) => (step.args.hosts as string[]).some((one) => seen.instance(each, one) !== undefined));
    case 'ha-stop-vm': return !seen.live(instance) || run.attested.has(run.plan.epoch);
    case 'restart-vm':
    case 'migrate-vm': return seen.running(seen.instance(vm, String(step.args.to)));
    case 'reboot-vm': return seen.running(instance);
    case 'clean-source': return instance === undefined;
    case 'clone-group': return seen.world.groups[group]!.copies[site]!.clone !== null;
    case 'remove-clone': return seen.world.groups[group]!.copies[site]!.clone === null;
    case 'define-test-vm': return test?.shape.rehearsal === true;
    case 'start-test-vm': return seen.running(test);
    case 'stop-test-vm': return !seen.live(test);
    case 'remove-test-vm': return test === undefined;
    case 'close-rehearsal': return seen.world.groups[group]!.copies[site]!.clone === null && !seen.rehearsalsOn(step.args.hosts as string[]).some((each) => run.plan.vms.includes(each.vm));
    case 'evict-tests': return seen.rehearsalsOn(step.args.hosts as string[]).length === 0;
    default: return null;
  }
}
