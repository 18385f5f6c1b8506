import { refusal, type Answer, type LabelValue } from '../core/answer.js';
import { clockTime as exactTime } from '../core/clock-time.js';
import { sees, type Estate, type Person, type Tenant } from '../core/estate.js';
import { blockers, queuePosition } from '../core/locks.js';
import { didYouMean } from '../core/nearest.js';
import { quorumOf } from '../core/approval-quorum.js';
import { gateWords, peopleCount } from '../core/gate-words.js';
import { listed } from '../core/listed.js';
import { actorName, type Json, type Millis, type Surface } from '../core/names.js';
import { levelOf } from '../core/policies.js';
import { everyStep, type Step } from '../core/plan.js';
import { readiness } from '../core/readiness.js';
import { rosterOf, type Roster } from '../core/roster.js';
import { isTerminal, type RunState } from '../core/run-state.js';
import { signersGone } from '../core/standing-quorum.js';
import { waitsForWindow } from '../core/start-window.js';
import { openIncidents, pendingWork, type State } from '../core/state.js';
import { dailyTimes } from '../core/stagger.js';
import { survivability } from '../core/survivability.js';
import { answerCommand, answered, mayAnswer, openQuestions } from '../core/step-answer.js';
import type { Sighting } from '../ports/world.js';
import type { Runbook } from '../runbook/runbook.js';
import type { CommandClass } from './grammar.js';
import { faultCommand } from './faults.js';
import { clockTime, fate } from './sentences.js';
import { standingBlock } from './standing-words.js';

export interface Asked { readonly estate: Estate; readonly state: State; readonly person: Person; readonly name: string | null; readonly attributes: ReadonlyMap<string, string>; readonly only: readonly string[] | null; readonly runbooks: readonly Runbook[]; readonly surfaces: readonly Surface[]; readonly version: string; readonly now: Millis; readonly sighting: Sighting | null; readonly faults: readonly { readonly fault: string; readonly target: string; readonly since: Millis }[] }
type Block = LabelValue[];
const row = (label: string, value: string | readonly string[] | number | null): LabelValue => ({ label, value: Array.isArray(value) ? (value.length === 0 ? 'None' : value) : value === null ? 'None' : String(value) });

const mine = ({ estate, person }: Asked): Tenant[] => estate.tenants.filter((tenant) => sees(person, tenant.name));
const zone = ({ person, estate }: Asked): string => person.timeZone ?? estate.timeZone;
const ready = (state: State, tenant: Tenant): string => `${tenant.vms.filter((vm) => state.vms.get(vm.name)?.state === 'READY_TO_MOVE').length} out of ${tenant.vms.length} managed VMs`;
/** Sites that the person's tenants use, shared ones included. */
const sites = (asked: Asked) => asked.estate.sites.filter((site) => mine(asked).some((tenant) => tenant.homeSite === site.name || tenant.backupSite === site.name));

