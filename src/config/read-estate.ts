import { isNode, isMap, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { modelOf, refusedNamed, type AttributeEntity } from '../core/attributes.js';
import type { App, Disk, Estate, Hmc, Host, HostGroup, StorageAgent, SystemAttributes, Tenant, Vm, Workgroup } from '../core/estate.js';
import { estateFlaws } from '../core/estate-check.js';
import type { Place } from '../core/flaw.js';
import { missingSteps } from '../core/missing-steps.js';
import { momentIn } from '../core/moment.js';
import type { Millis } from '../core/names.js';
import { didYouMean } from '../core/nearest.js';
import type { MaintenanceWindow } from '../core/incident-rules/maintenance-window.js';
import type { OnCallSchedule } from '../core/on-call/duty.js';
import type { QuietHours } from '../core/quiet-hours.js';
import { checkActions, toAction } from './action-schema.js';
import { checkEventSources, toEventSource } from './source-schema.js';
import { RawEstate } from './estate-schema.js';
import type { Problem } from './problem.js';

export type EstateResult = { readonly ok: true; readonly estate: Estate } | { readonly ok: false; readonly problems: Problem[] };
type Path = readonly (string | number)[];

/** Reads an estate file strictly: all problems at once, each with its line and what to do. */
export function readEstate(text: string, file: string): EstateResult {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  if (document.errors.length > 0) {
    return { ok: false, problems: document.errors.map((error) => ({ file, line: lineAt(error.pos[0]), at: '', what: `This is not YAML: ${error.message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '')}.`, remedy: 'Mend the line, then run: lifeboat estate check FILE' })) };
  }
  const where = (path: Path): number | null => lineOf(document, path, lineAt);
  const parsed = RawEstate.safeParse(document.toJS());
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.flatMap((issue) => fromIssue(issue, file, where)) };
  const say: Say = (path, what, remedy) => ({ file, line: where(path), at: path.join('.'), what, remedy });
  const own = ofTheFile(parsed.data, say);
  const estate = toEstate(parsed.data);
  const problems = [...own, ...crossCheck(estate, say)];
  return problems.length > 0 ? { ok: false, problems } : { ok: true, estate };
}

function lineOf(document: Document, path: Path, lineAt: (offset: number) => number): number | null {
  for (let length = path.length; length > 0; length--) {
    const key = path[length - 1];
    const parent = document.getIn(path.slice(0, length - 1), true);
    const holder = length === 1 ? document.contents : parent;
    if (isMap(holder)) {
      const pair = holder.items.find((item) => isNode(item.key) && String(item.key) === String(key));
      if (pair && isNode(pair.key) && pair.key.range) return lineAt(pair.key.range[0]);
    }
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lineAt(node.range[0]);
  }
  return null;
}

const secretWords = ['password', 'passwd', 'secret', 'token', 'apikey', 'api_key'];

function fromIssue(issue: z.core.$ZodIssue, file: string, where: (path: Path) => number | null): Problem[] {
  const path = issue.path.filter((each): each is string | number => typeof each !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => refusedKey(file, where([...path, key]), [...path, key]) ?? ({
      file, line: where([...path, key]), at: [...path, key].join('.'), what: `'${key}' is not known here.${secretWords.includes(key) ? '' : didYouMean(key, knownKeys(path))}`,
      remedy: secretWords.includes(key) ? 'Secrets come from the environment only: take the line out, and change the secret if this file was shared.' : 'Correct the name or take the line out.',
    }));
  }
  if (issue.code === 'invalid_union') return [{ file, line: where(path), at: path.join('.'), what: 'The value fits none of the allowed forms.', remedy: path.at(-1) === 'tenants' ? 'Write all, or a list of tenant names.' : 'See docs/estate.md.' }];
  const missing = issue.code === 'invalid_type' && issue.input === undefined && /received undefined/.test(issue.message);
  if (missing) return [{ file, line: where(path), at: path.join('.'), what: `'${String(path.at(-1))}' is missing.`, remedy: `Add '${String(path.at(-1))}' here (docs/estate.md lists every attribute).` }];
  const absent = issue.code === 'custom' && issue.message.endsWith(' is missing.');
  return [{ file, line: where(path), at: path.join('.'), ...inWords(issue), ...(absent ? { remedy: `Add '${String(path.at(-1))}' here (docs/estate.md lists every attribute).` } : {}) }];
}

