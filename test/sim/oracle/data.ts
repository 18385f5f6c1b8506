import type { MakeFamily } from './family.js';

/** Invariants 3, 4, 5, 10 and 11: what may be written over, and what is lost. */
export const data: MakeFamily = (seen, broke) => ({
  beforeEffect({ effect, n, at }, of) {
    if (effect.op === 'resynced') {
      const production = seen.production.get(effect.group);
      if (production !== effect.from) broke('20-resync-direction', `line ${n}: ${effect.group} is mirrored from ${effect.from}, and production is at ${production}`);
      const stated = of?.run.plan.facts[`divergent writes of ${effect.group}`];
      if (stated !== effect.discardedWrites) broke('3-discard-itemised', `line ${n}: ${effect.discardedWrites} writes of ${effect.group} are discarded, and people approved ${String(stated)}`);
      const source = seen.world.groups[effect.group]!.copies[effect.from]!;
      if (!source.writable || source.role === 'stale') broke('10-last-good-copy', `line ${n}: ${effect.group} is mirrored from a copy that is ${source.role}`);
    }
    if (effect.op === 'reversed') {
      for (const vm of seen.vmsOf(effect.group)) {
        const alive = seen.liveOnes(vm).find(({ host }) => seen.siteOf(host) !== effect.to);
        if (alive) broke('4-planned-loses-nothing', `line ${n}: ${effect.group} is reversed while ${vm} may still write on ${alive.host}`);
      }
      if (seen.world.groups[effect.group]!.syncedAt > at) broke('4-planned-loses-nothing', `line ${n}: ${effect.group} is reversed before it is in sync`);
    }
    if (effect.op === 'failed-over') {
      const loss = of?.run.plan.loss;
      if (!loss || (loss.boundMs === null ? !loss.words.includes('unknown') : loss.boundMs < effect.lostWrites * 1_000)) broke('5-loss-stated', `line ${n}: ${effect.lostWrites} s of ${effect.group} are lost, and people were told: ${loss?.words ?? 'nothing'}`);
    }
  },
  afterEffect({ effect, n }) {
    if (!('group' in effect)) return;
    const group = seen.world.groups[effect.group]!;
    if (!Object.values(group.copies).some(({ role, writable }) => writable && (role === 'primary' || role === 'failed-over'))) broke('10-last-good-copy', `line ${n}: no copy of ${effect.group} is good any more`);
  },
});