/** One table per class: named blocks of `Label: value` (reference/ksys.md 3.5). Everything is cut to what the person may see. */
const tables: Record<CommandClass, (asked: Asked) => { name: string; block: Block }[]> = {
  ksyscluster: (asked) => mine(asked).map((tenant) => ({ name: tenant.name, block: [row('Name', tenant.name), row('State', 'Online'), row('Type', 'DR'), row('Ksysnodes', `${tenant.ksysNode}:1:Online`), row('KsysState', 'Online'), row('Contract priority', tenant.contractPriority)] })),
  site: (asked) => sites(asked).map((site) => {
    const here = mine(asked).flatMap((tenant) => tenant.hostGroups.filter((group) => asked.state.groups.get(group.name)?.activeSite === site.name).map((group) => group.name));
    return { name: site.name, block: [row('Name', site.name), row('Sitetype', mine(asked).some((tenant) => tenant.homeSite === site.name) ? 'home' : 'backup'), row('Active host groups', here), row('HMCs', site.hmcs.map((hmc) => hmc.name)), row('Hosts', site.hosts.map((host) => host.name)), row('Storage agents', site.storageAgents.map((agent) => agent.name))] };
  }),
  hmc: (asked) => sites(asked).flatMap((site) => site.hmcs.map((hmc) => ({ name: hmc.name, block: [row('Name', hmc.name), row('Ip', hmc.hostname), row('Site', site.name), row('Status', unreachable(asked, `HMC_UNREACHABLE:${hmc.name}`))] }))),
  host: (asked) => sites(asked).flatMap((site) => site.hosts.map((host) => {
    const pairs = mine(asked).flatMap((tenant) => tenant.hostPairs.filter((pair) => pair.active === host.name || pair.backup === host.name).map((pair) => (pair.active === host.name ? pair.backup : pair.active)));
    const vms = [...asked.state.vms.values()].filter((vm) => vm.host === host.name && sees(asked.person, vm.tenant)).map((vm) => vm.vm);
    return { name: host.name, block: [row('Name', host.name), row('UUID', host.uuid), row('Site', site.name), row('Pair', pairs), row('Memory (MB)', host.memoryMb), row('Processors', host.processors), row('VIOS', host.vioses), row('VMs', vms), row('Status', unreachable(asked, `HOST_FAILURE:${host.name}`))] };
  })),
  host_group: (asked) => mine(asked).flatMap((tenant) => tenant.hostGroups.map((group) => {
    const state = asked.state.groups.get(group.name)!;
    const states = tenant.vms.filter((vm) => vm.hostGroup === group.name).map((vm) => asked.state.vms.get(vm.name)!.state);
    const standing = states.every((each) => each === 'READY_TO_MOVE') ? 'READY' : states.some((each) => each === 'READY_TO_MOVE') ? 'PARTIAL' : 'NOT READY';
    return { name: group.name, block: [row('Name', group.name), row('Hosts', group.hosts), row('Home site', tenant.homeSite), row('Active site', state.activeSite), row('State', `${standing} (${ready(asked.state, tenant)})`), row('Pending work', state.pending.map((work) => `${work.work} of ${work.site}`)), row('host_failure_detection_time', `${group.hostFailureDetectionTimeMs / 1000} s`)] };
  })),
  vm: (asked) => mine(asked).flatMap((tenant) => tenant.vms.map((vm) => {
    const state = asked.state.vms.get(vm.name)!;
    return { name: vm.name, block: [row('Name', vm.name), row('UUID', vm.uuid), row('Host', state.host), row('Homehost', vm.host), row('State', state.state), row('Reason', state.reason), row('Power', state.power), row('Active site', state.site), row('Host group', vm.hostGroup), row('Dr Test State', state.drTest), row('HA monitor', state.ha.reason === null ? state.ha.state : `${state.ha.state}: ${state.ha.reason}`), row('Priority', vm.priority), row('Memory (MB)', vm.memoryMb), row('Processors', vm.processors), row('Seen', state.observedAt === null ? 'never' : clockTime(state.observedAt, zone(asked)))] };
  })),
  vios: (asked) => sites(asked).flatMap((site) => site.hosts.flatMap((host) => host.vioses.map((vios) => {
    const seen = asked.sighting?.hosts.get(host.name)?.vioses.find((each) => each.name === vios);
    return { name: vios, block: [row('Name', vios), row('Host', host.name), row('Site', site.name), row('State', seen ? (seen.up ? 'up' : 'DOWN') : 'not seen'), row('MonitorMode', seen?.monitorMode ?? 'not seen')] };
  }))),
  storage_agent: (asked) => sites(asked).flatMap((site) => site.storageAgents.map((agent) => ({ name: agent.name, block: [row('Name', agent.name), row('Serialnumber', agent.serialNumber), row('Storagetype', agent.storageType), row('Site', site.name), row('Ip', agent.ip), row('Status', unreachable(asked, `STG_UNREACHABLE:${agent.name}`))] }))),
  disk_pair: (asked) => mine(asked).flatMap((tenant) => tenant.vms.flatMap((vm) => vm.disks.map((disk) => ({ name: `${vm.name}.${disk.name}`, block: [row('VM', vm.name), row('Disk', disk.name), row('Size (GB)', disk.sizeGb), row('Type', disk.attachment), row('Disk group', vm.hostGroup), row('Pair', disk.mirrored ? `${tenant.homeSite} <-> ${tenant.backupSite}` : 'NOT MIRRORED')] })))),
  disk_group: (asked) => mine(asked).flatMap((tenant) => tenant.hostGroups.map((group) => {
    const { replication, activeSite } = asked.state.groups.get(group.name)!;
    const agents = asked.estate.sites.filter((site) => site.name === tenant.homeSite || site.name === tenant.backupSite).flatMap((site) => site.storageAgents.map((agent) => agent.name));
    return { name: group.name, block: [row('Name', `VMRDG_${group.name}_${activeSite}`), row('Site', activeSite), row('Hosts', group.hosts), row('Storages', agents), row('Direction', `${replication.from} -> ${replication.to}`), row('State', replication.state), row('Lag', replication.lagMs === null ? null : `${replication.lagMs / 1000} s`)] };
  })),
  notify: (asked) => asked.estate.contacts.filter((contact) => sees(asked.person, contact.tenant)).map((contact) => ({ name: contact.user, block: [row('User', contact.user), row('Contact', [contact.email, contact.phone].filter((each): each is string => each !== null)), row('Tenant', contact.tenant ?? 'provider'), row('notification_level', `${levelOf(asked.estate, contact, null)} (${{ low: 'critical only', medium: 'critical and warning', high: 'everything', disable: 'nothing' }[levelOf(asked.estate, contact, null)]})`)] })),
  event: (asked) => asked.state.events.filter(({ event }) => sees(asked.person, event.tenant)).slice(-20).toReversed().map(({ event, incident }) => ({ name: event.name, block: [row('Event', event.name), row('Type', event.severity), row('Time', clockTime(event.occurredAt, zone(asked))), row('Entity', `${event.entityClass} ${event.entity}`), row('Incident', incident), row('Description', event.description)] })),
  system: (asked) => {
    const runs = [...asked.state.runs.values()].filter((run) => !isTerminal(run.status) && sees(asked.person, run.plan.tenant));
    const incidents = openIncidents(asked.state).filter((incident) => sees(asked.person, incident.tenant));
    return [{ name: 'status', block: [row('Estate', `${asked.estate.name}${asked.estate.simulated ? ' (simulated)' : ''}`), row('In progress', runs.length === 0 ? 'NO_OPERATION_IN_PROGRESS' : runs.map((run) => `${run.plan.run} ${run.plan.title}: ${standing(asked, run)}`)), row('Open incidents', incidents.map((incident) => `${incident.id} ${incident.title}`)), row('Pending work', pendingWork(asked.state).filter((work) => sees(asked.person, work.tenant)).map((work) => `${work.work} site ${work.site} (${work.group})`)), ...mine(asked).map((tenant) => row(`Ready in ${tenant.name}`, ready(asked.state, tenant)))] }];
  },
  run: (asked) => [...asked.state.runs.values()].filter((run) => sees(asked.person, run.plan.tenant)).slice(-20).toReversed().map((run) => ({ name: run.plan.run, block: [row('Run', run.plan.run), row('What', run.plan.title), row('State', standing(asked, run)), row('Asked by', actorName(run.plan.requestedBy)), row('Result', run.tally), ...(asked.name === run.plan.run ? [row('Exceptions', run.exceptions), row('Steps', everyStep(run.plan).filter((step) => step.compensates === undefined || run.steps.has(step.id)).map((step) => stepLine(asked, run, step)))] : [])] })),
  incident: (asked) => [...asked.state.incidents.values()].filter((incident) => sees(asked.person, incident.tenant)).slice(-20).toReversed().map((incident) => ({ name: incident.id, block: [row('Incident', incident.id), row('What', incident.title), row('Severity', incident.severity), row('State', incident.resolvedAt === null ? 'open' : `resolved ${clockTime(incident.resolvedAt, zone(asked))}`), row('Opened', clockTime(incident.openedAt, zone(asked))), row('Events', incident.count), row('Proposed run', incident.proposedRun), row('Caused by', incident.causedBy)] })),
  lock: (asked) => [...asked.state.runs.values()].filter((run) => sees(asked.person, run.plan.tenant)).flatMap((run) => {
    const keys = [...asked.state.locks.held].filter(([, holder]) => holder === run.plan.run).map(([key]) => key);
    const waits = blockers(asked.state.locks, run.plan.run).length > 0;
    if (keys.length === 0 && !waits) return [];
    return [{ name: run.plan.run, block: [row('Run', run.plan.run), row('What', run.plan.title), row('Holds', keys.map((key) => lockWords(asked, key))), row('Waits', waits ? `queued, position ${queuePosition(asked.state.locks, run.plan.run)}` : null)] }];
  }),
  runbook: (asked) => asked.runbooks.map((runbook) => ({ name: runbook.name, block: [row('Runbook', runbook.name), row('Title', runbook.title), row('People behind it', runbook.gate.people), row('Role', runbook.gate.people === 0 ? null : runbook.gate.role), row('Expires after', runbook.gate.people === 0 ? null : `${runbook.gate.expiresInMs / 60_000} min`), ...(gateWords(runbook.gate).length === 0 ? [] : [row('Besides', gateWords(runbook.gate))]), row('Proposed for', runbook.when)] })),
  person: (asked) => asked.estate.people.filter((person) => knows(asked, person)).map((person) => ({ name: person.name, block: [row('Person', person.name), row('Name', person.displayName), row('Roles', person.roles), row('Tenants', person.tenants === 'all' ? 'all' : person.tenants), ...(person.team === undefined ? [] : [row('Team', person.team)]), ...(person.site === undefined ? [] : [row('Site', person.site)]), row('Linked', asked.state.links.filter((link) => link.person === person.name).map((link) => (asked.person.tenants === 'all' || person.name === asked.person.name ? `${link.surface} ${link.identity}` : link.surface)))] })),
  delegation: (asked) => asked.state.delegations.filter(({ from, until }) => asked.now < until && asked.estate.people.some((person) => person.name === from && knows(asked, person))).map(({ from, to, until, reason }) => ({ name: from, block: [row('Away', from), row('Decides in that place', to), row('Until', exactTime(until, zone(asked), 'second', true)), row('Because', reason)] })),
  freeze: (asked) => (asked.estate.freezes ?? []).filter(({ tenant }) => tenant === null || sees(asked.person, tenant)).map(({ from, to, tenant, reason }) => {
    const [begins, ends] = [Date.parse(from), Date.parse(to)];
    return { name: reason, block: [row('Because', reason), row('From', exactTime(begins, zone(asked), 'minute', true)), row('To', exactTime(ends, zone(asked), 'minute', true)), row('Tenant', tenant ?? 'all'), row('State', asked.now < begins ? 'ahead' : asked.now < ends ? 'in force: what can wait takes one more person and a reason' : 'over')] };
  }),
  schedule: (asked) => mine(asked).map((tenant) => ({ name: tenant.name, block: [row('Tenant', tenant.name), row('auto_discovery_time', `${tenant.autoDiscoveryTime} ${asked.estate.timeZone}`), row('Begins at', `${dailyTimes(asked.estate).get(tenant.name)} ${asked.estate.timeZone}`), row('Last slots', asked.state.schedule.filter((slot) => slot.tenant === tenant.name).slice(-5).map((slot) => `${slot.slot}: ${slot.missed ? 'MISSED' : slot.runs.join(', ')}`))] })),
  // What a site can take belongs to the provider: a tenant does not learn who else is there (seeds/2).
  survivability: (asked) => (asked.person.tenants !== 'all' ? [] : survivability(asked.estate).map(({ site, combinations, largest }) => ({ name: site, block: [
    row('Site', site), row('Fit at once', largest.map((some) => some.join(' + '))),
    row('Do not fit', combinations.filter((each) => !each.fits).map(({ tenants, shortages }) => `${tenants.join(' + ')}: ${shortages.map(({ host, memoryMb, processors }) => `${host} lacks ${[...(memoryMb > 0 ? [`${memoryMb} MB`] : []), ...(processors > 0 ? [`${processors} processors`] : [])].join(' and ')}`).join(', ')}`)),
  ] }))),
  pending: (asked) => pendingWork(asked.state).filter((work) => sees(asked.person, work.tenant)).map((work) => ({ name: work.group, block: [row('Host group', work.group), row('Work', work.work), row('Site', work.site), row('Because', work.because), row('Since', clockTime(work.since, zone(asked))), row('Command', `${work.work} site ${work.site}`)] })),
  quorum: (asked) => readiness(asked).filter(({ tenant }) => sees(asked.person, tenant)).map((each) => ({ name: each.runbook, block: [row('Runbook', each.runbook), row('Tenant', each.tenant), row('Could be approved now', each.ready ? (each.late ? 'yes, with the backups, who are asked after two thirds of its time' : 'yes') : 'NO'), row('People behind it', each.people), row('There', each.there), row('Not there', each.notThere.map(({ person, words }) => `${person}: ${words}`)), ...(each.missing === null ? [] : [row('Missing', each.missing), row('To do', each.next)]), ...(each.indispensable.length === 0 ? [] : [row('Stops without any of', each.indispensable)])] })),
  standing: (asked) => [...asked.state.standing.values()].filter(({ authority }) => sees(asked.person, authority.tenant)).slice(-20).toReversed().map((each) => ({ name: each.authority.id, block: standingBlock(each, zone(asked), asked.estate.timeZone, each.status === 'in-force' ? signersGone(each, rosterOf(asked.state, asked.now)) : null) })),
  // Who is not the provider sees faults of nobody else: targets are named.
  fault: (asked) => (asked.person.tenants !== 'all' ? [] : asked.faults.map((each) => ({ name: each.target, block: [row('What', each.target), row('Failure', each.fault), row('Ends with', faultCommand('revert', each.fault, each.target))] }))),
  automation: (asked) => [{ name: 'automation', block: [row('Automation', asked.state.automation === null ? 'on' : `STOPPED by ${asked.state.automation.by}, ${clockTime(asked.state.automation.at, zone(asked))}`), row('Because', asked.state.automation?.reason ?? null), row(asked.state.automation === null ? 'Stop it' : 'Let it go on', asked.state.automation === null ? 'stop automation reason="..."' : 'start automation')] }],
  app: (asked) => mine(asked).flatMap((tenant) => tenant.vms.flatMap((vm) => (vm.apps ?? []).map((app) => {
    const host = asked.state.vms.get(vm.name)?.host;
    const seen = host == null ? undefined : asked.sighting?.hosts.get(host)?.lpars.find((lpar) => lpar.vm === vm.name)?.agent?.apps.find((each) => each.name === app.name);
    return { name: app.name, block: [row('Application name', app.name), row('VM', vm.name), row('Status', seen ? seen.status : 'GRAY'), row('Restarts', seen?.restarts ?? 0), row('critical', app.critical ? 'yes' : 'no'), row('monitor_script', app.monitorScript), row('stop_script', app.stopScript), row('start_script', app.startScript), row('Runs after', app.after ?? [])] };
  }))),
  workgroup: (asked) => mine(asked).flatMap((tenant) => (tenant.workgroups ?? []).map((group) => ({ name: group.name, block: [row('Name', group.name), row('VMs', group.vms), row('Host group', group.hostGroup), row('Active site', asked.state.groups.get(group.name)?.activeSite ?? null)] }))),
  disk: (asked) => mine(asked).flatMap((tenant) => tenant.vms.flatMap((vm) => vm.disks.map((disk) => ({ name: `${vm.name}.${disk.name}`, block: [row('VM', vm.name), row('Disk', disk.name), row('Managed', disk.unmanaged ? 'no' : 'yes')] })))),
  version: (asked) => [{ name: 'version', block: [row('Lifeboat version', asked.version)] }],
};

