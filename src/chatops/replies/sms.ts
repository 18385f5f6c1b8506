import type { Person } from '../../core/estate.js';
import type { OptOuts } from '../../notify/opt-outs.js';
import type { OnceStore } from '../../ports/once.js';
import type { SmsMessage } from '../../ports/sms.js';
import { createDeliveryMemory } from '../delivery-memory.js';
import { toOneSegment } from '../templates/markup.js';
import { createReplyActs, type ReplyActsOptions, type ReplyVerb } from './act.js';
import { isCode } from './code.js';

/** What goes back to the phone, in one segment; empty: nothing. Never throws. */
export type SmsReplies = (message: SmsMessage) => Promise<string>;

export interface SmsRepliesOptions extends Omit<ReplyActsOptions, 'surface'> {
  readonly once: OnceStore;
  readonly optOuts: Pick<OptOuts, 'out' | 'back'>;
  readonly log: { warn(fields: object, message: string): void; error(fields: object, message: string): void };
}

/** The carrier acts on these by itself, whatever we would say (reference/platform-limits.md): out, in, and neither. */
const leaves = /^\s*(?:stop|stopall|unsubscribe|cancel|end|quit)\s*$/i;
const returns = /^\s*(?:start|unstop|yes)\s*$/i;
const asks = /^\s*(?:help|info)\s*$/i;
const verbs = { H: 'hold', R: 'reject', A: 'approve', K: 'acknowledge' } as const satisfies Record<string, ReplyVerb>;
type Letter = keyof typeof verbs;

/**
 * What a person texts back: H holds and R rejects at once, K takes a call, A leads to a sign-in. STOP is believed, since the carrier believes it too: nothing more is sent there, and the provider is told.
 * A number that nobody of the estate has gets no answer at all.
 */
export function createSmsReplies({ once, optOuts, log, ...parts }: SmsRepliesOptions): SmsReplies {
  const { live, clock } = parts;
  const acts = createReplyActs({ ...parts, surface: 'sms' });
  const deliveries = createDeliveryMemory(once, log);
  const isKnown = (phone: string): boolean => live.current.estate?.contacts.some((contact) => contact.phone === phone) === true;

  async function work({ from, text }: SmsMessage, people: readonly Person[]): Promise<string> {
    const word = text.trim().toUpperCase();
    if (leaves.test(text)) {
      log.warn({ word }, 'A phone sent a word on which its carrier ends messages. Nothing more is sent there until it sends START.');
      await optOuts.out('sms', from, `that phone sent ${word}`);
    } else if (returns.test(text)) {
      log.warn({ word }, 'A phone sent a word on which its carrier begins messages again.');
      await optOuts.back('sms', from, `that phone sent ${word}`);
    } else if (asks.test(text)) log.warn({ word }, 'A phone sent a word that its carrier answers.');
    if (leaves.test(text) || returns.test(text) || asks.test(text) || people.length === 0 || acts.silenced(from)) return '';
    const read = readReply(text);
    if (read === null) return 'Lifeboat did not understand that. Reply with the code of the message and H to hold, R to reject, or K to take a call, like: 7K2F H';
    return acts.act(from, people, { code: read.code, verb: verbs[read.letter] });
  }

  return async (message) => {
    const people = live.current.estate?.people.filter((person) => person.phone === message.from) ?? [];
    if (people.length === 0 && !isKnown(message.from)) {
      log.warn({}, 'A text message came from a number that nobody of the estate has. It was not answered.');
      return '';
    }
    const id = message.id ?? `${message.text.trim()}@${Math.floor(clock.now() / 60_000)}`;
    try {
      return toOneSegment(await deliveries(`sms/${message.from}/${id}`, () => work(message, people), () => ''));
    } catch (error) {
      log.error({ why: error instanceof Error ? error.message : String(error) }, 'A text message could not be worked on.');
      return 'Lifeboat could not work on that. Hold it in chat, in the console, or with: lifeboat hold R-12';
    }
  };
}

/** `7K2F H`, `h 7k2f`, `7K2F-H`. */
export function readReply(text: string): { readonly code: string; readonly letter: Letter } | null {
  const parts = text.toUpperCase().split(/[^A-Z0-9]+/).filter((part) => part !== '');
  const [code, letter] = [parts.find((part) => isCode(part, 'sms')), parts.find((part) => part.length === 1)];
  return parts.length === 2 && code !== undefined && letter !== undefined && letter in verbs ? { code, letter: letter as Letter } : null;
}
