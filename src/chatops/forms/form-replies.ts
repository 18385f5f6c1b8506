import type { Answer, Caller } from '../../core/answer.js';
import type { Person } from '../../core/estate.js';
import type { Card, FormName, FormValues, Inbound, InboundReply } from '../../ports/channel.js';
import { toActions } from '../actions.js';
import type { InboundOptions } from '../inbound-options.js';
import { hereOnly } from '../place.js';
import { createDialogs } from './dialogs.js';
import { formWishes } from './form-buttons.js';
import { isForm, type NoForm } from './form-kind.js';

interface Replies {
  readonly callerOf: (from: Inbound, person: Person) => Caller;
  readonly answerCard: (answer: Answer, caller: Caller) => Promise<Card>;
  readonly refuse: (from: Inbound, status: number, code: string, what: string, next: string, command?: string | null) => InboundReply;
}

/** What is replied to somebody who opens a form or sends one off. */
export function createFormReplies(options: Pick<InboundOptions, 'live' | 'desk' | 'clock' | 'buttons'>, { callerOf, answerCard, refuse }: Replies) {
  const dialogs = createDialogs(options);
  const none = (from: Inbound, { code, what, next, command }: NoForm): InboundReply => refuse(from, 1, code, what, next, command);
  return {
    open(from: Inbound, person: Person, name: FormName, about: string | null): InboundReply {
      const drawn = dialogs.draw({ person: hereOnly(person, from, options.live.current.estate!) }, name, about);
      return isForm(drawn) ? { card: null, status: 0, form: drawn } : none(from, drawn);
    },
    async submit(from: Inbound, person: Person, name: FormName, about: string | null, values: FormValues): Promise<InboundReply> {
      const caller = callerOf(from, person);
      const submitted = await dialogs.submit(caller, name, about, values);
      if (submitted.kind === 'none') return none(from, submitted.none);
      if (submitted.kind === 'answer') return { card: await answerCard(submitted.answer, caller), status: submitted.answer.status };
      return { ...refuse(from, 4, 'form', `Nothing was done: ${Object.values(submitted.errors).join(' ')}`, 'Open the form again and correct it.'), errors: submitted.errors };
    },
    /** Plain help offers the forms, too. */
    async withButtons(reply: InboundReply, person: Person): Promise<InboundReply> {
      return reply.card === null ? reply : { ...reply, card: { ...reply.card, actions: [...reply.card.actions, ...await toActions(formWishes(person), options.buttons)] } };
    },
  };
}
