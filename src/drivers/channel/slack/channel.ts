import type { WebClient } from '@slack/web-api';
import { ChannelError, type Card, type Channel, type MessageRef, type Target } from '../../../ports/channel.js';
import { toSlackMessage } from './blocks.js';
import { toChannelError } from './errors.js';
import type { Workspaces } from './workspaces.js';

/** Neither Slack nor its clients shall make links, previews or mentions out of what a message says. */
const asWritten = { parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false, mrkdwn: false } as const;

export interface SlackChannel extends Channel { /** The estate's name of a conversation in which something was posted. */ placeOf(conversation: string): string | undefined }

export interface SlackChannelOptions {
  readonly workspaces: Pick<Workspaces, 'main' | 'client'>;
  /** Channels that are not in the main workspace, by their name in the estate. */
  readonly workspaceOf?: ReadonlyMap<string, string>;
}

/** Posts and edits through Slack's Web API, each with the token of the workspace that it goes to. One try per call: the outbox knows when to try again. */
export function createSlackChannel({ workspaces, workspaceOf = new Map() }: SlackChannelOptions): SlackChannel {
  const directMessages = new Map<string, string>();
  const places = new Map<string, string>();
  const clientOf = (workspace: string | null): Promise<WebClient> => (workspace === null ? workspaces.main() : workspaces.client(workspace));

  async function addressOf(target: Target): Promise<Address> {
    if (target.kind === 'channel') return { workspace: workspaceOf.get(target.channel) ?? null, conversation: target.channel.replace(/^#/, '') };
    const [workspace, user = target.identity] = target.identity.split('/');
    const known = directMessages.get(target.identity);
    if (known) return { workspace: workspace!, conversation: known };
    const client = await clientOf(workspace!);
    const opened = await call('conversations.open', () => client.conversations.open({ users: user }));
    const id = opened.channel?.id;
    if (!id) throw new ChannelError('refused', `Slack conversations.open: no direct message with ${target.person} could be opened.`);
    directMessages.set(target.identity, id);
    return { workspace: workspace!, conversation: id };
  }

  return {
    surface: 'slack',
    placeOf: (conversation) => places.get(conversation),
    async post(target, card, { key, thread }): Promise<MessageRef> {
      const { workspace, conversation } = thread ? readAddress(thread.conversation) : await addressOf(target);
      const client = await clientOf(workspace);
      const posted = await call('chat.postMessage', () => client.chat.postMessage({
        channel: conversation, ...toSlackMessage(card, { compact: thread !== undefined }), ...asWritten, ...(thread ? { thread_ts: thread.message } : {}),
        // A later look can tell by the key which of two equal messages was posted twice after a lost reply.
        metadata: { event_type: 'lifeboat', event_payload: { key } },
      }));
      if (!posted.ts || !posted.channel) throw new ChannelError('outcome-unknown', 'Slack chat.postMessage: the answer names no message; it may have been posted all the same.');
      if (target.kind === 'channel') places.set(posted.channel, target.channel);
      return { surface: 'slack', conversation: workspace === null || client === await workspaces.main() ? posted.channel : `${workspace}/${posted.channel}`, message: posted.ts };
    },
    async update(ref: MessageRef, card: Card): Promise<void> {
      const { workspace, conversation } = readAddress(ref.conversation);
      const client = await clientOf(workspace);
      try {
        await call('chat.update', () => client.chat.update({ channel: conversation, ts: ref.message, ...toSlackMessage(card), parse: 'none', link_names: false }));
      } catch (error) {
        // The same edit twice is one edit: no need to ask whether the first one arrived.
        if (error instanceof ChannelError && error.code === 'outcome-unknown') throw new ChannelError('unreachable', error.message, null, { cause: error });
        throw error;
      }
    },
    async remove(ref: MessageRef): Promise<void> {
      const { workspace, conversation } = readAddress(ref.conversation);
      const client = await clientOf(workspace);
      await call('chat.delete', () => client.chat.delete({ channel: conversation, ts: ref.message }));
    },
  };
}

/** `workspace: null`: the main one. Kept with a message as `T123/C456`, or `C456`. */
interface Address { readonly workspace: string | null; readonly conversation: string }

function readAddress(conversation: string): Address {
  const cut = conversation.indexOf('/');
  return cut < 0 ? { workspace: null, conversation } : { workspace: conversation.slice(0, cut), conversation: conversation.slice(cut + 1) };
}

async function call<T>(method: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toChannelError(error, method);
  }
}
