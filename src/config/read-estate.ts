import { isNode, isMap, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import type { Estate } from '../core/estate.js';
import { momentIn } from '../core/moment.js';
import { didYouMean } from '../core/nearest.js';
import { checkActions, toAction } from './action-schema.js';
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
  const problems = crossCheck(parsed.data, (path, what, remedy) => ({ file, line: where(path), at: path.join('.'), what, remedy }));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, estate: toEstate(parsed.data) };
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
    return issue.keys.map((key) => ({
      file, line: where([...path, key]), at: [...path, key].join('.'), what: `'${key}' is not known here.${secretWords.includes(key) ? '' : didYouMean(key, knownKeys(path))}`,
      remedy: secretWords.includes(key) ? 'Secrets come from the environment only: take the line out, and change the secret if this file was shared.' : 'Correct the name or take the line out.',
    }));
  }
  if (issue.code === 'invalid_union') return [{ file, line: where(path), at: path.join('.'), what: 'The value fits none of the allowed forms.', remedy: path.at(-1) === 'tenants' ? 'Write all, or a list of tenant names.' : 'See docs/estate.md.' }];
  const missing = issue.code === 'invalid_type' && issue.input === undefined && /received undefined/.test(issue.message);
  if (missing) return [{ file, line: where(path), at: path.join('.'), what: `'${String(path.at(-1))}' is missing.`, remedy: `Add '${String(path.at(-1))}' here (docs/estate.md lists every attribute).` }];
  return [{ file, line: where(path), at: path.join('.'), ...inWords(issue) }];
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

/** Names that must exist, be unique or fit together. */
function crossCheck(raw: RawEstate, say: Say): Problem[] {
  const problems: Problem[] = [];
  const unique = (entries: { name: string; path: Path }[], kind: string): void => {
    const seen = new Set<string>();
    for (const { name, path } of entries) {
      if (seen.has(name)) problems.push(say(path, `The ${kind} '${name}' stands here a second time.`, kind === 'host UUID' ? 'A UUID belongs to one machine: correct one of them.' : 'Names are unique in an estate: rename one.'));
      seen.add(name);
    }
  };
  const need = (name: string, names: readonly string[], path: Path, kind: string): boolean => {
    if (names.includes(name)) return true;
    problems.push(say(path, `There is no ${kind} '${name}'.${didYouMean(name, names)}`, `Known: ${names.join(', ') || 'none'}.`));
    return false;
  };
  const sites = raw.sites.map((site) => site.name);
  const tenants = raw.tenants.map((tenant) => tenant.name);
  const hosts = raw.sites.flatMap((site, s) => site.hosts.map((host, h) => ({ name: host.name, site: site.name, uuid: host.uuid, path: ['sites', s, 'hosts', h, 'name'] as Path })));
  unique(raw.sites.map((site, s) => ({ name: site.name, path: ['sites', s, 'name'] })), 'site');
  unique(hosts, 'host');
  unique(hosts.map(({ uuid, path }) => ({ name: uuid, path })), 'host UUID');
  unique(raw.sites.flatMap((site, s) => site.hmcs.map((hmc, h) => ({ name: hmc.name, path: ['sites', s, 'hmcs', h, 'name'] }))), 'HMC');
  unique(raw.sites.flatMap((site, s) => site.storage_agents.map((agent, a) => ({ name: agent.name, path: ['sites', s, 'storage_agents', a, 'name'] }))), 'storage agent');
  unique(raw.tenants.map((tenant, t) => ({ name: tenant.name, path: ['tenants', t, 'name'] })), 'tenant');
  unique(raw.tenants.flatMap((tenant, t) => tenant.host_groups.map((group, g) => ({ name: group.name, path: ['tenants', t, 'host_groups', g, 'name'] }))), 'host group');
  unique(raw.tenants.flatMap((tenant, t) => tenant.vms.map((vm, v) => ({ name: vm.name, path: ['tenants', t, 'vms', v, 'name'] }))), 'VM');
  unique(raw.people.map((person, p) => ({ name: person.name, path: ['people', p, 'name'] })), 'person');
  raw.sites.forEach((site, s) => { if (site.tenant !== undefined) need(site.tenant, tenants, ['sites', s, 'tenant'], 'tenant'); });
  raw.tenants.forEach((tenant, t) => {
    const at = (...rest: (string | number)[]): Path => ['tenants', t, ...rest];
    need(tenant.home_site, sites, at('home_site'), 'site');
    need(tenant.backup_site, sites, at('backup_site'), 'site');
    if (tenant.home_site === tenant.backup_site) problems.push(say(at('backup_site'), 'The backup site is the home site.', 'A tenant needs two different sites.'));
    const home = raw.sites.find((site) => site.name === tenant.home_site);
    if (home && home.tenant !== tenant.name) problems.push(say(at('home_site'), `Site '${home.name}' does not belong to this tenant.`, `Write 'tenant: ${tenant.name}' at that site.`));
    const backup = raw.sites.find((site) => site.name === tenant.backup_site);
    if (backup?.tenant !== undefined && backup.tenant !== tenant.name) problems.push(say(at('backup_site'), `Site '${backup.name}' belongs to tenant ${backup.tenant}.`, 'Name a shared site, or one of this tenant.'));
    const at_ = (site: string): string[] => hosts.filter((host) => host.site === site).map((host) => host.name);
    tenant.host_pairs.forEach((pair, p) => {
      need(pair.active, at_(tenant.home_site), at('host_pairs', p, 'active'), 'host at the home site');
      need(pair.backup, at_(tenant.backup_site), at('host_pairs', p, 'backup'), 'host at the backup site');
    });
    tenant.host_groups.forEach((group, g) => group.hosts.forEach((host, h) => {
      if (need(host, at_(tenant.home_site), at('host_groups', g, 'hosts', h), 'host at the home site') && !tenant.host_pairs.some((pair) => pair.active === host)) {
        problems.push(say(at('host_groups', g, 'hosts', h), `Host '${host}' has no pair at the backup site.`, `Add {active: ${host}, backup: ...} to host_pairs.`));
      }
    }));
    tenant.vms.forEach((vm, v) => {
      const group = tenant.host_groups.find((each) => each.name === vm.host_group);
      if (need(vm.host_group, tenant.host_groups.map((each) => each.name), at('vms', v, 'host_group'), 'host group')) need(vm.host, group?.hosts ?? [], at('vms', v, 'host'), 'host in that host group');
    });
  });
  const members = raw.people.map((person) => person.name);
  raw.people.forEach((person, p) => { if (person.tenants !== 'all') person.tenants.forEach((tenant, t) => need(tenant, tenants, ['people', p, 'tenants', t], 'tenant')); });
  raw.people.forEach((person, p) => { if (person.site !== undefined) need(person.site, sites, ['people', p, 'site'], 'site'); });
  raw.freezes.forEach((freeze, f) => {
    const [from, to] = (['from', 'to'] as const).map((key) => {
      const at = momentIn(freeze[key], raw.time_zone);
      if (at === null) problems.push(say(['freezes', f, key], `'${freeze[key]}' is not a moment.`, `Write it like "2026-12-20T18:00" (${raw.time_zone}), or with Z or an offset behind it.`));
      return at;
    });
    if (from != null && to != null && to <= from) problems.push(say(['freezes', f, 'to'], 'The freeze ends before it begins.', 'Correct from: or to:.'));
    if (freeze.tenant !== undefined) need(freeze.tenant, tenants, ['freezes', f, 'tenant'], 'tenant');
  });
  raw.contacts.forEach((contact, c) => {
    if (contact.tenant !== undefined) need(contact.tenant, tenants, ['contacts', c, 'tenant'], 'tenant');
    if (contact.email === undefined && contact.phone === undefined) problems.push(say(['contacts', c, 'user'], `Contact '${contact.user}' has neither an e-mail address nor a phone.`, 'Add email: or phone:.'));
  });
  unique(raw.actions.map((action, a) => ({ name: action.name, path: ['actions', a, 'name'] })), 'action');
  checkActions(raw.actions, tenants, (path, what, remedy) => { problems.push(say(path, what, remedy)); });
  if (members.length > 0 && raw.people.filter((person) => person.roles.includes('approver') && person.tenants === 'all').length < 2) {
    problems.push(say(['people'], 'Fewer than two of the provider\'s people (tenants: all) may approve.', 'A move that Lifeboat proposes needs two approvers: give a second person the role approver.'));
  }
  return problems;
}

