import { appendFaults, callFaults, lateFaults, type AppendFault, type CallFault } from '../../../src/lab/process.js';
import { hasInside } from '../estates.js';
import { actionFaults, type ActionFault } from '../outside.js';
import type { ActKind } from './table.js';

export const everyCallFault: readonly CallFault[] = [...callFaults, ...lateFaults];
/** Kinds of steps that change the world, as their keys name them. */
const acrossSites = ['stop-vm', 'try-stop-vm', 'power-off-vm', 'reverse-group', 'fail-over-group', 'resync-group', 'define-vm', 'start-vm', 'remove-vm', 'undo-stop-vm'] as const;
const insideSites = ['ha-stop-vm', 'restart-vm', 'reboot-vm', 'clean-source', 'migrate-vm', 'clone-group', 'define-test-vm', 'start-test-vm', 'stop-test-vm', 'remove-test-vm', 'remove-clone', 'evict-tests'] as const;
export const changingSteps = [...acrossSites, ...insideSites] as const;

/** The next change of that kind meets it, or one of the next ones of any. */
const spoilCall: ActKind<{ fault: CallFault; step: string | null; after: number }> = {
  weight: 7,
  draw: (random, estate) => (random.chance(0.6) ? { fault: random.pick(everyCallFault), step: random.pick(hasInside(estate) ? changingSteps : acrossSites), after: random.below(2) } : { fault: random.pick(everyCallFault), step: null, after: random.below(10) }),
  play: ({ fault, step, after }, night) => night.spoilCall(fault, step, after),
};

const moments = ['step.started', 'step.finished', 'lock.', 'run.started', 'run.claimed', 'run.finished', 'run.parked', 'plan.granted', 'plan.proposed', 'approval.', 'resume.', 'incident.'] as const;
const spoilAppend: ActKind<{ fault: AppendFault; about: string | null }> = {
  weight: 3,
  draw: (random) => ({ fault: random.pick(appendFaults), about: random.chance(0.8) ? random.pick(moments) : null }),
  play: ({ fault, about }, night) => night.spoilAppend(fault, about),
};

const spoilAction: ActKind<{ fault: ActionFault }> = { weight: 0.7, draw: (random) => ({ fault: random.pick(actionFaults) }), play: ({ fault }, night) => night.outside.spoil(fault) };

/** One process loses its way to a site's HMCs or storage agents, or has it again; the others do not. */
const cut: ActKind<{ node: number; what: string | null }> = {
  weight: 1.2,
  draw: (random, estate) => ({ node: random.below(2), what: random.chance(0.5) ? null : random.pick(estate.sites.flatMap(({ hmcs, storageAgents }) => [...hmcs, ...storageAgents]).map(({ name }) => name)) }),
  play: ({ node, what }, night) => {
    const { cutOff } = night.process(node);
    if (what === null) cutOff.clear();
    else cutOff.add(what);
  },
};

export const lineActs = { 'spoil-call': spoilCall, 'spoil-append': spoilAppend, 'spoil-action': spoilAction, cut } as const;
