import type { SendMailOptions } from 'nodemailer';
import type { Millis } from '../../../core/names.js';
import { ChannelError, type Card, type Channel } from '../../../ports/channel.js';
import { createMailServers, type Dkim, type MailServers } from './servers.js';

export { needsTls } from './servers.js';
export { toChannelError } from './errors.js';

export interface EmailOptions {
  /** smtp://USER:PASSWORD@HOST:587; `smtps` for TLS from the start. In the order in which they are wanted. */
  readonly urls: readonly string[];
  readonly from: string;
  /** Right side of our Message-IDs. */
  readonly domain: string;
  readonly dkim?: Dkim | null;
  readonly now?: () => Millis;
  readonly timeoutMs?: Millis;
}

export interface Email extends Pick<MailServers, 'status' | 'verify'> {
  readonly channel: Channel;
  /** Plain text without a subject to one address, as a carrier that turns mail into text messages wants it. Answers with the Message-ID. @throws ChannelError */
  plain(address: string, text: string, key: string): Promise<string>;
  /** An answer to somebody's mail, in its thread. @throws ChannelError */
  answer(address: string, subject: string, text: string, to: { readonly messageId: string }): Promise<void>;
  stop(): void;
}

/** A message waits 30 s for its turn to be over (the lease of the outbox): all servers together get half of that. */
const patienceMs: Millis = 15_000;

/** Mail through nodemailer's pools. The card's heading is the subject, its body the HTML part, its text the plain part. */
export function createEmail({ urls, from, domain, dkim = null, now = Date.now, timeoutMs = Math.max(4_000, patienceMs / urls.length) }: EmailOptions): Email {
  const servers = createMailServers({ urls, dkim, timeoutMs, now });

  /** The same key gives the same id, so that a repeat after a lost answer is recognisable. An address as an object is one address, whatever stands in it. */
  async function send(address: string, key: string, mail: SendMailOptions): Promise<string> {
    const messageId = messageIdOf(key, domain);
    await servers.send({ from, to: { name: '', address }, ...mail, messageId, headers: { 'X-Lifeboat-Id': key, 'Auto-Submitted': 'auto-generated', ...(mail.headers as Record<string, string>) } });
    return messageId;
  }

  return {
    channel: {
      surface: 'email',
      async post(target, card, { key }) {
        if (target.kind !== 'person') throw new ChannelError('refused', 'Mail goes to people, not to channels.');
        const message = await send(target.identity, key, { subject: card.heading, text: card.text, html: card.body, ...threadOf(key, domain), ...unsubscribing(card) });
        return { surface: 'email', conversation: target.identity, message };
      },
      async update() { throw new ChannelError('refused', 'Mail that was sent cannot be changed.'); },
    },
    plain: (address, text, key) => send(address, key, { text }),
    async answer(address, subject, text, to) {
      await send(address, `answer:${to.messageId}`, { subject, text, inReplyTo: to.messageId, references: to.messageId, headers: { 'Auto-Submitted': 'auto-replied' } });
    },
    status: () => servers.status(),
    verify: () => servers.verify(),
    stop: () => servers.close(),
  };
}

export const messageIdOf = (key: string, domain: string): string => `<${key.replace(/[^A-Za-z0-9.]+/g, '.').replace(/^\.|\.$/g, '')}@${domain}>`;

/** All mail about one run or incident hangs together: it answers one root that is never sent. */
function threadOf(key: string, domain: string): { inReplyTo?: string; references?: string } {
  const about = /\b([RI]-\d+)\b/.exec(key)?.[1];
  return about === undefined ? {} : { inReplyTo: `<${about}@${domain}>`, references: `<${about}@${domain}>` };
}

/** One click on what a mail program shows ends digests (RFC 8058); what somebody has to act on cannot be unsubscribed. */
const unsubscribing = ({ unsubscribeUrl }: Card): { headers?: Record<string, string> } => (unsubscribeUrl === undefined ? {} : { headers: { 'List-Unsubscribe': `<${unsubscribeUrl}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } });
