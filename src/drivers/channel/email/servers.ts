import { PassThrough } from 'node:stream';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { Millis } from '../../../core/names.js';
import type { ChannelError } from '../../../ports/channel.js';
import { isPutOff, isServersFault, toChannelError } from './errors.js';

export interface Dkim { readonly domainName: string; readonly keySelector: string; readonly privateKey: string }

/** One server as it was last seen. `failing` null: nothing is known against it. */
export interface MailServerStatus { readonly server: string; readonly failing: string | null }

export interface MailServers {
  /** Through the first server that takes it. The Message-ID stays the same whoever takes it. @throws ChannelError */
  send(mail: SendMailOptions & { readonly messageId: string }): Promise<void>;
  status(): readonly MailServerStatus[];
  /** Asks each for its greeting and our login. Answers with those that refuse, and why. */
  verify(): Promise<readonly MailServerStatus[]>;
  close(): void;
}

/** A server that fails rests for so long; then the next mail tries it first again, so that the first of the list comes back by itself. */
export const restMs: Millis = 60_000;
/** Slower than this it is as good as away: an approval lives for a quarter of an hour. */
export const slowMs: Millis = 20_000;
/** Putting everything off for so long is no greylisting any more (reference/anvil-dr.md 6.2: a mail queue older than 10 minutes switches the server). */
export const stuckMs: Millis = 600_000;

/** A password goes over the network encrypted or not at all; a server on this machine needs no certificate. */
export const needsTls = ({ protocol, username, hostname }: URL): boolean => protocol === 'smtp:' && username !== '' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);

interface Server { readonly name: string; readonly transport: ReturnType<typeof open>; restsUntil: Millis; failing: string | null; putOffSince: Millis | null }

/** Mail servers in the order in which they are wanted, each with its own login and pool. */
export function createMailServers({ urls, dkim, timeoutMs, now }: { readonly urls: readonly string[]; readonly dkim: Dkim | null; readonly timeoutMs: Millis; readonly now: () => Millis }): MailServers {
  // The pool tells of every broken connection alike: what it means depends on whether the text was out.
  const textOut = new Set<string>();
  const servers = urls.map((url): Server => ({ name: new URL(url).host, transport: open(url, dkim, timeoutMs, textOut), restsUntil: 0, failing: null, putOffSince: null }));
  const rest = (server: Server, why: string): void => { Object.assign(server, { failing: why, restsUntil: now() + restMs }); };

  async function through(server: Server, mail: SendMailOptions & { readonly messageId: string }): Promise<void> {
    const began = now();
    textOut.delete(mail.messageId);
    await server.transport.sendMail(mail);
    Object.assign(server, { failing: null, restsUntil: 0, putOffSince: null });
    if (now() - began > slowMs) rest(server, `It took ${Math.round((now() - began) / 1_000)} s over one mail.`);
  }

  return {
    async send(mail) {
      const awake = servers.filter(({ restsUntil }) => restsUntil <= now());
      let last: ChannelError | null = null;
      for (const server of awake.length > 0 ? awake : servers) {
        try {
          await through(server, mail);
          textOut.delete(mail.messageId);
          return;
        } catch (error) {
          const wasOut = textOut.delete(mail.messageId);
          last = toChannelError(error, wasOut);
          if (isServersFault(error)) rest(server, last.message);
          else if (isPutOff(error)) {
            server.putOffSince ??= now();
            if (now() - server.putOffSince < stuckMs) throw last;
            rest(server, `It has put everything off for ${Math.round((now() - server.putOffSince) / 60_000)} minutes: ${last.message}`);
          } else throw last;
          // It may have taken the mail: the next try goes to another server, under the same Message-ID, and not this one.
          if (last.code === 'outcome-unknown') throw last;
        }
      }
      throw last!;
    },
    status: () => servers.map(({ name, failing }) => ({ server: name, failing })),
    async verify() {
      const found = await Promise.all(servers.map(async ({ name, transport }) => ({ server: name, failing: await transport.verify().then(() => null, (error: unknown) => toChannelError(error).message) })));
      return found.filter(({ failing }) => failing !== null);
    },
    close: () => { for (const { transport } of servers) transport.close(); },
  };
}

function open(url: string, dkim: Dkim | null, timeoutMs: Millis, textOut: Set<string>) {
  const address = new URL(url);
  const transport = createTransport({
    pool: true, maxConnections: 4, host: address.hostname, port: Number(address.port) || (address.protocol === 'smtps:' ? 465 : 587), secure: address.protocol === 'smtps:', requireTLS: needsTls(address),
    connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs * 2, disableFileAccess: true, disableUrlAccess: true,
    ...(address.username ? { auth: { user: decodeURIComponent(address.username), pass: decodeURIComponent(address.password) } } : {}),
    // Oversigned where it matters: what a digest says about unsubscribing must be ours (RFC 8058).
    ...(dkim === null ? {} : { dkim: { ...dkim, headerFieldNames: signedHeaders } }),
  });
  transport.use('stream', (mail, done) => {
    mail.message.transform(() => new PassThrough().once('end', () => { textOut.add(String(mail.data.messageId)); }));
    done();
  });
  return transport;
}

const signedHeaders = 'From:Sender:Reply-To:Subject:Date:Message-ID:To:Cc:MIME-Version:Content-Type:Content-Transfer-Encoding:In-Reply-To:References:Auto-Submitted:X-Lifeboat-Id:List-Id:List-Unsubscribe:List-Unsubscribe-Post';
