import { lastTime } from '../core/last-time.js';
import { watchStream } from '../core/event.js';
import { lifeboat, type Millis } from '../core/names.js';
import { slotName } from '../core/slot.js';
import type { Clock } from '../ports/clock.js';
import { JournalError, type Journal } from '../ports/journal.js';
import type { LiveState } from '../ports/state.js';

export interface HeartbeatParts {
  /** Asked once a minute as long as all is well: whoever listens there raises the alarm when it stays away. null: nobody does. */
  readonly url: string | null;
  /** Somebody is told once a day that Lifeboat lives. */
  readonly told: boolean;
  /** Why all is not well; null: it is. */
  readonly sick: () => Promise<string | null>;
  readonly journal: Journal;
  readonly live: LiveState;
  readonly clock: Clock;
  readonly fetch?: typeof globalThis.fetch;
  readonly log: (message: string, detail: object) => void;
}

const beatEveryMs: Millis = 60_000;
const answerWithinMs: Millis = 20_000;
/** hh:mm in the estate's zone. */
const tellAt = '09:00';

/**
 * A dead Lifeboat tells nobody that it is dead: others miss its heartbeat. The address is asked only while database, world and delivery work, so that a process
 * that lives and can do nothing is missed as well.
 */
export function startHeartbeat({ url, told, sick, journal, live, clock, fetch = globalThis.fetch, log }: HeartbeatParts): () => void {
  let reported: string | null = null;
  const once = (why: string | null, message: string): void => { if (why !== null && why !== reported) log(message, { why }); reported = why; };

  async function beat(): Promise<void> {
    if (url === null) return;
    const why = await sick();
    if (why !== null) { once(why, 'no heartbeat is sent, so that whoever waits for it raises the alarm'); return; }
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs), redirect: 'manual' });
      await response.body?.cancel();
      once(response.status < 400 ? null : `HTTP ${response.status}`, 'the heartbeat was not taken');
    } catch (error) {
      // The address may hold a key: nothing of it is told.
      once(((error as Error).cause as { code?: string } | undefined)?.code ?? (error as Error).name, 'the heartbeat found nobody');
    }
  }

  async function tell(): Promise<void> {
    const { estate, estateSince, watch } = live.current;
    if (!told || !estate || estateSince === null) return;
    const at = lastTime(tellAt, estate.timeZone, clock.now());
    const day = slotName(at, estate.timeZone).slice(0, 10);
    if (at < estateSince || (watch.heartbeatDay ?? '') >= day) return;
    try {
      const committed = await journal.append({ entries: [{ stream: watchStream, tenant: null, actor: lifeboat('schedule'), event: { type: 'heartbeat.told', day } }], expect: { [watchStream]: live.current.heads.get(watchStream) ?? 0 } });
      await live.reach(committed.at(-1)!.seq);
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
    }
  }

  return clock.every(beatEveryMs, async () => {
    await beat();
    await tell().catch((error: unknown) => { log('the sign of life of today could not be written down', { error: error instanceof Error ? error.message : String(error) }); });
  });
}
