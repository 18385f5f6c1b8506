import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export const receiverOf = '--storm-receiver';
export interface Await { readonly round: string; readonly count: number }
export interface Received { readonly seconds: number; readonly tookMs: readonly number[]; readonly requests: number; readonly missing: number }

/** Nobody waits longer for an event. */
const patienceMs = 120_000;

/** In a process of its own, the same for both products: notes when each event is seen for the first time. Products send what they like around the text. */
export function startReceiver(): void {
  const seen = new Map<string, Map<number, number>>();
  const first = new Map<string, number>();
  let requests = 0;
  let check: (() => void) | null = null;
  const server = createServer((incoming, response) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => { parts.push(part); });
    incoming.on('end', () => {
      response.writeHead(200).end();
      requests += 1;
      const now = performance.timeOrigin + performance.now();
      for (const [, round, number, sentAt] of Buffer.concat(parts).toString('utf8').matchAll(/storm (\S+) (\d+) ([\d.]+) end/g)) {
        const known = seen.get(round!) ?? new Map<number, number>();
        seen.set(round!, known);
        if (!known.has(Number(number))) known.set(Number(number), now - Number(sentAt));
        first.set(round!, Math.min(first.get(round!) ?? Infinity, Number(sentAt)));
      }
      check?.();
    });
  }).listen(0, '127.0.0.1', () => process.send!({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` }));
  server.keepAliveTimeout = patienceMs;

  process.on('message', ({ round, count }: Await) => {
    requests = 0;
    const finish = (): void => {
      check = null;
      clearTimeout(late);
      const known = seen.get(round) ?? new Map<number, number>();
      process.send!({ seconds: (performance.timeOrigin + performance.now() - (first.get(round) ?? 0)) / 1_000, tookMs: [...known.values()], requests, missing: count - known.size } satisfies Received);
      seen.delete(round);
    };
    const late = setTimeout(finish, patienceMs);
    check = () => { if ((seen.get(round)?.size ?? 0) >= count) finish(); };
  });
  process.on('disconnect', () => process.exit());
}
