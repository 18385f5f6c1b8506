import type { WebConversationStore, WebMessage } from '../../../ports/web-conversation.js';

/** In-memory twin of the PostgreSQL store, for tests and simulation. */
export function createMemoryConversations(): WebConversationStore {
  const messages = new Map<string, WebMessage>();
  let head = 0;
  const keep = (message: Omit<WebMessage, 'change'>): WebMessage => {
    head += 1;
    const kept = { ...message, change: head };
    messages.set(kept.key, kept);
    return kept;
  };
  return {
    async put(message, at) {
      const old = messages.get(message.key);
      return keep(old ? { ...old, card: message.card, version: old.version + 1, changedAt: at } : { ...message, version: 1, postedAt: at, changedAt: at });
    },
    async update(key, card, at) {
      const old = messages.get(key);
      return old ? keep({ ...old, card, version: old.version + 1, changedAt: at }) : null;
    },
    async get(key) { return messages.get(key) ?? null; },
    async list({ conversation, thread, limit }) {
      return [...messages.values()].filter((each) => each.conversation === conversation && each.thread === (thread ?? null)).toSorted(byPost).slice(-limit);
    },
    async replies(conversation) {
      const counts = new Map<string, number>();
      for (const each of messages.values()) if (each.conversation === conversation && each.thread !== null) counts.set(each.thread, (counts.get(each.thread) ?? 0) + 1);
      return counts;
    },
    async changedAfter(change, limit) {
      return [...messages.values()].filter((each) => each.change > change).toSorted((a, b) => a.change - b.change).slice(0, limit);
    },
    async head() { return head; },
  };
}

const byPost = (a: WebMessage, b: WebMessage): number => a.postedAt - b.postedAt || (a.key < b.key ? -1 : 1);
