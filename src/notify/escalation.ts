import { dutyStream, type JournalEntry, type JournalEvent } from '../core/event.js';
import { lifeboat, type IncidentId, type Millis } from '../core/names.js';
import { mutedBecause } from '../core/muted.js';
import { policyFor } from '../core/on-call/escalation.js';
import { nextCall } from '../core/on-call/now.js';
import { openIncidents } from '../core/state.js';
import type { Clock } from '../ports/clock.js';
import { JournalError, type Journal } from '../ports/journal.js';
import type { Outbox, OutboxRow } from '../ports/outbox.js';
import type { LiveState } from '../ports/state.js';

export interface EscalationParts { readonly journal: Journal; readonly live: LiveState; readonly clock: Clock; readonly outbox: Pick<Outbox, 'list'>; readonly log: (message: string, detail: object) => void }

/** How late a call may be. */
const lookEveryMs: Millis = 5_000;
const wakes: readonly JournalEvent['type'][] = ['incident.opened', 'page.unreached', 'escalation.started'];
/** More messages than one step of a chain has: people by ways. */
const ofOneCall = 1_000;

/**
 * Calls people for open incidents, one step of the chain after the other, until somebody says that he looks after it. The chain is the estate's as it was when the incident opened.
 * What is due is a fold of the journal: a restart or another node goes on where this one stopped, and of several nodes one calls.
 */
export function startEscalation(parts: EscalationParts): { readonly unreached: (row: OutboxRow) => Promise<void>; stop(): void } {
  const { journal, live, clock, log } = parts;
  const write = async (events: readonly { readonly event: JournalEvent; readonly tenant: string | null }[]): Promise<void> => {
    if (events.length === 0) return;
    const committed = await journal.append({ entries: events.map(({ event, tenant }) => ({ stream: dutyStream, tenant, actor: lifeboat('monitor'), event })), expect: { [dutyStream]: live.current.heads.get(dutyStream) ?? 0 } });
    await live.reach(committed.at(-1)!.seq);
  };

  /** Opened since the last look. */
  let fresh: IncidentId[] = [];
  /** The last look came to nothing, so that the next one is at all of them. */
  let missed = false;

  /** `among`: the others were looked at before, and the clock's turn looks at them again. */
  async function look(among: 'fresh' | 'all'): Promise<void> {
    const { estate, duty } = live.current;
    const opened = fresh;
    fresh = [];
    if (!estate) return;
    const now = clock.now();
    const policies = estate.escalations ?? [];
    if (policies.length === 0 && duty.escalations.size === 0) return;
    const due: { event: JournalEvent; tenant: string | null }[] = [];
    const candidates = among === 'all' || missed ? openIncidents(live.current) : opened.flatMap((id) => live.current.incidents.get(id) ?? []).filter(({ resolvedAt }) => resolvedAt === null);
    for (const incident of candidates) {
      if (duty.escalations.has(incident.id) || mutedBecause(incident, live.current, now) !== null) continue;
      const policy = policyFor(policies, incident);
      if (policy) due.push({ tenant: incident.tenant, event: { type: 'escalation.started', incident: incident.id, policy: policy.name, steps: policy.steps, repeat: policy.repeat } });
    }
    for (const [id, escalation] of duty.escalations) {
      const incident = live.current.incidents.get(id);
      if (!incident || mutedBecause(incident, live.current, now) !== null) continue;
      const call = nextCall(escalation, incident, live.current, now);
      if (call && call.at <= now) due.push({ tenant: incident.tenant, event: { type: 'incident.paged', incident: id, level: call.level, people: call.people, because: escalation.hurry ? 'unreached' : 'due' } });
    }
    await write(due);
    missed = false;
  }

  let looking = Promise.resolve();
  const next = (among: 'fresh' | 'all'): Promise<void> => looking = looking.then(() => look(among)).catch((error: unknown) => {
    missed = true;
    // Another node was faster; what it wrote is looked at when it arrives.
    if (!(error instanceof JournalError && error.code === 'conflict')) log('nobody could be called; the next look is in a few seconds', { error: error instanceof Error ? error.message : String(error) });
  });
  const heard = (entries: readonly JournalEntry[]): void => {
    for (const { event } of entries) if (event.type === 'incident.opened') fresh.push(event.incident.id);
    // A storm opens incidents by the thousand: looking at all of them for each would grow with its square.
    if (entries.some(({ event: { type } }) => wakes.includes(type))) void next('fresh');
  };
  const ends = [live.onEntries(heard), clock.every(lookEveryMs, () => next('all'))];
  void next('all');

  /** A call that reached nobody: if nothing else of the same call arrived either, the next step does not wait. */
  async function unreached(row: OutboxRow, tries = 5): Promise<void> {
    const { target, subject, lastError } = row;
    if (subject.view !== 'page' || target.kind !== 'person') return;
    const [incident = '', level = '0'] = subject.id.split('.');
    const escalation = live.current.duty.escalations.get(incident);
    if (!escalation || Number(level) !== escalation.taken - 1 || escalation.unreached.includes(target.person)) return;
    const ofThisCall = await parts.outbox.list({ about: subject, limit: ofOneCall });
    // Where a way gives receipts, only a receipt says that it arrived. The console wakes nobody.
    const arrived = ofThisCall.some((each) => each.surface !== 'web' && (each.status === 'delivered' || (each.status === 'sent' && !each.provable)) && each.target.kind === 'person' && each.target.person === target.person);
    if (arrived) return;
    const called = escalation.paged.at(-1)?.people ?? [];
    const last = called.every((name) => name === target.person || escalation.unreached.includes(name));
    const seen = live.current.seq;
    try {
      await write([{ tenant: live.current.incidents.get(incident)?.tenant ?? null, event: { type: 'page.unreached', incident, level: Number(level), person: target.person, why: lastError, last } }]);
    } catch (error) {
      if (!(error instanceof JournalError && error.code === 'conflict') || tries === 0) throw error;
      // The row tells it once only: what somebody else wrote meanwhile must not lose it.
      await live.reach(seen + 1);
      await unreached(row, tries - 1);
    }
  }

  return {
    unreached: (row) => unreached(row).catch((error: unknown) => { log('that a call reached nobody could not be written down; its chain goes on by the clock', { key: row.key, error: error instanceof Error ? error.message : String(error) }); }),
    stop: () => { for (const end of ends) end(); },
  };
}
