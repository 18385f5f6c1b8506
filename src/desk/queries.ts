import { refusal, type Answer } from '../core/answer.js';
import { clockTime as exactTime } from '../core/clock-time.js';
import { workingEstate } from '../core/draft.js';
import { sees, type Person } from '../core/estate.js';
import { optedOutBecause } from '../core/opt-out.js';
import { blockers, queuePosition } from '../core/locks.js';
import { quorumOf } from '../core/approval-quorum.js';
import { gateWords, peopleCount } from '../core/gate-words.js';
import { listed } from '../core/listed.js';
import { actorName, type Json } from '../core/names.js';
import { everyStep, type Step } from '../core/plan.js';
import { readiness } from '../core/readiness.js';
import { systemOf } from '../core/policies.js';
import { rosterOf, type Roster } from '../core/roster.js';
import { isTerminal, type RunState } from '../core/run-state.js';
import { signersGone } from '../core/standing-quorum.js';
import { waitsForWindow } from '../core/start-window.js';
import { openIncidents, pendingWork, stoppedWithAutomation, type State } from '../core/state.js';
import { dailyTimes } from '../core/stagger.js';
import { survivability } from '../core/survivability.js';
import { answerCommand, answered, mayAnswer, openQuestions } from '../core/step-answer.js';
import { mine, ready, row, zone, type Asked, type Block, type Table } from './asked.js';
import { deliveriesShownMax, deliveryEntry, deliveryStatuses } from './deliveries.js';
import { faultCommand } from './faults.js';
import { misread } from './corrected.js';
import type { CommandClass } from './grammar.js';
import { groupTables } from './group-tables.js';
import { machineTables } from './machine-tables.js';
import { occurrences } from '../core/incident-rules/maintenance-window.js';
import { matcherWords } from '../core/incident-rules/words.js';
import { onCallTables } from './on-call-tables.js';
import { optOutTables } from './opt-outs.js';
import { properties, report, systemTables } from './system-tables.js';
import { clockTime, fate } from './sentences.js';
import { incidentTable } from './incident-table.js';
import { silenceTable } from './silences.js';
import { standingBlock } from './standing-words.js';

