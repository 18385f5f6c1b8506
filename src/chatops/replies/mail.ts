import type { InboundMail } from '../../ports/mail.js';
import type { OnceStore } from '../../ports/once.js';
import type { Receipt } from '../../ports/outbox.js';
import { createDeliveryMemory } from '../delivery-memory.js';
import { createReplyActs, type ReplyActsOptions, type ReplyVerb } from './act.js';
import { isCode } from './code.js';

export interface MailRepliesOptions extends Omit<ReplyActsOptions, 'surface'> {
  readonly once: OnceStore;
  /** Answers in the thread of their mail. */
  readonly answer: (address: string, subject: string, text: string, to: { readonly messageId: string }) => Promise<void>;
  readonly receipt: (receipt: Receipt, optedOut: string | null) => Promise<void>;
  readonly log: { warn(fields: object, message: string): void; error(fields: object, message: string): void };
}

/** @throws when a bounce cannot be noted: it stays unread and comes again. */
export type MailReplies = (mail: InboundMail) => Promise<void>;

/** Whoever is told more often than this is told by a machine to a machine. */
const refusalEveryMs = 3_600_000;
const verbs: Readonly<Record<string, ReplyVerb>> = { HOLD: 'hold', REJECT: 'reject', APPROVE: 'approve' };

/**
 * What a person mails back: HOLD or REJECT with the code of the message, from their own address and signed by its domain. The sender of a mail can be forged, so it may stop and never start anything
 * (reference/platform-limits.md, "Reply-to-approve"). Bounces say that a message reached nobody. Machines and strangers get no answer.
 */
export function createMailReplies({ once, answer, receipt, log, ...parts }: MailRepliesOptions): MailReplies {
  const acts = createReplyActs({ ...parts, surface: 'email' });
  const deliveries = createDeliveryMemory(once, log);

  async function say({ from, subject, messageId }: InboundMail, text: string): Promise<void> {
    await answer(from, /^re:/i.test(subject) ? subject : `Re: ${subject}`, text, { messageId }).catch((error: unknown) => { log.warn({ why: error instanceof Error ? error.message : String(error) }, 'An answer to a mail could not be sent. What the mail asked for is done, or refused, all the same.'); });
  }
  async function refuse(mail: InboundMail, text: string): Promise<void> {
    if (await once.first(`mail-refusal:${mail.from}`, refusalEveryMs)) await say(mail, `${text}\n\nWhat mail can do: HOLD or REJECT with the code of the message, alone on the first line, like: HOLD 7K2FBC3D. To approve, open the link of the message and sign in.`);
  }

  async function work(mail: InboundMail): Promise<void> {
    const { from } = mail;
    const people = parts.live.current.estate?.people.filter((person) => person.email?.toLowerCase() === from) ?? [];
    if (mail.automatic || people.length === 0) {
      log.warn({ automatic: mail.automatic }, 'A mail came from a machine, or from an address that nobody of the estate has. It was not answered.');
      return;
    }
    if (acts.silenced(from)) return;
    if (mail.unproven !== null) return refuse(mail, `Lifeboat did nothing: nobody can be sure that this mail is yours, since ${mail.unproven}.`);
    const read = readMailReply(mail.text);
    if (read === null) return refuse(mail, 'Lifeboat did not understand that; nothing was done.');
    if (read.verb === 'approve') return refuse(mail, `Lifeboat did nothing. ${await acts.act(from, people, read)}`);
    await say(mail, await acts.act(from, people, read));
  }

  async function came(bounce: NonNullable<InboundMail['bounce']>): Promise<void> {
    const of = bounce.key !== null ? { key: bounce.key } : bounce.messageId !== null ? { message: bounce.messageId } : null;
    if (bounce.failed && of !== null) await receipt({ surface: 'email', of, became: 'failed', why: `The mail came back: ${bounce.why}` }, null);
  }

  return async (mail) => {
    // A bounce may be noted twice; an answer acts once.
    if (mail.bounce !== null) return came(mail.bounce);
    await deliveries(`mail/${mail.from}/${mail.messageId}`, () => work(mail).catch(async (error: unknown) => {
      log.error({ why: error instanceof Error ? error.message : String(error) }, 'A mail could not be worked on.');
      if (mail.unproven === null) await say(mail, 'Lifeboat could not work on that. Hold it in chat, in the console, or with: lifeboat hold R-12');
    }), async () => undefined);
  };
}

/** The first line alone counts, and nothing else may stand in it: `HOLD 7K2FBC3D`, `7k2fbc3d reject`. */
export function readMailReply(text: string): { readonly code: string; readonly verb: ReplyVerb } | null {
  const line = text.split('\n').map((each) => each.trim()).find((each) => each !== '') ?? '';
  const parts = line.toUpperCase().split(/[^A-Z0-9]+/).filter((part) => part !== '');
  const verb = parts.map((part) => verbs[part]).find((each) => each !== undefined);
  const code = parts.find((part) => verbs[part] === undefined && isCode(part, 'email'));
  return parts.length === 2 && verb !== undefined && code !== undefined ? { verb, code } : null;
}