const knows = (asked: Asked, person: Person): boolean => (person.tenants === 'all' ? asked.person.tenants === 'all' || person.name === asked.person.name : person.tenants.some((tenant) => sees(asked.person, tenant)));
const unreachable = ({ state }: Asked, key: string): string => (openIncidents(state).some((incident) => incident.key === key) ? 'FAILED (open incident)' : 'no failure known');

function lockWords({ estate }: Asked, key: string): string {
  const host = estate.sites.flatMap((site) => site.hosts).find((each) => key === `host:${each.uuid}`);
  return host ? `recovery host ${host.name}` : key.replace('group:', 'host group ');
}

/** `start billing on snorlax: done 22:57:50 UTC; billing on snorlax: Running (HMC vmhmc6)`. */
function stepLine(asked: Asked, run: RunState, { id, says }: Step): string {
  const state = run.steps.get(id);
  if (!state || state.status === 'pending') return `${says}: not started`;
  const evidence = state.evidence.map((each) => `${each.saw} (${each.by})`).join('; ');
  return `${says}: ${state.status}${state.attempt > 1 ? `, attempt ${state.attempt}` : ''}${state.finishedAt === null ? '' : ` ${clockTime(state.finishedAt, zone(asked))}`}${state.why === null ? '' : `; ${state.why}`}${evidence === '' ? '' : `; ${evidence}`}`;
}

