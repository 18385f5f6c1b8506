import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { percentile, report, rounded } from './result.js';
import { generatorOf, type Storm, type Stormed } from './storm/generator.js';
import { alertmanager, startAlertmanager, startLifeboat, type Product } from './storm/products.js';
import { receiverOf, type Received } from './storm/receiver.js';

const rounds = Number(process.env.STORM_ROUNDS ?? 3);
const count = 10_000;
/** Events before the counted ones of each round, for both: nothing is compiled yet, no connection is open. */
const warmUpCount = 3_000;
const connections = 64;

interface Measured { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number; readonly requests: number }

/**
 * 10,000 events, one to a request over 64 connections, in as many groups and in 100, until each was seen by a receiving webhook: Lifeboat whole, with every event in its journal before it is answered for,
 * beside Alertmanager, which keeps alerts in memory. Both without any wait for a group to fill; rounds interleaved, in each of them both new and empty, warmed up alike and idle again before they are
 * counted; generator and receiver in processes of their own.
 */
export async function storm(): Promise<void> {
  if (!existsSync(alertmanager)) {
    process.stdout.write('skipped: prometheus-alertmanager is not installed. Install it: apt-get install prometheus-alertmanager\n');
    return;
  }
  const self = fileURLToPath(import.meta.url);
  const [receiver, generator] = [fork(self, [receiverOf]), fork(self, [generatorOf])];
  const [[{ url }]] = await Promise.all([once(receiver, 'message'), once(generator, 'message')]) as [[{ readonly url: string }], unknown];
  const values: Record<string, number> = {};
  const peers: Record<string, unknown> = {};
  let product: Product | null = null;
  let [ownPeakMb, rivalPeakMb] = [0, 0];
  try {
    for (const groups of [count, 100]) {
      const [ours, theirs]: [Measured[], Measured[]] = [[], []];
      for (let round = 1; round <= rounds; round++) {
        // A group of one alert has no later ones: looking at ten thousand of them ten times a second would only hold it up.
        for (const [name, start, list] of [['Lifeboat', () => startLifeboat(url), ours], ['Alertmanager', () => startAlertmanager(url, groups === count ? '5m' : '100ms'), theirs]] as const) {
          product = await start();
          await play(product, `${groups}.${round}.0`, warmUpCount, Math.min(groups, warmUpCount), { receiver, generator });
          await product.idle();
          const measured = await play(product, `${groups}.${round}`, count, groups, { receiver, generator });
          list.push(measured);
          process.stdout.write(`${groups} groups, round ${round} of ${rounds}, ${name}: ${Math.round(measured.perSecond)} events a second, p50 ${rounded(measured.p50Ms)} ms, p99 ${rounded(measured.p99Ms)} ms, ${measured.requests} requests at the receiver\n`);
          await product.stop();
          if (list === ours) ownPeakMb = Math.max(ownPeakMb, product.peakMemoryMb()); else rivalPeakMb = Math.max(rivalPeakMb, product.peakMemoryMb());
          product = null;
        }
      }
      const median = (list: readonly Measured[], of: (each: Measured) => number): number => percentile(list.map(of), 0.5);
      const each = (of: (one: Measured) => number): number => percentile(ours.map((one, index) => of(one) / of(theirs[index]!)), 0.5);
      values[`rateOverAlertmanager${groups}`] = each((one) => one.perSecond);
      values[`p99OverAlertmanager${groups}`] = each((one) => one.p99Ms);
      peers[`${groups} groups`] = { lifeboat: shown(ours, median), alertmanager: shown(theirs, median), p50OverAlertmanager: rounded(each((one) => one.p50Ms)) };
    }
    values['peakMemoryOverAlertmanager'] = ownPeakMb / rivalPeakMb;
    peers['peakMemoryMb'] = { lifeboat: rounded(ownPeakMb), alertmanager: rounded(rivalPeakMb) };
  } finally {
    await product?.stop();
    receiver.disconnect();
    generator.disconnect();
  }
  report('storm', values, { ...peers, events: count, warmUpEvents: warmUpCount, connections, rounds });
}

const shown = (list: readonly Measured[], median: (list: readonly Measured[], of: (each: Measured) => number) => number) => ({ perSecond: Math.round(median(list, (each) => each.perSecond)), p50Ms: rounded(median(list, (each) => each.p50Ms)), p99Ms: rounded(median(list, (each) => each.p99Ms)), requests: Math.round(median(list, (each) => each.requests)) });

async function play({ door }: Product, round: string, count: number, groups: number, { receiver, generator }: { readonly receiver: ChildProcess; readonly generator: ChildProcess }): Promise<Measured> {
  const name = `${round}.${door.form}`;
  receiver.send({ round: name, count });
  generator.send({ ...door, round: name, count, groups, connections } satisfies Storm);
  const [[stormed], [received]] = await Promise.all([once(generator, 'message'), once(receiver, 'message')]) as [[Stormed], [Received]];
  if (stormed.refused > 0 || received.missing > 0) throw new Error(`${door.form}: ${stormed.refused} requests were refused, and ${received.missing} of ${count} events did not arrive.`);
  return { perSecond: count / received.seconds, p50Ms: percentile(received.tookMs, 0.5), p99Ms: percentile(received.tookMs, 0.99), requests: received.requests };
}
