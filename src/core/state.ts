import type { Delegation } from './delegation.js';
import { leave } from './departure.js';
import { noDraft, type EstateDraft, type Snapshot } from './draft.js';
import type { DrEvent, Incident } from './dr-event.js';
import { protectionGroups, vmsOfGroup, type Estate } from './estate.js';
import type { DrTestState, HaState, JournalEntry, PendingKind, Replication, StateChange, VmLifecycle } from './event.js';
import { emptyIndex, type IncidentBook, type IncidentIndex } from './incident-rules/book.js';
import { foldIncidents } from './incident-rules/fold.js';
import { forgetOldSilences, type SilenceState } from './incident-rules/silence.js';
import { foldLocks, noLocks, type Locks } from './locks.js';
import type { HostGroupName, HostName, IncidentId, Millis, PersonName, RunId, SilenceId, SiteName, Surface, TenantName, VmName } from './names.js';
import type { Passkey } from './passkey.js';
import type { ApiToken } from './scope.js';
import { foldDuty, noDuty, type DutyState } from './on-call/fold.js';
import { dailyTimes } from './stagger.js';
import { foldRun, type RunState } from './run-state.js';
import { foldStanding, isStanding, type StandingId, type StandingState } from './standing-authority.js';

export interface VmState {
  readonly vm: VmName;
  readonly tenant: TenantName;
  state: VmLifecycle;
  /** Why it is not further, in words. */
  reason: string | null;
  power: 'running' | 'off' | 'unknown';
  site: SiteName;
  host: string | null;
  unmirrored: readonly string[];
  ha: { state: HaState; reason: string | null; since: Millis | null };
  drTest: DrTestState;
  /** When somebody last looked. null: never. */
  observedAt: Millis | null;
}

export interface PendingWork { readonly group: HostGroupName; readonly tenant: TenantName; readonly work: PendingKind; readonly site: SiteName; readonly because: string; readonly since: Millis }

export interface GroupState {
  readonly group: HostGroupName;
  readonly tenant: TenantName;
  activeSite: SiteName;
  replication: Replication;
  /** When it was read last. Absent: never. */
  replicationAt?: Millis;
  pending: PendingWork[];
  /** Where a rehearsal has left something, as far as anybody knows. null: nowhere. */
  drTest: { site: SiteName; hosts: readonly HostName[]; since: Millis } | null;
}

/** Of a VM that was restarted on another host: its old definition waits for the host to come back (seeds/5: auto cleanup). */
export interface LeftBehind { readonly vm: VmName; readonly host: HostName; readonly tenant: TenantName; readonly since: Millis }

export interface Link { readonly person: PersonName; readonly surface: Surface; readonly identity: string }

/** All that follows from the journal. Mutated only by `fold`, in `seq` order. */
export interface State {
  seq: number;
  estate: Estate | null;
  estateDigest: string | null;
  /** Clusters under construction. */
  draft: EstateDraft;
  /** The configuration under names, each as it was taken last. */
  snapshots: Map<string, Snapshot>;
  /** When an estate was first imported. */
  estateSince: Millis | null;
  /** Since when each tenant's daily time is what it is: earlier slots were nobody's. */
  dailySince: Map<TenantName, Millis>;
  vms: Map<VmName, VmState>;
  groups: Map<HostGroupName, GroupState>;
  /** By `VM@HOST`. */
  left: Map<string, LeftBehind>;
  runs: Map<RunId, RunState>;
  incidents: Map<IncidentId, Incident>;
  /** What is looked up for every event. */
  incidentIndex: IncidentIndex;
  /** Those that are over included. */
  silences: Map<SilenceId, SilenceState>;
  /** Newest last, at most 500. */
  events: { event: DrEvent; incident: IncidentId | null; at: Millis; seq: number }[];
  links: Link[];
  /** One for each person who is away, also those whose time is over. */
  delegations: readonly Delegation[];
  /** What quorums have signed in advance, those that are over included. */
  standing: Map<StandingId, StandingState>;
  /** By hash; those that are over stay, those taken back do not. */
  apiTokens: Map<string, ApiToken>;
  /** By id. */
  passkeys: Map<string, Passkey>;
  /** The journal entry with which somebody left, see departure.ts. */
  leftAt: Map<PersonName, number>;
  locks: Locks;
  /** Who is called, and for what. */
  duty: DutyState;
  /** What Lifeboat says of itself. */
  watch: { readonly heartbeatDay: string | null };
  /** Who stopped what Lifeboat does by itself; null: nobody. */
  automation: { readonly by: PersonName; readonly reason: string | null; readonly at: Millis } | null;
  /** Stream heads, for expected-version appends. */
  heads: Map<string, number>;
  schedule: { tenant: TenantName; slot: string; runs: readonly RunId[]; missed: boolean; at: Millis }[];
}

