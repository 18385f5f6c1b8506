import { ChannelError, type Card, type ConversationHandler, type Inbound, type InboundHandler, type MessageRef } from '../../../ports/channel.js';
import type { Clock } from '../../../ports/clock.js';
import { conversationOf, identityOf, pressedId, pressedKey, pressedVerb, typedText, type Activity } from './activity.js';
import { createAnswers } from './answers.js';
import { cardType, toAdaptiveCard, verbs } from './card.js';
import type { TeamsChannel } from './channel.js';
import type { InvokeAnswer, Place } from './connector.js';
import type { Conversations } from './conversations.js';
import type { TeamsLog } from './log.js';

export interface ListenerOptions { readonly handler: InboundHandler; readonly conversation: ConversationHandler; readonly conversations: Conversations; readonly channel: TeamsChannel; readonly tenant: string; readonly clock: Clock; readonly log: TeamsLog; readonly seen: Seen }

/** A message of ours, by our key and its address in Teams. */
export type Seen = (key: string, ref: MessageRef) => void;

export interface Listener {
  /** Takes an activity that was verified. What needs work goes on after the answer. @returns what an invoke is answered */
  take(activity: Activity): Promise<InvokeAnswer | null>;
  /** Waits for what is under way. */
  idle(): Promise<void>;
}

/** Teams wants an answer to a press within 5 to 15 s, people want it at once (reference/platform-limits.md): later, it comes into the chat. */
const patienceMs = 2_500;

const said = (text: string): InvokeAnswer => ({ status: 200, body: { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: text } });
const shown = (card: Card, readers: readonly string[] = []): InvokeAnswer => ({ status: 200, body: { statusCode: 200, type: cardType, value: toAdaptiveCard(card, { readers }) } });
const line = (text: string): Card => ({ heading: '', tone: 'info', actions: [], body: text, text });
const refusal = (what: string, next: string): Card => ({ heading: 'Not done', tone: 'warning', actions: [], body: `${what}\n${next}`, text: `${what}\n${next}` });

