import type { Millis, PersonName } from '../core/names.js';
import type { Card } from './channel.js';

/** One message of the console's conversations. Its `key` is its identity: the same key twice is one message. */
export interface WebMessage {
  readonly key: string;
  /** `channel:cluster01`, or `person:ana` for what one person alone sees. */
  readonly conversation: string;
  /** Key of the message whose thread it belongs to. */
  readonly thread: string | null;
  readonly card: Card;
  /** 1 at first, one more with every edit. */
  readonly version: number;
  /** Grows over all messages in commit order: a reader that saw n has seen every change up to n. */
  readonly change: number;
  readonly postedAt: Millis;
  readonly changedAt: Millis;
}

export type NewWebMessage = Pick<WebMessage, 'key' | 'conversation' | 'thread' | 'card'>;

export const channelConversation = (channel: string): string => `channel:${channel}`;
export const personConversation = (person: PersonName): string => `person:${person}`;

/** What the console's conversations hold. A view of the journal: it can be emptied and posted again. */
export interface WebConversationStore {
  /** Posts, or edits where the key stands already. */
  put(message: NewWebMessage, at: Millis): Promise<WebMessage>;
  /** null: there is no such message (any more). */
  update(key: string, card: Card, at: Millis): Promise<WebMessage | null>;
  get(key: string): Promise<WebMessage | null>;
  /** The newest `limit` messages outside threads, or of one thread; oldest first. */
  list(of: { readonly conversation: string; readonly thread?: string; readonly limit: number }): Promise<WebMessage[]>;
  /** Replies per thread, for the threads that have any. */
  replies(conversation: string): Promise<ReadonlyMap<string, number>>;
  /** Messages changed after `change`, in the order of their change, each in its newest version. */
  changedAfter(change: number, limit: number): Promise<WebMessage[]>;
  /** The newest change; 0 when nothing was ever posted. */
  head(): Promise<number>;
}