function standing(asked: Asked, run: RunState): string {
  const position = queuePosition(asked.state.locks, run.plan.run);
  const steps = [...run.steps.values()];
  const questions = openQuestions(run);
  if (run.status === 'running') return `running, ${steps.filter((step) => step.status === 'done').length} of ${run.plan.steps.length} steps done${questions.length === 0 ? '' : `; waits for people: ${listed(questions.map((step) => step.id))}`}`;
  if (run.status === 'granted' && waitsForWindow(run)) return `approved, starts by itself from ${exactTime(run.plan.window!.from, zone(asked), 'minute', true)}`;
  if (run.status === 'granted' && position > 0) return `queued, position ${position}`;
  if (run.status === 'parked') return `parked: ${run.parked!.why}`;
  if (run.status === 'held') return `held by ${actorName(run.held!.by)}`;
  return run.status;
}

export function query(kind: CommandClass, asked: Asked): Answer {
  const all = tables[kind](asked);
  const found = asked.name === null || (kind === 'system' && ['status', 'properties'].includes(asked.name)) ? all : all.filter((each) => each.name === asked.name);
  if (asked.name !== null && found.length === 0) {
    const names = [...new Set(all.map((each) => each.name))];
    return refusal(2, 'not-found', `There is no ${kind} '${asked.name}'.${didYouMean(asked.name, names)}`, names.length === 0 ? 'There are none at all.' : `Known: ${listed(names.slice(0, 12))}.`, `query ${kind}`);
  }
  const blocks = found.map(({ block }) => (asked.only === null ? block : block.filter(({ label }) => asked.only!.some((each) => each.toLowerCase() === label.toLowerCase()))));
  const json: Json = blocks.map((block) => Object.fromEntries(block.map(({ label, value }) => [label, typeof value === 'string' ? value : [...value]])));
  return { kind: 'blocks', status: 0, title: kind, blocks, footer: blocks.length === 0 ? `No ${kind} to show.` : null, json };
}

