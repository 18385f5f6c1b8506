import { eventKey, type DrEvent, type Incident, type ReportedEvent } from '../core/dr-event.js';
import { siteOf, siteOfHost, tenantOfHostGroup, tenantOfVm, type Estate, type Person } from '../core/estate.js';
import { lifeboat, type Actor, type Json, type SiteName, type TenantName } from '../core/names.js';
import { redactText } from '../core/redact.js';
import type { State } from '../core/state.js';
import type { Clock } from '../ports/clock.js';
import { JournalError, type Journal } from '../ports/journal.js';
import type { LiveState } from '../ports/state.js';
import { createIncidents } from './incidents.js';

/** A record of a log. Its id is the same however often it is sent. */
export interface ReportedRecord { readonly id: string; readonly event: ReportedEvent }

/** null: this machine itself, over its socket. */
export type Reporter = Person | null;

export interface Ingested { readonly taken: number; readonly repeated: number }
export type Ingest = (records: readonly ReportedRecord[], reporter: Reporter) => Promise<Ingested>;

/** Its journal stream: a second append to it is refused, so that a record is taken exactly once, in one step with all that follows from it. */
const recordStream = (id: string): string => `record:${id}`;

class TakenAlready extends Error {}

/** Takes in what another system's log tells: at least once sent, exactly once written. `opened` hears of new incidents about something that this estate knows. @throws JournalError */
export function createIngest({ journal, live, clock, opened }: { readonly journal: Journal; readonly live: LiveState; readonly clock?: Pick<Clock, 'now'>; readonly opened: (incident: Incident) => void }): Ingest {
  async function take({ id, event }: ReportedRecord, reporter: Reporter): Promise<boolean> {
    const { found, ...placed } = place(event, live.current, reporter === null || reporter.tenants === 'all' ? 'all' : reporter.tenants);
    const actor: Actor = reporter === null ? lifeboat('monitor') : { kind: 'person', person: reporter.name, surface: 'cli' };
    try {
      const incident = await createIncidents({ journal: onceIn(journal, live, recordStream(id)), live, ...(clock ? { clock } : {}) }).raise(placed, actor);
      if (incident && found) opened(incident);
      return true;
    } catch (error) {
      if (error instanceof TakenAlready) return false;
      throw error;
    }
  }

  return async (records, reporter) => {
    let taken = 0;
    for (const record of records) if (await take(record, reporter)) taken++;
    return { taken, repeated: records.length - taken };
  };
}

/** The journal, but the event goes to a stream of its own record, which must not exist yet. */
function onceIn(journal: Journal, live: LiveState, stream: string): Journal {
  return {
    read: (from) => journal.read(from), subscribe: (after, each) => journal.subscribe(after, each), verify: (noted) => journal.verify(noted),
    append: async ({ entries, expect, ...rest }) => {
      if ((live.current.heads.get(stream) ?? 0) > 0) throw new TakenAlready();
      const moved = entries.map((entry) => (entry.event.type === 'event.raised' ? { ...entry, stream } : entry));
      try {
        return await journal.append({ ...rest, entries: moved, expect: { ...expect, [stream]: 0 } });
      } catch (error) {
        // Another node may have taken it a moment ago, and this one has not heard of it yet.
        if (error instanceof JournalError && error.code === 'conflict' && (await journal.read({ stream, limit: 1 })).length > 0) throw new TakenAlready();
        throw error;
      }
    },
  };
}

interface Whereabouts { readonly name: string; readonly tenant: TenantName | null; readonly site: SiteName | null }