/** One table per class: named blocks of `Label: value` (reference/ksys.md 3.5). Everything is cut to what the person may see. */
const tables: Record<Exclude<CommandClass, 'estate'>, Table> = {
  ...machineTables, ...groupTables, ...systemTables, ...onCallTables, ...optOutTables,
  system: (asked) => {
    const runs = [...asked.state.runs.values()].filter((run) => !isTerminal(run.status) && sees(asked.person, run.plan.tenant));
    const incidents = openIncidents(asked.state).filter((incident) => sees(asked.person, incident.tenant));
    return [{ name: 'status', block: [row('Estate', `${asked.estate.name}${asked.estate.simulated ? ' (simulated)' : ''}`), row('In progress', runs.length === 0 ? 'NO_OPERATION_IN_PROGRESS' : runs.map((run) => `${run.plan.run} ${run.plan.title}: ${standing(asked, run)}`)), ...(asked.person.tenants === 'all' && asked.waysShut !== undefined && asked.waysShut.length > 0 ? [row('Messages', asked.waysShut)] : []), row('Open incidents', incidents.map((incident) => `${incident.id} ${incident.title}`)), row('Pending work', pendingWork(asked.state).filter((work) => sees(asked.person, work.tenant)).map((work) => `${work.work} site ${work.site} (${work.group})`)), ...mine(asked).map((tenant) => row(`Ready in ${tenant.name}`, ready(asked.state, tenant))), ...(asked.person.tenants === 'all' ? asked.beside ?? [] : []).map(({ name, says }) => row(name, says()))] }];
  },
  run: (asked) => [...asked.state.runs.values()].filter((run) => sees(asked.person, run.plan.tenant)).slice(-20).toReversed().map((run) => ({ name: run.plan.run, block: [row('Run', run.plan.run), row('What', run.plan.title), row('State', standing(asked, run)), row('Asked by', actorName(run.plan.requestedBy)), row('Result', run.tally), ...(asked.name === run.plan.run ? [row('Exceptions', run.exceptions), row('Steps', everyStep(run.plan).filter((step) => step.compensates === undefined || run.steps.has(step.id)).map((step) => stepLine(asked, run, step)))] : [])] })),
  incident: incidentTable, silence: silenceTable,
  lock: (asked) => [...asked.state.runs.values()].filter((run) => sees(asked.person, run.plan.tenant)).flatMap((run) => {
    const keys = [...asked.state.locks.held].filter(([, holder]) => holder === run.plan.run).map(([key]) => key);
    const waits = blockers(asked.state.locks, run.plan.run).length > 0;
    if (keys.length === 0 && !waits) return [];
    return [{ name: run.plan.run, block: [row('Run', run.plan.run), row('What', run.plan.title), row('Holds', keys.map((key) => lockWords(asked, key))), row('Waits', waits ? `queued, position ${queuePosition(asked.state.locks, run.plan.run)}` : null)] }];
  }),
  runbook: (asked) => asked.runbooks.map((runbook) => ({ name: runbook.name, block: [row('Runbook', runbook.name), row('Title', runbook.title), row('People behind it', runbook.gate.people), row('Role', runbook.gate.people === 0 ? null : runbook.gate.role), row('Expires after', runbook.gate.people === 0 ? null : `${runbook.gate.expiresInMs / 60_000} min`), ...(gateWords(runbook.gate).length === 0 ? [] : [row('Besides', gateWords(runbook.gate))]), row('Proposed for', runbook.when)] })),
  person: (asked) => asked.estate.people.filter((person) => knows(asked, person)).map((person) => ({ name: person.name, block: [row('Person', person.name), row('Name', person.displayName), row('Roles', person.roles), row('Tenants', person.tenants === 'all' ? 'all' : person.tenants), ...(person.team === undefined ? [] : [row('Team', person.team)]), ...(person.site === undefined ? [] : [row('Site', person.site)]), ...(person.phone !== null && optedOutBecause(asked.state, 'sms', person.phone) !== null ? [row('Text messages', `none arrive: ${optedOutBecause(asked.state, 'sms', person.phone)}`), ...(asked.person.tenants === 'all' ? [row('Where START never comes', `delete opt_out ${person.name} reason="..."`)] : [])] : []), row('Linked', asked.state.links.filter((link) => link.person === person.name).map((link) => (asked.person.tenants === 'all' || person.name === asked.person.name ? `${link.surface} ${link.identity}` : link.surface)))] })),
  delegation: (asked) => asked.state.delegations.filter(({ from, until }) => asked.now < until && asked.estate.people.some((person) => person.name === from && knows(asked, person))).map(({ from, to, until, reason }) => ({ name: from, block: [row('Away', from), row('Decides in that place', to), row('Until', exactTime(until, zone(asked), 'second', true)), row('Because', reason)] })),
  freeze: (asked) => (asked.estate.freezes ?? []).filter(({ tenant }) => tenant === null || sees(asked.person, tenant)).map(({ from, to, tenant, reason }) => {
    const [begins, ends] = [Date.parse(from), Date.parse(to)];
    return { name: reason, block: [row('Because', reason), row('From', exactTime(begins, zone(asked), 'minute', true)), row('To', exactTime(ends, zone(asked), 'minute', true)), row('Tenant', tenant ?? 'all'), row('State', asked.now < begins ? 'ahead' : asked.now < ends ? 'in force: what can wait takes one more person and a reason' : 'over')] };
  }),
  schedule: (asked) => mine(asked).map((tenant) => ({ name: tenant.name, block: [row('Tenant', tenant.name), row('auto_discovery_time', `${tenant.autoDiscoveryTime} ${asked.estate.timeZone}`), row('Begins at', systemOf(tenant).deepDiscovery ? `${dailyTimes(asked.estate).get(tenant.name)} ${asked.estate.timeZone}` : 'never: deep_discovery is disabled'), ...windowRows(asked, tenant.name), row('Last slots', asked.state.schedule.filter((slot) => slot.tenant === tenant.name).slice(-5).map((slot) => `${slot.slot}: ${slot.missed ? 'MISSED' : slot.runs.join(', ')}`))] })),
  // What a site can take belongs to the provider: a tenant does not learn who else is there (seeds/2).
  survivability: (asked) => (asked.person.tenants !== 'all' ? [] : survivability(asked.estate).map(({ site, combinations, largest }) => ({ name: site, block: [
    row('Site', site), row('Fit at once', largest.map((some) => some.join(' + '))),
    row('Do not fit', combinations.filter((each) => !each.fits).map(({ tenants, shortages }) => `${tenants.join(' + ')}: ${shortages.map(({ host, memoryMb, processors }) => `${host} lacks ${[...(memoryMb > 0 ? [`${memoryMb} MB`] : []), ...(processors > 0 ? [`${processors} processors`] : [])].join(' and ')}`).join(', ')}`)),
  ] }))),
  pending: (asked) => pendingWork(asked.state).filter((work) => sees(asked.person, work.tenant)).map((work) => ({ name: work.group, block: [row('Host group', work.group), row('Work', work.work), row('Site', work.site), row('Because', work.because), row('Since', clockTime(work.since, zone(asked))), row('Command', `${work.work} site ${work.site}`)] })),
  quorum: (asked) => readiness(asked).filter(({ tenant }) => sees(asked.person, tenant)).map((each) => ({ name: each.runbook, block: [row('Runbook', each.runbook), row('Tenant', each.tenant), row('Could be approved now', each.ready ? (each.late ? 'yes, with the backups, who are asked after two thirds of its time' : 'yes') : 'NO'), row('People behind it', each.people), row('There', each.there), row('Not there', each.notThere.map(({ person, words }) => `${person}: ${words}`)), ...(each.missing === null ? [] : [row('Missing', each.missing), row('To do', each.next)]), ...(each.indispensable.length === 0 ? [] : [row('Stops without any of', each.indispensable)])] })),
  standing: (asked) => [...asked.state.standing.values()].filter(({ authority }) => sees(asked.person, authority.tenant)).slice(-20).toReversed().map((each) => ({ name: each.authority.id, block: standingBlock(each, zone(asked), asked.estate.timeZone, each.status === 'in-force' ? signersGone(each, rosterOf(asked.state, asked.now)) : null) })),
  delivery: (asked) => asked.deliveries.filter((row) => sees(asked.person, row.tenant)).slice(0, asked.name === null ? deliveriesShownMax : undefined).map((each) => deliveryEntry(each, zone(asked), each.target.kind === 'person' ? optedOutBecause(asked.state, each.surface, each.target.identity) : null)),
  // Who is not the provider sees faults of nobody else: targets are named.
  fault: (asked) => (asked.person.tenants !== 'all' ? [] : asked.faults.map((each) => ({ name: each.target, block: [row('What', each.target), row('Failure', each.fault), row('Ends with', faultCommand('revert', each.fault, each.target))] }))),
  automation: (asked) => [{ name: 'automation', block: [row('Automation', asked.state.automation === null ? 'on' : `STOPPED by ${asked.state.automation.by}, ${clockTime(asked.state.automation.at, zone(asked))}`), row('Because', asked.state.automation?.reason ?? null), row(asked.state.automation === null ? 'Stop it' : 'Let it go on', asked.state.automation === null ? 'stop automation reason="..."' : 'start automation')] }],
};

