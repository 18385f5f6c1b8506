import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { EventSource } from '../../core/estate.js';
import type { Millis } from '../../core/names.js';

/** `replayKey`: of a signed request; the same one is not taken a second time. */
export type Proof = { readonly ok: true; readonly replayKey: string | null } | { readonly ok: false; readonly why: 'no-proof' | 'wrong-token' | 'wrong-signature' | 'stale' | 'not-set-up' };

/** How far a sender's clock may be off, both ways (Standard Webhooks). */
export const signatureAgeMs: Millis = 5 * 60_000;

/** Equal texts, in a time that tells nothing about where they differ. */
const same = (a: string, b: string): boolean => timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));

/** Does the request come from the source? Nothing of the body is read before. */
export function prove({ name, token, signingSecret }: EventSource, headers: IncomingHttpHeaders, body: Buffer, secret: (reference: string) => string | undefined, now: Millis): Proof {
  if (token !== undefined) {
    const expected = secret(token);
    if (!expected) return { ok: false, why: 'not-set-up' };
    const given = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (given === undefined) return { ok: false, why: 'no-proof' };
    return same(given, expected) ? { ok: true, replayKey: null } : { ok: false, why: 'wrong-token' };
  }
  const key = signingSecret === undefined ? undefined : secret(signingSecret);
  if (!key) return { ok: false, why: 'not-set-up' };
  const [id, timestamp, signatures] = [headers['webhook-id'], headers['webhook-timestamp'], headers['webhook-signature']];
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(id) || !/^\d{1,12}$/.test(timestamp)) return { ok: false, why: 'no-proof' };
  const expected = signatureOf(key, id, timestamp, body);
  // Several, while a secret is being changed.
  const right = signatures.split(' ').slice(0, 10).map((each) => same(each, expected)).includes(true);
  if (!right) return { ok: false, why: 'wrong-signature' };
  if (Math.abs(now - Number(timestamp) * 1_000) > signatureAgeMs) return { ok: false, why: 'stale' };
  return { ok: true, replayKey: `source:${name}/${hash('sha256', `${id}\n${timestamp}`).slice(0, 32)}` };
}

/** `v1,<base64>` over id, time and body. The secret is base64 behind `whsec_`, or taken as it is. */
export function signatureOf(secret: string, id: string, timestamp: string, body: Buffer): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret);
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
}