const isoOf = (text: string, timeZone: string): string => new Date(momentIn(text, timeZone)!).toISOString();

function toEstate(raw: RawEstate): Estate {
  return {
    name: raw.name, simulated: raw.simulated, timeZone: raw.time_zone, clockRate: raw.simulated ? raw.clock_rate : 1, provider: raw.provider,
    sites: raw.sites.map((site) => ({
      name: site.name, tenant: site.tenant ?? null, hmcs: site.hmcs,
      hosts: site.hosts.map(({ memory_mb: memoryMb, ...host }) => ({ ...host, memoryMb })),
      storageAgents: site.storage_agents.map((agent) => ({ name: agent.name, storageType: agent.storagetype, serialNumber: agent.serialnumber, ip: agent.ip })),
    })),
    tenants: raw.tenants.map((tenant) => ({
      name: tenant.name, ksysNode: tenant.ksysnode, homeSite: tenant.home_site, backupSite: tenant.backup_site, contractPriority: tenant.contract_priority, channel: tenant.channel,
      autoDiscoveryTime: tenant.auto_discovery_time, hostPairs: tenant.host_pairs,
      hostGroups: tenant.host_groups.map((group) => ({ name: group.name, hosts: group.hosts, hostFailureDetectionTimeMs: group.host_failure_detection_time * 1000 })),
      vms: tenant.vms.map((vm) => ({
        name: vm.name, uuid: vm.uuid, host: vm.host, hostGroup: vm.host_group, priority: vm.priority, memoryMb: vm.memory_mb, processors: vm.processors, vlan: vm.vlan,
        disks: vm.disks.map((disk) => ({ name: disk.name, sizeGb: disk.size_gb, attachment: disk.attachment, mirrored: disk.mirrored })),
      })),
    })),
    people: raw.people.map((person) => ({ name: person.name, displayName: person.display_name, roles: person.roles, tenants: person.tenants, email: person.email ?? null, phone: person.phone ?? null, timeZone: person.time_zone ?? null, ...(person.team === undefined ? {} : { team: person.team }), ...(person.site === undefined ? {} : { site: person.site }) })),
    contacts: raw.contacts.map((contact) => ({ user: contact.user, tenant: contact.tenant ?? null, email: contact.email ?? null, phone: contact.phone ?? null, notificationLevel: contact.notification_level })),
    ...(raw.standing_authority ? { standingAuthority: true as const } : {}),
    ...(raw.freezes.length > 0 ? { freezes: raw.freezes.map(({ from, to, tenant, reason }) => ({ from: isoOf(from, raw.time_zone), to: isoOf(to, raw.time_zone), tenant: tenant ?? null, reason })) } : {}),
    ...(raw.actions.length > 0 ? { actions: raw.actions.map(toAction) } : {}),
  };
}