const knows = (asked: Asked, person: Person): boolean => (person.tenants === 'all' ? asked.person.tenants === 'all' || person.name === asked.person.name : person.tenants.some((tenant) => sees(asked.person, tenant)));

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
  if ((run.status === 'running' || run.status === 'granted') && stoppedWithAutomation(asked.state, run)) return `stands still, ${steps.filter((step) => step.status === 'done').length} of ${run.plan.steps.length} steps done: automation was stopped by ${asked.state.automation!.by}`;
  if (run.status === 'running') return `running, ${steps.filter((step) => step.status === 'done').length} of ${run.plan.steps.length} steps done${questions.length === 0 ? '' : `; waits for people: ${listed(questions.map((step) => step.id))}`}`;
  if (run.status === 'granted' && waitsForWindow(run)) return `approved, starts by itself from ${exactTime(run.plan.window!.from, zone(asked), 'minute', true)}`;
  if (run.status === 'granted' && position > 0) return `queued, position ${position}`;
  if (run.status === 'parked') return `parked: ${run.parked!.why}`;
  if (run.status === 'held') return `held by ${actorName(run.held!.by)}${run.held!.reason === null ? '' : `: ${run.held!.reason}`}`;
  return run.status;
}

/** Regular times of work, each with when it comes next. */
function windowRows(asked: Asked, tenant: string): Block {
  const own = (asked.estate.maintenanceWindows ?? []).filter((window) => window.tenant === null || window.tenant === tenant);
  const at = (when: number): string => exactTime(when, zone(asked), 'minute', true);
  return own.length === 0 ? [] : [row('Maintenance windows', own.flatMap((window) => occurrences(window, asked.estate.timeZone, asked.now, 1).map(({ from, until }) => `${window.name}: ${from <= asked.now ? 'NOW, until' : `${at(from)} to`} ${at(until)} (${matcherWords(window)}): ${window.reason}`)))];
}

/** What a query may be narrowed by; each class may be narrowed to one cluster. */
const filters: Partial<Record<CommandClass | 'report', readonly string[]>> = { incident: ['group'], vm: ['state', 'host', 'host_group'], disk: ['vm', 'wg'], disk_pair: ['vm', 'wg'], disk_group: ['wg'], event: ['type', 'known'], delivery: ['status', 'surface'], notify: ['user', 'contact', 'script'], script: ['entity'], estate: ['yaml'] };
const filterValues: { readonly [filter: string]: readonly string[] } = { state: ['manage', 'unmanage'], type: ['error', 'warning', 'info'], known: ['yes'], status: deliveryStatuses, surface: ['slack', 'teams', 'email', 'sms', 'web'], entity: ['site', 'host_group', 'workgroup', 'vm'], yaml: ['yes'] };
/** These look at what is under construction, too. */
const configured: readonly CommandClass[] = ['ksyscluster', 'site', 'hmc', 'host', 'vios', 'storage_agent', 'notify'];

