import { PassThrough } from 'node:stream';
import { createTransport } from 'nodemailer';
import { ChannelError, type Channel, type ChannelFailure } from '../../../ports/channel.js';

export interface EmailOptions {
  /** smtp://USER:PASSWORD@HOST:587; `smtps` for TLS from the start. */
  readonly url: string;
  readonly from: string;
  /** Right side of our Message-IDs. */
  readonly domain: string;
  readonly timeoutMs?: number;
}

export interface Email { readonly channel: Channel; /** Whether the server answers and takes our login. @throws ChannelError */ verify(): Promise<void>; /** Plain text without a subject to one address, as a carrier that turns mail into text messages wants it. Answers with the Message-ID. @throws ChannelError */ plain(address: string, text: string, key: string): Promise<string>; stop(): void }

/** Mail through nodemailer's pool. The card's heading is the subject, its body the HTML part, its text the plain part. */
export function createEmail({ url, from, domain, timeoutMs = 15_000 }: EmailOptions): Email {
  const address = new URL(url);
  const transport = createTransport({
    pool: true, maxConnections: 4, host: address.hostname, port: Number(address.port) || (address.protocol === 'smtps:' ? 465 : 587), secure: address.protocol === 'smtps:', requireTLS: needsTls(address),
    connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs * 2, disableFileAccess: true, disableUrlAccess: true,
    ...(address.username ? { auth: { user: decodeURIComponent(address.username), pass: decodeURIComponent(address.password) } } : {}),
  });
  // The pool tells of every broken connection alike: what it means depends on whether the text was out.
  const textOut = new Set<string>();
  transport.use('stream', (mail, done) => {
    mail.message.transform(() => new PassThrough().once('end', () => { textOut.add(String(mail.data.messageId)); }));
    done();
  });
  return {
    channel: {
      surface: 'email',
      async post(target, card, { key }) {
        if (target.kind !== 'person') throw new ChannelError('refused', 'Mail goes to people, not to channels.');
        // The same key gives the same id, so that a repeat after a lost answer is recognisable.
        const messageId = `<${messageKey(key)}@${domain}>`;
        try {
          textOut.delete(messageId);
          // An address as an object is one address, whatever stands in it.
          const sent = await transport.sendMail({ from, to: { name: '', address: target.identity }, subject: card.heading, text: card.text, html: card.body, messageId, headers: { 'X-Lifeboat-Id': key, 'Auto-Submitted': 'auto-generated', ...threadOf(key, domain) } });
          return { surface: 'email', conversation: target.identity, message: sent.messageId };
        } catch (error) {
          throw toChannelError(error, textOut.has(messageId));
        } finally {
          textOut.delete(messageId);
        }
      },
      async update() { throw new ChannelError('refused', 'Mail that was sent cannot be changed.'); },
    },
    async plain(address, text, key) {
      const messageId = `<${messageKey(key)}@${domain}>`;
      try {
        textOut.delete(messageId);
        return (await transport.sendMail({ from, to: { name: '', address }, text, messageId, headers: { 'X-Lifeboat-Id': key, 'Auto-Submitted': 'auto-generated' } })).messageId;
      } catch (error) {
        throw toChannelError(error, textOut.has(messageId));
      } finally {
        textOut.delete(messageId);
      }
    },
    async verify() { await transport.verify().catch((error: unknown) => { throw toChannelError(error); }); },
    stop: () => transport.close(),
  };
}

/** A password goes over the network encrypted or not at all; a server on this machine needs no certificate. */
export const needsTls = ({ protocol, username, hostname }: URL): boolean => protocol === 'smtp:' && username !== '' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);

const messageKey = (key: string): string => key.replace(/[^A-Za-z0-9.]+/g, '.').replace(/^\.|\.$/g, '');
/** All mail about one run or incident hangs together: it refers to one root that is never sent. */
function threadOf(key: string, domain: string): { References?: string } {
  const about = /\b([RI]-\d+)\b/.exec(key)?.[1];
  return about === undefined ? {} : { References: `<${about}@${domain}>` };
}

/** 4xx and silence: again; 5xx: never as it is. Silence after the text: nobody knows whether it went (reference/platform-limits.md). */
export function toChannelError(error: unknown, textWasOut = false): ChannelError {
  const { code, responseCode, response, message } = error as { code?: string; responseCode?: number; response?: string; message?: string };
  const said = (response ?? message ?? String(error)).split('\n')[0]!;
  const words = responseCode === undefined ? `The mail server could not be reached: ${said}${/certificate/i.test(said) ? '. Nothing was sent. Renew the certificate, or name the authority that vouches for it at the start: NODE_EXTRA_CA_CERTS=/path/to/ca.pem' : ''}` : `The mail server answered: ${said}`;
  return new ChannelError(meaningOf(code, responseCode, textWasOut), words, null, { cause: error });
}

function meaningOf(code: string | undefined, responseCode: number | undefined, textWasOut: boolean): ChannelFailure {
  // A wrong password may be mended while mail waits: it is tried again, not given up.
  if (code === 'EAUTH') return 'unreachable';
  if (responseCode !== undefined) return responseCode >= 500 ? 'refused' : 'unreachable';
  // No server was asked: the address itself is wrong.
  if (code === 'EENVELOPE') return 'refused';
  return textWasOut ? 'outcome-unknown' : 'unreachable';
}
