import { ImapFlow } from 'imapflow';
import type { Millis } from '../../../core/names.js';
import type { Clock } from '../../../ports/clock.js';
import type { InboundMail } from '../../../ports/mail.js';
import { readMail, TryLater, type Resolver } from './read-mail.js';

export interface InboxOptions {
  /** `imaps://USER:PASSWORD@HOST/INBOX`. */
  readonly url: string;
  /** Called once or more for each mail; a mail stays unread in the mailbox until this has worked. */
  readonly take: (mail: InboundMail) => Promise<void>;
  readonly clock: Pick<Clock, 'every'>;
  readonly log: (message: string, detail: object) => void;
  readonly resolver?: Resolver;
  readonly timeoutMs?: Millis;
}

export interface Inbox {
  start(): void;
  status(): { readonly ok: boolean | null; readonly message: string };
  /** Reads what is new now; several calls are one. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/** The server tells of new mail by itself; this is for one that does not, and for coming back after an outage. */
const lookEveryMs: Millis = 15_000;
const bytesMax = 1_000_000;
/** An hour: strangers whose names never resolve must not pile up. */
const looksMax = 240;
const loopback = /^(localhost|127\.[\d.]+|\[::1\])$/;

/** A mailbox that people answer to. Several nodes may read it: each mail is one act, told by its Message-ID. */
export function createInbox({ url, take, clock, log, resolver, timeoutMs = 15_000 }: InboxOptions): Inbox {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const mailbox = decodeURIComponent(pathname.slice(1)) || 'INBOX';
  let client: ImapFlow | null = null;
  let failing: string | null = null;
  let seen = false;
  let stopped = false;
  let looking: Promise<void> | null = null;
  let again = false;
  /** How often each was looked at in vain. */
  const waiting = new Map<number, number>();

  async function connected(): Promise<ImapFlow> {
    if (client?.usable) return client;
    const fresh = new ImapFlow({
      host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (protocol === 'imaps:' ? 993 : 143), secure: protocol === 'imaps:', ...(protocol === 'imap:' && loopback.test(hostname) ? { doSTARTTLS: false } : { doSTARTTLS: protocol === 'imap:' }),
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) }, logger: false, connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: 300_000,
    });
    // A connection that dies is told by the next look; nobody listening would end the process.
    fresh.on('error', (error: Error) => { failing = error.message; });
    fresh.on('exists', () => { void look(); });
    try {
      await fresh.connect();
      await fresh.mailboxOpen(mailbox);
    } catch (error) {
      fresh.close();
      throw error;
    }
    client = fresh;
    return fresh;
  }

  async function readAll(): Promise<void> {
    const imap = await connected();
    const found = await imap.search({ seen: false }, { uid: true });
    for (const uid of found || []) {
      if (stopped) return;
      const sized = await imap.fetchOne(String(uid), { size: true }, { uid: true });
      if (!sized) continue;
      if ((sized.size ?? 0) > bytesMax) log('a mail is too large to be an answer and was not looked at', { size: sized.size });
      else {
        const fetched = await imap.fetchOne(String(uid), { source: true }, { uid: true });
        const source = fetched ? fetched.source : undefined;
        // What cannot be read now never can: it is told once and not again.
        const mail = source === undefined ? null : await readMail(source, resolver).catch((error: unknown) => (error instanceof TryLater ? error : null));
        const looks = (waiting.get(uid) ?? 0) + 1;
        if (mail instanceof TryLater && looks < looksMax) {
          if (looks === 1) log('a mail waits until its sender can be proven', { uid, why: mail.message });
          waiting.set(uid, looks);
          continue;
        }
        waiting.delete(uid);
        if (mail instanceof TryLater) log('the sender of a mail could not be proven in an hour, so it was not looked at', { uid, why: mail.message });
        else if (mail !== null) await take(mail);
        else log('a mail could not be read as the answer of one person and was not looked at', { uid });
      }
      await imap.messageFlagsAdd(String(uid), ['\\Seen'], { uid: true });
    }
    [failing, seen] = [null, true];
    // From now on the server tells of new mail at once; the library would begin this only after a pause that the looks never leave it.
    void imap.idle().catch(() => undefined);
  }

  function look(): Promise<void> {
    if (stopped) return Promise.resolve();
    if (looking) again = true;
    looking ??= readAll().catch((error: unknown) => {
      const why = error instanceof Error ? (error as { responseText?: string }).responseText ?? error.message : String(error);
      if (failing !== why) log('the mailbox for answers cannot be read; the next try follows', { why });
      failing = why;
      client?.close();
      client = null;
    }).finally(() => {
      looking = null;
      // What came during the look was not in it.
      if (!again) return;
      again = false;
      void look();
    });
    return looking;
  }

  let stopTicking = (): void => undefined;
  return {
    start() { stopTicking = clock.every(lookEveryMs, look); void look(); },
    status: () => (failing !== null ? { ok: false, message: `The mailbox cannot be read: ${failing}` } : { ok: seen ? true : null, message: seen ? 'the mailbox is read' : 'no answer yet' }),
    look,
    async stop() {
      stopped = true;
      stopTicking();
      client?.close();
      await looking?.catch(() => undefined);
    },
  };
}
