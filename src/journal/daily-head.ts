import type { JournalEvent } from '../core/event.js';
import { lifeboat, type Millis } from '../core/names.js';
import { slotName } from '../core/slot.js';
import type { Clock } from '../ports/clock.js';
import { JournalError, type Journal } from '../ports/journal.js';
import type { LiveState } from '../ports/state.js';

const stream = 'journal';
const lookEveryMs: Millis = 60_000;

export interface DailyHeadParts { readonly journal: Pick<Journal, 'append' | 'read'>; readonly live: LiveState; readonly clock: Clock; readonly log: (message: string, detail: object) => void }

/**
 * Once a day, from the day after the first on, the head of the journal is recorded, and with it posted to the provider's channel: a place that the database's administrators
 * do not control. Of several nodes one does it; after a night without any, the first one back. Returns how to stop.
 */
export function startDailyHead({ journal, live, clock, log }: DailyHeadParts): () => void {
  let done: string | null = null;
  const look = async (): Promise<void> => {
    const { estate, estateSince, seq, heads } = live.current;
    if (!estate || estateSince === null) return;
    const today = slotName(clock.now(), estate.timeZone).slice(0, 10);
    if (done === today || slotName(estateSince, estate.timeZone).slice(0, 10) >= today) return;
    const at = heads.get(stream) ?? 0;
    const [last] = await journal.read({ afterSeq: seq - 1, limit: 1 });
    const recorded = await journal.read({ stream });
    if (!last || recorded.some(({ event }) => event.type === 'journal.head-posted' && event.day >= today)) {
      done = today;
      return;
    }
    const event: JournalEvent = { type: 'journal.head-posted', day: today, seq: last.seq, chain: last.chain };
    try {
      await journal.append({ entries: [{ stream, tenant: null, actor: lifeboat('schedule'), event }], expect: { [stream]: at } });
      done = today;
    } catch (error) {
      // Another node was faster, or the journal is away: the next look tells.
      if (!(error instanceof JournalError)) throw error;
    }
  };
  return clock.every(lookEveryMs, () => look().catch((error: unknown) => log('the head of the journal could not be recorded', { cause: error instanceof Error ? error.message : String(error) })));
}