/** Nobody was asked for it, and automation is stopped: it stands still until that goes on, or until people cancel it (invariant 41). */
export const stoppedWithAutomation = ({ automation }: Pick<State, 'automation'>, { plan: { operation, gate }, cancelling }: RunState): boolean => automation !== null && cancelling === null && operation.automatic === true && gate.people === 0;

export const emptyState = (): State => ({ seq: 0, estate: null, estateDigest: null, draft: noDraft, snapshots: new Map(), estateSince: null, dailySince: new Map(), vms: new Map(), groups: new Map(), left: new Map(), runs: new Map(), incidents: new Map(), incidentIndex: emptyIndex(), silences: new Map(), events: [], links: [], delegations: [], standing: new Map(), apiTokens: new Map(), passkeys: new Map(), leftAt: new Map(), locks: noLocks(), duty: noDuty(), watch: { heartbeatDay: null }, automation: null, heads: new Map(), schedule: [] });

const eventsKept = 500;

/** Applies one committed entry. Unknown types are skipped, so that an older node survives a newer journal. */
export function fold(state: State, entry: JournalEntry): State {
  const { event, at } = entry;
  state.seq = entry.seq;
  state.heads.set(entry.stream, entry.streamSeq);
  // An entry whose payload was dropped names no run, but the run's stream goes on behind it.
  const owner = entry.stream.startsWith('run:') ? state.runs.get(entry.stream.slice('run:'.length)) : undefined;
  if (owner) owner.streamSeq = entry.streamSeq;
  if ('run' in event && !event.type.startsWith('lock.') && event.type !== 'incident.proposed') {
    const run = foldRun(state.runs.get(event.run), entry);
    if (run) state.runs.set(event.run, run);
  }
  foldIncidents(bookOf(state), event, at);
  if (event.type === 'silence.added') forgetOldSilences(state.silences, at);
  foldDuty(state.duty, entry, state.estate);
  switch (event.type) {
    case 'estate.imported':
      state.estateSince ??= at;
      for (const { name } of state.estate?.people ?? []) if (!event.estate.people.some((each) => each.name === name)) leave(state, name, entry.seq);
      importEstate(state, event.estate, event.digest, at);
      break;
    case 'estate.drafted': state.draft = event.draft; break;
    case 'snapshot.taken': state.snapshots.set(event.name, { name: event.name, at, by: event.by, estate: event.estate, draft: event.draft }); break;
    case 'plan.proposed':
    case 'plan.revised': {
      const run = foldRun(state.runs.get(event.plan.run), entry);
      if (run) state.runs.set(event.plan.run, run);
      break;
    }
    case 'step.finished': for (const change of event.changes) applyChange(state, change, at); break;
    case 'event.raised': {
      state.events.push({ event: event.event, incident: event.incident, at, seq: entry.seq });
      if (state.events.length > eventsKept) state.events.shift();
      break;
    }
    case 'person.linked':
      state.links = [...state.links.filter((link) => !(link.surface === event.surface && link.identity === event.identity)), { person: event.person, surface: event.surface, identity: event.identity }];
      break;
    case 'person.unlinked': state.links = state.links.filter((link) => !(link.surface === event.surface && link.identity === event.identity)); break;
    case 'delegation.given': state.delegations = [...state.delegations.filter(({ from }) => from !== event.from), { from: event.from, to: event.to, until: event.until, reason: event.reason, at }]; break;
    case 'delegation.ended': state.delegations = state.delegations.filter(({ from }) => from !== event.from); break;
    case 'standing.proposed': case 'standing.signed': case 'standing.revoked': case 'standing.ended': case 'standing.used': {
      const id = event.type === 'standing.proposed' ? event.authority.id : event.standing;
      const standing = foldStanding(state.standing.get(id), event, at);
      if (standing) state.standing.set(id, standing);
      break;
    }
    case 'token.issued': state.apiTokens.set(event.hash, { hash: event.hash, person: event.person, name: event.name, scope: event.scope, issuedAt: at, expiresAt: event.expiresAt }); break;
    case 'token.revoked': state.apiTokens.delete(event.hash); break;
    case 'passkey.added': state.passkeys.set(event.id, { id: event.id, person: event.person, name: event.name, publicKey: event.publicKey, transports: event.transports, addedAt: at }); break;
    case 'person.offboarded': leave(state, event.person, entry.seq); break;
    case 'passkey.removed': state.passkeys.delete(event.id); break;
    // Whoever executed it did so on another database: nobody does here.
    case 'journal.imported':
      for (const run of state.runs.values()) run.claim = null;
      // The Lifeboat that it came from may live: two would use one signature.
      for (const [id, standing] of state.standing) if (isStanding(standing)) state.standing.set(id, { ...standing, status: 'ended', over: { at, words: 'the journal was imported into another database' } });
      break;
    case 'lock.requested':
    case 'lock.acquired':
    case 'lock.released': foldLocks(state.locks, entry); break;
    case 'heartbeat.told': state.watch = { heartbeatDay: event.day }; break;
    case 'automation.stopped': state.automation = { by: event.by, reason: event.reason, at }; break;
    case 'automation.started': state.automation = null; break;
    case 'schedule.fired': state.schedule.push({ tenant: event.tenant, slot: event.slot, runs: event.runs, missed: false, at }); break;
    case 'schedule.missed': state.schedule.push({ tenant: event.tenant, slot: event.slot, runs: [], missed: true, at }); break;
    default: break;
  }
  return state;
}

