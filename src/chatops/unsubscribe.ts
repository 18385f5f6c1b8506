import type { Card } from '../ports/channel.js';
import type { ButtonStore } from '../ports/once.js';
import type { OutboxRow } from '../ports/outbox.js';

/** Views that only sum up. Nothing that somebody has to act on may ever stand here: unsubscribing must not drop it (reference/platform-limits.md). */
export const digestViews: ReadonlySet<string> = new Set(['digest']);

export interface Unsubscribes {
  /** The card of a row as it goes out: a digest by mail has its link, and is nothing for who left them. */
  prepare(row: Pick<OutboxRow, 'surface' | 'target' | 'subject'>, render: () => Promise<Card | null>): Promise<Card | null>;
  /** Whether a link is one of ours. Changes nothing. */
  known(token: string): Promise<boolean>;
  /** This address gets no more digests. False: the link is not ours. */
  leave(token: string): Promise<boolean>;
}

/** `store`: addresses that left. The token of a link is an opaque id that stands in the database alone. */
export function createUnsubscribes({ buttons, store, address }: { readonly buttons: ButtonStore; readonly store: { get(key: string): Promise<unknown>; set(key: string, value: unknown): Promise<unknown> }; readonly address: () => string }): Unsubscribes {
  const addressOf = async (token: string): Promise<string | null> => {
    const button = await buttons.lookUp(token);
    return button?.verb === 'unsubscribe' ? button.attest : null;
  };
  return {
    async prepare({ surface, target, subject }, render) {
      if (surface !== 'email' || target.kind !== 'person' || !digestViews.has(subject.view)) return render();
      if (await store.get(target.identity) !== undefined) return null;
      const card = await render();
      const token = await buttons.idFor({ verb: 'unsubscribe', subject: 'digests', epoch: 1, attest: target.identity });
      return card && { ...card, unsubscribeUrl: new URL(`/unsubscribe/${token}`, address()).href };
    },
    known: async (token) => await addressOf(token) !== null,
    async leave(token) {
      const left = await addressOf(token);
      if (left !== null) await store.set(left, true);
      return left !== null;
    },
  };
}
