import { ChannelError, type Card, type Channel, type MessageRef, type Target } from '../../../ports/channel.js';
import type { Clock } from '../../../ports/clock.js';
import { channelConversation, personConversation, type WebConversationStore } from '../../../ports/web-conversation.js';

/** The console as a chat surface: posting is storing, and the console shows what is stored. */
export function createWebChannel(store: WebConversationStore, clock: Clock): Channel {
  return {
    surface: 'web',
    async post(target, card, { key, thread }): Promise<MessageRef> {
      const message = { key, conversation: conversationOf(target), thread: thread?.message ?? null, card };
      const stored = await orUnreachable(store.put(message, clock.now()));
      return { surface: 'web', conversation: stored.conversation, message: stored.key };
    },
    async update(ref: MessageRef, card: Card): Promise<void> {
      const stored = await orUnreachable(store.update(ref.message, card, clock.now()));
      if (!stored) throw new ChannelError('gone', `The console's message ${ref.message} is gone: it is posted again.`);
    },
  };
}

const conversationOf = (target: Target): string => (target.kind === 'channel' ? channelConversation(target.channel) : personConversation(target.person));

/** A put or an edit is harmless to repeat, so a lost answer needs no word of its own. */
async function orUnreachable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new ChannelError('unreachable', 'The console\'s messages could not be stored: the database did not take them. They are sent again by themselves.', null, { cause: error });
  }
}
