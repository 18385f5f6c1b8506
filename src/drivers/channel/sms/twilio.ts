import type { Twilio } from 'twilio';
import { z } from 'zod';
import { ChannelError } from '../../../ports/channel.js';
import type { SmsCall, SmsDoor, SmsGateway, SmsHeard } from '../../../ports/sms.js';
import { noEdits, notReached, notUnderstood, phoneForm, phoneOf } from './common.js';

export interface TwilioOptions {
  /** `twilio://ACCOUNT_SID:AUTH_TOKEN@api.twilio.com`; a host on this machine is spoken to without TLS. */
  readonly url: string;
  /** A number of the account, or a messaging service (`MG...`). */
  readonly from: string;
  /** The public address, as Twilio calls it: its signature covers it. null: it cannot reach us. */
  readonly reachedAt: () => string | null;
  readonly timeoutMs?: number;
}

const loopback = /^(localhost|127\.[\d.]+|\[::1\])$/;
const officialOrigin = 'https://api.twilio.com';
const optedOut = 21_610;
/** Our login is refused (twilio.com/docs/api/errors). */
const account = new Set([20_003, 20_008]);

const Message = z.object({ MessageSid: z.string().regex(/^[A-Z]{2}[0-9a-f]{32}$/, 'must be an id of Twilio'), From: z.string().regex(phoneForm, 'a number has 5 to 15 digits'), Body: z.string().max(1_600) });
const Status = z.object({ MessageSid: z.string().max(64), MessageStatus: z.string().max(40), To: z.string().max(40).optional(), ErrorCode: z.string().regex(/^\d{0,6}$/).optional() });

/** Text messages through Twilio, by its own library; loaded only where it is used, since it is large. */
export async function createTwilio({ url, from, reachedAt, timeoutMs = 10_000 }: TwilioOptions): Promise<SmsGateway> {
  const { default: library } = await import('twilio');
  const { username, password, host, hostname } = new URL(url);
  const [sid, token] = [decodeURIComponent(username), decodeURIComponent(password)];
  const origin = `${loopback.test(hostname) ? 'http' : 'https'}://${host}`;
  class Requests extends library.RequestClient {
    override request<T>(options: Parameters<InstanceType<typeof library.RequestClient>['request']>[0]): ReturnType<InstanceType<typeof library.RequestClient>['request']> & Promise<{ body: T; statusCode: number; headers: unknown; toString(): string }> {
      return super.request({ ...options, uri: options.uri.replace(officialOrigin, origin) }) as never;
    }
  }
  const client: Twilio = library(sid, token, { httpClient: new Requests({ timeout: timeoutMs, autoRetry: false }) });
  const sender = /^MG[0-9a-f]{32}$/.test(from) ? { messagingServiceSid: from } : { from };
  const statusUrl = (key: string): string | null => {
    const base = reachedAt();
    return base === null ? null : `${new URL('/sms/twilio/status', base).href}?message=${Buffer.from(key).toString('base64url')}`;
  };
  /** Over the address exactly as Twilio was given it. */
  const signed = ({ url: path, headers, body }: SmsCall): boolean => {
    const [base, signature] = [reachedAt(), headers['x-twilio-signature']];
    return base !== null && typeof signature === 'string' && library.validateRequest(token, signature, new URL(path, base).href, Object.fromEntries(new URLSearchParams(body)));
  };
  const forged: SmsHeard = { kind: 'refused', status: 401, code: 'not-the-gateway', what: 'The signature is not Twilio\'s for this address, so nothing was looked at.', next: 'Compare the webhook of the number with PUBLIC_URL, sign by sign, and the Auth Token in SMS_URL with that of the account.' };

  const inbound: SmsDoor = {
    method: 'POST', path: '/sms/twilio',
    hear(call) {
      if (!signed(call)) return forged;
      const read = Message.safeParse(Object.fromEntries(new URLSearchParams(call.body)));
      return read.success ? { kind: 'message', message: { from: read.data.From, text: read.data.Body, id: read.data.MessageSid } } : notUnderstood(read.error);
    },
    reply: (text) => ({ type: 'text/xml; charset=utf-8', body: `<?xml version="1.0" encoding="UTF-8"?><Response>${text === '' ? '' : `<Message>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</Message>`}</Response>` }),
  };
  const status: SmsDoor = {
    method: 'POST', path: '/sms/twilio/status',
    hear(call) {
      if (!signed(call)) return forged;
      const read = Status.safeParse(Object.fromEntries(new URLSearchParams(call.body)));
      if (!read.success) return notUnderstood(read.error);
      const { MessageSid, MessageStatus, To, ErrorCode } = read.data;
      const named = call.query.message;
      const of = typeof named === 'string' ? { key: Buffer.from(named, 'base64url').toString('utf8') } : { message: MessageSid };
      if (MessageStatus === 'delivered' || MessageStatus === 'read') return { kind: 'receipt', receipt: { surface: 'sms', of, became: 'delivered', why: null }, optedOut: null };
      // Queued, sending, sent: "sent" is not delivered (reference/platform-limits.md).
      if (MessageStatus !== 'undelivered' && MessageStatus !== 'failed' && MessageStatus !== 'canceled') return { kind: 'nothing' };
      return { kind: 'receipt', receipt: { surface: 'sms', of, became: 'failed', why: `Twilio says ${MessageStatus}${ErrorCode ? `, error ${ErrorCode}: https://www.twilio.com/docs/api/errors/${ErrorCode}` : ''}.` }, optedOut: ErrorCode === String(optedOut) && To !== undefined ? To : null };
    },
    reply: () => ({ type: 'text/xml; charset=utf-8', body: '<?xml version="1.0" encoding="UTF-8"?><Response/>' }),
  };

  return {
    channel: {
      surface: 'sms',
      get proves() { return reachedAt() !== null; },
      async post(target, card, { key }) {
        const to = phoneOf(target);
        const statusCallback = statusUrl(key);
        const sent = await client.messages.create({ to, body: card.text, ...sender, ...(statusCallback === null ? {} : { statusCallback }) }).catch((error: unknown) => { throw toChannelError(error); });
        return { surface: 'sms', conversation: to, message: sent.sid };
      },
      ...noEdits,
    },
    doors: [inbound, status],
  };
}

/** What Twilio's answer means for the message; its own text may repeat the number, never the token. */
export function toChannelError(error: unknown): ChannelError {
  const { status, code, message } = error as { status?: unknown; code?: unknown; message?: string };
  if (typeof status !== 'number') return notReached(error);
  const says = `Twilio answered HTTP ${status}${typeof code === 'number' ? `, error ${code}` : ''}: ${(message ?? '').split('\n')[0]}`;
  if (code === optedOut) return new ChannelError('opted-out', `${says}. The number told Twilio STOP; it takes messages again after START.`);
  if (status === 429 || code === 20_429) return new ChannelError('busy', `${says}; trying again.`, 10_000);
  // A wrong token may be mended while the message waits.
  if (status === 401 || account.has(code as number)) return new ChannelError('unreachable', `${says}. Compare ACCOUNT_SID and AUTH_TOKEN in SMS_URL with the console of Twilio; trying again.`);
  if (status >= 500) return new ChannelError('unreachable', `${says}; trying again.`);
  return new ChannelError('refused', `${says}. Look at the number in the estate and at SMS_FROM.`);
}
