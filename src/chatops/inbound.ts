import type { Answer, Caller } from '../core/answer.js';
import { personOf, type Person } from '../core/estate.js';
import type { Surface } from '../core/names.js';
import type { DecisionVerb, Press } from '../desk/desk.js';
import type { Card, DialogHandler, FormName, Inbound, InboundReply } from '../ports/channel.js';
import type { Button } from '../ports/once.js';
import { personalWishes, toActions } from './actions.js';
import { createDeliveryMemory } from './delivery-memory.js';
import { formOfButton } from './forms/form-buttons.js';
import { createFormReplies } from './forms/form-replies.js';
import { createHome } from './home.js';
import type { InboundOptions } from './inbound-options.js';
import { redeemLink } from './link.js';
import { nextCommands } from './next-commands.js';
import { hereOnly } from './place.js';
import { answerView, refusalView } from './views/answer.js';
import type { View } from './views/view.js';
import { wordingFor } from './wording.js';

/** Answers a caller whom the surface proved already, and renders it: the CLI uses it, too. */
export type AnswerCard = (answer: Answer, caller: Caller) => Promise<Card>;

/** The surface itself proved who speaks: a session or a token of that person. */
const provenSurfaces: readonly Surface[] = ['web', 'cli'];
/** Whose drivers open forms from a button. */
const formSurfaces: readonly Surface[] = ['slack'];
const verbs: readonly string[] = ['approve', 'reject', 'hold', 'resume', 'cancel', 'review', 'acknowledge', 'revoke'] satisfies DecisionVerb[];

export function createAnswerCard({ live, buttons, render, clock, linkTo }: Pick<InboundOptions, 'live' | 'buttons' | 'render' | 'clock' | 'linkTo'>): AnswerCard {
  return async (answer, { person, surface }) => {
    const state = live.current;
    const now = clock.now();
    const run = answer.kind === 'run' ? state.runs.get(answer.run) : undefined;
    const actions = run && surface !== 'cli' ? await toActions(personalWishes(run, person, state, now), buttons) : [];
    const tenant = wordingFor(answer, person, state);
    const view = answerView(answer, state, { now, ...(linkTo ? { linkTo } : {}) });
    const card = { ...render(view, surface, { timeZone: person.timeZone ?? state.estate?.timeZone ?? 'UTC', tenant, now, actions, ...(person.language ? { language: person.language } : {}) }), ...nextCommands(view, surface) };
    if (answer.kind !== 'run' || !answer.note) return card;
    const note = render({ name: 'said', names: ['said'], tone: 'info', data: { text: answer.note, next: [] } }, surface, { timeZone: 'UTC', tenant, now });
    return { ...card, body: `${note.body}${surface === 'web' ? '<br>' : '\n'}${card.body}`, text: `${answer.note}\n${card.text}` };
  };
}

/**
 * The way in for every chat surface: the same delivery twice is one act, a stranger is told how to link, everybody else reaches the desk. Never throws.
 * A refused attempt of a linked person is journalled by the desk.
 */
