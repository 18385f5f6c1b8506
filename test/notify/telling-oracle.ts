import type { DrEvent, Severity } from '../../src/core/dr-event.js';
import type { JournalEntry } from '../../src/core/event.js';
import { silences, type SilenceState } from '../../src/core/incident-rules/silence.js';

/** `dup_event_window` of an estate that says nothing of it. */
const windowMs = 60 * 60_000;
const rank: Record<Severity, number> = { info: 0, warning: 1, critical: 2 };

interface Known { severity: Severity; toldAt: number; told: number; cause: string | null; silence: string | undefined; group: string | undefined; flaps: boolean; lookedAfterUntil: number }
type Why = 'worse' | 'repeated';

/** Reads a journal beside the product's own fold, and says of each opening, rise of severity and window what should have been told of it, once. `wrong`: where that is not what stands there. */
export function tellings(entries: readonly JournalEntry[]): { readonly wrong: string[]; readonly counts: { opening: number; worse: number; repeated: number; kept: number } } {
  const wrong: string[] = [];
  const counts = { opening: 0, worse: 0, repeated: 0, kept: 0 };
  const known = new Map<string, Known>();
  const all = new Map<string, SilenceState>();
  const silenced = (event: DrEvent, severity: Severity, at: number): boolean => [...all.values()].some((silence) => silences(silence, { ...event, severity }, at));
  /** Tellings that a raised event just asked for; whatever else is told for these reasons is too much. */
  let expected: { readonly incident: string; readonly why: Why } | null = null;

  entries.forEach(({ event, at, seq }, place) => {
    const next = entries[place + 1]?.event;
    const before = entries[place - 1]?.event;
    switch (event.type) {
      case 'silence.added': all.set(event.silence.id, { ...event.silence, endedAt: null, endedBy: null, kept: 0, lastAt: null, endingToldAt: null }); return;
      case 'silence.ended': all.set(event.silence, { ...all.get(event.silence)!, endedAt: at }); return;
      case 'incident.opened': {
        const { incident } = event;
        const first = incident.events[0]!;
        if (known.has(incident.id)) wrong.push(`${seq}: ${incident.id} opened twice`);
        const reasons = [incident.causedBy !== null, incident.silencedBy !== undefined, incident.group !== undefined].filter(Boolean).length;
        const told = incident.told ?? 0;
        const flaps = incident.flapping !== undefined && told === 0 && reasons === 0;
        if (reasons > 1 || told !== (reasons === 0 && !flaps ? 1 : 0)) wrong.push(`${seq}: ${incident.id} opened, told ${told} times, with ${reasons} reasons not to`);
        if ((incident.silencedBy !== undefined) !== (incident.causedBy === null && silenced(first, first.severity, at))) wrong.push(`${seq}: ${incident.id} and its silence`);
        counts[told === 1 ? 'opening' : 'kept'] += 1;
        known.set(incident.id, { severity: incident.severity, toldAt: at, told, cause: incident.causedBy, silence: incident.silencedBy, group: incident.group, flaps: incident.flapping !== undefined, lookedAfterUntil: 0 });
        return;
      }
      case 'event.raised': {
        const about = event.incident === null ? undefined : known.get(event.incident);
        if (!about || (before?.type === 'incident.opened' && before.incident.id === event.incident)) return;
        const worse = rank[event.event.severity] > rank[about.severity];
        const severity = worse ? event.event.severity : about.severity;
        about.severity = severity;
        const hidden = silenced(event.event, severity, at) || about.cause !== null || (about.flaps && about.told === 0 && about.silence === undefined);
        const isTold = (why: Why): boolean => next?.type === 'incident.told' && next.incident === event.incident && next.because === why;
        // A group tells of one of its own only where there is room left for the first critical of a kind.
        const mayBe = !hidden && about.silence === undefined && about.group !== undefined && worse && severity === 'critical';
        const why: Why | null = hidden || about.group !== undefined ? null : worse ? 'worse' : about.silence === undefined && at >= about.lookedAfterUntil && at - about.toldAt >= windowMs ? 'repeated' : null;
        if (why !== null) counts[why] += 1;
        if (why !== null && !isTold(why)) wrong.push(`${seq}: ${event.incident} should be told: ${why}`);
        expected = why !== null ? { incident: event.incident!, why } : mayBe && isTold('worse') ? { incident: event.incident!, why: 'worse' } : null;
        return;
      }
      case 'incident.told': {
        const about = known.get(event.incident)!;
        if ((event.because === 'worse' || event.because === 'repeated') && (expected?.incident !== event.incident || expected.why !== event.because)) wrong.push(`${seq}: ${event.incident} is told, ${event.because}, and nothing asked for it`);
        if (before?.type === 'incident.told' && before.incident === event.incident) wrong.push(`${seq}: ${event.incident} is told twice for one thing`);
        expected = null;
        Object.assign(about, { told: about.told + 1, toldAt: at, cause: null, silence: undefined, group: undefined });
        return;
      }
      case 'incident.muted': { const about = known.get(event.incident)!; Object.assign(about, { cause: event.cause ?? null, silence: event.silence, group: event.group ?? about.group }); return; }
      case 'incident.acknowledged': known.get(event.incident)!.lookedAfterUntil = event.until ?? Infinity; return;
      case 'incident.unacknowledged': known.get(event.incident)!.lookedAfterUntil = 0; return;
      default: return;
    }
  });
  return { wrong, counts };
}
