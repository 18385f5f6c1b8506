import type { Millis } from '../core/names.js';
import type { Clock } from '../ports/clock.js';
import type { Inbound } from '../ports/channel.js';

const keptMs: Millis = 600_000;

/** The part of Keyv that this needs. `ttl` in milliseconds. */
export interface PressStore {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown, ttl?: Millis): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

/** The newest button that a chat account pressed before anybody was linked to it: an opaque id, ten minutes long, nothing of a person. */
export interface PendingPresses {
  /** false: it could not be kept. */
  keep(from: Inbound, button: string): Promise<boolean>;
  /** null: nothing was pressed, too long ago, or it cannot be read. */
  take(from: Inbound): Promise<string | null>;
}

export function createPendingPresses(store: PressStore, clock: Pick<Clock, 'now'>): PendingPresses {
  const keyOf = ({ surface, identity }: Inbound): string => `${surface}/${identity}`;
  return {
    async keep(from, button) {
      try {
        await store.set(keyOf(from), { button, until: clock.now() + keptMs }, keptMs);
        return true;
      } catch {
        // The database is away; so is the answer to a code, and the person presses again.
        return false;
      }
    },
    async take(from) {
      try {
        const kept = (await store.get(keyOf(from))) as { readonly button: string; readonly until: Millis } | undefined;
        if (!kept) return null;
        await store.delete(keyOf(from));
        return clock.now() < kept.until ? kept.button : null;
      } catch {
        // The link stands all the same, and the button is still there to be pressed.
        return null;
      }
    },
  };
}
