import type { ActKind } from './table.js';

type Slot = { readonly node: number };
const node = { draw: (random: { below(count: number): number }): Slot => ({ node: random.below(2) }) };

const crash: ActKind<Slot> = { weight: 1, ...node, play: ({ node: slot }, night) => night.process(slot).kill() };
/** Takes up at once what a dead one left, or what it finds. */
const restart: ActKind<Slot> = { weight: 1, ...node, play: ({ node: slot }, night) => night.boot(slot % night.slots) };
/** Longer than any lease, or not: as the acts after it have it. */
const freeze: ActKind<Slot> = { weight: 1, ...node, play: ({ node: slot }, night) => night.process(slot).freeze() };
const thaw: ActKind<Slot> = { weight: 1.5, ...node, play: ({ node: slot }, night) => night.process(slot).thaw() };

/** Somebody sets the machine's clock. */
const clock: ActKind<Slot & { readonly minutes: number }> = {
  weight: 1,
  draw: (random) => ({ node: random.below(2), minutes: random.pick([-60, -5, -1, 1, 5, 60]) }),
  play: ({ node: slot, minutes }, night) => { night.oracle.clockSet(minutes * 60_000); night.process(slot).setClock(minutes * 60_000); },
};

/** Every open plan changes: the gates ask for so many people from now on. */
const policy: ActKind<{ people: number }> = { weight: 0.7, draw: (random) => ({ people: random.pick([2, 3]) }), play: ({ people }, night) => night.policy(people) };

export const processActs = { crash, restart, freeze, thaw, clock, policy } as const;