/** A later import keeps what is known of entities that still exist. */
function importEstate(state: State, estate: Estate, digest: string, at: Millis): void {
  const old = state.estate;
  const [before, times] = [old ? dailyTimes(old) : new Map<TenantName, string>(), dailyTimes(estate)];
  const isOn = (within: Estate | null, tenant: TenantName) => within?.tenants.find((each) => each.name === tenant)?.system?.deepDiscovery;
  const sameTime = (tenant: TenantName): boolean => old?.timeZone === estate.timeZone && before.get(tenant) === times.get(tenant) && isOn(old, tenant) === isOn(estate, tenant);
  state.dailySince = new Map(estate.tenants.map(({ name }) => [name, (sameTime(name) ? state.dailySince.get(name) : undefined) ?? at]));
  state.estate = estate;
  state.estateDigest = digest;
  const [vms, groups] = [state.vms, state.groups];
  const wasLeftAlone = new Set(old?.tenants.flatMap((tenant) => tenant.vms.filter((vm) => vm.unmanaged === true).map((vm) => vm.name)));
  state.vms = new Map();
  state.groups = new Map();
  for (const tenant of estate.tenants) {
    for (const group of protectionGroups(tenant)) {
      state.groups.set(group.name, groups.get(group.name) ?? {
        group: group.name, tenant: tenant.name, activeSite: tenant.homeSite,
        replication: { from: tenant.homeSite, to: tenant.backupSite, state: 'UNKNOWN', lagMs: null }, pending: [], drTest: null,
      });
    }
    for (const vm of tenant.vms) {
      // Nobody looked at a VM that was not managed: what was known of it before holds no more.
      const known = vm.unmanaged !== true && wasLeftAlone.has(vm.name) ? undefined : vms.get(vm.name);
      state.vms.set(vm.name, known ?? { vm: vm.name, tenant: tenant.name, state: 'INIT', reason: 'not discovered yet', power: 'unknown', site: tenant.homeSite, host: vm.host, unmirrored: [], observedAt: null, ha: { state: 'monitored', reason: null, since: null }, drTest: 'INIT' });
    }
  }
}

