import type { App } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import type { z } from 'zod';
import type { FormName, Inbound, InboundReply } from '../../../ports/channel.js';
import { answer, type WayBack } from './answer.js';
import { actionPrefix } from './blocks.js';
import { toChannelError } from './errors.js';
import { formInWords, openForm, submitForm, type FormFlowOptions } from './form-flow.js';
import { toHomeView } from './home-view.js';
import { identityOf, plainText, type SlackPerson } from './identity.js';
import { actionPayload, commandPayload, formCallback, homePayload, mentionPayload, messageShortcutPayload, shortcutPayload, submissionPayload } from './payloads.js';

export interface ListenerOptions extends FormFlowOptions { readonly app: App; /** The estate's name of a conversation, where it is known. */ readonly placeOf: (conversation: string) => string | undefined }

/** Global shortcuts of the manifest. */
export const shortcuts: Readonly<Record<string, FormName>> = { lifeboat_move: 'move', lifeboat_drill: 'drill', lifeboat_silence: 'silence', lifeboat_maintenance: 'maintenance', lifeboat_break_glass: 'break-glass' };
export const messageShortcut = 'lifeboat_why';

/** Command, mention, button, shortcut and form take the same path: acknowledge within Slack's 3 s, then work, then answer the person alone. */
export function addListeners(options: ListenerOptions): void {
  const { app, handler, log, people, placeOf } = options;

  const inbound = (back: WayBack, displayName: string | null, channelName: string | null = null): Inbound => {
    const place = back.conversation === null ? undefined : placeOf(back.conversation) ?? channelName ?? undefined;
    return { surface: 'slack', identity: identityOf(back.person), displayName, conversation: back.conversation, deliveryId: back.deliveryId, ...(place === undefined ? {} : { place }) };
  };

  async function serve(back: WayBack, from: Inbound, work: (from: Inbound) => Promise<InboundReply>): Promise<void> {
    const card = await people.refuse(back.person) ?? (await work(from)).card;
    if (card) await answer(options, back, card);
  }

  /** Shown when it is opened, and anew after its reader acted there. */
  async function publishHome(client: WebClient, person: WayBack['person'], from: Inbound): Promise<void> {
    const refused = await people.refuse(person);
    const view = toHomeView(refused ? [refused] : await handler.home(from));
    await client.views.publish({ user_id: person.user, view }).catch((error: unknown) => { log.warn({ why: toChannelError(error, 'views.publish').message }, 'The page of a person could not be shown in Slack; it is tried again when it is opened next.'); });
  }

  /** Null, with a word in the log, for what does not have the form that Slack documents. */
  function read<T extends z.ZodType>(schema: T, payload: unknown): z.output<T> | null {
    const result = schema.safeParse(payload);
    if (result.success) return result.data;
    log.warn({ fields: result.error.issues.slice(0, 5).map(({ path }) => path.join('.')) }, 'A request from Slack was not as Slack documents it. Nothing was done for it.');
    return null;
  }

  app.command('/dr', async ({ ack, body, client }) => {
    await ack();
    const sent = read(commandPayload, body);
    if (!sent) return;
    const back: WayBack = { client, responseUrl: sent.response_url, conversation: sent.channel_id, deliveryId: `command:${sent.trigger_id}`, person: await people.known({ user: sent.user_id, team: sent.team_id, enterprise: sent.enterprise_id, place: sent.team_id }) };
    const from = inbound(back, sent.user_name, sent.channel_name);
    const text = plainText(sent.text);
    const form = formInWords(text);
    if (form) await openForm(options, back, sent.trigger_id, from, { conversation: sent.channel_id, home: false }, () => handler.form(from, form.name, form.about));
    else await serve(back, from, () => handler.command(from, text));
  });

  app.event('app_mention', async ({ body, client }) => {
    // Bolt has acknowledged already.
    const sent = read(mentionPayload, body);
    if (!sent || sent.event.user === null) return;
    const { event } = sent;
    const person = await people.known({ user: sent.event.user, team: event.user_team ?? event.source_team ?? event.team ?? sent.team_id, enterprise: sent.enterprise_id, place: sent.team_id });
    const back: WayBack = { client, responseUrl: null, conversation: event.channel, thread: event.thread_ts, person, deliveryId: `event:${sent.event_id}` };
    await serve(back, inbound(back, null), (from) => handler.command(from, plainText(event.text)));
  });

  app.action({ type: 'block_actions', action_id: new RegExp(`^${actionPrefix}`) }, async ({ ack, body, client }) => {
    await ack();
    const sent = read(actionPayload, body);
    if (!sent) return;
    const [action] = sent.actions;
    const back: WayBack = { client, responseUrl: sent.response_url, conversation: sent.channel?.id ?? null, thread: sent.message?.thread_ts ?? null, person: await people.known(personOf(sent)), deliveryId: `action:${sent.trigger_id ?? action!.action_ts}:${action!.action_id}` };
    const from = inbound(back, nameOf(sent));
    const home = sent.view?.type === 'home';
    if (opensForm.test(action!.action_id) && sent.trigger_id !== null) { await openForm(options, back, sent.trigger_id, from, { conversation: back.conversation, home }, () => handler.action(from, action!.value)); return; }
    await serve(back, from, () => handler.action(from, action!.value));
    if (home) await publishHome(client, back.person, from);
  });

  app.shortcut({ type: 'shortcut', callback_id: /^lifeboat_/ }, async ({ ack, body, client }) => {
    await ack();
    const sent = read(shortcutPayload, body);
    const form = sent && Object.hasOwn(shortcuts, sent.callback_id) ? shortcuts[sent.callback_id] : undefined;
    if (!sent || !form) return;
    const back: WayBack = { client, responseUrl: null, conversation: null, person: await people.known(personOf(sent)), deliveryId: `shortcut:${sent.trigger_id}` };
    const from = inbound(back, nameOf(sent));
    await openForm(options, back, sent.trigger_id, from, { conversation: null, home: false }, () => handler.form(from, form, null));
  });

  app.shortcut({ type: 'message_action', callback_id: messageShortcut }, async ({ ack, body, client }) => {
    await ack();
    const sent = read(messageShortcutPayload, body);
    if (!sent) return;
    const back: WayBack = { client, responseUrl: sent.response_url, conversation: sent.channel.id, person: await people.known(personOf(sent)), deliveryId: `shortcut:${sent.trigger_id}` };
    await serve(back, inbound(back, nameOf(sent)), (from) => handler.command(from, lineAbout(sent.message.text ?? '')));
  });

  app.view({ type: 'view_submission', callback_id: formCallback }, async ({ ack, body, client }) => {
    const sent = read(submissionPayload, body);
    if (!sent) { await ack(); return; }
    const back = { client, responseUrl: null, person: await people.known(personOf(sent)), deliveryId: `submit:${sent.trigger_id}` };
    const fromOf = (conversation: string | null): Inbound => inbound({ ...back, conversation }, nameOf(sent));
    const { fromHome } = await submitForm(options, sent, back, fromOf, async (response) => { await (response ? ack(response) : ack()); });
    if (fromHome) await publishHome(client, back.person, fromOf(null));
  });

  app.event('app_home_opened', async ({ body, client }) => {
    const sent = read(homePayload, body);
    if (!sent || sent.event.tab !== 'home') return;
    const person = await people.known({ user: sent.event.user, team: sent.team_id, enterprise: sent.enterprise_id, place: sent.team_id });
    await publishHome(client, person, inbound({ client, responseUrl: null, conversation: null, person, deliveryId: `event:${sent.event_id}` }, null));
  });

  app.error(async (error) => { log.error({ code: error.code }, 'A Slack request could not be worked on. Nothing was done for it; the person can send it again.'); });
}

const opensForm = new RegExp(`^${actionPrefix}form(?::\\d+)?$`);

interface Acting { readonly user: { readonly id: string; readonly team_id: string | null; readonly name: string | null; readonly username: string | null }; readonly team: { readonly id: string } | null; readonly enterprise: { readonly id: string } | null }
const personOf = ({ user, team, enterprise }: Acting): SlackPerson => ({ user: user.id, team: user.team_id ?? team?.id ?? null, enterprise: enterprise?.id ?? null, place: team?.id ?? null });
const nameOf = ({ user }: Acting): string | null => user.name ?? user.username;

/** The run or incident that a message speaks of first. Nothing else of what somebody wrote is used. */
function lineAbout(text: string): string {
  const id = /\b([RI])-(\d{1,9})\b/.exec(text);
  return id === null ? 'query run' : id[1] === 'R' ? `why ${id[0]}` : `query incident ${id[0]}`;
}
