import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { ChannelError } from '../../../ports/channel.js';
import type { SmsGateway } from '../../../ports/sms.js';
import { equalSecrets, international, noEdits, notReached, notUnderstood, phoneForm, phoneOf } from './common.js';

export interface JsonGatewayOptions {
  /** `json+https://:SECRET@HOST/PATH`. Both sides sign with the secret. */
  readonly url: string;
  readonly from: string | null;
  /** Where it reaches us; null: nobody knows, so no receipts are asked for. */
  readonly reachedAt: () => string | null;
  readonly now: () => number;
  readonly timeoutMs?: number;
}

/** An older call, or one from the future, is a repeat or a clock that nobody should trust. */
const skewMs = 300_000;
const id = z.string().min(1).max(600);
const Told = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('message'), id, from: z.string().regex(phoneForm, 'a number has 5 to 15 digits'), text: z.string().max(1_600) }),
  z.strictObject({ kind: z.literal('receipt'), id, status: z.enum(['delivered', 'failed', 'opted-out']), to: z.string().regex(phoneForm, 'a number has 5 to 15 digits').optional(), why: z.string().max(400).optional() }),
]);

/** `t=SECONDS,v1=HEX`: HMAC-SHA-256 with the secret over `SECONDS.BODY`. */
export const signature = (secret: string, seconds: number, body: string): string => `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;

/** Any gateway that takes JSON over HTTP (docs/sms.md says the form): for carriers of which Lifeboat knows nothing, behind twenty lines of somebody's own. */
export function createJsonGateway({ url, from, reachedAt, now, timeoutMs = 10_000 }: JsonGatewayOptions): SmsGateway {
  const service = new URL(url.replace(/^json\+/, ''));
  const secret = decodeURIComponent(service.password);
  [service.username, service.password] = ['', ''];

  async function send(to: string, text: string, key: string): Promise<void> {
    const base = reachedAt();
    const body = JSON.stringify({ id: key, to, text, ...(from === null ? {} : { from }), ...(base === null ? {} : { receipts: new URL('/sms/json', base).href }) });
    const response = await fetch(service, { method: 'POST', body, headers: { 'content-type': 'application/json', 'idempotency-key': key, 'x-lifeboat-signature': signature(secret, Math.floor(now() / 1_000), body) }, signal: AbortSignal.timeout(timeoutMs), redirect: 'error' }).catch((error: unknown) => { throw notReached(error); });
    const said = (await response.text().catch(() => '')).trim().slice(0, 200);
    if (response.ok) return;
    const words = `The SMS gateway answered HTTP ${response.status}${said === '' ? '' : ` (${said})`}`;
    if (response.status === 410) throw new ChannelError('opted-out', `${words}: the number takes no messages from us. It does again after START.`);
    if (response.status === 429) throw new ChannelError('busy', `${words}; trying again.`, retryAfterMs(response.headers.get('retry-after')));
    if (response.status >= 500 || response.status === 401 || response.status === 408) throw new ChannelError('unreachable', `${words}; trying again.`);
    throw new ChannelError('refused', `${words}. Look at the number in the estate and at the gateway's own log.`);
  }

  return {
    channel: {
      surface: 'sms',
      get proves() { return reachedAt() !== null; },
      async post(target, card, { key }) {
        await send(phoneOf(target), card.text, key);
        return { surface: 'sms', conversation: phoneOf(target), message: key };
      },
      ...noEdits,
    },
    doors: [{
      method: 'POST', path: '/sms/json',
      hear({ headers, body }) {
        const given = headers['x-lifeboat-signature'];
        const seconds = typeof given === 'string' ? Number(/^t=(\d{1,12}),/.exec(given)?.[1] ?? Number.NaN) : Number.NaN;
        if (!(Math.abs(now() - seconds * 1_000) <= skewMs) || !equalSecrets(given as string, signature(secret, seconds, body))) return { kind: 'refused', status: 401, code: 'not-the-gateway', what: 'X-Lifeboat-Signature is missing, older than five minutes, or not made with the secret in SMS_URL, so nothing was looked at.', next: 'Compare the secret and the clock of the gateway; docs/sms.md says how to sign.' };
        let json: unknown;
        try { json = JSON.parse(body); } catch { json = null; }
        const read = Told.safeParse(json);
        if (!read.success) return notUnderstood(read.error);
        if (read.data.kind === 'message') return { kind: 'message', message: { from: international(read.data.from), text: read.data.text, id: read.data.id } };
        const { id: key, status, to, why } = read.data;
        return { kind: 'receipt', receipt: { surface: 'sms', of: { key }, became: status === 'delivered' ? 'delivered' : 'failed', why: status === 'delivered' ? null : why ?? (status === 'failed' ? 'The gateway says that it could not be delivered.' : 'The number takes no messages from us.') }, optedOut: status === 'opted-out' && to !== undefined ? international(to) : null };
      },
      reply: (text) => ({ type: 'application/json; charset=utf-8', body: JSON.stringify({ reply: text === '' ? null : text }) }),
    }],
  };
}

/** Seconds; a date or nothing is ten of them. */
const retryAfterMs = (header: string | null): number => (header !== null && /^\d{1,4}$/.test(header) ? Number(header) * 1_000 : 10_000);
