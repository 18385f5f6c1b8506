import type { Answer, Caller } from '../../core/answer.js';
import { sees, type Person } from '../../core/estate.js';
import type { IncidentId, Millis } from '../../core/names.js';
import { isTerminal, type RunState } from '../../core/run-state.js';
import type { Desk } from '../../desk/desk.js';
import type { Clock } from '../../ports/clock.js';
import type { ButtonStore } from '../../ports/once.js';
import type { LiveState } from '../../ports/state.js';
import { replyCode, type ReplySurface } from './code.js';

export type ReplyVerb = 'hold' | 'reject' | 'approve' | 'acknowledge';

export interface ReplyActsOptions {
  readonly surface: ReplySurface;
  readonly live: LiveState;
  readonly desk: Pick<Desk, 'press'>;
  readonly buttons: ButtonStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly answerText: (answer: Answer, caller: Caller) => Promise<string>;
  readonly linkTo?: (id: string) => string;
}

export interface ReplyActs {
  /** Five wrong codes: this sender is not heard for ten minutes. */
  silenced(sender: string): boolean;
  /** Holds, rejects and says that somebody looks after an incident at once; approving leads to a sign-in. `people`: whose sender this is. Answers in words. */
  act(sender: string, people: readonly Person[], reply: { readonly code: string; readonly verb: ReplyVerb }): Promise<string>;
}

const wrongMax = 5;
const wrongForMs: Millis = 600_000;
const words: Readonly<Record<ReplySurface, string>> = { sms: 'text', email: 'mail' };

/** What an answer with a code does, on every surface where the sender can be forged: it may stop and never starts anything (reference/platform-limits.md, approval-ux.md 6.2). */
export function createReplyActs({ surface, live, desk, buttons, clock, answerText, linkTo }: ReplyActsOptions): ReplyActs {
  const wrong = new Map<string, { count: number; readonly until: Millis }>();

  function countWrong(sender: string): void {
    const known = wrong.get(sender) ?? { count: 0, until: clock.now() + wrongForMs };
    known.count += 1;
    wrong.set(sender, known);
  }

  /** Whose code it is, and for which run; `current`: for the plan as it is now. */
  async function meant(people: readonly Person[], code: string): Promise<{ readonly person: Person; readonly run: RunState; readonly current: boolean } | null> {
    for (const run of [...live.current.runs.values()].toReversed()) {
      if (isTerminal(run.status)) continue;
      for (const person of people) {
        if (!sees(person, run.plan.tenant)) continue;
        for (let epoch = run.plan.epoch; epoch >= 1; epoch--) if (await replyCode(buttons, surface, run.plan.run, epoch, person.name) === code) return { person, run, current: epoch === run.plan.epoch };
      }
    }
    return null;
  }

  /** Whose code it is, and for which incident that he was called for. */
  async function called(people: readonly Person[], code: string): Promise<{ readonly person: Person; readonly incident: IncidentId } | null> {
    for (const [incident, { paged }] of [...live.current.duty.escalations].toReversed()) {
      for (const person of people) {
        if (paged.some((each) => each.people.includes(person.name)) && await replyCode(buttons, surface, incident, 0, person.name) === code) return { person, incident };
      }
    }
    return null;
  }

  async function acknowledge(sender: string, people: readonly Person[], code: string): Promise<string> {
    const found = await called(people, code);
    if (found === null) {
      countWrong(sender);
      return `${code} belongs to no open call of yours; nothing was done. Use the newest message, or the console.`;
    }
    const caller: Caller = { person: found.person, surface };
    return answerText(await desk.press(caller, { verb: 'acknowledge', subject: found.incident, epoch: 0, attest: null }), caller);
  }

  return {
    silenced(sender) {
      const known = wrong.get(sender);
      if (known && clock.now() >= known.until) wrong.delete(sender);
      return (wrong.get(sender)?.count ?? 0) >= wrongMax;
    },
    async act(sender, people, { code, verb }) {
      if (verb === 'acknowledge') return acknowledge(sender, people, code);
      const found = await meant(people, code);
      if (found === null) {
        countWrong(sender);
        return `${code} belongs to no open run of yours; nothing was done. Use the newest message, or the console.`;
      }
      const { person, run: { plan } } = found;
      if (verb === 'approve') return `A ${words[surface]} cannot approve ${plan.run}. Sign in and approve there: ${linkTo?.(plan.run) ?? 'the console'}`;
      // A hold is welcome whatever the plan has become; a rejection is about the plan that was read.
      if (!found.current && verb === 'reject') return `${plan.run} has a new plan since that message; nothing was done. A new message has its code. ${surface === 'sms' ? 'H' : 'HOLD'} holds it all the same.`;
      const caller: Caller = { person, surface };
      return answerText(await desk.press(caller, { verb, subject: plan.run, epoch: plan.epoch, attest: null }), caller);
    },
  };
}
