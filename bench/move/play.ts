import type { Estate } from '../../src/core/estate.js';
import { lifeboat, type Millis, type RunId, type StepId } from '../../src/core/names.js';
import { digestOf, type Plan, type Step } from '../../src/core/plan.js';
import { createBrake } from '../../src/durable/brake.js';
import { createExecutor } from '../../src/durable/executor.js';
import { createLiveState } from '../../src/journal/live-state.js';
import { createVirtualClock } from '../../src/lab/virtual-clock.js';
import type { Controller } from '../../src/ports/controller.js';
import { quiet } from '../stack.js';
import { createForgetfulJournal } from './forgetful-journal.js';
import type { World } from './world.js';

export interface Played { readonly ms: Millis; readonly done: ReadonlySet<StepId>; readonly entries: number; /** Real time. */ readonly tookMs: Millis }

const tail = { gate: { people: 0, role: 'approver' as const, expiresInMs: 0, attest: null }, because: { incident: null, reason: null }, vms: [], excluded: [], loss: { words: 'none', boundMs: null }, irreversible: [], evidence: [], facts: {}, locks: ['group:bench'], urgency: 'planned' as const, predictedMs: 0, policyVersion: 'bench', createdAt: 0 };

/** A granted plan of these steps. */
export function planOf(steps: readonly Step[], run: RunId = 'R-1'): Plan {
  const operation = { verb: 'move' as const, tenant: 'bench', scope: { class: 'site' as const, name: 'north' }, hostGroups: ['HG0', 'HG1'], from: 'north', to: 'south', drType: 'planned' as const };
  const plan = { ...tail, run, epoch: 1, operation, tenant: 'bench', runbook: 'bench', title: 'bench', requestedBy: lifeboat('start'), steps };
  return { ...plan, digest: digestOf(plan) };
}

/** The executor itself on a clock moved by hand: nothing of the engine is left out but the database, whose time `overheadMs` adds to every act. */
export async function playExecutor(estate: Estate, steps: readonly Step[], world: World, overheadMs: () => Millis = () => 0): Promise<Played> {
  const began = performance.now();
  const clock = createVirtualClock(0);
  const journal = createForgetfulJournal(clock);
  const live = await createLiveState(journal, { log: quiet });
  const plan = planOf(steps);
  const entry = { stream: 'run:R-1', tenant: 'bench', actor: lifeboat('start') };
  const granted = await journal.append({ entries: [
    { ...entry, stream: 'estate', tenant: null, event: { type: 'estate.imported', estate, source: 'bench', digest: 'bench' } }, { ...entry, event: { type: 'plan.proposed', plan, expiresAt: null } }, { ...entry, event: { type: 'plan.granted', run: 'R-1', epoch: 1, digest: plan.digest, by: [] } },
  ] });
  await live.reach(granted.at(-1)!.seq);
  const done = new Set<StepId>();
  let [entries, last] = [0, 0];
  live.onEntries((batch) => {
    entries += batch.length;
    for (const { event, at } of batch) if (event.type === 'step.finished' && !event.willRetry) { last = at; if (event.outcome === 'done') done.add(event.step); }
  });
  const controller: Controller = {
    name: 'bench', undo: () => [], plan: async () => { throw new Error('not asked'); }, observe: async () => ({ raised: [], cleared: [], isolated: false, sighting: { at: 0, hosts: new Map(), silentHmcs: [], silentAgents: [] } }), check: async () => { throw new Error('not asked'); },
    async do(step, _plan, { attempt, signal }) {
      const { ms, outcome } = world.begin(step, attempt, clock.now());
      await clock.sleep(ms + overheadMs(), signal);
      if (outcome === 'done') return { kind: 'done', evidence: [{ saw: 'done', by: 'bench', at: clock.now() }], changes: [] };
      return { kind: 'not-done', why: outcome === 'again' ? 'no heartbeat' : 'the host is gone', remedy: '', retry: outcome === 'again', evidence: [], changes: [] };
    },
  };
  const execute = createExecutor({ journal, live, controller, clock, brake: createBrake(() => undefined), bootId: 'bench', revalidate: async () => ({ kind: 'same' }), log: (message, detail) => { throw new Error(`${message} ${JSON.stringify(detail)}`); } });
  let over = false;
  const running = execute('R-1', 1, new AbortController().signal).finally(() => { over = true; });
  await clock.advanceUntil('the run is over', () => over, Infinity);
  const result = await running;
  const { status } = live.current.runs.get('R-1')!;
  if (result !== 'finished' || (status !== 'succeeded' && status !== 'exceptions')) throw new Error(`The run did not come to a good end: ${result}, ${status}`);
  await live.stop();
  return { ms: last, done, entries, tookMs: performance.now() - began };
}
