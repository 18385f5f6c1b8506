import type { JournalEntry } from '../../core/event.js';
import type { ViewOf } from './view.js';

/** The journal's head of a day. Null for any other entry. */
export function journalHeadView({ event }: JournalEntry): ViewOf<'journal-head'> | null {
  if (event.type !== 'journal.head-posted') return null;
  const { day, seq, chain } = event;
  return { name: 'journal-head', names: ['journal-head'], tone: 'info', data: { day, seq, chain, command: `lifeboat journal verify head=${seq}:${chain}` } };
}
