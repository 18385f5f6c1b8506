import type { Button, ButtonStore } from '../ports/once.js';

const keptMax = 10_000;
/** No id of ours looks otherwise, and a database does not take every sign. */
const form = /^[\w-]{1,64}$/;

/** The store, with this process's memory behind it: the Hold button of a message that was shown before the database went away works while it is gone. */
export function createButtonMemory(store: ButtonStore): ButtonStore {
  const seen = new Map<string, Button>();
  /** A button is never taken back and keeps its id, so that whoever renders the same message again need not ask. */
  const ids = new Map<string, string>();
  const forgetOldest = (kept: Map<string, unknown>): void => { for (const oldest of kept.keys()) { if (kept.size <= keptMax) break; kept.delete(oldest); } };
  const remember = (button: Button): void => {
    seen.set(button.id, button);
    forgetOldest(seen);
  };
  return {
    async idFor(button) {
      const what = JSON.stringify([button.verb, button.subject, button.epoch, button.attest]);
      const known = ids.get(what);
      if (known !== undefined) return known;
      const id = await store.idFor(button);
      ids.set(what, id);
      forgetOldest(ids);
      remember({ ...button, id });
      return id;
    },
    async lookUp(id) {
      if (!form.test(id)) return null;
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
