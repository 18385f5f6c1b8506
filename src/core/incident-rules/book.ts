import type { DrEvent, Incident, Severity } from '../dr-event.js';
import type { IncidentId, Millis, SilenceId } from '../names.js';
import { recentOpenings } from './flapping.js';
import type { SilenceState } from './silence.js';

/** What the rules need of a map: the journal's fold has real ones, the writer works on what a batch adds to them. Values are never changed in place. */
export interface Shelf<K, V> { get(key: K): V | undefined; set(key: K, value: V): unknown; delete(key: K): unknown }

/** A wave of one kind: the same event at the same site of the same tenant. */
export interface Kind { readonly head: IncidentId; readonly told: number; readonly lastAt: Millis }
/** What one tenant has been told of late. */
export interface Tellings { /** The newest ones, at most as many as the rule looks at. */ readonly at: readonly Millis[]; readonly storm: IncidentId | null; readonly stormAt: Millis; /** Told beside the storm's own message. */ readonly beside: number }
/** What is counted under another incident's message. */
export interface Folded { readonly count: number; readonly open: number; readonly critical: number; readonly first: readonly IncidentId[]; readonly kinds: { readonly [event: string]: number } }
/** Of one key: when it opened of late, and which incident was the last. */
export interface Openings { readonly at: readonly Millis[]; readonly last: IncidentId }

/** Incidents with what is looked up for every event: each look takes the same time, whether ten are open or ten thousand. */
export interface IncidentBook {
  readonly incidents: Shelf<IncidentId, Incident>;
  readonly open: Shelf<string, IncidentId>;
  readonly lostSites: Shelf<string, IncidentId>;
  readonly openings: Shelf<string, Openings>;
  readonly kinds: Shelf<string, Kind>;
  readonly tellings: Shelf<string, Tellings>;
  readonly folded: Shelf<IncidentId, Folded>;
  /** Those that somebody looks after, until then. */
  readonly acknowledged: Shelf<IncidentId, Millis>;
  readonly flapping: Shelf<IncidentId, true>;
  /** Conditions of which was told that they come and go, and with which incident, until it was told that this is over. */
  readonly calming: Shelf<string, IncidentId>;
  readonly silences: Shelf<SilenceId, SilenceState>;
}

/** `IncidentBook` of the whole journal: it can be walked through, too. */
export type IncidentIndex = { readonly [K in Exclude<keyof IncidentBook, 'incidents' | 'silences'>]: IncidentBook[K] extends Shelf<infer Key, infer Value> ? Map<Key, Value> : never };
export const emptyIndex = (): IncidentIndex => ({ open: new Map(), lostSites: new Map(), openings: new Map(), kinds: new Map(), tellings: new Map(), folded: new Map(), acknowledged: new Map(), flapping: new Map(), calming: new Map() });

export const tenantKey = (tenant: string | null): string => tenant ?? '';
export const kindKey = ({ name, tenant, site }: Pick<DrEvent, 'name' | 'tenant' | 'site'>): string => `${tenantKey(tenant)} ${site ?? ''} ${name}`;
export const noTellings: Tellings = { at: [], storm: null, stormAt: 0, beside: 0 };
export const noneFolded: Folded = { count: 0, open: 0, critical: 0, first: [], kinds: {} };
const rank: Record<Severity, number> = { info: 0, warning: 1, critical: 2 };
export const isWorse = (one: Severity, than: Severity): boolean => rank[one] > rank[than];

/** A card names so many of those that it counts, and so many kinds; the rest is 'others'. */
const firstMax = 5;
const kindsMax = 12;
export const otherKinds = 'others';

export function withFolded(before: Folded, incident: Incident): Folded {
  const name = incident.events[0]?.name ?? otherKinds;
  const kind = name in before.kinds || Object.keys(before.kinds).length < kindsMax ? name : otherKinds;
  return {
    count: before.count + 1, open: before.open + (incident.resolvedAt === null ? 1 : 0), critical: before.critical + (incident.severity === 'critical' ? 1 : 0),
    first: before.first.length < firstMax ? [...before.first, incident.id] : before.first, kinds: { ...before.kinds, [kind]: (before.kinds[kind] ?? 0) + 1 },
  };
}

export const withOpening = (before: Openings | undefined, id: IncidentId, at: Millis): Openings => ({ at: [...recentOpenings(before?.at ?? [], at), at], last: id });
