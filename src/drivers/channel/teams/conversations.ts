import { z } from 'zod';
import { conversationOf, type Activity } from './activity.js';
import type { Place } from './connector.js';
import type { TeamsLog } from './log.js';

/** The part of Keyv that this needs. */
export interface ConversationStore {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

/** What is known of a person's account: enough to open a chat, and the chat once there is one. */
const Person = z.object({ serviceUrl: z.string(), bot: z.string(), user: z.string(), conversation: z.string().nullable() });
/** `serves`: the estate's channel that this conversation was given. */
const Conversation = z.object({ serviceUrl: z.string(), bot: z.string(), serves: z.string().nullable() });
const Served = z.object({ conversation: z.string() });
export type KnownPerson = z.infer<typeof Person>;
type KnownConversation = z.infer<typeof Conversation>;

/** Where messages can go, learned from what Teams sent; it survives a restart. Every read may fail with the database. */
export interface Conversations {
  /** Refreshes what is known of the speaker and the place: addresses of the service change. Never throws. */
  learn(activity: Activity, identity: string | null): Promise<void>;
  person(identity: string): Promise<KnownPerson | null>;
  /** Keeps a chat that Lifeboat opened itself. */
  opened(identity: string, conversation: string): Promise<void>;
  /** The place behind the estate's channel; null: nobody gave it one. */
  channel(name: string): Promise<Place | null>;
  /** The estate's channel that a conversation serves. */
  servedBy(conversation: string): Promise<string | null>;
  /** The conversation that it had before serves nothing any more. */
  give(conversation: string, channel: string): Promise<void>;
  /** @returns the channel that it served. */
  takeBack(conversation: string): Promise<string | null>;
  /** Where an edit of a message goes. */
  placeOf(conversation: string): Promise<Place | null>;
}

export function createConversations(store: ConversationStore, log: TeamsLog): Conversations {
  const read = async <T>(schema: z.ZodType<T>, key: string): Promise<T | null> => schema.safeParse(await store.get(key)).data ?? null;
  const readPerson = (identity: string): Promise<KnownPerson | null> => read(Person, `person/${identity}`);
  const readConversation = (id: string): Promise<KnownConversation | null> => read(Conversation, `conversation/${conversationOf(id)}`);
  const write = async (key: string, before: object | null, now: object): Promise<void> => { if (JSON.stringify(before) !== JSON.stringify(now)) await store.set(key, now); };

  const conversations: Conversations = {
    async learn(activity, identity) {
      const { serviceUrl, recipient: { id: bot }, conversation: { id, conversationType }, from } = activity;
      try {
        const known = await readConversation(id);
        await write(`conversation/${conversationOf(id)}`, known, { serviceUrl, bot, serves: known?.serves ?? null });
        if (identity === null) return;
        const person = await readPerson(identity);
        await write(`person/${identity}`, person, { serviceUrl, bot, user: from.id, conversation: conversationType === 'personal' ? id : person?.conversation ?? null });
      } catch (error) {
        log.warn({ why: error instanceof Error ? error.message : String(error) }, 'The database is away: where this Teams conversation is reached was not kept. The next message from there does it again.');
      }
    },
    person: readPerson,
    async opened(identity, conversation) {
      const person = await readPerson(identity);
      if (!person) return;
      await store.set(`person/${identity}`, { ...person, conversation });
      await store.set(`conversation/${conversation}`, { serviceUrl: person.serviceUrl, bot: person.bot, serves: null });
    },
    async channel(name) {
      const served = await read(Served, `channel/${name}`);
      const known = served && await readConversation(served.conversation);
      // Both sides must say so: a half-written change gives nothing away.
      return known?.serves === name ? { serviceUrl: known.serviceUrl, bot: known.bot, conversation: served!.conversation } : null;
    },
    async servedBy(conversation) { return (await readConversation(conversation))?.serves ?? null; },
    async give(conversation, channel) {
      const id = conversationOf(conversation);
      const known = await readConversation(id);
      if (!known) throw new Error('Nobody spoke in this conversation yet.');
      const before = await read(Served, `channel/${channel}`);
      if (before && before.conversation !== id) await conversations.takeBack(before.conversation);
      await store.set(`conversation/${id}`, { ...known, serves: channel });
      await store.set(`channel/${channel}`, { conversation: id });
    },
    async takeBack(conversation) {
      const id = conversationOf(conversation);
      const known = await readConversation(id);
      if (!known?.serves) return null;
      await store.set(`conversation/${id}`, { ...known, serves: null });
      await store.delete(`channel/${known.serves}`);
      return known.serves;
    },
    async placeOf(conversation) {
      const known = await readConversation(conversation);
      return known && { serviceUrl: known.serviceUrl, bot: known.bot, conversation };
    },
  };
  return conversations;
}