function applyChange(state: State, change: StateChange, at: Millis): void {
  if (change.kind === 'vm') {
    const vm = state.vms.get(change.vm);
    if (!vm) return;
    vm.state = change.state;
    vm.reason = change.reason;
    vm.observedAt = at;
    if (change.power !== undefined) vm.power = change.power;
    if (change.host !== undefined) vm.host = change.host;
    if (change.site !== undefined) vm.site = change.site;
    if (change.unmirrored !== undefined) vm.unmirrored = change.unmirrored;
    return;
  }
  if (change.kind === 'ha' || change.kind === 'place' || change.kind === 'left') {
    const vm = state.vms.get(change.vm);
    if (!vm) return;
    if (change.kind === 'ha') vm.ha = { state: change.state, reason: change.reason, since: at };
    else if (change.kind === 'left') {
      if (change.open) state.left.set(`${change.vm}@${change.host}`, { vm: change.vm, host: change.host, tenant: vm.tenant, since: at });
      else state.left.delete(`${change.vm}@${change.host}`);
    } else {
      // Another host has another pair: what was verified for the old one does not hold (reference/ksys.md 5.2, configuration changed).
      if (vm.host !== change.host && vm.state === 'READY_TO_MOVE') Object.assign(vm, { state: 'DISCOVERED', reason: `not verified since it came to ${change.host}` });
      Object.assign(vm, { host: change.host, power: change.power, observedAt: at });
    }
    return;
  }
  if (change.kind === 'dr-test-evicted') {
    for (const group of state.groups.values()) if (group.drTest?.hosts.includes(change.host)) endDrTest(state, group, 'SHUTOFF');
    return;
  }
  const group = state.groups.get(change.group);
  if (!group) return;
  if (change.kind === 'dr-test') {
    const over = change.state === 'INIT' || change.state === 'DRTESTCLEANUP_COMPLETED';
    if (change.vm === null && over) endDrTest(state, group, change.state);
    else {
      group.drTest = { site: change.site, hosts: [...new Set([...(group.drTest?.hosts ?? []), ...change.hosts])], since: group.drTest?.since ?? at };
      const vm = change.vm === null ? undefined : state.vms.get(change.vm);
      if (vm) vm.drTest = change.state;
    }
    return;
  }
  if (change.kind === 'group') {
    if (change.activeSite !== undefined) group.activeSite = change.activeSite;
    if (change.replication !== undefined) Object.assign(group, { replication: change.replication, replicationAt: at });
    return;
  }
  group.pending = group.pending.filter((work) => work.work !== change.work);
  if (change.open) group.pending.push({ group: group.group, tenant: group.tenant, work: change.work, site: change.site, because: change.because, since: at });
}

/** Nothing of the rehearsal is left, or nothing that could be used. */
function endDrTest(state: State, group: GroupState, to: DrTestState): void {
  const tenant = state.estate?.tenants.find((each) => each.name === group.tenant);
  for (const vm of tenant ? vmsOfGroup(tenant, group.group) : []) { const known = state.vms.get(vm.name); if (known && known.drTest !== 'INIT') known.drTest = to; }
  group.drTest = null;
}

/** The incidents of a state as the rules see them. */
export const bookOf = ({ incidents, silences, incidentIndex }: Pick<State, 'incidents' | 'silences' | 'incidentIndex'>): IncidentBook => ({ incidents, silences, ...incidentIndex });
export function openIncidents({ incidents, incidentIndex }: State): Incident[] {
  const open: Incident[] = [];
  for (const id of incidentIndex.open.values()) open.push(incidents.get(id)!);
  return open;
}
export const pendingWork = (state: State): PendingWork[] => [...state.groups.values()].flatMap((group) => group.pending);
/** `R-12` after `R-11`. */
export const nextRun = (state: State): RunId => `R-${state.runs.size + 1}`;
