import type { WebClient } from '@slack/web-api';
import { ChannelError, type Card, type Channel, type MessageRef, type Target } from '../../../ports/channel.js';
import { toSlackMessage } from './blocks.js';
import { toChannelError } from './errors.js';

/** Neither Slack nor its clients shall make links, previews or mentions out of what a message says. */
const asWritten = { parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false, mrkdwn: false } as const;

export interface SlackChannel extends Channel { /** The estate's name of a conversation in which something was posted. */ placeOf(conversation: string): string | undefined }

/** Posts and edits through Slack's Web API. One try per call: the outbox knows when to try again. */
export function createSlackChannel(client: WebClient): SlackChannel {
  const directMessages = new Map<string, string>();
  const places = new Map<string, string>();

  async function conversationOf(target: Target): Promise<string> {
    if (target.kind === 'channel') return target.channel.replace(/^#/, '');
    const user = target.identity.split('/').at(-1) ?? target.identity;
    const known = directMessages.get(user);
    if (known) return known;
    const opened = await call('conversations.open', () => client.conversations.open({ users: user }));
    const id = opened.channel?.id;
    if (!id) throw new ChannelError('refused', `Slack conversations.open: no direct message with ${target.person} could be opened.`);
    directMessages.set(user, id);
    return id;
  }

  return {
    surface: 'slack',
    placeOf: (conversation) => places.get(conversation),
    async post(target, card, { key, thread }): Promise<MessageRef> {
      const conversation = thread?.conversation ?? await conversationOf(target);
      const posted = await call('chat.postMessage', () => client.chat.postMessage({
        channel: conversation, ...toSlackMessage(card, { compact: thread !== undefined }), ...asWritten, ...(thread ? { thread_ts: thread.message } : {}),
        // A later look can tell by the key which of two equal messages was posted twice after a lost reply.
        metadata: { event_type: 'lifeboat', event_payload: { key } },
      }));
      if (!posted.ts || !posted.channel) throw new ChannelError('outcome-unknown', 'Slack chat.postMessage: the answer names no message; it may have been posted all the same.');
      if (target.kind === 'channel') places.set(posted.channel, target.channel);
      return { surface: 'slack', conversation: posted.channel, message: posted.ts };
    },
    async update(ref: MessageRef, card: Card): Promise<void> {
      try {
        await call('chat.update', () => client.chat.update({ channel: ref.conversation, ts: ref.message, ...toSlackMessage(card), parse: 'none', link_names: false }));
      } catch (error) {
        // The same edit twice is one edit: no need to ask whether the first one arrived.
        if (error instanceof ChannelError && error.code === 'outcome-unknown') throw new ChannelError('unreachable', error.message, null, { cause: error });
        throw error;
      }
    },
  };
}

async function call<T>(method: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toChannelError(error, method);
  }
}
