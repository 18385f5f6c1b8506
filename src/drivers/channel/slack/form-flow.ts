import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Millis } from '../../../core/names.js';
import { formNames, type Card, type DialogHandler, type Form, type FormName, type Inbound, type InboundReply } from '../../../ports/channel.js';
import type { Clock } from '../../../ports/clock.js';
import { answer, type AnswerOptions, type WayBack } from './answer.js';
import { toChannelError } from './errors.js';
import { cardModal, readSubmission, shell, toFieldErrors, toModal, type FormOrigin } from './modal.js';
import type { SubmissionPayload } from './payloads.js';
import type { People } from './people.js';

/** Slack closes the form with an error of its own after three seconds without a word; what is found wrong later is told privately. */
const patienceMs: Millis = 2_000;

export interface FormFlowOptions extends AnswerOptions { readonly handler: DialogHandler; readonly clock: Clock; readonly people: People }

/** Forms that can be opened for one run or incident. */
const takesAbout: ReadonlySet<FormName> = new Set(['break-glass', 'silence']);

/** `move`, `break-glass R-12`, `silence I-3`: the words that open a form where a line of arguments would follow. */
export function formInWords(text: string): { readonly name: FormName; readonly about: string | null } | null {
  const [word = '', about = null, ...more] = text.trim().toLowerCase().split(/\s+/);
  const name = formNames.find((each) => each === word);
  return name === undefined || more.length > 0 || (about !== null && !takesAbout.has(name)) ? null : { name, about };
}

/** A shell within Slack's three seconds, filled afterwards. `ask` answers with the form, or with why there is none. */
export async function openForm(options: FormFlowOptions, back: WayBack, triggerId: string, from: Inbound, origin: FormOrigin, ask: (from: Inbound) => Promise<InboundReply>): Promise<void> {
  const { client, person } = back;
  const opened = await client.views.open({ trigger_id: triggerId, view: shell() }).then(({ view }) => view ?? null, (error: unknown) => toChannelError(error, 'views.open').message);
  const refused = await options.people.refuse(person);
  const reply: InboundReply = refused ? { card: refused, status: 1 } : await ask(from);
  if (reply.form === undefined && reply.card === null) return;
  if (opened !== null && typeof opened === 'object' && opened.id) {
    const failed = await fill(client, opened.id, opened.hash, reply.form ? toModal(reply.form, origin) : cardModal(reply.card!));
    if (failed === null) return;
    options.log.warn({ why: failed }, 'A form was opened in Slack and could not be filled; the person is told what to type instead.');
  } else options.log.warn({ why: typeof opened === 'string' ? opened : 'no view' }, 'A form could not be opened in Slack; the person is told what to type instead.');
  await answer(options, back, reply.form ? tooLate(reply.form) : reply.card!);
}

async function fill(client: WebClient, id: string, hash: string | undefined, view: ModalView): Promise<string | null> {
  return client.views.update({ view_id: id, view, ...(hash ? { hash } : {}) }).then(() => null, (error: unknown) => toChannelError(error, 'views.update').message);
}

/** Slack takes a form for three seconds after a click, and only once. */
const tooLate = ({ title, typed }: Form): Card => {
  const says = `The form "${title}" could not be opened: Slack allows it for three seconds after a click. Nothing was done.`;
  return { heading: 'Not done', tone: 'warning', actions: [], body: `${says}\nOpen it again, or type this with your own words: \`/dr ${typed.replace(/[`<>&]/g, '')}\``, text: `${says} Type: /dr ${typed}` };
};

/** What somebody sent off. Errors that are known in time are shown at their fields; everything else closes the form and is answered privately. */
export async function submitForm(options: FormFlowOptions, payload: SubmissionPayload, back: Omit<WayBack, 'conversation'>, fromOf: (conversation: string | null) => Inbound, ack: (response?: { response_action: 'errors'; errors: Record<string, string> }) => Promise<void>): Promise<{ readonly fromHome: boolean }> {
  const sent = readSubmission(payload);
  if (!sent) { await ack(); options.log.warn({}, 'A form came back from Slack that Lifeboat did not make. Nothing was done.'); return { fromHome: false }; }
  const { form, about, conversation, home, values } = sent;
  const over = new AbortController();
  const work = options.people.refuse(back.person).then((refused) => (refused ? { card: refused, status: 1 } : options.handler.submit(fromOf(conversation), form, about, values)));
  const inTime = await Promise.race([work, options.clock.sleep(patienceMs, over.signal).then(() => null, () => null)]);
  over.abort();
  if (inTime?.errors) { await ack({ response_action: 'errors', errors: toFieldErrors(inTime.errors) }); return { fromHome: false }; }
  await ack();
  const { card } = inTime ?? await work;
  if (card) await answer(options, { ...back, conversation }, card);
  return { fromHome: home };
}
