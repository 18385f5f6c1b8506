import type { DrEvent, EntityClass, Incident, Severity } from '../dr-event.js';
import type { Millis, PersonName, SilenceId, TenantName } from '../names.js';

/** What a silence is about. A null field means any; names may hold `*`. */
export interface Matcher {
  readonly event: string | null;
  readonly entity: string | null;
  readonly class: EntityClass | null;
  /** Null: all but critical ones, which are silenced only where that is said. */
  readonly severity: Severity | null;
}

/** Matching incidents are written down and not told until it ends; those still open then are told. */
export interface Silence {
  readonly id: SilenceId;
  /** Null: every tenant's, and what is nobody's. */
  readonly tenant: TenantName | null;
  readonly matcher: Matcher;
  readonly from: Millis;
  readonly until: Millis;
  readonly reason: string;
  /** Who entered it, or Lifeboat for a maintenance window. */
  readonly by: PersonName;
  /** The maintenance window's occurrence that it stands for: `weekly-patches@` and when it began. */
  readonly window?: string;
}

export interface SilenceState extends Silence {
  /** Null: it is in force, or ahead. */
  readonly endedAt: Millis | null;
  readonly endedBy: PersonName | null;
  /** Incidents that it kept back, and when the last one opened. */
  readonly kept: number;
  readonly lastAt: Millis | null;
  /** When it was said that it ends soon. */
  readonly endingToldAt: Millis | null;
}

/** Said beforehand, of one that lasts an hour or longer. */
export const endsSoonMs: Millis = 15 * 60_000;
export const endsSoonFromMs: Millis = 3_600_000;
/** One that is over is kept so long; the newest always is, since the next one is counted on from it. */
const keptMs: Millis = 30 * 86_400_000;
/** Longer is no silence but a hole in the watch. */
export const silenceMaxMs: Millis = 7 * 86_400_000;
/** More at once, and nobody knows any longer what is told. */
export const silencesMax = 50;

/** `HOST_*` against `HOST_FAILURE`, in any case. Walks once through the text for each star: no pattern makes it slow. */
export function fits(pattern: string, text: string): boolean {
  const [wanted, given] = [pattern.toLowerCase(), text.toLowerCase()];
  const parts = wanted.split('*');
  if (parts.length === 1) return wanted === given;
  const [first, last] = [parts[0]!, parts.at(-1)!];
  if (given.length < first.length + last.length || !given.startsWith(first) || !given.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = given.indexOf(part, at);
    if (found < 0 || found + part.length > given.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

export const inForce = ({ from, until, endedAt }: SilenceState, now: Millis): boolean => endedAt === null && from <= now && now < until;

/** Site events and Lifeboat's own storms are told in any case: nobody may sleep through a lost site. */
export const isSilenceable = ({ events: [first] }: Pick<Incident, 'events'>): boolean => first !== undefined && isSilenceableEvent(first);
const isSilenceableEvent = ({ name, entityClass }: Pick<DrEvent, 'name' | 'entityClass'>): boolean => entityClass !== 'site' && name !== 'EVENT_STORM';

export function silences(silence: SilenceState, event: Pick<DrEvent, 'name' | 'entity' | 'entityClass' | 'severity' | 'tenant'>, now: Millis): boolean {
  if (!inForce(silence, now) || !isSilenceableEvent(event)) return false;
  if (silence.tenant !== null && silence.tenant !== event.tenant) return false;
  const { matcher } = silence;
  return (matcher.event === null || fits(matcher.event, event.name)) && (matcher.entity === null || fits(matcher.entity, event.entity))
    && (matcher.class === null || matcher.class === event.entityClass) && (matcher.severity === null ? event.severity !== 'critical' : matcher.severity === event.severity);
}

/** The first of them, in their order, that keeps the event back. */
export function silenceFor(all: Iterable<SilenceState>, event: Parameters<typeof silences>[1], now: Millis): SilenceState | undefined {
  for (const silence of all) if (silences(silence, event, now)) return silence;
  return undefined;
}

/** `L-4`, where `L-3` is the newest; `ahead`: that many more get one in the same breath. */
export function nextSilenceId(all: ReadonlyMap<SilenceId, SilenceState>, ahead = 0): SilenceId {
  let newest = 0;
  for (const id of all.keys()) newest = Math.max(newest, Number(id.slice('L-'.length)));
  return `L-${newest + 1 + ahead}`;
}

/** Forgets those that were over long before; all of them are in the journal. */
export function forgetOldSilences(all: Map<SilenceId, SilenceState>, at: Millis): void {
  const newest = [...all.keys()].at(-1);
  for (const [id, { endedAt }] of all) if (id !== newest && endedAt !== null && at - endedAt > keptMs) all.delete(id);
}
