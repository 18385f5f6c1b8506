import { DBOS } from '@dbos-inc/dbos-sdk';
import { lifeboat, type RunId } from '../src/core/names.js';
import { digestOf, type Plan, type Step } from '../src/core/plan.js';
import { isTerminal } from '../src/core/run-state.js';
import { createBrake } from '../src/durable/brake.js';
import { createDbosRuns } from '../src/durable/dbos-runs.js';
import { createExecutor } from '../src/durable/executor.js';
import type { NewEntry } from '../src/ports/journal.js';
import { largeEstate } from './estate.js';
import { instantController } from './instant.js';
import { percentile, report, rounded } from './result.js';
import { quiet, startStack } from './stack.js';

const shapes = [{ name: '200x20', runs: 200, steps: 20 }, { name: '1x1000', runs: 1, steps: 1_000 }] as const;
const rounds = 5;

/**
 * Whole runs through the real executor on PostgreSQL, started as the desk starts them, one step after the other with intent and evidence, acts that take no time; against
 * DBOS workflows of as many trivial steps in the same database. Both take turns, after a round of each that does not count; the ratio is the median of the rounds', since the machine has other work, too.
 */
export async function runs(): Promise<void> {
  const bare = DBOS.registerWorkflow(async (steps: number) => { for (let n = 0; n < steps; n++) await DBOS.runStep(async () => n, { name: `step ${n}` }); }, { name: 'bare' });
  const { pool, journal, live, clock, folder, url, stop } = await startStack(largeEstate(25));
  const execute = createExecutor({ journal, live, controller: instantController(), clock, brake: createBrake(() => undefined), bootId: 'bench', revalidate: async () => ({ kind: 'same' }), log: () => undefined });
  const durable = await createDbosRuns({ pool, databaseUrl: url, bootId: 'bench', home: folder, execute, clock, log: quiet });
  let made = 0;

  const bareSteps = async (count: number, steps: number): Promise<number> => {
    const began = performance.now();
    const handles = await Promise.all(Array.from({ length: count }, () => DBOS.startWorkflow(bare)(steps)));
    await Promise.all(handles.map((handle) => handle.getResult()));
    return (count * steps * 1000) / (performance.now() - began);
  };
  const ourSteps = async (count: number, steps: number): Promise<number> => {
    const plans = Array.from({ length: count }, () => planOf(`R-${++made}`, steps));
    const granted = await journal.append({ entries: plans.flatMap(proposedAndGranted) });
    await live.reach(granted.at(-1)!.seq);
    const open = new Set(plans.map(({ run }) => run));
    const over = new Promise<void>((resolve) => {
      const stopListening = live.onEntries((entries) => {
        for (const { event } of entries) if (event.type === 'run.finished') open.delete(event.run);
        if (open.size === 0) { stopListening(); resolve(); }
      });
    });
    const began = performance.now();
    await Promise.all(plans.map(({ run }) => durable.start(run, 1)));
    await over;
    const perSecond = (count * steps * 1000) / (performance.now() - began);
    const failed = plans.filter(({ run }) => live.current.runs.get(run)!.status !== 'succeeded' || !isTerminal(live.current.runs.get(run)!.status));
    if (failed.length > 0) throw new Error(`${failed.map(({ run }) => run).join(', ')} did not succeed.`);
    return perSecond;
  };

  const ratios: { [shape: string]: number } = {};
  const peers: { [peer: string]: number } = {};
  for (const { name, runs: count, steps } of shapes) {
    const [bareRates, ourRates]: [number[], number[]] = [[], []];
    for (let round = 0; round <= rounds; round++) {
      const [bareRate, ourRate] = [await bareSteps(count, steps), await ourSteps(count, steps)];
      if (round === 0) continue;
      bareRates.push(bareRate);
      ourRates.push(ourRate);
      process.stdout.write(`${name}, round ${round} of ${rounds}: ${Math.round(ourRate)} steps/s, bare DBOS ${Math.round(bareRate)} steps/s\n`);
    }
    ratios[name] = percentile(ourRates.map((rate, round) => rate / bareRates[round]!), 0.5);
    peers[`${name}StepsPerSecond`] = rounded(percentile(ourRates, 0.5));
    peers[`${name}BareStepsPerSecond`] = rounded(percentile(bareRates, 0.5));
  }
  await durable.stop();
  await stop();
  report('runs', ratios, peers);
}

/** Steps that wait for each other, as DBOS's do; a lock of its own. */
function planOf(run: RunId, count: number): Plan {
  const steps = Array.from({ length: count }, (_, n): Step => ({
    id: `step-${n}`, kind: 'discover-vm', says: `step ${n}`, entity: { class: 'vm', name: `vm${n % 25}` }, args: {}, after: n === 0 ? [] : [`step-${n - 1}`], slots: [], irreversible: false, mutates: true, rank: 0,
    timeoutMs: 60_000, estimateMs: 1_000, attemptsMax: 1, onFailure: 'stop',
  }));
  const operation = { verb: 'discover' as const, tenant: 'bench', scope: { class: 'host_group' as const, name: 'HG0' }, hostGroups: ['HG0'], from: 'north', to: 'north', drType: null };
  const plan = {
    run, epoch: 1, operation, tenant: 'bench', runbook: 'bench', title: 'bench', because: { incident: null, reason: null }, requestedBy: lifeboat('start'), steps, vms: [], excluded: [], loss: { words: 'none', boundMs: null }, irreversible: [], evidence: [], facts: {},
    gate: { people: 0, role: 'approver' as const, expiresInMs: 0, attest: null }, locks: [`group:${run}`], urgency: 'planned' as const, predictedMs: 0, policyVersion: 'bench', createdAt: 0,
  };
  return { ...plan, digest: digestOf(plan) };
}

const proposedAndGranted = (plan: Plan): NewEntry[] => [
  { stream: `run:${plan.run}`, tenant: plan.tenant, actor: lifeboat('start'), event: { type: 'plan.proposed', plan, expiresAt: null } },
  { stream: `run:${plan.run}`, tenant: plan.tenant, actor: lifeboat('start'), event: { type: 'plan.granted', run: plan.run, epoch: 1, digest: plan.digest, by: [] } },
];
