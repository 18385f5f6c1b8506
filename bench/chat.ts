import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { clientOf, type Round, type RoundResult } from './chat/client.js';
import { startHubot } from './chat/hubot.js';
import { startLifeboat } from './chat/lifeboat.js';
import { percentile, report, rounded } from './result.js';
import type { DrEvent } from '../src/core/dr-event.js';

const rounds = 11;
/** Not counted: nothing is compiled yet. */
const warmUp = 4;
const count = 2_000;
const atOnce = 64;
const eventsPerSecond = 1_000;
const ackCount = 1_000;
const ackEveryMs = 20;

/**
 * Commands from a chat platform to the answer that it gets: signed forms over HTTP, 64 on their way at any time, each answered at an address of its own. Lifeboat verifies, tells repeats, looks up who it is and what
 * they may, asks the desk, renders, and writes every refused approval to the journal on PostgreSQL; hubot 14 with 50 listeners does none of that. Rounds interleaved, the platform in a process of its own.
 * Then the acknowledgement, for which Slack waits three seconds: 50 commands a second while 1,000 events a second are written down.
 */
export async function chat(): Promise<void> {
  const client = fork(fileURLToPath(import.meta.url), [clientOf]);
  client.once('exit', (code) => { if (code !== 0 && code !== null) { process.stderr.write('The chat platform of the bench has ended.\n'); process.exit(1); } });
  const { address } = (await once(client, 'message'))[0] as { readonly address: string };
  const play = async (round: Round): Promise<RoundResult> => {
    client.send(round);
    const result = (await once(client, 'message'))[0] as RoundResult;
    if (result.unanswered.length > 0) throw new Error(`${result.unanswered.length} commands got no answer, such as: ${result.unanswered[0]}`);
    return result;
  };
  const lifeboat = await startLifeboat(`${address}/api/`);
  const hubot = await startHubot();
  const [ratios, ours, theirs]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < warmUp + rounds; round++) {
    const hubotRate = count / (await play({ ...hubot, url: hubot.url, count, atOnce })).seconds;
    const rate = count / (await play({ url: lifeboat.url, lines: lifeboat.lines, count, atOnce })).seconds;
    if (round < warmUp) continue;
    theirs.push(hubotRate);
    ours.push(rate);
    ratios.push(rate / hubotRate);
    process.stdout.write(`round ${round - warmUp + 1} of ${rounds}: ${Math.round(rate)} commands a second, hubot ${Math.round(hubotRate)}\n`);
  }
  const journalled = lifeboat.journalled();

  const storm = raiseAtARate(lifeboat);
  const { ackMs } = await play({ url: lifeboat.url, lines: lifeboat.lines, count: ackCount, atOnce, everyMs: ackEveryMs });
  const taken = await storm.stop();
  await hubot.stop();
  await lifeboat.stop();
  client.disconnect();
  report('chat', { rateOverHubot: percentile(ratios, 0.5), ackP99Ms: percentile(ackMs, 0.99), eventsPerSecond: taken.perSecond }, {
    commandsPerSecond: rounded(percentile(ours, 0.5)), hubotPerSecond: rounded(percentile(theirs, 0.5)), ratioWorst: rounded(Math.min(...ratios)), rounds, commandsPerRound: count, journalled,
    acks: ackMs.length, ackP50Ms: rounded(percentile(ackMs, 0.5)), eventsTaken: taken.events,
  });
}

/** Events about 100 VMs, durable one by one; every ten milliseconds as many as are due. */
function raiseAtARate({ incidents, clock }: Awaited<ReturnType<typeof startLifeboat>>) {
  const began = performance.now();
  let [asked, written] = [0, 0];
  const work: Promise<unknown>[] = [];
  const timer = setInterval(() => {
    const due = ((performance.now() - began) / 1000) * eventsPerSecond;
    while (asked < due) work.push(incidents.raise(anEvent(asked++, clock.now())).then(() => { written += 1; }));
  }, 10);
  return {
    async stop() {
      clearInterval(timer);
      const seconds = (performance.now() - began) / 1000;
      const perSecond = written / seconds;
      await Promise.all(work);
      return { events: written, perSecond };
    },
  };
}

const anEvent = (n: number, now: number): DrEvent => ({
  name: 'VM_FAILURE_DETECTED', severity: 'critical', entityClass: 'vm', entity: `vm${n % 100}`, uuid: null, tenant: 'bench', site: 'north', description: `VM vm${n % 100} failure detected.`, occurredAt: now, source: 'bench',
  evidence: [{ saw: 'missed heartbeats', by: 'bench', at: now }], key: `VM_FAILURE_DETECTED:vm${n % 100}`,
});
