import type { Answer, Caller } from '../../core/answer.js';
import type { Person } from '../../core/estate.js';
import { sees } from '../../core/estate.js';
import type { Millis } from '../../core/names.js';
import { isTerminal, type RunState } from '../../core/run-state.js';
import type { Desk } from '../../desk/desk.js';
import type { Clock } from '../../ports/clock.js';
import type { ButtonStore, OnceStore } from '../../ports/once.js';
import type { LiveState } from '../../ports/state.js';
import { createDeliveryMemory } from '../delivery-memory.js';
import { toOneSegment } from '../templates/markup.js';
import { codeLength, smsCode } from './code.js';

export interface SmsMessage {
  /** International form, `+15550001111`. */
  readonly from: string;
  readonly text: string;
  /** The gateway's own id of it, or null: two equal messages of one number within a minute are then one. */
  readonly id: string | null;
}

/** What goes back to the phone, in one segment; empty: nothing. Never throws. */
export type SmsReplies = (message: SmsMessage) => Promise<string>;

export interface SmsRepliesOptions {
  readonly live: LiveState;
  readonly desk: Pick<Desk, 'press'>;
  readonly buttons: ButtonStore;
  readonly once: OnceStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly answerText: (answer: Answer, caller: Caller) => Promise<string>;
  readonly linkTo?: (id: string) => string;
  readonly log: { warn(fields: object, message: string): void; error(fields: object, message: string): void };
}

const wrongMax = 5;
const wrongForMs: Millis = 600_000;
/** The carrier acts on these by itself, whatever we would say (reference/platform-limits.md). */
const carriers = /^\s*(?:stop|stopall|unsubscribe|cancel|end|quit|start|unstop|yes|help|info)\s*$/i;
const verbs = { H: 'hold', R: 'reject', A: 'approve' } as const;
type Letter = keyof typeof verbs;

/**
 * What a person texts back. A phone number can be forged, so a reply may stop and never start anything: H holds and R rejects at once, A leads to a sign-in (reference/approval-ux.md 6.2, platform-limits.md).
 * A number that nobody of the estate has gets no answer at all.
 */
export function createSmsReplies({ live, desk, buttons, once, clock, answerText, linkTo, log }: SmsRepliesOptions): SmsReplies {
  const deliveries = createDeliveryMemory(once, log);
  const wrong = new Map<string, { count: number; readonly until: Millis }>();

  const peopleWith = (phone: string): readonly Person[] => live.current.estate?.people.filter((person) => person.phone === phone) ?? [];
  const tooMany = (phone: string): boolean => {
    const known = wrong.get(phone);
    if (known && clock.now() >= known.until) wrong.delete(phone);
    return (wrong.get(phone)?.count ?? 0) >= wrongMax;
  };
  function countWrong(phone: string): void {
    const known = wrong.get(phone) ?? { count: 0, until: clock.now() + wrongForMs };
    known.count += 1;
    wrong.set(phone, known);
  }

  /** Whose code it is, and for which run; `current`: for the plan as it is now. */
  async function meant(people: readonly Person[], code: string): Promise<{ readonly person: Person; readonly run: RunState; readonly current: boolean } | null> {
    for (const run of [...live.current.runs.values()].toReversed()) {
      if (isTerminal(run.status)) continue;
      for (const person of people) {
        if (!sees(person, run.plan.tenant)) continue;
        for (let epoch = run.plan.epoch; epoch >= 1; epoch--) if (await smsCode(buttons, run.plan.run, epoch, person.name) === code) return { person, run, current: epoch === run.plan.epoch };
      }
    }
    return null;
  }

  async function work({ from, text }: SmsMessage, people: readonly Person[]): Promise<string> {
    if (carriers.test(text)) {
      log.warn({ word: text.trim().toUpperCase() }, 'A phone sent a word that its carrier acts on. If it was STOP, no text message reaches it until it sends START.');
      return '';
    }
    if (tooMany(from)) return '';
    const read = readReply(text);
    if (read === null) return 'Lifeboat did not understand that. Reply with the code of the message and H to hold or R to reject, like: 7K2F H';
    const found = await meant(people, read.code);
    if (found === null) {
      countWrong(from);
      return `${read.code} belongs to no open run of yours; nothing was done. Use the newest message, or the console.`;
    }
    const { person, run: { plan } } = found;
    if (read.letter === 'A') return `A text cannot approve ${plan.run}. Sign in and approve there: ${linkTo?.(plan.run) ?? 'the console'}`;
    // A hold is welcome whatever the plan has become; a rejection is about the plan that was read.
    if (!found.current && read.letter === 'R') return `${plan.run} has a new plan since that message; nothing was done. A new message has its code. H holds it all the same.`;
    const caller: Caller = { person, surface: 'sms' };
    return answerText(await desk.press(caller, { verb: verbs[read.letter], subject: plan.run, epoch: plan.epoch, attest: null }), caller);
  }

  return async (message) => {
    const people = peopleWith(message.from);
    if (people.length === 0) {
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
  const [code, letter] = [parts.find((part) => part.length === codeLength), parts.find((part) => part.length === 1)];
  return parts.length === 2 && code !== undefined && letter !== undefined && letter in verbs ? { code, letter: letter as Letter } : null;
}

