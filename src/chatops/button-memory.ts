import type { Button, ButtonStore } from '../ports/once.js';

const keptMax = 10_000;

/** The store, with this process's memory behind it: the Hold button of a message that was shown before the database went away works while it is gone. */
export function createButtonMemory(store: ButtonStore): ButtonStore {
  const seen = new Map<string, Button>();
  const remember = (button: Button): void => {
    seen.set(button.id, button);
    for (const oldest of seen.keys()) { if (seen.size <= keptMax) break; seen.delete(oldest); }
  };
  return {
    async idFor(button) {
      const id = await store.idFor(button);
      remember({ ...button, id });
      return id;
    },
    async lookUp(id) {
      try {
        const button = await store.lookUp(id);
        if (button) remember(button);
        return button;
      } catch (error) {
        const known = seen.get(id);
        if (known) return known;
        throw error;
      }
    },
  };
}
