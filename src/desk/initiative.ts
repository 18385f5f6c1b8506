import { eventNamed } from '../core/event-catalogue/catalogue.js';
import type { Incident } from '../core/dr-event.js';
import { otherSite, protectionGroups, type Tenant } from '../core/estate.js';
import { incidentStream, runStream, type JournalEntry } from '../core/event.js';
import { lifeboat, type IncidentId, type SiteName } from '../core/names.js';
import type { Operation, Verb } from '../core/plan.js';
import { hasDr, resyncsByItself } from '../core/policies.js';
import type { RunState } from '../core/run-state.js';
import { openIncidents, pendingWork, type PendingWork, type State } from '../core/state.js';
import { createTellOnce, entry, ignoreConflict, record, type DeskParts } from './parts.js';
import { createInsideSite } from './inside-site.js';
import { forSame, propose } from './propose.js';

const dayMs = 24 * 3_600_000;
/** A run that ended longer ago is followed by nothing any more. */
const followMaxMs = 3_600_000;

export interface Initiative {
  /** The fitting runbook for an incident, with its evidence. Nothing moves without approval. */
  forIncident(incident: Incident): Promise<void>;
  /** The condition is gone: an unanswered proposal for it is withdrawn. */
  incidentOver(incident: IncidentId): Promise<void>;
  /** What follows by itself from finished runs: discovery and verification, which change nothing. */
  after(entries: readonly JournalEntry[]): Promise<void>;
  /**
   * After each look of the monitor, with the keys that fail now: cleanup and resync that were left open, once the side that was left answers again, and whatever a
   * crash kept this or another node from asking for. All of it follows from the journal: asking twice is asking once.
   */
  looked(failing: ReadonlySet<string>): Promise<void>;
  /** First start and daily schedule: discovery, then verification when it is done. Answers with the discovery's run. */
  discoverAndVerify(tenant: Tenant, door: 'start'): Promise<string[]>;
  discoverAndVerify(tenant: Tenant, door: 'schedule', slot: string): Promise<string[]>;
  /** The same between the daily ones, for VMs that nobody has looked at yet. */
  quickDiscovery(tenant: Tenant, slot: string): Promise<string[]>;
}

