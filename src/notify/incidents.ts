import type { DrEvent, Evidence, Incident } from '../core/dr-event.js';
import { incidentStream, type JournalEvent } from '../core/event.js';
import { lifeboat, type Actor } from '../core/names.js';
import { nextIncident, openIncidents, type State } from '../core/state.js';
import { JournalError, type Journal } from '../ports/journal.js';
import type { LiveState } from '../ports/state.js';

/** A cause mutes what follows from it: a dead site explains its HMC, its host and its storage. */
const causes: Record<string, readonly string[]> = { HOST_FAILURE: ['HMC_UNREACHABLE'], STG_UNREACHABLE: ['HMC_UNREACHABLE'] };

/** An open incident at the same site that explains this event; its own message carries it. */
export function causeOf(event: DrEvent, state: State): Incident | undefined {
  return openIncidents(state).find((incident) => incident.causedBy === null && incident.site !== null && incident.site === event.site && (causes[event.name] ?? []).includes(incident.events[0]?.name ?? ''));
}

export interface Incidents {
  /** Writes the event down; opens an incident unless one with its key is open. At least once in, one incident out. Answers with a newly opened one. */
  raise(event: DrEvent, actor?: Actor): Promise<Incident | null>;
  /** An observation proves that the condition is over. Answers with the incident that this closed. */
  resolve(key: string, evidence: readonly Evidence[]): Promise<Incident | null>;
}

export function createIncidents({ journal, live }: { readonly journal: Journal; readonly live: LiveState }): Incidents {
  async function write(events: readonly JournalEvent[], incident: Pick<Incident, 'tenant'>, actor: Actor): Promise<boolean> {
    const expected = live.current.heads.get(incidentStream) ?? 0;
    try {
      const committed = await journal.append({ entries: events.map((event) => ({ stream: incidentStream, tenant: incident.tenant, actor, event })), expect: { [incidentStream]: expected } });
      await live.reach(committed.at(-1)!.seq);
      return true;
    } catch (error) {
      if (error instanceof JournalError && error.code === 'conflict') return false;
      throw error;
    }
  }

  return {
    async raise(event, actor = lifeboat('monitor')) {
      for (;;) {
        const state = live.current;
        const open = openIncidents(state).find((incident) => incident.key === event.key);
        // The monitor sees again what it told before a restart: nothing new.
        if (open && event.source === 'engine' && actor.kind === 'lifeboat') return null;
        if (open || event.severity === 'info') {
          if (await write([{ type: 'event.raised', event, incident: open?.id ?? null }], event, actor)) return null;
          continue;
        }
        const incident: Incident = {
          id: nextIncident(state), key: event.key, tenant: event.tenant, site: event.site, title: event.description, severity: event.severity, openedAt: event.occurredAt, lastAt: event.occurredAt,
          resolvedAt: null, events: [event], count: 0, proposedRun: null, causedBy: causeOf(event, state)?.id ?? null,
        };
        if (await write([{ type: 'incident.opened', incident }, { type: 'event.raised', event, incident: incident.id }], event, actor)) return live.current.incidents.get(incident.id)!;
      }
    },
    async resolve(key, evidence) {
      for (;;) {
        const open = openIncidents(live.current).find((incident) => incident.key === key);
        if (!open) return null;
        if (await write([{ type: 'incident.resolved', incident: open.id, evidence }], open, lifeboat('monitor'))) return live.current.incidents.get(open.id)!;
      }
    },
  };
}