export function createInboundHandler(options: InboundOptions): DialogHandler {
  const { live, desk, buttons, render, clock, log } = options;
  const deliveries = createDeliveryMemory(options.once, log);
  const answerCard = createAnswerCard(options);
  const home = createHome(options);

  const plainly = (from: Inbound, view: View, status: number): InboundReply => ({ status, card: render(view, from.surface, { timeZone: live.current.estate?.timeZone ?? 'UTC', now: clock.now() }) });
  const refuse = (from: Inbound, status: number, code: string, what: string, next: string, command: string | null = null): InboundReply => plainly(from, refusalView(code, what, next, command), status);

  function personBehind(from: Inbound): Person | null {
    const estate = live.current.estate;
    const name = provenSurfaces.includes(from.surface) ? from.identity : live.current.links.find((link) => link.surface === from.surface && link.identity === from.identity)?.person;
    return (estate && name !== undefined && personOf(estate, name)) || null;
  }

  async function once(from: Inbound, work: () => Promise<InboundReply>): Promise<InboundReply> {
    try {
      return await deliveries(`${from.surface}/${from.identity}/${from.deliveryId}`, work, () => (provenSurfaces.includes(from.surface)
        ? plainly(from, { name: 'said', names: ['said'], tone: 'info', data: { text: 'This was received before, and done once. The conversation shows what came of it.', next: [] } }, 0)
        : { card: null, status: 0 }));
    } catch (error) {
      log.error({ why: error instanceof Error ? error.message : String(error), surface: from.surface }, 'A message from chat could not be worked on.');
      return refuse(from, 1, 'failed', 'Lifeboat could not work on this, because of a fault of its own. It cannot tell whether anything was written.', 'Look at the run before you send it again; its log has the cause.', 'query event');
    }
  }

  async function asPerson(from: Inbound, work: (caller: Caller) => Promise<Answer>): Promise<InboundReply> {
    const person = personBehind(from);
    if (!person) return notLinked(from);
    const caller = callerOf(from, person);
    const answer = await work(caller);
    return { card: await answerCard(answer, caller), status: answer.status };
  }

  const callerOf = (from: Inbound, person: Person): Caller => ({ person, surface: from.surface, ...(from.steppedUp ? { steppedUp: true } : {}) });
  const forms = createFormReplies(options, { callerOf, answerCard, refuse });

  /** Somebody who is not linked finds the form offered again afterwards. */
  async function openForm(from: Inbound, name: FormName, about: string | null): Promise<InboundReply> {
    const person = personBehind(from);
    if (person) return forms.open(from, person, name, about);
    const kept = !provenSurfaces.includes(from.surface) && await options.pending.keep(from, await buttons.idFor({ verb: 'form', subject: about === null ? name : `${name} ${about}`, epoch: 0, attest: null }));
    return notLinked(from, kept ? ' The form is offered to you again when you have linked.' : '');
  }

  const notLinked = (from: Inbound, kept = ''): InboundReply => (provenSurfaces.includes(from.surface)
    ? refuse(from, 2, 'no-such-person', `The estate has no person called "${from.identity}".`, 'Ask whoever keeps the estate file to add you under people, then sign in again.')
    : refuse(from, 1, 'not-linked', `Lifeboat does not know whose ${surfaceWords(from.surface)} account this is, so it did nothing.`,
      `Type "code ${from.surface}" in the console or the CLI, where you are signed in. Then send the code here; it works once.${kept}`, `${prefixOf(from.surface)}link CODE`));

  /** What was pressed before the link goes through the desk like a press of now, with every check. */
  async function withPendingPress(from: Inbound, linked: InboundReply): Promise<InboundReply> {
    const actionId = await options.pending.take(from);
    const button = actionId === null ? null : await buttons.lookUp(actionId);
    if (button && linked.card && formOfButton(button)) return { ...linked, card: { ...linked.card, actions: [{ id: button.id, verb: 'form', label: 'Open the form', style: 'primary' }] } };
    if (!button || !isPress(button)) return linked;
    const { card, status } = await asPerson(from, (caller) => desk.press(caller, pressOf(button)));
    if (!card || !linked.card) return linked;
    const words = `Before you linked you pressed ${button.verb} for ${button.subject}; this is what came of it now:`;
    return { status, card: { ...card, body: `${linked.card.body}\n${words}\n${card.body}`, text: `${linked.card.text}\n${words}\n${card.text}` } };
  }

  return {
    command: (from, text) => once(from, async () => {
      const line = withoutPrefix(text);
      const code = /^link\s+(\S+)$/i.exec(line)?.[1];
      if (code !== undefined && !provenSurfaces.includes(from.surface)) {
        const result = await redeemLink(options, from, code);
        const linked = plainly(from, result.view, result.status);
        return result.status === 0 ? withPendingPress(from, linked) : linked;
      }
      if (!isHelp(line)) return asPerson(from, (caller) => desk.command(caller, line));
      const person = personBehind(from);
      const helped = await asPerson(from, (caller) => desk.command({ ...caller, person: hereOnly(caller.person, from, live.current.estate!) }, line === '' ? 'help' : line));
      return person && formSurfaces.includes(from.surface) && /^(?:help)?$/i.test(line) ? forms.withButtons(helped, person) : helped;
    }),
    action: (from, actionId) => once(from, async () => {
      const button = await buttons.lookUp(actionId);
      const form = button && formOfButton(button);
      if (form) return openForm(from, form.name, form.about);
      if (!personBehind(from)) {
        const kept = !provenSurfaces.includes(from.surface) && button !== null && isPress(button) && await options.pending.keep(from, actionId);
        return kept ? notLinked(from, ' What you pressed is kept for ten minutes and looked at again when you have linked.') : notLinked(from);
      }
      if (!button || !isPress(button)) return refuse(from, 2, 'button-unknown', 'This button is no longer known, so it did nothing. It belongs to an older message, or to another Lifeboat.', 'Ask for the current state and use the buttons of the newest message.', 'query run');
      return asPerson(from, (caller) => desk.press(caller, pressOf(button)));
    }),
    form: (from, name, about) => once(from, () => openForm(from, name, about)),
    submit: (from, name, about, values) => once(from, async () => {
      const person = personBehind(from);
      return person ? forms.submit(from, person, name, about, values) : notLinked(from);
    }),
    // Looking at it twice is no second act.
    home: async (from) => {
      const person = personBehind(from);
      try {
        return person ? await home(person, from.surface) : [notLinked(from).card!];
      } catch (error) {
        log.error({ why: error instanceof Error ? error.message : String(error), surface: from.surface }, 'The page of a person could not be made.');
        return [refuse(from, 1, 'failed', 'Lifeboat could not put this page together, because of a fault of its own. Runs and approvals are not touched by it.', 'Type the command instead; the log has the cause.', 'query run').card!];
      }
    },
  };
}

const pressOf = ({ verb, subject, epoch, attest }: Button & { readonly verb: DecisionVerb }): Press => ({ verb, subject, epoch, attest });
const isPress = (button: Button): button is Button & { readonly verb: DecisionVerb } => verbs.includes(button.verb);
const surfaceWords = (surface: Surface): string => (surface === 'slack' ? 'Slack' : surface === 'teams' ? 'Teams' : surface);
const prefixOf = (surface: Surface): string => (surface === 'slack' ? '/dr ' : '');
const isHelp = (line: string): boolean => line === '' || /^(?:help|\?|-h)(?:\s|$)/i.test(line);
/** `/dr`, a mention and ksysmgr's own name may stand in front of a pasted command. The desk knows ksysmgr's. */
const withoutPrefix = (text: string): string => text.trim().replace(/^(?:<[@!][^>]*>|@lifeboat\b)\s*/i, '').replace(/^\/dr(?:\s+|$)/i, '').trim();
