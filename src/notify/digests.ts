import { dutyStream } from '../core/event.js';
import type { Person } from '../core/estate.js';
import { lastTime } from '../core/last-time.js';
import { lifeboat, type Millis } from '../core/names.js';
import { quietUntil } from '../core/quiet-hours.js';
import type { State } from '../core/state.js';
import type { Clock } from '../ports/clock.js';
import { JournalError, type Journal } from '../ports/journal.js';
import type { LiveState } from '../ports/state.js';
import { heldBack } from './held-back.js';

export interface DigestsParts { readonly journal: Journal; readonly live: LiveState; readonly clock: Clock; readonly log: (message: string, detail: object) => void }

const lookEveryMs: Millis = 30_000;
const dayMs: Millis = 86_400_000;

export interface DueDigest { readonly person: string; readonly from: Millis; readonly until: Millis; readonly because: 'daily' | 'quiet-hours' }

/** Which digests are due: once a day for whoever wants one, and after quiet hours for whom something was held back. Pure. */
export function dueDigests(state: State, now: Millis): DueDigest[] {
  return (state.estate?.people ?? []).flatMap((person) => [...daily(person, state, now), ...afterQuietHours(person, state, now)].slice(0, 1));
}

function daily({ name, digestAt, timeZone }: Person, state: State, now: Millis): DueDigest[] {
  if (digestAt === undefined) return [];
  const until = lastTime(digestAt, timeZone ?? state.estate!.timeZone, now);
  const told = state.duty.digests.get(name) ?? Math.max(state.estateSince ?? now, until - dayMs);
  return told < until ? [{ person: name, from: told, until, because: 'daily' }] : [];
}

function afterQuietHours(person: Person, state: State, now: Millis): DueDigest[] {
  const { name, quietHours, timeZone } = person;
  const zone = timeZone ?? state.estate!.timeZone;
  if (quietHours === undefined || quietUntil(quietHours, zone, now) !== null) return [];
  const [from, until] = [lastTime(quietHours.from, zone, lastTime(quietHours.to, zone, now)), lastTime(quietHours.to, zone, now)];
  const since = Math.max(from, state.duty.digests.get(name) ?? 0);
  return since < until && heldBack(person, since, until, state).length > 0 ? [{ person: name, from: since, until, because: 'quiet-hours' }] : [];
}

/** Writes digests down as they fall due; the messages follow from the entries. */
export function startDigests({ journal, live, clock, log }: DigestsParts): () => void {
  return clock.every(lookEveryMs, async () => {
    try {
      const due = dueDigests(live.current, clock.now());
      if (due.length === 0) return;
      const committed = await journal.append({ entries: due.map((each) => ({ stream: dutyStream, tenant: null, actor: lifeboat('schedule'), event: { type: 'digest.made' as const, ...each } })), expect: { [dutyStream]: live.current.heads.get(dutyStream) ?? 0 } });
      await live.reach(committed.at(-1)!.seq);
    } catch (error) {
      if (!(error instanceof JournalError && error.code === 'conflict')) log('a digest could not be made; the next try follows', { error: error instanceof Error ? error.message : String(error) });
    }
  });
}
