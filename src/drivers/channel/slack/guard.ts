import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Millis } from '../../../core/names.js';
import type { OnceStore } from '../../../ports/once.js';

export type GuardFailure = 'no-signature' | 'too-old' | 'from-the-future' | 'wrong-signature' | 'replayed';

const skewMaxMs = 5 * 60_000;
/** A request stays valid for at most five minutes on either side of now; no key has to live longer. */
const rememberedMs = 2 * skewMaxMs + 60_000;

export interface GuardOptions { readonly signingSecret: string; readonly once: OnceStore; readonly now: () => Millis; readonly onStoreFailure: (error: unknown) => void }

/**
 * Decides before Bolt sees a request. Bolt accepts a time stamp from the future and a request that was sent before (reference/stack-traps.md).
 * @returns null when the request is Slack's, fresh, and seen for the first time.
 */
export function createGuard({ signingSecret, once, now, onStoreFailure }: GuardOptions): (headers: IncomingHttpHeaders, body: Buffer) => Promise<GuardFailure | null> {
  const seen = new Map<string, Millis>();
  return async (headers, body) => {
    const [stamp, signature] = [headers['x-slack-request-timestamp'], headers['x-slack-signature']];
    if (typeof stamp !== 'string' || typeof signature !== 'string' || !/^\d{1,12}$/.test(stamp)) return 'no-signature';
    const age = now() - Number(stamp) * 1000;
    if (age > skewMaxMs) return 'too-old';
    if (age < -skewMaxMs) return 'from-the-future';
    const expected = Buffer.from(`v0=${createHmac('sha256', signingSecret).update(`v0:${stamp}:`).update(body).digest('hex')}`);
    const given = Buffer.from(signature);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'wrong-signature';
    // Only now: else anybody could fill the memory with keys.
    for (const [key, at] of seen) { if (at > now() - rememberedMs) break; seen.delete(key); }
    const key = createHash('sha256').update(`${stamp}:${signature}`).digest('hex');
    if (seen.has(key)) return 'replayed';
    seen.set(key, now());
    try {
      return (await once.first(`slack-request:${key}`, rememberedMs)) ? null : 'replayed';
    } catch (error) {
      // The database is away. This process's own memory still stops replays, and somebody may need to hold a run right now.
      onStoreFailure(error);
      return null;
    }
  };
}
