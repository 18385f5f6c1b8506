import { ChannelError, type Card, type Channel, type MessageRef, type Target } from '../../../ports/channel.js';
import type { Clock } from '../../../ports/clock.js';
import { cardType, toAdaptiveCard, clip, limits, type CardOptions } from './card.js';
import type { Connector, Place } from './connector.js';
import type { Conversations } from './conversations.js';
import { createThrottle } from './throttle.js';

export interface TeamsChannel extends Channel {
  /** Into a conversation that just spoke, whatever is stored of it. @throws ChannelError */
  answer(place: Place, card: Card): Promise<void>;
  /** The personal chat of somebody, opened where there is none yet. @throws ChannelError */
  personalPlace(identity: string): Promise<Place>;
}

/** `onSeen`: what presses and looks tell of messages of ours. */
export interface TeamsChannelOptions { readonly connector: Connector; readonly conversations: Conversations; readonly clock: Clock; readonly onSeen: NonNullable<Channel['onSeen']> }

/** Posts and edits through the Bot Connector. One try per call: the outbox knows when to try again. */
export function createTeamsChannel({ connector, conversations, clock, onSeen }: TeamsChannelOptions): TeamsChannel {
  const waitMs = createThrottle(() => clock.now());

  async function personalPlace(identity: string): Promise<Place> {
    const known = await stored(() => conversations.person(identity));
    if (!known) throw new ChannelError('refused', 'Teams: Lifeboat never heard from this account, so it has no chat with it. The person opens Lifeboat in Teams and says "help" once.');
    if (known.conversation !== null) return { serviceUrl: known.serviceUrl, bot: known.bot, conversation: known.conversation };
    const opened = await connector.openPersonal({ serviceUrl: known.serviceUrl, bot: known.bot, user: known.user });
    await stored(() => conversations.opened(identity, opened.conversation));
    return opened;
  }

  async function placeOf(target: Target, thread: MessageRef | undefined): Promise<Place> {
    if (thread) return inThread(await edited(thread), thread.message);
    if (target.kind === 'person') return personalPlace(target.identity);
    const place = await stored(() => conversations.channel(target.channel));
    if (!place) throw new ChannelError('refused', `Teams: nobody has said which conversation is "${target.channel}". An operator says in it: @Lifeboat use this channel for ${target.channel}`);
    return place;
  }

  async function edited(ref: MessageRef): Promise<Place> {
    const place = await stored(() => conversations.placeOf(ref.conversation));
    if (!place) throw new ChannelError('gone', 'Teams: the conversation of this message is not known any more. It will be posted again.');
    return place;
  }

  /** The readers whose Teams ids are known: everybody who ever wrote to Lifeboat, and so everybody who is linked. */
  async function readersOf(card: Card): Promise<string[]> {
    const known = await Promise.all((card.deciders ?? []).slice(0, limits.readers).map((identity) => stored(() => conversations.person(identity))));
    return known.flatMap((person) => (person ? [person.user] : []));
  }

  function message(card: Card, options: CardOptions, more: object = {}): object {
    return { type: 'message', summary: clip(card.heading || card.text, limits.summary), attachments: [{ contentType: cardType, content: toAdaptiveCard(card, options) }], ...more };
  }

  async function paced<T>(place: Place, work: () => Promise<T>): Promise<T> {
    const wait = waitMs(place.conversation);
    if (wait > 0) throw new ChannelError('busy', `Teams: enough for this conversation; trying again in ${Math.ceil(wait / 1000)} s.`, wait);
    return work();
  }

  return {
    surface: 'teams',
    personalPlace,
    onSeen,
    async remove(ref) {
      const place = await edited(ref);
      await oftenIsOnce(() => paced(place, () => connector.remove(place, ref.message)));
    },
    async post(target, card, { key, thread }): Promise<MessageRef> {
      const place = await placeOf(target, thread);
      const sent = message(card, { key, compact: thread !== undefined, readers: await readersOf(card) }, target.kind === 'person' ? { channelData: { notification: { alert: true } } } : {});
      return { surface: 'teams', conversation: place.conversation, message: await paced(place, () => connector.send(place, sent)) };
    },
    async update(ref, card): Promise<void> {
      const place = await edited(ref);
      const changed = message(card, { readers: await readersOf(card) });
      await oftenIsOnce(() => paced(place, () => connector.update(place, ref.message, changed)));
    },
    async answer(place, card) {
      const suggested = (card.next ?? []).filter((command) => command.length <= suggestedCharactersMax).slice(0, suggestionsMax).map((command) => ({ type: 'imBack', title: clip(command, limits.title), value: command }));
      await paced(place, () => connector.send(place, message(card, {}, suggested.length > 0 ? { suggestedActions: { actions: suggested } } : {})));
    },
  };
}

/** The same edit or removal twice is one: no need to ask whether the first one arrived. */
async function oftenIsOnce(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof ChannelError && error.code === 'outcome-unknown') throw new ChannelError('unreachable', error.message, null, { cause: error });
    throw error;
  }
}

/** Teams shows so many below a personal chat. */
const suggestionsMax = 6;
const suggestedCharactersMax = 100;

/** Only channels have threads, and their root's id rides in the conversation's. */
const inThread = (place: Place, root: string): Place => (/@thread\.(?:tacv2|skype)$/.test(place.conversation) ? { ...place, conversation: `${place.conversation};messageid=${root}` } : place);

/** What is stored is a matter of the database, not of Teams. */
async function stored<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new ChannelError('unreachable', 'Teams: where to send it could not be read, since the database is away; trying again.', null, { cause: error });
  }
}
