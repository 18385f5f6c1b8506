import type { Person } from '../src/core/estate.js';
import { isTerminal } from '../src/core/run-state.js';
import { createDesk } from '../src/desk/create-desk.js';
import { startKeeper } from '../src/desk/keeper.js';
import type { DeskParts } from '../src/desk/parts.js';
import { propose } from '../src/desk/propose.js';
import { createBrake } from '../src/durable/brake.js';
import { createDbosRuns } from '../src/durable/dbos-runs.js';
import { createExecutor } from '../src/durable/executor.js';
import { planPlannedMove } from '../src/engine/planners/move.js';
import { scopeOf } from '../src/engine/planners/scope.js';
import { createMemoryButtonStore, createMemoryOnceStore } from '../src/journal/memory-once.js';
import { createIncidents } from '../src/notify/incidents.js';
import { loadRunbooks } from '../src/runbook/load.js';
import { largeEstate } from './estate.js';
import { instantController } from './instant.js';
import { percentile, report, rounded } from './result.js';
import { quiet, startStack } from './stack.js';

const waiting = 500;
const granted = 100;
/** Not counted: the first clicks find nothing compiled yet. */
const warmUp = 20;
const roundsPrinted = 5;

/** Who says yes to which run, how the desk answers, and whether it is measured. */
type Vote = readonly [Person, string, 'waiting' | 'granted', boolean];

const person = (name: string): Person => ({ name, displayName: name, roles: ['operator', 'approver'], tenants: 'all', email: null, phone: null, timeZone: null });

/**
 * Clicks through the real desk on PostgreSQL, one after the other, while 500 runs wait for approval: first votes, then votes that complete the quorum and start a durable run.
 * Each click is planned anew, as always. Between the clicks the bound is measured: one row inserted and committed into the same database.
 */
export async function approval(): Promise<void> {
  const count = waiting + granted + warmUp;
  const [ana, ben, chris] = ['ana', 'ben', 'chris'].map(person) as [Person, Person, Person];
  const { pool, journal, live, clock, folder, url, stop } = await startStack({ ...largeEstate(2 * count, 2), people: [ana, ben, chris] });
  for (const vm of live.current.vms.values()) Object.assign(vm, { state: 'READY_TO_MOVE', reason: null, power: 'running' });
  const controller = { ...instantController(), plan: async (...[operation, state]: Parameters<DeskParts['controller']['plan']>) => planPlannedMove(scopeOf(state.estate!, state, operation), []) };
  const brake = createBrake(() => undefined);
  const execute = createExecutor({ journal, live, controller, clock, brake, bootId: 'bench', revalidate: async () => ({ kind: 'same' }), log: () => undefined });
  const runs = await createDbosRuns({ pool, databaseUrl: url, bootId: 'bench', home: folder, execute, clock, log: quiet });
  const runbooks = loadRunbooks('runbooks').map((runbook) => ({ ...runbook, gate: { ...runbook.gate, ...(runbook.gate.people > 0 ? { people: 3 } : {}) } }));
  const parts: DeskParts = { journal, live, controller, runs, clock, brake, once: createMemoryOnceStore(clock), buttons: createMemoryButtonStore(), runbooks, surfaces: [], version: 'bench', closeIncident: createIncidents({ journal, live, clock }).close, log: () => undefined };
  const desk = createDesk(parts);
  const stopKeeping = startKeeper(parts);
  await pool.query('create table bench_bound (n bigserial primary key, body text)');

  const asked: string[] = [];
  for (let n = 0; n < count; n++) {
    const operation = { verb: 'move' as const, tenant: 'bench', scope: { class: 'host_group' as const, name: `HG${n}` }, hostGroups: [`HG${n}`], from: 'north', to: 'south', drType: 'planned' as const };
    const proposed = await propose(parts, operation, { kind: 'person', person: ana.name, surface: 'web' }, { incident: null, reason: null });
    if (proposed.kind !== 'proposed') throw new Error(JSON.stringify(proposed));
    asked.push(proposed.run);
  }
  process.stdout.write(`${asked.length} runs wait for approval\n`);

  const [clicksMs, boundMs]: [number[], number[]] = [[], []];
  const click = async ([who, run, wanted, counts]: Vote): Promise<void> => {
    const began = performance.now();
    const answer = await desk.press({ person: who, surface: 'web' }, { verb: 'approve', subject: run, epoch: 1, attest: null });
    const tookMs = performance.now() - began;
    if (answer.kind !== 'decision' || answer.code !== wanted) throw new Error(JSON.stringify(answer));
    const inserting = performance.now();
    await pool.query('insert into bench_bound (body) values ($1)', [run]);
    if (!counts) return;
    clicksMs.push(tookMs);
    boundMs.push(performance.now() - inserting);
  };
  const votes: readonly Vote[] = [...asked.slice(0, warmUp).flatMap((run) => [[ben, run, 'waiting', false], [chris, run, 'granted', false]] as const), ...asked.slice(warmUp).map((run) => [ben, run, 'waiting', true] as const), ...asked.slice(-granted).map((run) => [chris, run, 'granted', true] as const)];
  for (const [index, vote] of votes.entries()) {
    await click(vote);
    if ((index + 1) % Math.ceil(votes.length / roundsPrinted) === 0) process.stdout.write(`${index + 1} of ${votes.length} clicks: p50 ${rounded(percentile(clicksMs, 0.5))} ms, p99 ${rounded(percentile(clicksMs, 0.99))} ms\n`);
  }
  const stillWaiting = [...live.current.runs.values()].filter(({ status }) => status === 'proposed').length;
  while ([...live.current.runs.values()].some(({ status }) => status !== 'proposed' && !isTerminal(status))) await clock.sleep(20);
  stopKeeping();
  await runs.stop();
  await stop();
  const p99Ms = percentile(clicksMs, 0.99);
  report('approval', p99Ms / percentile(boundMs, 0.99), {
    clicks: clicksMs.length, runsWaiting: stillWaiting, p50Ms: rounded(percentile(clicksMs, 0.5)), p99Ms: rounded(p99Ms), belowOneSecond: p99Ms < 1_000,
    bareInsertP50Ms: rounded(percentile(boundMs, 0.5)), bareInsertP99Ms: rounded(percentile(boundMs, 0.99)), ratioOfP50: rounded(percentile(clicksMs, 0.5) / percentile(boundMs, 0.5)),
  });
}