/** Who stands behind a plan that waits, against it, and what is missing. */
function standingRows(run: RunState, roster: Roster, timeZone: string): Block {
  const { gate } = run.plan;
  const { behind, missing, needs, waitingFor } = quorumOf(run, roster);
  const rejections = run.rejections.map(({ by, reason }) => `${by}${reason === null ? '' : `: ${reason}`}`);
  return [
    row('Needs', `${peopleCount(gate.people)}; ${run.approvals.length} approved so far${missing === 0 ? '' : `, ${missing} more needed`}`),
    row('Behind it', behind.map(({ person, asked: requested, standsFor }) => `${person}${standsFor === null ? '' : ` for ${standsFor}`}${requested ? ' (asked)' : ''}`)),
    ...(gate.freeze === undefined ? [] : [row('Change freeze', `${gate.freeze.reason}, until ${exactTime(gate.freeze.until, timeZone, 'minute', true)}: one more person than usual`)]),
    ...(gate.breakGlass === undefined ? [] : [row('May be broken', gate.breakGlass)]),
    ...(needs.length > 0 ? [row('Still missing', needs)] : []),
    ...(missing > 0 ? [row('Waits for', waitingFor)] : []),
    ...(gate.deny === undefined ? [] : [row('Against it', rejections), row('Ends after', `${gate.deny} rejections`)]),
    ...(gate.backups === undefined ? [] : [row('Backups', run.escalatedTo.length > 0 ? `${run.escalatedTo.join(', ')} may decide now` : `${gate.backups.join(', ')}, after two thirds of the time`)]),
  ];
}