function wrongFilter(kind: CommandClass | 'report', { attributes, ...asked }: Asked): Answer | null {
  const known = [...(filters[kind] ?? []), 'tenant'];
  for (const [key, value] of attributes) {
    if (!known.includes(key)) return misread(asked, 4, 'unknown-attribute', `query ${kind} has no attribute '${key}'.`, key, known, `It takes ${known.join(', ')}.`, `query ${kind}`);
    if (filterValues[key] && !filterValues[key].includes(value)) return misread(asked, 4, 'value', `${key}=${value} is not known.`, value, filterValues[key], `Write one of ${filterValues[key].map((each) => `${key}=${each}`).join(', ')}.`, `query ${kind} ${key}=${filterValues[key][0]}`);
  }
  return null;
}

export function query(kind: CommandClass | 'report', asked: Asked): Answer {
  const wrong = wrongFilter(kind, asked);
  if (wrong) return wrong;
  if (kind === 'estate') return wholeEstate(asked);
  const ofProperties = kind === 'system' && asked.name === 'properties';
  const table = kind === 'report' ? report : ofProperties ? properties : tables[kind];
  const all = table(configured.includes(kind as CommandClass) ? { ...asked, estate: workingEstate(asked.estate, asked.state.draft) } : asked);
  const whole = asked.name === null || kind === 'report' || (kind === 'system' && ['status', 'properties'].includes(asked.name)) || (kind === 'notify' && ['contact', 'script'].includes(asked.name));
  const found = whole ? all : all.filter((each) => !each.heading && (each.name === asked.name || each.uuid === asked.name));
  if (!whole && found.length === 0) {
    const names = [...new Set(all.filter((each) => !each.heading).map((each) => each.name))];
    return misread(asked, 2, 'not-found', `There is no ${kind} '${asked.name}'.`, asked.name!, names, names.length === 0 ? 'There are none at all.' : `Known: ${listed(names.slice(0, 12))}.`, `query ${kind}`);
  }
  const cut = (block: Block): Block => (asked.only === null ? block : block.filter(({ label }) => asked.only!.some((each) => each.toLowerCase() === label.toLowerCase())));
  const shown = found.map((each) => ({ ...each, block: each.heading && asked.only !== null ? [] : cut(each.block) })).filter(({ block, heading }) => !heading || block.length > 0);
  const json: Json = shown.filter(({ heading }) => !heading).map(({ block }) => Object.fromEntries(block.map(({ label, value }) => [label, typeof value === 'string' ? value : [...value]])));
  return { kind: 'blocks', status: 0, title: kind, blocks: shown.map(({ block }) => block), footer: shown.every(({ heading }) => heading) ? `No ${kind} to show.` : null, json };
}

/** `query estate`: all of it as a file that can be applied again. Every customer's, so that it is the provider's to see. */
function wholeEstate({ estate, person, writeEstate }: Asked): Answer {
  if (person.tenants !== 'all') return refusal(1, 'providers', 'The estate file holds every customer\'s configuration: it is the provider\'s.', 'Ask for what is yours.', 'query system properties');
  const text = writeEstate?.(estate) ?? '';
  return { kind: 'said', status: 0, text, next: [], json: { estate: estate.name, yaml: text } };
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

/** How it ended, what was left behind, and what to do about it, or where every step is told. */
function endedRows(run: RunState, state: State, timeZone: string): Block {
  if (run.outcome === null) return [row('Result', fate(run, timeZone)), ...reasonRow(run.rejectedBy ?? run.withdrawnBy)];
  const down = run.plan.vms.some((vm) => ['MOVE_FAILED', 'MOVING'].includes(state.vms.get(vm)?.state ?? ''));
  return [row('Result', run.tally), ...(run.exceptions.length === 0 ? [] : [row('Exceptions', run.exceptions)]), row('Next', down ? `recover site ${state.groups.get(run.plan.operation.hostGroups[0]!)!.activeSite}` : `query run ${run.plan.run}`)];
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
  if (isTerminal(run.status)) block.push(...endedRows(run, asked.state, zone(asked)));
  else block.push(row('Cancel now means', ways.cancel));
  if (plan.excluded.length > 0) block.push(row('Left out', plan.excluded.map((each) => `${each.vm}: ${each.why}`)));
  return { kind: 'blocks', status: 0, title: `why ${plan.run}`, blocks: [block], footer: null, json: Object.fromEntries(block.map(({ label, value }) => [label, typeof value === 'string' ? value : [...value]])) };
}