/** Gives the event its tenant, site and key. A tenant's own people report for their tenants only: whatever else they name is theirs, or unknown. */
export function place(event: ReportedEvent, state: State, scope: 'all' | readonly TenantName[]): DrEvent & { readonly found: boolean } {
  const seen = state.estate === null ? null : whereabouts(event, state.estate, state);
  const foreign = scope !== 'all' && seen !== null && seen.tenant !== null && !scope.includes(seen.tenant);
  const where = foreign ? null : seen;
  const entity = where?.name ?? redactText(event.entity);
  const own = scope !== 'all' && scope.length === 1 ? scope[0]! : null;
  const description = redactText(event.description);
  // What a tenant's own people say about things that are not theirs alone must neither join nor hide an incident that others have to see.
  const key = scope === 'all' || (where !== null && where.tenant !== null) ? eventKey(event.name, entity) : `${eventKey(event.name, entity)}@${scope.join('+')}`;
  return {
    ...event, entity, description, key, tenant: where?.tenant ?? own, site: where?.site ?? null, found: where !== null,
    // That something is back again is news, no failure, whatever its type says; only an observation closes an incident.
    severity: /_(REACHABLE|RECOVERED)$/.test(event.name) ? 'info' : event.severity,
    evidence: event.evidence.map((each) => ({ ...each, saw: redactText(each.saw), by: redactText(each.by), ...(each.data === undefined ? {} : { data: redactJson(each.data) }) })),
  };
}

const redactJson = (value: Json): Json => {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redactJson);
  return value === null || typeof value !== 'object' ? value : Object.fromEntries(Object.entries(value).map(([name, each]) => [name, redactJson(each)]));
};

/** Finds what an event is about by name, then by UUID: KSYS writes them in capitals. */
function whereabouts({ entityClass, entity, uuid }: ReportedEvent, estate: Estate, state: State): Whereabouts | null {
  const means = (name: string, id: string | null = null): boolean => name.toLowerCase() === entity.toLowerCase() || (id !== null && id.toLowerCase() === uuid?.toLowerCase());
  const atSite = (site: SiteName | undefined, name: string): Whereabouts | null => (site === undefined ? null : { name, site, tenant: siteOf(estate, site)?.tenant ?? null });
  const vm = (): Whereabouts | null => {
    const found = estate.tenants.flatMap((tenant) => tenant.vms).find((each) => means(each.name, each.uuid));
    const tenant = found && tenantOfVm(estate, found.name);
    return found && tenant ? { name: found.name, tenant: tenant.name, site: state.vms.get(found.name)?.site ?? tenant.homeSite } : null;
  };
  const host = (): Whereabouts | null => {
    const found = estate.sites.flatMap((site) => site.hosts).find((each) => means(each.name, each.uuid));
    return found ? atSite(siteOfHost(estate, found.name)?.name, found.name) : null;
  };
  const hmc = (): Whereabouts | null => inSites(estate, (site) => site.hmcs.find((each) => means(each.name) || means(each.hostname))?.name, atSite);
  const agent = (): Whereabouts | null => inSites(estate, (site) => site.storageAgents.find((each) => means(each.name) || means(each.ip) || means(each.serialNumber))?.name, atSite);
  const vios = (): Whereabouts | null => inSites(estate, (site) => site.hosts.flatMap((each) => each.vioses).find((each) => means(each)), atSite);
  const site = (): Whereabouts | null => inSites(estate, (each) => (means(each.name) ? each.name : undefined), atSite);
  const group = (): Whereabouts | null => {
    const found = estate.tenants.flatMap((tenant) => tenant.hostGroups).find((each) => means(each.name));
    const tenant = found && tenantOfHostGroup(estate, found.name);
    return found && tenant ? { name: found.name, tenant: tenant.name, site: state.groups.get(found.name)?.activeSite ?? tenant.homeSite } : null;
  };
  const of: Record<ReportedEvent['entityClass'], () => Whereabouts | null> = { vm, host, hmc, storage_agent: agent, vios, site, host_group: group, disk_group: group, app: () => null, system: () => null };
  return of[entityClass]();
}

const inSites = (estate: Estate, name: (site: Estate['sites'][number]) => string | undefined, at: (site: SiteName, name: string) => Whereabouts | null): Whereabouts | null => {
  for (const site of estate.sites) {
    const found = name(site);
    if (found !== undefined) return at(site.name, found);
  }
  return null;
};