/** An attribute of ksysmgr's that Lifeboat does not take. */
function refusedKey(file: string, line: number | null, path: Path): Problem | null {
  const refused = path.length > 1 ? refusedNamed(String(path.at(-1))) : undefined;
  return refused ? { file, line, at: path.join('.'), what: `'${refused.name}' is not taken. ${refused.why}`, remedy: refused.instead } : null;
}

/** Kinds of values: what they are called, and how to write one. */
const kinds: Record<string, readonly [called: string, remedy: string]> = {
  string: ['a text', 'Put the value in quotes.'], number: ['a number', 'Write the number alone, without quotes or unit.'], int: ['a whole number', 'Write the number alone, without quotes or unit.'],
  boolean: ['true or false', 'Write true or false, without quotes.'], array: ['a list', 'Write a list, such as [a, b].'], object: ['a group of attributes', 'Write its attributes below it, indented.'],
};

function inWords(issue: z.core.$ZodIssue): { readonly what: string; readonly remedy: string } {
  const remedy = 'Correct the value.';
  switch (issue.code) {
    case 'invalid_type': {
      const [called, how] = kinds[issue.expected] ?? [issue.expected, remedy];
      return { what: `This must be ${called}.`, remedy: how };
    }
    case 'invalid_value': return { what: `This must be one of ${issue.values.map(String).join(', ')}.`, remedy };
    case 'too_small':
    case 'too_big': {
      // A message of the schema's own says more than its bounds.
      if (!/^Too (small|big)/.test(issue.message)) return { what: issue.message, remedy };
      const bound = issue.code === 'too_small' ? `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}` : `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
      return { what: issue.origin === 'array' || issue.origin === 'string' ? `This must have ${bound} ${issue.origin === 'array' ? 'entries' : 'characters'}.`.replace('at least 1 entries', 'at least one entry').replace('at least 1 characters', 'at least one character') : `This must be ${bound}.`, remedy };
    }
    default: return { what: issue.message.endsWith('.') ? issue.message : `${issue.message}.`, remedy };
  }
}

/** Keys that the schema knows at a path; for "did you mean". */
function knownKeys(path: Path): string[] {
  let schema: unknown = RawEstate;
  const inner = (each: unknown): unknown => { const def = (each as { def?: { innerType?: unknown } }).def; return def?.innerType ? inner(def.innerType) : each; };
  for (const key of path) {
    const current = inner(schema) as { shape?: Record<string, unknown>; element?: unknown };
    schema = typeof key === 'number' ? current.element : current.shape?.[key];
    if (schema === undefined) return [];
  }
  return Object.keys((inner(schema) as { shape?: Record<string, unknown> }).shape ?? {});
}

type Say = (path: Path, what: string, remedy: string) => Problem;

/** What only the file can have wrong: moments, actions, and the two kinds of an estate. The rest is `estateFlaws`' affair, which commands go by, too. */
function ofTheFile(raw: RawEstate, say: Say): Problem[] {
  const problems: Problem[] = [];
  raw.freezes.forEach((freeze, f) => {
    const [from, to] = (['from', 'to'] as const).map((key) => {
      const at = momentIn(freeze[key], raw.time_zone);
      if (at === null) problems.push(say(['freezes', f, key], `'${freeze[key]}' is not a moment.`, `Write it like "2026-12-20T18:00" (${raw.time_zone}), or with Z or an offset behind it.`));
      return at;
    });
    if (from != null && to != null && to <= from) problems.push(say(['freezes', f, 'to'], 'The freeze ends before it begins.', 'Correct from: or to:.'));
  });
  raw.on_call.forEach((schedule, o) => {
    if ((schedule.rotation === undefined) === (schedule.calendar === undefined)) problems.push(say(['on_call', o], `${schedule.name} has ${schedule.rotation ? 'both a rotation and a calendar' : 'neither a rotation nor a calendar'}.`, 'Write one of them: rotation: { people: [ana, ben], from: "2026-11-23" }, or calendar: https://...'));
    if (schedule.rotation && Number.isNaN(Date.parse(`${schedule.rotation.from}T00:00:00Z`))) problems.push(say(['on_call', o, 'rotation', 'from'], `'${schedule.rotation.from}' is not a day.`, 'Write it like "2026-11-23".'));
  });
  if (raw.test && raw.simulated) problems.push(say(['test'], 'A simulated estate is a test already.', 'Take the line out.'));
  checkActions(raw.actions, (path, what, remedy) => { problems.push(say(path, what, remedy)); });
  checkEventSources(raw.event_sources, (path, what, remedy) => { problems.push(say(path, what, remedy)); });
  return problems;
}

const wholly = { ksysNode: 'ksysnode', antiCollocation: 'anticollocation', vlanMap: 'vlanmap', vswitchMap: 'vswitchmap', drVlanMap: 'drvlanmap', drVswitchMap: 'drvswitchmap', serialNumber: 'serialnumber', storageType: 'storagetype' } as const;
/** A place in the Estate as a place in the file: `hostGroups` is `host_groups`. */
const inFile = (at: Place): Path => at.map((each) => (typeof each === 'number' ? each : (wholly as { readonly [key: string]: string })[each] ?? each.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)));

function crossCheck(estate: Estate, say: Say): Problem[] {
  const flaws = estateFlaws(estate);
  const told = new Set(flaws.map(({ at }) => at.join('.')));
  const missing = estate.tenants.flatMap((tenant) => missingSteps(estate, tenant)).filter(({ at }) => !told.has(at.join('.')));
  return [...flaws, ...missing].map(({ at, what, remedy }) => say(inFile(at), what, remedy));
}

/** A moment that is none was told already. */
const isoOf = (text: string, timeZone: string): string => { const at = momentIn(text, timeZone); return at === null ? text : new Date(at).toISOString(); };
const unless = <T>(empty: boolean, part: T): T | Record<never, never> => (empty ? {} : part);

function toEstate(raw: RawEstate): Estate {
  return {
    name: raw.name, simulated: raw.simulated, ...unless(!raw.test, { test: true as const }), timeZone: raw.time_zone, clockRate: raw.simulated ? raw.clock_rate : 1, provider: raw.provider,
    sites: raw.sites.map((site) => ({
      name: site.name, tenant: site.tenant ?? null, hmcs: site.hmcs.map((each) => named<Hmc>('hmc', each)), hosts: site.hosts.map((each) => named<Host>('host', each)), storageAgents: site.storage_agents.map((each) => named<StorageAgent>('storage_agent', each)),
    })),
    tenants: raw.tenants.map((tenant): Tenant => ({
      name: tenant.name, ksysNode: tenant.ksysnode, ...unless(tenant.type === undefined || tenant.type === 'DR', { clusterType: tenant.type! }), homeSite: tenant.home_site, backupSite: tenant.backup_site ?? tenant.home_site, contractPriority: tenant.contract_priority, channel: tenant.channel,
      ...modelOf('system', { auto_discovery_time: tenant.auto_discovery_time }) as { autoDiscoveryTime: string }, hostPairs: tenant.host_pairs,
      hostGroups: tenant.host_groups.map((group) => named<HostGroup>('host_group', group)),
      vms: tenant.vms.map((vm): Vm => ({ ...named<Vm>('vm', vm), disks: vm.disks.map((disk) => named<Disk>('disk', disk)), ...unless(vm.apps.length === 0, { apps: vm.apps.map((app) => named<App>('app', app)) }) })),
      ...unless(tenant.workgroups.length === 0, { workgroups: tenant.workgroups.map((each) => named<Workgroup>('workgroup', each)) }),
      ...unless(tenant.system === undefined || Object.keys(tenant.system).length === 0, { system: systemModel(tenant.system ?? {}) }),
      ...unless(tenant.scripts.length === 0, { scripts: tenant.scripts }), ...unless(tenant.notify_scripts.length === 0, { notifyScripts: tenant.notify_scripts }),
    })),
    people: raw.people.map((person) => ({ name: person.name, displayName: person.display_name, roles: person.roles, tenants: person.tenants, email: person.email ?? null, phone: person.phone ?? null, timeZone: person.time_zone ?? null, ...(person.team === undefined ? {} : { team: person.team }), ...(person.site === undefined ? {} : { site: person.site }), ...(person.language === undefined ? {} : { language: person.language }), ...(person.quiet_hours === undefined ? {} : { quietHours: quietHoursOf(person.quiet_hours) }), ...(person.digest === undefined ? {} : { digestAt: person.digest }) })),
    contacts: raw.contacts.map((contact) => ({ user: contact.user, tenant: contact.tenant ?? null, email: contact.email ?? null, phone: contact.phone ?? null, ...(contact.pager === undefined ? {} : { pager: contact.pager }), ...(contact.notification_level === undefined ? {} : { notificationLevel: contact.notification_level }) })),
    ...(raw.standing_authority ? { standingAuthority: true as const } : {}),
    ...(raw.freezes.length > 0 ? { freezes: raw.freezes.map(({ from, to, tenant, reason }) => ({ from: isoOf(from, raw.time_zone), to: isoOf(to, raw.time_zone), tenant: tenant ?? null, reason })) } : {}),
    ...unless(raw.on_call.length === 0, { onCall: raw.on_call.map(toOnCall) }), ...unless(raw.escalations.length === 0, { escalations: raw.escalations.map(({ steps, ...each }) => ({ ...each, steps: steps.map(({ after, to }) => ({ afterMs: delayMs(after), to })) })) }), ...unless(raw.routes.length === 0, { routes: raw.routes }), ...unless(raw.maintenance_windows.length === 0, { maintenanceWindows: raw.maintenance_windows.map(toWindow) }),
    ...(raw.actions.length > 0 ? { actions: raw.actions.map(toAction) } : {}),
    ...(raw.event_sources.length > 0 ? { eventSources: raw.event_sources.map(toEventSource) } : {}),
  };
}

function toOnCall({ name, tenants, time_zone: timeZone, rotation, calendar }: RawEstate['on_call'][number]): OnCallSchedule {
  // One of the two is there: `ofTheFile` says so where it is not.
  const source = rotation ? { kind: 'rotation' as const, people: rotation.people, from: rotation.from, handover: rotation.handover, shiftDays: rotation.shift_days } : { kind: 'calendar' as const, url: calendar ?? '' };
  return { name, tenants, ...(timeZone === undefined ? {} : { timeZone }), source };
}
function toWindow({ name, tenant, event, entity, class: entityClass, severity, days, from, to, time_zone: timeZone, reason }: RawEstate['maintenance_windows'][number]): MaintenanceWindow {
  return { name, tenant: tenant ?? null, matcher: { event: event ?? null, entity: entity ?? null, class: entityClass ?? null, severity: severity ?? null }, ...(days === undefined ? {} : { days }), from, to, ...(timeZone === undefined ? {} : { timeZone }), reason };
}
const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 } as const;
const delayMs = (text: string | 0): Millis => (text === 0 ? 0 : Number(text.slice(0, -1)) * unitMs[text.at(-1) as keyof typeof unitMs]);
const quietHoursOf = (text: string): QuietHours => { const [from = '', to = ''] = text.split('-'); return { from, to }; };

/** The schema has seen that every attribute is there and of its form. */
const named = <T>(entity: AttributeEntity, raw: { readonly name: string }): T => ({ name: raw.name, ...modelOf(entity, raw) }) as T;
const systemModel = (raw: object): SystemAttributes => { const { autoDiscoveryTime: _atTenant, ...system } = modelOf('system', raw); return system; };
