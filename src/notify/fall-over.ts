import type { Millis } from '../core/names.js';
import { proofAfterMs } from '../core/proof.js';
import type { Outbox, OutboxRow, Wanted } from '../ports/outbox.js';

export interface FallOverParts {
  readonly outbox: Outbox;
  /** Where else the person of this message is to be tried. Null: nowhere, or nobody waits for an answer any more. */
  readonly nextPlace: (row: OutboxRow) => Wanted | null;
  /** There is nowhere else to try this person: somebody else has to hear of it. */
  readonly unreached?: (row: OutboxRow) => void;
  readonly log: (message: string, detail: object) => void;
}

/** As long as a platform may take to come back by itself; an approval lives for a quarter of an hour. */
export const fallOverAfterMs: Millis = 120_000;
const batch = 100;

/** What reached nobody goes to the person's next place, and from there to the one after it: each message answers for itself. */
export async function fallOver({ outbox, nextPlace, unreached, log }: FallOverParts): Promise<void> {
  for (const row of await outbox.overdue(fallOverAfterMs, batch, proofAfterMs)) {
    const to = nextPlace(row);
    await outbox.fallOver(row.key, to);
    if (!to) unreached?.(row);
    else log(row.status === 'sent' ? 'nothing proves that a message arrived, so the person is tried elsewhere' : 'a message reached nobody in time, so the person is tried elsewhere', { key: row.key, next: to.key, why: row.lastError });
  }
}