/** What Lifeboat asks for by itself: always through the same gate as everyone. */
export function createInitiative(parts: DeskParts): Initiative {
  const state = () => parts.live.current;

  const siteOperation = (verb: Verb, tenant: Tenant, from: SiteName, to: SiteName, drType: Operation['drType'], groups: readonly string[]): Operation =>
    ({ verb, tenant: tenant.name, scope: { class: 'site', name: from }, hostGroups: groups, from, to, drType });
  const activeAt = (tenant: Tenant, site: SiteName): string[] => protectionGroups(tenant).map((group) => group.name).filter((group) => state().groups.get(group)?.activeSite === site);

  const told = createTellOnce(parts);
  const inside = createInsideSite(parts, told);

  /** In a storm of other systems' events thousands are open that nothing follows from: those are not asked one by one at every look. */
  const acted = new Set(parts.runbooks.flatMap(({ when }) => when));
  const mayAct = ({ events: [event] }: Incident): boolean => event !== undefined && (event.source === 'engine' || acted.has(event.name) || eventNamed(event.name) !== undefined);

  async function forIncident(incident: Incident): Promise<void> {
    const event = incident.events[0];
    const site = incident.site;
    if (!event || site === null) return;
    if (await inside.forIncident(incident)) return;
    const runbook = parts.runbooks.find((each) => each.when.includes(event.name));
    if (!runbook) return;
    // Of two HMCs one is enough (reference/ksys.md 6.1): while another answers, nothing is lost but a way to look.
    if (event.name === 'HMC_UNREACHABLE' && anotherHmcAnswers(site)) return;
    for (const tenant of state().estate!.tenants) {
      if (incident.tenant !== null && incident.tenant !== tenant.name) continue;
      const back = runbook.verb === 'cleanup';
      const groups = back ? protectionGroups(tenant).map((group) => group.name).filter((group) => state().groups.get(group)?.activeSite !== site) : activeAt(tenant, site);
      if (groups.length === 0 || (site !== tenant.homeSite && site !== tenant.backupSite)) continue;
      const proposed = await propose(parts, siteOperation(runbook.verb, tenant, site, otherSite(tenant, site), runbook.drType, groups), lifeboat('monitor'), { incident: incident.id, reason: incident.title }, forSame({ incident: incident.id }, tenant));
      if (proposed.kind === 'refused') told(`${incident.id}/${tenant.name}`, 'no plan could be proposed for an incident; it is tried again at each look', { incident: incident.id, tenant: tenant.name, why: proposed.refusal.what });
      const known = state().incidents.get(incident.id);
      if (proposed.kind === 'open-already' && known?.proposedRun === null) await record(parts, [entry(incidentStream, tenant.name, lifeboat('monitor'), { type: 'incident.proposed', incident: incident.id, run: proposed.run })], { [incidentStream]: state().heads.get(incidentStream) ?? 0 }).catch(ignoreConflict);
    }
  }

  const anotherHmcAnswers = (site: SiteName): boolean => {
    const known = state().estate!.sites.find((each) => each.name === site)?.hmcs ?? [];
    const open = new Set(openIncidents(state()).map((incident) => incident.key));
    return known.some((hmc) => !open.has(`HMC_UNREACHABLE:${hmc.name}`));
  };

  async function incidentOver(id: IncidentId): Promise<void> {
    for (const run of state().runs.values()) {
      const proposedFor = run.plan.because.incident === id || state().incidents.get(id)?.proposedRun === run.plan.run;
      if (run.status !== 'proposed' || !proposedFor || run.plan.requestedBy.kind === 'person') continue;
      const others = [...state().incidents.values()].some((incident) => incident.proposedRun === run.plan.run && incident.resolvedAt === null && incident.id !== id);
      if (others) continue;
      await record(parts, [entry(runStream(run.plan.run), run.plan.tenant, lifeboat('monitor'), { type: 'plan.expired', run: run.plan.run, why: `what it was proposed for (${id}) is over.` })], { [runStream(run.plan.run)]: run.streamSeq }).catch(ignoreConflict);
    }
  }

  async function forPendingWork(work: PendingWork): Promise<void> {
    const tenant = state().estate!.tenants.find((each) => each.name === work.tenant)!;
    const open = state().groups.get(work.group)!.pending;
    // A run that holds the group is still at it: what it leaves behind shows when it is over.
    if (state().locks.held.has(`group:${work.group}`)) return;
    // Cleanup comes first (reference/ksys.md 4.5).
    if (work.work === 'resync' && open.some((each) => each.work === 'cleanup')) return;
    const asks = (group: string): boolean => work.work === 'cleanup' || resyncsByItself(tenant, group);
    const groups = protectionGroups(tenant).map((group) => group.name).filter((group) => asks(group) && state().groups.get(group)!.pending.some((each) => each.work === work.work && each.site === work.site));
    // A resync is by hand (seeds/1 section 5) unless auto_reverse_mirror says otherwise. It stays in `query pending`.
    if (!groups.includes(work.group)) return;
    const operation = siteOperation(work.work, tenant, work.site, otherSite(tenant, work.site), null, groups);
    const now = parts.clock.now();
    // Asked for once a day, whatever became of it.
    const asked = ({ runs }: State): RunState | undefined => [...runs.values()].find((run) => run.plan.operation.verb === work.work && run.plan.operation.from === work.site && run.plan.tenant === tenant.name && run.proposedAt >= work.since && now - run.proposedAt < dayMs);
    if (asked(state())) return;
    const proposed = await propose(parts, operation, lifeboat('monitor'), { incident: null, reason: `left to do since the ${work.because}` }, asked);
    if (proposed.kind === 'refused') told(`${work.group}/${work.work}/${work.since}`, 'pending work could not be proposed; it is tried again at each look', { work: work.work, site: work.site, why: proposed.refusal.what });
  }

  async function followUps(): Promise<void> {
    const now = parts.clock.now();
    for (const { plan, outcome, finishedAt } of state().runs.values()) {
      if ((outcome !== 'succeeded' && outcome !== 'exceptions') || finishedAt === null || now - finishedAt > followMaxMs) continue;
      const tenant = state().estate!.tenants.find((each) => each.name === plan.tenant);
      const { verb, drType } = plan.operation;
      const refreshes = verb === 'resync' || (verb === 'move' && drType === 'planned') || (tenant !== undefined && hasDr(tenant) && (verb === 'restart' || verb === 'restore' || (verb === 'lpm' && plan.operation.validateOnly !== true)));
      const verifies = verb === 'discover' && plan.requestedBy.kind === 'lifeboat';
      const reason = `follows ${plan.run}`;
      if (!tenant || (!refreshes && !verifies) || [...state().runs.values()].some((run) => run.plan.because.reason === reason)) continue;
      const site = state().groups.get(plan.operation.hostGroups[0]!)!.activeSite;
      const door = plan.requestedBy.kind === 'lifeboat' ? plan.requestedBy.door : 'engine';
      await propose(parts, siteOperation(verifies ? 'verify' : 'discover', tenant, site, otherSite(tenant, site), null, activeAt(tenant, site)), lifeboat(verifies ? door : 'engine'), { incident: null, reason }, forSame({ reason }, tenant));
    }
  }

  async function after(entries: readonly JournalEntry[]): Promise<void> {
    if (entries.some(({ event }) => event.type === 'run.finished')) await followUps();
  }

  async function looked(failing: ReadonlySet<string>): Promise<void> {
    for (const incident of openIncidents(state()).filter(mayAct)) {
      if (incident.proposedRun === null) await forIncident(incident);
      else await inside.forIncident(incident);
    }
    await inside.cleanHosts(failing);
    const failingNames = new Set([...failing].map((key) => key.slice(key.indexOf(':') + 1)));
    for (const work of pendingWork(state())) {
      const site = state().estate?.sites.find((each) => each.name === work.site);
      if (site && ![...site.hmcs, ...site.hosts, ...site.storageAgents].some((each) => failingNames.has(each.name))) await forPendingWork(work);
    }
    await followUps();
  }

  // The slot makes it one of its kind: two nodes that take the same slot ask for the same run.
  const discoverAndVerify = (tenant: Tenant, door: 'schedule' | 'start', slot?: string): Promise<string[]> => discover(tenant, door, door === 'schedule' ? `daily discovery and verification, ${slot}` : 'first look at the estate');
  const quickDiscovery = (tenant: Tenant, slot: string): Promise<string[]> => discover(tenant, 'schedule', `quick discovery, ${slot}`);

  async function discover(tenant: Tenant, door: 'schedule' | 'start', reason: string): Promise<string[]> {
    const runs: string[] = [];
    for (const site of [tenant.homeSite, tenant.backupSite]) {
      const groups = activeAt(tenant, site);
      if (groups.length === 0) continue;
      const proposed = await propose(parts, siteOperation('discover', tenant, site, otherSite(tenant, site), null, groups), lifeboat(door), { incident: null, reason }, (now) => forSame({ reason }, tenant)(now, site));
      if (proposed.kind !== 'refused') runs.push(proposed.run);
    }
    return runs;
  }

  return { forIncident, incidentOver, after, looked, discoverAndVerify, quickDiscovery };
}
