import type { Millis } from '../../src/core/names.js';
import type { Step } from '../../src/core/plan.js';
import { listSchedule, type Policy } from './list-schedule.js';
import type { World } from './world.js';

/** The habits of older tools (reference/performance-model.md 5c, 5d), each in the same world as the engine. */
export const baselines: { readonly [name: string]: (steps: readonly Step[], world: World) => Millis } = {
  serial: played({ order: 'fifo', serial: true }),
  fifo: played({ order: 'fifo' }),
  tierBarriers: (steps, world) => played({ order: 'ours' })(behindBarriers(steps), world),
  fivePerHostPerFiveMinutes: played({ order: 'ours', bootSlotHeldMs: 300_000 }),
  poll10s: played({ order: 'ours', pollMs: 10_000 }),
};

function played(policy: Policy): (steps: readonly Step[], world: World) => Millis { return (steps, world) => listSchedule(steps, world, policy).ms; }

/** Nothing of a tier begins before all of the tier before it has ended, everywhere. A step's tier is how many steps at least come before it. */
function behindBarriers(steps: readonly Step[]): Step[] {
  const tiers = new Map<string, number>();
  const byId = new Map(steps.map((step) => [step.id, step]));
  // Without recursion: a chain is as deep as it is long.
  const stack = [...steps];
  for (let step = stack.pop(); step; step = stack.pop()) {
    if (tiers.has(step.id)) continue;
    const open = step.after.filter((id) => !tiers.has(id));
    if (open.length > 0) stack.push(step, ...open.map((id) => byId.get(id)!));
    else tiers.set(step.id, 1 + step.after.reduce((most, id) => Math.max(most, tiers.get(id)!), -1));
  }
  const members: Step[][] = [];
  for (const step of steps) (members[tiers.get(step.id)!] ??= []).push(step);
  return members.flatMap((tier, n) => [
    ...tier.map((step) => ({ ...step, after: n === 0 ? [] : [`barrier:${n - 1}`] })),
    { ...tier[0]!, id: `barrier:${n}`, kind: 'joint', args: {}, slots: [], after: tier.map((step) => step.id), estimateMs: 0, rank: 0 },
  ]);
}
