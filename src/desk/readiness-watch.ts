import { eventKey, type DrEvent, type Evidence } from '../core/dr-event.js';
import type { JournalEvent } from '../core/event.js';
import type { Millis, TenantName } from '../core/names.js';
import { sha256 } from '../core/plan.js';
import { readiness, readinessWords, type Readiness } from '../core/readiness.js';
import { openIncidents } from '../core/state.js';
import type { DeskParts } from './parts.js';

/** People come back, delegations end and freezes begin without an entry at that moment; a day may not pass without a look. */
const lookEveryMs: Millis = 3_600_000;
const changes: readonly JournalEvent['type'][] = [
  'estate.imported', 'person.linked', 'person.unlinked', 'person.offboarded', 'passkey.added', 'passkey.removed', 'delegation.given', 'delegation.ended', 'run.finished',
];
const eventName = 'QUORUM_NOT_READY';

export interface ReadinessWatchParts extends Pick<DeskParts, 'live' | 'clock' | 'runbooks' | 'surfaces' | 'log'> {
  readonly raised: (event: DrEvent) => Promise<unknown>;
  readonly cleared: (key: string, evidence: readonly Evidence[]) => Promise<unknown>;
}

/**
 * Tells while it is quiet that a runbook could not be approved tonight: one incident per tenant, resolved by itself. Its key holds what is wrong, so that several
 * nodes tell it once, and a change of it is told anew. Returns how to stop.
 */
export function startReadinessWatch(parts: ReadinessWatchParts): () => void {
  const { live, clock } = parts;
  async function look(): Promise<void> {
    if (!live.current.estate) return;
    const now = clock.now();
    const found = readiness({ state: live.current, runbooks: parts.runbooks, surfaces: parts.surfaces, now });
    const short = shortOf(found);
    const wanted = [...short].map(([tenant, of]) => event(tenant, of, now));
    for (const incident of openIncidents(live.current)) {
      if (!incident.key.startsWith(`${eventName}:`) || wanted.some(({ key }) => key === incident.key)) continue;
      await parts.cleared(incident.key, [{ saw: short.has(incident.tenant ?? '') ? 'what is missing has changed' : 'every quorum could be met', by: 'Lifeboat', at: now }]);
    }
    const open = new Set(openIncidents(live.current).map(({ key }) => key));
    for (const each of wanted) if (!open.has(each.key)) await parts.raised(each);
  }

  // One look at a time; what changes meanwhile is looked at afterwards.
  let looking = Promise.resolve();
  const next = (): Promise<void> => looking = looking.then(look).catch((error: unknown) => parts.log('whether every quorum could be met was not looked at; the next look is within the hour', { error: error instanceof Error ? error.message : String(error) }));
  void next();
  const unsubscribe = live.onEntries((entries) => { if (entries.some(({ event: { type } }) => changes.includes(type))) void next(); });
  const stop = clock.every(lookEveryMs, next);
  return () => { unsubscribe(); stop(); };
}

function shortOf(found: readonly Readiness[]): Map<TenantName, Readiness[]> {
  const short = new Map<TenantName, Readiness[]>();
  for (const each of found) if (!each.ready) short.set(each.tenant, [...(short.get(each.tenant) ?? []), each]);
  return short;
}

function event(tenant: TenantName, short: readonly Readiness[], now: Millis): DrEvent {
  const words = short.map(readinessWords);
  const next = [...new Set(short.flatMap((each) => each.next))];
  const title = `${short.map(({ runbook }) => runbook).join(', ')} could not be approved for ${tenant} now: ${[...new Set(short.map(({ missing }) => missing))].join('; ')}`;
  return {
    name: eventName, severity: 'warning', entityClass: 'system', entity: tenant, uuid: null, tenant, site: null, occurredAt: now, source: 'engine',
    description: `${title}. To do: ${next.join('. Or ')}. All of it: query quorum`,
    evidence: words.map((saw) => ({ saw, by: 'Lifeboat', at: now })),
    key: `${eventKey(eventName, tenant)}:${sha256(title + words.join()).slice(0, 8)}`,
  };
}