/** How it ended, what was left behind, and where every step is told. */
function endedRows(run: RunState, timeZone: string): Block {
  if (run.outcome === null) return [row('Result', fate(run, timeZone)), ...reasonRow(run.rejectedBy ?? run.withdrawnBy)];
  return [row('Result', run.tally), ...(run.exceptions.length === 0 ? [] : [row('Exceptions', run.exceptions)]), row('Next', `query run ${run.plan.run}`)];
}
const reasonRow = (no: { readonly reason: string | null } | null): Block => (no?.reason ? [row('Reason', no.reason)] : []);

/** Why a run stands where it stands, and who can do what. */
export function why(run: RunState, asked: Asked, roster: Roster, ways: { able: readonly string[]; unable: readonly { person: string; why: string }[]; cancel: string }): Answer {
  const { plan } = run;
  const block: Block = [row('Run', plan.run), row('What', plan.title), row('State', standing(asked, run)), row('Asked by', actorName(plan.requestedBy)), row('Because', [plan.because.reason, plan.because.incident === null ? null : `incident ${plan.because.incident}`].filter((each): each is string => each !== null))];
  if (run.status === 'proposed') block.push(...standingRows(run, roster, zone(asked)), row('Can approve', ways.able), row('Cannot', ways.unable.map((each) => `${each.person}: ${each.why}`)), row('Expires', run.expiresAt === null ? null : clockTime(run.expiresAt, zone(asked))));
  if (run.approvals.length > 0) block.push(row('Approved by', run.approvals.map((approval) => `${approval.by} at ${clockTime(approval.at, zone(asked))} by ${approval.surface}`)));
  if (run.under) block.push(row('Granted under', `${run.under.standing}, signed by ${listed(run.under.by)}: nobody was asked`));
  for (const { standing, why: words } of run.declined) block.push(row(`${standing} not used`, words));
  if (run.glass) block.push(row('Glass broken', `${run.glass.rules.join(', ')} by ${run.glass.by} at ${clockTime(run.glass.at, zone(asked))}, until ${clockTime(run.glass.expiresAt, zone(asked))}: ${run.glass.reason}`));
  if (plan.window) block.push(row('Window', `${exactTime(plan.window.from, zone(asked), 'minute', true)} to ${exactTime(plan.window.to, zone(asked), 'minute', true)}; the plan is worked out again then`));
  const { estate } = asked;
  for (const step of openQuestions(run)) block.push(row('Waits for people', [String(step.args.text), `${answered(run, step, estate).missing} more, from ${listed(estate.people.filter((person) => mayAnswer(person, plan, step) === 'ok').map((person) => person.name))}`, answerCommand(plan.run, step)]));
  if (run.parked) block.push(row('Waits for people', run.parked.why), row('Next', run.parked.next));
  if (isTerminal(run.status)) block.push(...endedRows(run, zone(asked)));
  else block.push(row('Cancel now means', ways.cancel));
  if (plan.excluded.length > 0) block.push(row('Left out', plan.excluded.map((each) => `${each.vm}: ${each.why}`)));
  return { kind: 'blocks', status: 0, title: `why ${plan.run}`, blocks: [block], footer: null, json: Object.fromEntries(block.map(({ label, value }) => [label, typeof value === 'string' ? value : [...value]])) };
}
