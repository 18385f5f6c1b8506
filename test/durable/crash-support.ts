import type { JournalEntry } from '../../src/core/event.js';
import type { RunId } from '../../src/core/names.js';
import { canonical } from '../../src/core/plan.js';
import { isTerminal } from '../../src/core/run-state.js';
import { openQuestions } from '../../src/core/step-answer.js';
import type { AppendFault, CallFault } from '../../src/lab/process.js';
import type { AppendRequest } from '../../src/ports/journal.js';
import type { BootOptions, Lab, LabNode } from '../scenarios/lab/lab.js';

/** What goes wrong in the first process; `n` counts from 1. */
export interface Faults { readonly append?: (n: number, request: AppendRequest) => AppendFault | null; readonly call?: (n: number, method: string, args: readonly unknown[]) => CallFault | Error | null }

/** One run on one lab, whose first process may be spoiled. */
export interface Played {
  readonly lab: Lab;
  readonly first: LabNode;
  readonly run: RunId;
  readonly appends: number;
  readonly calls: number;
  /** Effects before the run. */
  readonly before: number;
}

/** What the executor writes for itself: everything under a fence, and the claim that sets one. */
export const ofExecutor = (request: AppendRequest): boolean => request.fence !== undefined || request.entries.some(({ event }) => event.type === 'run.claimed');

/** Lets it go on, in a new process where the first one died. `people` answer what is asked of them; without them a parked run is the end, too. */
export async function goOn({ lab, first, run }: Played, { boot = {}, people }: { readonly boot?: BootOptions; readonly people?: (node: LabNode, run: RunId) => Promise<void> } = {}): Promise<LabNode> {
  let node = first;
  const over = (): boolean => isTerminal(node.run(run).status) || node.run(run).status === 'parked';
  for (let turns = 0; ; turns++) {
    await lab.until(`${run} is over or waits for people, or its process is dead`, () => !node.process.alive || over() || (people !== undefined && openQuestions(node.run(run)).length > 0));
    if (!node.process.alive) node = await lab.boot(boot);
    else if (people === undefined || isTerminal(node.run(run).status)) return node;
    else {
      await people(node, run);
      // A journal that is away when they have answered is tried again a little later.
      await lab.clock.advance(1_000);
    }
    if (turns > 50) throw new Error(`${run} does not come to an end: ${JSON.stringify(node.run(run).parked)}`);
  }
}

/** Everything that lasts: machines, definitions, disk copies, and what Lifeboat believes of them. */
export function lastingWorld({ lab }: Pick<Played, 'lab'>, node: LabNode): string {
  const { instances, groups } = lab.world.world.world;
  const machines = Object.values(instances).map(({ vm, host, power, failed }) => ({ vm, host, power, failed })).toSorted((a, b) => (`${a.vm}${a.host}` < `${b.vm}${b.host}` ? -1 : 1));
  const disks = Object.values(groups).map(({ group, link, copies }) => ({ group, link, copies }));
  const vms = [...node.state.vms.values()].map(({ vm, state, power, site, host }) => ({ vm, state, power, site, host }));
  const believed = [...node.state.groups.values()].map(({ group, activeSite, replication, pending }) => ({ group, activeSite, replication: replication.state, pending: pending.map((work) => work.work) }));
  return canonical({ machines, disks, vms, believed });
}

/** The lasting world, and how the run ended in it. */
export const lasting = (played: Played, node: LabNode): string => canonical({ world: lastingWorld(played, node), status: node.run(played.run).status, tally: node.run(played.run).tally });

/** What the run did to the world, by the world's own log. */
export const effectsOf = ({ lab, before }: Played): string[] => lab.world.effects().slice(before).map(({ effect }) => `${effect.op} ${'vm' in effect ? `${effect.vm} on ${effect.host}` : 'group' in effect ? effect.group : ''}`).toSorted();

/** Invariants 14, 15 and 45: intent before evidence, each step done once, one end. */
export function brokenRecords(entries: readonly JournalEntry[], run: RunId): string[] {
  const problems: string[] = [];
  const started = new Set<string>();
  const done = new Set<string>();
  let ends = 0;
  for (const { event } of entries) {
    if (event.type === 'run.finished' && event.run === run) ends += 1;
    if (event.type !== 'step.started' && event.type !== 'step.finished') continue;
    if (event.run !== run) continue;
    const attempt = `${event.step}#${event.attempt}`;
    if (done.has(event.step)) problems.push(`${event.type} of ${attempt} after it was done`);
    if (event.type === 'step.started') started.add(attempt);
    else if (!started.has(attempt)) problems.push(`evidence of ${attempt} without intent`);
    if (event.type === 'step.finished' && event.outcome === 'done') done.add(event.step);
  }
  if (ends !== 1) problems.push(`${ends} ends`);
  return problems;
}
