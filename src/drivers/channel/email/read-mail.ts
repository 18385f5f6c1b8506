import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { simpleParser, type Attachment, type ParsedMail } from 'mailparser';
import type { InboundMail } from '../../../ports/mail.js';

/** Looks names up in the DNS, as node:dns does. */
export type Resolver = (name: string, type: string) => Promise<string[][] | string[]>;

/** The DNS does not answer just now: whose the mail is will be known later. */
export class TryLater extends Error { override readonly name = 'TryLater'; }

/** Without these in the signature, whoever has one signed mail could write another under it. */
const mustBeSigned = ['from', 'subject', 'date'];
/** What the library tells besides what its types name. */
type Signature = Awaited<ReturnType<typeof dkimVerify>>['results'][number] & { readonly canonBodyLengthLimited?: boolean; readonly signingHeaders?: { readonly keys: string } };

/** null: not readable as the mail of one sender. @throws TryLater */
export async function readMail(source: Buffer, resolver?: Resolver): Promise<InboundMail | null> {
  const mail = await simpleParser(source, { keepDeliveryStatus: true, skipImageLinks: true, skipTextLinks: true });
  const senders = mail.from?.value ?? [];
  const from = senders[0]?.address?.toLowerCase() ?? '';
  if (senders.length !== 1 || !from.includes('@') || mail.messageId === undefined) return null;
  return { messageId: mail.messageId, from, subject: (mail.subject ?? '').replaceAll(/\s+/g, ' ').slice(0, 200), unproven: await unproven(source, resolver), automatic: isAutomatic(mail, from), text: aboveTheQuote(mail.text ?? ''), bounce: bounceOf(mail) };
}

/** A signature that passes, of the domain in From itself or above it, over the whole text. */
async function unproven(source: Buffer, resolver?: Resolver): Promise<string | null> {
  const { headerFrom, results } = await dkimVerify(source, resolver ? { resolver } : {});
  if (headerFrom.length !== 1) return 'it names several senders';
  const signed = (results as readonly Signature[]).filter(({ status }) => status.result !== 'none');
  if (signed.length === 0) return 'it is not signed (DKIM)';
  const good = signed.find(({ status, canonBodyLengthLimited, signingHeaders }) => status.result === 'pass' && status.aligned && canonBodyLengthLimited !== true && mustBeSigned.every((name) => signingHeaders?.keys.toLowerCase().split(/\s*:\s*/).includes(name)));
  // In a disaster names may not resolve for a while, and a hold must not be lost over that.
  if (!good && signed.some(({ status }) => status.result === 'temperror')) throw new TryLater('The DNS does not answer, so the signature of a mail could not be checked.');
  return good ? null : signed.some(({ status }) => status.result === 'pass') ? 'its signature (DKIM) is not that of the sender\'s domain, or covers a part of it only' : 'its signature (DKIM) does not hold';
}

function isAutomatic({ headers }: ParsedMail, from: string): boolean {
  const text = (name: string): string => { const value = headers.get(name); return typeof value === 'string' ? value.trim().toLowerCase() : ''; };
  const auto = text('auto-submitted');
  return (auto !== '' && auto !== 'no') || /^(bulk|list|junk|auto_reply)$/.test(text('precedence')) || headers.has('list') || headers.has('list-id') || headers.has('x-auto-response-suppress') || isNobody(headers.get('return-path')) || /^(mailer-daemon|postmaster|no-?reply|do-?not-?reply)@/.test(from);
}

/** A mail server's own mail has an empty sender on its envelope. */
const isNobody = (sender: unknown): boolean => typeof sender === 'object' && sender !== null && 'value' in sender && Array.isArray(sender.value) && sender.value.every((each: { address?: string }) => !each.address);

/** Everything before the first quoted line or the line that announces one. */
export function aboveTheQuote(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const cut = lines.findIndex((line) => /^\s*>/.test(line) || /^-{2,}\s*(Original|Forwarded)/i.test(line) || /^_{10,}$/.test(line) || /^On .{5,200} wrote:$/.test(line) || /^(From|Von|De):\s/.test(line) || /^-- ?$/.test(line));
  return (cut === -1 ? lines : lines.slice(0, cut)).join('\n').trim().slice(0, 2_000);
}

const field = (text: string, name: string): string | null => new RegExp(`^${name}:[ \\t]*(.+(?:\\r?\\n[ \\t].+)*)`, 'im').exec(text)?.[1]?.replaceAll(/\s+/g, ' ').trim() ?? null;
const content = ({ content: bytes }: Attachment): string => bytes.toString('utf8');

/** A report by RFC 3464. Only "failed" says that nobody got it; "delayed" says to wait. */
function bounceOf({ attachments }: ParsedMail): InboundMail['bounce'] {
  const report = attachments.find(({ contentType }) => contentType === 'message/delivery-status');
  if (!report) return null;
  const status = content(report);
  const original = attachments.filter(({ contentType }) => contentType === 'message/rfc822' || contentType === 'text/rfc822-headers' || contentType === 'message/rfc822-headers').map(content).join('\n');
  const why = field(status, 'Diagnostic-Code') ?? field(status, 'Status') ?? 'no reason given';
  return { key: field(original, 'X-Lifeboat-Id'), messageId: field(original, 'Message-ID'), failed: field(status, 'Action')?.toLowerCase() === 'failed', why: why.slice(0, 300) };
}