/** Message, press and look take the same path as everywhere: verified, answered within seconds, worked on, told to the person alone. */
export function createListener({ handler, conversation, conversations, channel, tenant, clock, log, seen }: ListenerOptions): Listener {
  const send = createAnswers(channel, clock);
  const working = new Set<Promise<void>>();
  const inBackground = (work: () => Promise<void>): void => {
    const under = work().catch((error: unknown) => log.error({ why: error instanceof Error ? error.message : String(error) }, 'An answer could not be delivered to Teams. What was asked is in the journal all the same: lifeboat query event.')).finally(() => working.delete(under));
    working.add(under);
  };

  const fromOf = (activity: Activity, identity: string): Inbound => ({ surface: 'teams', identity, displayName: activity.from.name ?? null, conversation: activity.conversation.id, deliveryId: `activity:${activity.id}` });
  const placeOf = ({ serviceUrl, recipient, conversation: { id } }: Activity): Place => ({ serviceUrl, bot: recipient.id, conversation: id });

  /** To the person alone: what somebody may see is not for everyone in the channel. There it says only where the answer is. */
  async function tell(activity: Activity, identity: string, card: Card): Promise<void> {
    if (activity.conversation.conversationType === 'personal') { await send(placeOf(activity), card); return; }
    try {
      await send(await channel.personalPlace(identity), card);
    } catch (error) {
      log.warn({ why: error instanceof Error ? error.message : String(error) }, 'A private answer did not reach its person in Teams; it is said in the conversation that there is one.');
      await send(placeOf(activity), error instanceof ChannelError && error.code === 'refused'
        ? refusal('The answer is for you alone, and Lifeboat has no chat with you.', 'Open Lifeboat in Teams (Apps, Lifeboat, Add), then say it there again.')
        : refusal('The answer is for you alone, and it did not get through to your chat just now.', 'Ask again in a minute; the console and the CLI answer meanwhile.'));
      return;
    }
    await send(placeOf(activity), line('The answer is in your chat with Lifeboat.'));
  }

  /** An answer that everyone in the conversation shall see: it is about the conversation. */
  async function place(activity: Activity, from: Inbound, name: string): Promise<void> {
    const serves = await conversations.servedBy(activity.conversation.id);
    if (serves !== null && serves !== name) {
      await tell(activity, from.identity, refusal(`This conversation is "${serves}" already, and one conversation never shows two, so that no tenant reads of another.`, `Say "stop using this channel" first, or use another channel for ${name}.`));
      return;
    }
    const { may, card } = await conversation.mayPlace(from, name, 'use');
    if (may) await conversations.give(activity.conversation.id, name);
    await (may ? send(placeOf(activity), card) : tell(activity, from.identity, card));
  }

  async function message(activity: Activity, identity: string): Promise<void> {
    const from = fromOf(activity, identity);
    const pressed = pressedId(activity);
    if (pressed !== undefined) { await reply(activity, identity, handler.action(from, pressed)); return; }
    const text = typedText(activity);
    if (activity.conversation.conversationType !== 'personal') {
      const use = /^use this (?:channel|chat|conversation) for ([A-Za-z0-9][\w.-]{0,99})$/i.exec(text)?.[1];
      if (use !== undefined) { await place(activity, from, use); return; }
      if (/^stop using this (?:channel|chat|conversation)$/i.test(text)) { await stopUsing(activity, from); return; }
    }
    await reply(activity, identity, handler.command(from, text));
  }

  /** Whoever may say where the channel is may also say that it is nowhere. */
  async function stopUsing(activity: Activity, from: Inbound): Promise<void> {
    const serves = await conversations.servedBy(activity.conversation.id);
    if (serves === null) { await tell(activity, from.identity, refusal('This conversation is no channel of the estate.', 'To make it one: @Lifeboat use this channel for NAME')); return; }
    const { may, card } = await conversation.mayPlace(from, serves, 'stop');
    if (may) await conversations.takeBack(activity.conversation.id);
    await (may ? send(placeOf(activity), card) : tell(activity, from.identity, card));
  }

  async function reply(activity: Activity, identity: string, answered: ReturnType<InboundHandler['command']>): Promise<void> {
    const { card } = await answered;
    if (card) await tell(activity, identity, card);
  }

  async function press(activity: Activity, identity: string, id: string): Promise<InvokeAnswer> {
    const work = handler.action(fromOf(activity, identity), id);
    const late = new AbortController();
    const first = await Promise.race([work, clock.sleep(patienceMs, late.signal).then(() => null, () => null)]);
    late.abort();
    if (first === null) {
      inBackground(() => reply(activity, identity, work));
      return said('Lifeboat is working on it. The answer comes into your chat with it.');
    }
    return first.card ? shown(first.card) : said('This was received before, and done once. The message shows what came of it.');
  }

  async function invoke(activity: Activity, identity: string): Promise<InvokeAnswer> {
    const id = pressedId(activity);
    if (activity.name !== 'adaptiveCard/action' || id === undefined) return { status: 501, body: undefined };
    if (pressedVerb(activity) !== verbs.personal) return press(activity, identity, id);
    const card = await conversation.personal(fromOf(activity, identity), id);
    // Their client asks again when the message is edited.
    return card ? shown(card, [activity.from.id]) : said('There is nothing here for you alone.');
  }

  /** Somebody installed the app: the first words say what to do. A conversation that Lifeboat was removed from carries nothing any more. */
  async function installed(activity: Activity, identity: string | null): Promise<void> {
    const { recipient, membersAdded = [], membersRemoved = [], action, type, conversation: { conversationType, id } } = activity;
    if (action === 'remove' || membersRemoved.some((member) => member.id === recipient.id)) {
      const served = await conversations.takeBack(id);
      if (served !== null) log.warn({ channel: served }, 'Lifeboat was removed from the Teams conversation of this channel. Its messages wait until an operator says "use this channel for" it elsewhere.');
      return;
    }
    if (type === 'installationUpdate' && identity !== null && conversationType === 'personal') await reply(activity, identity, handler.command({ ...fromOf(activity, identity), deliveryId: `installed:${activity.id}` }, 'help'));
    else if (membersAdded.some((member) => member.id === recipient.id)) log.info({ conversationType, conversation: conversationOf(id) }, 'Lifeboat was added to a Teams conversation. An operator says there: @Lifeboat use this channel for NAME.');
  }

  /** A press or a look names the message in which it stands: so one that was posted twice after a lost answer is found. */
  function notice(activity: Activity): void {
    const [key, message] = [pressedKey(activity), activity.replyToId];
    if (key === undefined || message === undefined) return;
    const { id } = activity.conversation;
    // The root of a thread stands in the channel itself.
    seen(key, { surface: 'teams', conversation: id.endsWith(`;messageid=${message}`) ? conversationOf(id) : id, message });
  }

  return {
    async take(activity) {
      const identity = identityOf(activity, tenant);
      if (identity !== null) notice(activity);
      // An answer does not wait for the database: somebody may need to hold a run right now.
      const learned = conversations.learn(activity, identity);
      const afterwards = (work: () => Promise<void>): void => inBackground(async () => { await learned; await work(); });
      if (activity.type === 'conversationUpdate' || activity.type === 'installationUpdate') afterwards(() => installed(activity, identity));
      if (activity.type === 'invoke') return identity === null ? said('Lifeboat listens to people of the directory only.') : invoke(activity, identity);
      if (activity.type === 'message') afterwards(() => (identity === null ? send(placeOf(activity), refusal('Lifeboat listens to people of the directory only, and this account has no id there.', 'Ask a member of the team.')) : message(activity, identity)));
      return null;
    },
    async idle() { await Promise.all(working); },
  };
}
