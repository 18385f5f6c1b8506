import { z } from 'zod';
import { ChannelError } from '../../../ports/channel.js';
import type { SmsDoor, SmsGateway, SmsHeard } from '../../../ports/sms.js';
import { equalSecrets, international, noEdits, notReached, notUnderstood, phoneForm, phoneOf, sealed } from './common.js';

export interface KannelOptions {
  /** Address of its sendsms service with the account in it, `http://USER:PASSWORD@HOST:13013/cgi-bin/sendsms`. */
  readonly url: string;
  /** What the phone shows as the sender; null: the gateway's own. */
  readonly from: string | null;
  /** What it proves itself with; null: it hands in nothing. */
  readonly inboundToken: string | null;
  /** Where it reaches us, `https://lifeboat.example`; null: nobody knows, so no receipts are asked for. */
  readonly reachedAt: () => string | null;
  readonly timeoutMs?: number;
}

/** Delivered, given up, refused by the carrier: 1 + 2 + 16. That it is queued (4) or was taken by the carrier (8) changes nothing for anybody. */
const receiptMask = '19';
const meaning: Readonly<Record<string, string | null>> = { 1: null, 2: 'The phone could not be reached: the carrier gave the message up', 16: 'The carrier refused the message' };

const Incoming = z.strictObject({ token: z.string().max(200), from: z.string().regex(phoneForm, 'a number has 5 to 15 digits'), text: z.string().max(1_600), id: z.string().max(100).optional() });
const Report = z.strictObject({ message: z.string().max(600), seal: z.string().max(100), type: z.string().regex(/^\d{1,3}$/, 'must be the type of a delivery report'), said: z.string().max(2_000).optional() });

/** Text messages through a Kannel gateway (its user guide, "Using the HTTP interface to send SMS messages", "Delivery reports"). One try per call. */
export function createKannel({ url, from, inboundToken, reachedAt, timeoutMs = 10_000 }: KannelOptions): SmsGateway {
  const service = new URL(url);
  const [username, password] = [decodeURIComponent(service.username), decodeURIComponent(service.password)];
  [service.username, service.password] = ['', ''];

  /** Names one message and proves that we made it: what Kannel knows of the token stays out of its log of receipts. */
  function receiptUrl(key: string): string | null {
    const base = inboundToken === null ? null : reachedAt();
    if (base === null) return null;
    const message = Buffer.from(key).toString('base64url');
    // The signs that Kannel fills in stand as they are.
    return `${new URL('/sms/kannel/receipt', base).href}?message=${message}&seal=${sealed(inboundToken!, message)}&type=%d&said=%A`;
  }

  async function send(to: string, text: string, key: string): Promise<void> {
    const receipt = receiptUrl(key);
    const address = new URL(service);
    address.search = new URLSearchParams({ username, password, to, text, charset: 'UTF-8', coding: '0', ...(from === null ? {} : { from }), ...(receipt === null ? {} : { 'dlr-mask': receiptMask, 'dlr-url': receipt }) }).toString();
    const response = await fetch(address, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' }).catch((error: unknown) => { throw notReached(error); });
    const said = (await response.text().catch(() => '')).trim().slice(0, 200);
    if (response.status === 202) return;
    if (response.status === 503) throw new ChannelError('busy', `The SMS gateway cannot take messages just now (${said}); trying again.`, 10_000);
    if (response.status >= 500) throw new ChannelError('unreachable', `The SMS gateway answered HTTP ${response.status} (${said}); trying again.`);
    throw new ChannelError('refused', `The SMS gateway refused the message: HTTP ${response.status} (${said}). Compare the account in SMS_URL with sendsms-user in kannel.conf, and whether it has a route to this number.`);
  }

  return {
    channel: {
      surface: 'sms',
      get proves() { return inboundToken !== null && reachedAt() !== null; },
      async post(target, card, { key }) {
        await send(phoneOf(target), card.text, key);
        return { surface: 'sms', conversation: phoneOf(target), message: key };
      },
      ...noEdits,
    },
    doors: inboundToken === null ? [] : [messages(inboundToken), receipts(inboundToken)],
  };
}

/** What Kannel's sms-service sends: get-url = ".../sms/kannel?token=...&from=%p&text=%a&id=%I". What it says of the sender's number is believed as far as a number can be. */
const messages = (token: string): SmsDoor => ({
  method: 'GET', path: '/sms/kannel',
  hear({ query }) {
    const read = Incoming.safeParse(query);
    if (!read.success) return notUnderstood(read.error);
    if (!equalSecrets(read.data.token, token)) return { kind: 'refused', status: 401, code: 'not-the-gateway', what: 'The token is not SMS_INBOUND_TOKEN, so the message was not looked at.', next: 'Compare get-url in kannel.conf.' };
    const { from, text, id } = read.data;
    return { kind: 'message', message: { from: international(from), text, id: id ?? null } };
  },
  reply: (text) => ({ type: 'text/plain; charset=utf-8', body: text }),
});

const receipts = (token: string): SmsDoor => ({
  method: 'GET', path: '/sms/kannel/receipt',
  hear({ query }): SmsHeard {
    const read = Report.safeParse(query);
    if (!read.success) return notUnderstood(read.error);
    const { message, seal, type, said } = read.data;
    if (!equalSecrets(seal, sealed(token, message))) return { kind: 'refused', status: 401, code: 'not-the-gateway', what: 'The report is about no message of ours, so it was not looked at.', next: 'Reports come to the address that Lifeboat gave with the message; nobody needs to set it up.' };
    const why = meaning[type];
    if (why === undefined) return { kind: 'nothing' };
    const words = (said ?? '').replaceAll(/[^\x20-\x7e]/g, ' ').trim().slice(0, 200);
    return { kind: 'receipt', receipt: { surface: 'sms', of: { key: Buffer.from(message, 'base64url').toString('utf8') }, became: why === null ? 'delivered' : 'failed', why: why === null ? null : `${why}${words === '' ? '' : ` (${words})`}.` }, optedOut: null };
  },
  reply: () => ({ type: 'text/plain; charset=utf-8', body: '' }),
});
