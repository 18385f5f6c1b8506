import { clockTime } from '../core/clock-time.js';
import { eventKey, type DrEvent, type Evidence, type Incident } from '../core/dr-event.js';
import type { Millis, Surface } from '../core/names.js';
import { lastProof, proofAfterMs, unprovenWays, unprovenWithinMs, wayOf, type Provable, type Unproven } from '../core/proof.js';
import { openIncidents, type State } from '../core/state.js';
import type { Clock } from '../ports/clock.js';
import { conversationOf, type Outbox, type OutboxRow } from '../ports/outbox.js';
import type { LiveState } from '../ports/state.js';

export interface ReceiptWatchParts {
  readonly live: LiveState;
  readonly clock: Clock;
  readonly outbox: Pick<Outbox, 'list'>;
  readonly raised: (event: DrEvent) => Promise<unknown>;
  readonly cleared: (key: string, evidence: readonly Evidence[]) => Promise<unknown>;
  readonly log: (message: string, detail: object) => void;
}

const eventName = 'RECEIPTS_MISSING';
/** The same thing under a graver name: an incident that is open already becomes critical by it. */
const callEventName = 'CALL_RECEIPTS_MISSING';
const lookEveryMs: Millis = 60_000;
/** As many texts as half an hour of the worst storm has for people; of more the newest count. */
const lookedAt = 5_000;
const words: Partial<Record<Surface, string>> = { sms: 'text message', email: 'mail' };

/** Tells when a way that gives receipts gives none: one incident per way, to the others; ended by the next message by that way that is proven. */
export function startReceiptWatch(parts: ReceiptWatchParts): () => void {
  const { live, clock } = parts;
  async function look(): Promise<void> {
    const now = clock.now();
    const state = live.current;
    const messages = provable(await parts.outbox.list({ receiptsWithinMs: unprovenWithinMs + proofAfterMs + lookEveryMs, limit: lookedAt }), state);
    const open = openIncidents(state).filter(isOwn);
    for (const incident of open) {
      const way = incident.key.slice(eventName.length + 1);
      const cut = way.indexOf('/');
      const [surface, to] = cut < 0 ? [way, null] : [way.slice(0, cut), way.slice(cut + 1)];
      const at = lastProof(messages, surface as Surface, to);
      if (at !== null && at > incident.openedAt) await parts.cleared(incident.key, [{ saw: 'a message by that way was proven', by: way, at }]);
    }
    for (const way of unprovenWays(messages, now)) {
      const known = open.find(({ key }) => key === keyOf(way));
      if (!known || (way.call && known.severity !== 'critical')) await parts.raised(eventOf(way, state, now));
    }
  }
  let looking = Promise.resolve();
  const next = (): Promise<void> => looking = looking.then(look).catch((error: unknown) => parts.log('whether messages are proven was not looked at; the next look is in a minute', { error: error instanceof Error ? error.message : String(error) }));
  return clock.every(lookEveryMs, next);
}

const keyOf = ({ surface, to }: Pick<Unproven, 'surface' | 'to'>): string => eventKey(eventName, wayOf(surface, to));
const isOwn = ({ key }: Pick<Incident, 'key'>): boolean => key.startsWith(`${eventName}:`);

function eventOf(way: Unproven, state: State, now: Millis): DrEvent {
  const name = way.call ? callEventName : eventName;
  const by = words[way.surface] ?? way.surface;
  const since = clockTime(way.since, state.estate?.timeZone ?? 'UTC', 'minute', true);
  const whom = way.to === null ? `${way.count} messages by ${by}` : `${way.count} messages to ${way.to} by ${by}`;
  return {
    name, severity: way.call ? 'critical' : 'warning', entityClass: 'system', entity: wayOf(way.surface, way.to), uuid: null, tenant: null, site: null, occurredAt: now, source: 'engine', key: keyOf(way),
    description: `${whom} were handed over since ${since}${way.call ? ', a call for a critical incident among them' : ''}, and nothing proves that they arrived. To do: query delivery status=sent surface=${way.surface}`,
    evidence: [{ saw: `${way.count} without a receipt`, by: wayOf(way.surface, way.to), at: now }],
  };
}

/** What is said of missing receipts by the way that lacks them would be the next one without: it counts for nothing but as a proof. */
function provable(rows: readonly OutboxRow[], { incidents }: State): Provable[] {
  return rows.flatMap(({ surface, target, subject, sentAt, deliveredAt, status }): Provable[] => {
    const incident = incidents.get(subject.id.split('.')[0]!);
    const own = incident !== undefined && isOwn(incident);
    if (sentAt === null || (status !== 'sent' && status !== 'delivered') || (own && deliveredAt === null)) return [];
    return [{ surface, to: target.kind === 'person' ? target.person : conversationOf(target), sentAt, deliveredAt, call: subject.view === 'page' && incident?.severity === 'critical' }];
  });
}
