import type { Incident, Severity } from '../dr-event.js';
import type { IncidentId, Millis } from '../names.js';
import type { Kind, Tellings } from './book.js';

/** So many of one kind are told one by one; those after them are counted in the first one's message. */
export const kindToldMax = 3;
/** A wave of one kind is over when none came for so long, or when its first is over. */
export const waveMs: Millis = 5 * 60_000;
/** So many messages about one tenant within a minute are readable; more are a storm, with one message. */
export const stormFrom = 5;
/** The first critical of each kind is told on its own also in a storm, up to so many. */
export const firstCriticalsMax = 8;
export const stormWithinMs: Millis = 60_000;
/** A storm is over when nothing was counted in it for so long. */
export const stormCalmMs: Millis = 5 * 60_000;

export const stormName = 'EVENT_STORM';

/** Where an incident that opens now is told: by itself, under the first of its kind, or under the storm of its tenant, which may have to be opened. */
export type Place = { readonly told: true } | { readonly told: false; readonly under: IncidentId | 'storm' };

export const isWave = (kind: Kind | undefined, head: Incident | undefined, now: Millis): kind is Kind => kind !== undefined && now - kind.lastAt <= waveMs && head?.resolvedAt === null;

/** `kind`: the wave that it belongs to; undefined: it is the first of its kind. `head`: the first of that wave. */
export function placeOf(severity: Severity, kind: Kind | undefined, head: Incident | undefined, tellings: Tellings, now: Millis): Place {
  const isFirst = kind === undefined;
  if (!isFirst && kind.told >= kindToldMax && head?.group === undefined) return { told: false, under: kind.head };
  const ofLate = tellings.at.filter((at) => now - at < stormWithinMs).length;
  const already = tellings.storm === null ? ofLate : Math.max(tellings.beside, ofLate);
  if (isFirst && severity === 'critical' && already < firstCriticalsMax) return { told: true };
  if (tellings.storm === null && ofLate < stormFrom) return { told: true };
  return { told: false, under: tellings.storm ?? 'storm' };
}
