import type { KeyValues } from './deps.js';

const keptMax = 10_000;

/**
 * The store, with this process's memory behind it: whoever was known before the database went away stays known until it is back, since a hold must work then.
 * Nothing else can be done in that time: every other act needs the journal.
 */
export function remembered(store: KeyValues): KeyValues {
  const seen = new Map<string, unknown>();
  const remember = (key: string, value: unknown): void => {
    seen.delete(key);
    if (value !== undefined) seen.set(key, value);
    for (const oldest of seen.keys()) { if (seen.size <= keptMax) break; seen.delete(oldest); }
  };
  return {
    async get(key) {
      try {
        const value = await store.get(key);
        remember(key, value);
        return value;
      } catch (error) {
        if (seen.has(key)) return seen.get(key);
        throw error;
      }
    },
    async set(key, value, ttl) {
      const done = await store.set(key, value, ttl);
      remember(key, value);
      return done;
    },
    async delete(key) {
      // Signed out here means signed out, whatever the database says to it.
      seen.delete(key);
      return store.delete(key);
    },
  };
}
