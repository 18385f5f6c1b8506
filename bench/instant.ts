import type { Step } from '../src/core/plan.js';
import type { Controller } from '../src/ports/controller.js';

/** A controller whose acts take no time: what a run takes with it is Lifeboat's own. */
export const instantController = (acted: (step: Step) => void = () => undefined): Controller => ({
  name: 'instant', undo: () => [], plan: async () => { throw new Error('not asked'); }, observe: async () => ({ raised: [], cleared: [], isolated: false, sighting: { at: 0, hosts: new Map(), silentHmcs: [], silentAgents: [] } }), check: async () => ({ kind: 'done', evidence: [], changes: [] }),
  async do(step) { acted(step); return { kind: 'done', evidence: [{ saw: 'done', by: 'bench', at: 0 }], changes: [] }; },
});
