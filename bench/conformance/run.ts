import { parseArgs } from 'node:util';
import { percentile, rounded } from '../result.js';
import { startCluster } from './cluster.js';
import { drawKills, kinds } from './draw.js';
import { lockOverlaps, phases, stepsRerun, takeoverMs, tenantsOfRuns, whereabouts } from './oracle.js';
import { strike, type Struck } from './strike.js';
import { moveForthAndBack, type TenantTraffic, type UnderWay } from './traffic.js';

/** Twenty times real speed: a boot takes two to four seconds. */
const clockRate = 20;
const fullCampaign = 100;
const tenants: readonly TenantTraffic[] = [
  { tenant: 'cluster01', home: 'customerA', vms: ['billing', 'payroll', 'orders', 'ledger', 'portal', 'reports'] },
  { tenant: 'cluster02', home: 'customerB', vms: ['crm', 'shop', 'mailhub', 'files', 'wiki', 'archive'] },
];

const { values } = parseArgs({ options: { kills: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } } });
const [kills, seed] = [Number(values.kills), Number(values.seed)];
if (!Number.isInteger(kills) || kills < 1 || !Number.isInteger(seed)) {
  process.stderr.write('usage: npm run conformance -- [--kills N] [--seed S]\nBoth are whole numbers, N at least 1.\n');
  process.exit(4);
}
/** Asked to stop: what was done so far is counted, and everything is taken down. */
let stopAsked = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { stopAsked = true; });
const say = (line: string): void => { process.stdout.write(`${line}\n`); };

/**
 * Two tenants that share one recovery host move forth and back, while nodes are killed and frozen and the database is killed and restarted under them; two nodes in
 * the first half, three in the second. What happened is read from the simulated world's own logs, never from our journal.
 */
async function main(): Promise<void> {
  const began = Date.now();
  const cluster = await startCluster((text) => text.replace(/^clock_rate: \d+/m, `clock_rate: ${clockRate}`).replaceAll(', mirrored: false', ''));
  const underWay = new Map<string, UnderWay>();
  const struck: (Struck & { kind: string })[] = [];
  let goOn = true;
  try {
    await cluster.addNode();
    await cluster.addNode();
    const traffic = Promise.all(tenants.map((tenant) => moveForthAndBack(cluster, tenant, underWay, () => goOn)));
    let broken: unknown = null;
    traffic.catch((error: unknown) => { broken = error; });
    for (const kill of drawKills(kills, seed)) {
      if (kill.number === Math.floor(kills / 2) + 1) await cluster.addNode();
      const result = await strike(cluster, kill, underWay);
      struck.push({ ...result, kind: kill.kind });
      say(`${Math.round((Date.now() - began) / 1000)} s: kill ${kill.number}, ${kill.kind} of ${result.victim}${result.wasOwner ? ', which was executing it' : ''}, ${result.run} in phase ${result.phase} (${cluster.nodes.length} nodes)`);
      if (broken || stopAsked) break;
    }
    goOn = false;
    const results = await traffic;

    const [effects, calls] = [cluster.effects(), cluster.calls()];
    const rerun = stepsRerun(effects, calls, clockRate);
    const overlapped = lockOverlaps(effects, tenantsOfRuns(effects), clockRate);
    const lost = results.flatMap((result) => result.lost);
    const { twice } = whereabouts(effects);
    const takeovers = struck.filter(({ wasOwner }) => wasOwner).flatMap(({ run, at }) => takeoverMs(calls, run, at) ?? []).map((ms) => ms / 1000);
    const empty = histogram(struck);
    for (const [what, list] of [['done again', rerun], ['overlapping', overlapped], ['lost', lost], ['on at two sites', twice]] as const) for (const each of list) say(`${what}: ${each}`);
    say(`${results.reduce((sum, { moves }) => sum + moves, 0)} moves, ${effects.length} effects, ${Math.round((Date.now() - began) / 1000)} s, seed ${seed}`);
    say(JSON.stringify({ kills: struck.length, completedStepsRerun: rerun.length, locksOverlapped: overlapped.length, runsLost: lost.length, takeoverS: { p50: rounded(percentile(takeovers, 0.5)), max: rounded(Math.max(...takeovers)) } }));
    if (empty.length > 0) say(`No kill met: ${empty.join(', ')}.`);
    // Processes are real, so the drawn moment is not exact: a short campaign may miss a phase, a full one must not.
    if (rerun.length + overlapped.length + lost.length + twice.length > 0 || (kills >= fullCampaign && empty.length > 0)) process.exitCode = 1;
  } finally {
    goOn = false;
    await cluster.stop();
  }
}

/** How many kills met each phase, by kind. Answers with the phases that none met. */
function histogram(struck: readonly (Struck & { kind: string })[]): string[] {
  say(`${'phase'.padEnd(10)}${kinds.map((kind) => kind.padStart(18)).join('')}`);
  for (const phase of phases) say(`${phase.padEnd(10)}${kinds.map((kind) => String(struck.filter((each) => each.phase === phase && each.kind === kind).length).padStart(18)).join('')}`);
  return phases.filter((phase) => !struck.some((each) => each.phase === phase));
}

await main();
