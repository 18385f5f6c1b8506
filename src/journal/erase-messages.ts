import { erasedMark } from '../core/erase.js';
import type { Json, Millis } from '../core/names.js';
import type { Card } from '../ports/channel.js';
import type { WebConversationStore } from '../ports/web-conversation.js';

const batch = 500;

/** The console's messages are stored as they were rendered, so each of them is looked at. The texts never leave this process. Answers with how many lost something. */
export async function eraseFromMessages(conversations: Pick<WebConversationStore, 'changedAfter' | 'update'>, texts: readonly string[], now: Millis): Promise<number> {
  // As data, and as the console's markup writes it; the longest first, so that none is left in part.
  const wanted = [...new Set(texts.flatMap((text) => [text, inMarkup(text)]))].toSorted((a, b) => b.length - a.length);
  let changed = 0;
  for (let after = 0; ;) {
    const messages = await conversations.changedAfter(after, batch);
    for (const { key, card } of messages) {
      const left = without(card as unknown as Json, wanted);
      if (JSON.stringify(left) === JSON.stringify(card)) continue;
      await conversations.update(key, left as unknown as Card, now);
      changed += 1;
    }
    if (messages.length < batch) return changed;
    after = messages.at(-1)!.change;
  }
}

const inMarkup = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');

function without(value: Json, texts: readonly string[]): Json {
  if (typeof value === 'string') return texts.reduce((left, text) => left.replaceAll(text, erasedMark), value);
  if (Array.isArray(value)) return value.map((each) => without(each, texts));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, without(each, texts)]));
}
