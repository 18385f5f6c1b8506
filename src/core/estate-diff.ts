import { writeValue } from './attribute-form.js';
import { attributesOf, type AttributeEntity } from './attributes.js';
import type { App, Contact, Disk, Estate, EventSource, ExternalAction, Freeze, Hmc, HookScript, Host, HostGroup, HostPair, NotifyScript, Person, Site, StorageAgent, Tenant, Vm, Workgroup } from './estate.js';
import type { MaintenanceWindow } from './incident-rules/maintenance-window.js';
import { flatSchedule } from './on-call/attributes.js';
import type { OnCallSchedule } from './on-call/duty.js';
import type { EscalationPolicy } from './on-call/escalation.js';
import type { Route } from './routes.js';

/** What one estate has and another lacks, or has under another identity: nothing that is under way may depend on it. */
export interface Vanishing { readonly kind: 'tenant' | 'site' | 'host' | 'HMC' | 'storage agent' | 'host group' | 'workgroup' | 'VM'; readonly name: string }

/** A switch that is not set is off, and reads so. */
const plain = <Own extends Pick<Estate, 'standingAuthority'>>(own: Own): Own => ({ ...own, standingAuthority: own.standingAuthority ?? false });

/** Everything by which two estates differ, in words, one line each. Empty: they are equal. */
export function estateDiff(before: Estate, after: Estate): string[] {
  const { sites: _sites, tenants: _tenants, people: _people, contacts: _contacts, actions: _actions, eventSources: _sources, freezes: _freezes, onCall: _onCall, escalations: _escalations, routes: _routes, maintenanceWindows: _windows, provider, ...own } = before;
  const { sites, tenants, people, contacts, actions, eventSources, freezes: _newFreezes, onCall, escalations, routes, maintenanceWindows, provider: newProvider, ...newOwn } = after;
  return [
    ...attributes('estate', plain(own), plain(newOwn)), ...attributes('provider', provider, newProvider),
    ...compare<Site>('site', '', before.sites, sites, byName, {
      hmcs: (from, to, site) => compare<Hmc>('HMC', site, from.hmcs, to.hmcs, byName, {}, 'hmc'),
      hosts: (from, to, site) => compare<Host>('host', site, from.hosts, to.hosts, byName, {}, 'host'),
      storageAgents: (from, to, site) => compare<StorageAgent>('storage agent', site, from.storageAgents, to.storageAgents, byName, {}, 'storage_agent'),
    }),
    ...compare<Tenant>('tenant', '', before.tenants, tenants, byName, {
      system: (from, to, tenant) => attributes(`system of ${tenant}`, from.system ?? {}, to.system ?? {}, 'system'),
      hostPairs: (from, to, tenant) => compare<HostPair>('host pair', tenant, from.hostPairs, to.hostPairs, (pair) => `${pair.active} and ${pair.backup}`),
      hostGroups: (from, to, tenant) => compare<HostGroup>('host group', tenant, from.hostGroups, to.hostGroups, byName, {}, 'host_group'),
      workgroups: (from, to, tenant) => compare<Workgroup>('workgroup', tenant, from.workgroups ?? [], to.workgroups ?? [], byName, {}, 'workgroup'),
      vms: (from, to, tenant) => compare<Vm>('VM', tenant, from.vms, to.vms, byName, {
        disks: (a, b, vm) => compare<Disk>('disk', vm, a.disks, b.disks, byName, {}, 'disk'), apps: (a, b, vm) => compare<App>('application', vm, a.apps ?? [], b.apps ?? [], byName, {}, 'app'),
      }, 'vm'),
      scripts: (from, to, tenant) => compare<HookScript>('script', tenant, from.scripts ?? [], to.scripts ?? [], (script) => `${script.hook} of ${script.entity} ${script.name}`),
      notifyScripts: (from, to, tenant) => compare<NotifyScript>('notify script', tenant, from.notifyScripts ?? [], to.notifyScripts ?? [], (script) => `${script.action} on ${script.event}`),
    }, 'ksyscluster'),
    ...compare<Person>('person', '', before.people, people, byName),
    ...compare<Freeze>('freeze', '', before.freezes ?? [], after.freezes ?? [], ({ from, to, tenant }) => `${from} to ${to} (${tenant ?? 'everybody'})`),
    ...compare<Contact>('contact', '', before.contacts, contacts, (contact) => `${contact.user} (${contact.tenant ?? 'provider'})`, {}, 'notify'),
    ...compare('on-call schedule', '', (before.onCall ?? []).map(toldSchedule), (onCall ?? []).map(toldSchedule), byName, {}, 'on_call'),
    ...compare<EscalationPolicy>('escalation', '', before.escalations ?? [], escalations ?? [], byName, { steps: (from, to, policy) => compare('step', policy, numbered(from.steps), numbered(to.steps), byName) }),
    ...compare<MaintenanceWindow>('maintenance window', '', before.maintenanceWindows ?? [], maintenanceWindows ?? [], byName, { matcher: (from, to, window) => attributes(`maintenance window ${window}`, from.matcher, to.matcher) }),
    ...compare<Route>('route', '', before.routes ?? [], routes ?? [], ({ severity, tenants: of }) => `${severity} (${of === 'all' ? 'all' : of.join(', ')})`),
    ...compare<ExternalAction>('action', '', before.actions ?? [], actions ?? [], byName),
    ...compare<EventSource>('event source', '', before.eventSources ?? [], eventSources ?? [], byName),
  ];
}

/** What `after` lacks. A host or VM with another UUID, and what went to another owner, is not the same any more. */
export function vanishing(before: Estate, after: Estate): Vanishing[] {
  const gone = (kind: Vanishing['kind'], list: (estate: Estate) => readonly (readonly [name: string, identity: string])[]): Vanishing[] => {
    const kept = new Map(list(after));
    return list(before).filter(([name, identity]) => kept.get(name) !== identity).map(([name]) => ({ kind, name }));
  };
  const ofSites = <T extends { readonly name: string }>(list: (site: Site) => readonly T[], identity: (each: T) => string = () => '') => (estate: Estate) => estate.sites.flatMap((site) => list(site).map((each) => [each.name, `${site.name} ${identity(each)}`] as const));
  const ofTenants = <T extends { readonly name: string }>(list: (tenant: Tenant) => readonly T[], identity: (each: T) => string = () => '') => (estate: Estate) => estate.tenants.flatMap((tenant) => list(tenant).map((each) => [each.name, `${tenant.name} ${identity(each)}`] as const));
  return [
    ...gone('tenant', (estate) => estate.tenants.map((tenant) => [tenant.name, `${tenant.homeSite} ${tenant.backupSite}`])), ...gone('site', (estate) => estate.sites.map((site) => [site.name, site.tenant ?? ''])),
    ...gone('host', ofSites((site) => site.hosts, (host) => host.uuid)), ...gone('HMC', ofSites((site) => site.hmcs)), ...gone('storage agent', ofSites((site) => site.storageAgents)),
    ...gone('host group', ofTenants((tenant) => tenant.hostGroups)), ...gone('workgroup', ofTenants((tenant) => tenant.workgroups ?? [], (workgroup) => workgroup.hostGroup)), ...gone('VM', ofTenants((tenant) => tenant.vms, (vm) => `${vm.uuid} ${vm.hostGroup}`)),
  ];
}

const toldSchedule = (schedule: OnCallSchedule) => ({ ...flatSchedule(schedule), kind: schedule.source.kind });
/** Steps have no name but their place. */
const numbered = <T extends object>(steps: readonly T[]): (T & { readonly name: string })[] => steps.map((step, index) => ({ ...step, name: String(index + 1) }));
const byName = ({ name }: { readonly name: string }): string => name;

type Nested<T> = { readonly [K in keyof T]?: (before: T, after: T, owner: string) => string[] };

function compare<T extends object>(kind: string, owner: string, before: readonly T[], after: readonly T[], nameOf: (each: T) => string, nested: Nested<T> = {}, entity?: AttributeEntity): string[] {
  const [old, now] = [keyed(before, nameOf), keyed(after, nameOf)];
  const parts = Object.keys(nested) as (keyof T)[];
  const within = (from: T, to: T): string[] => parts.flatMap((part) => nested[part]!(from, to, nameOf(to)));
  const without = (each: T): T => ({ ...each, ...Object.fromEntries(parts.map((part) => [part, []])) });
  const called = (name: string): string => `${kind} ${name}${owner === '' ? '' : ` of ${owner}`}`;
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const [from, to] = [old.get(key), now.get(key)];
    if (!to) return [`remove ${called(nameOf(from!))}`, ...within(from!, without(from!))];
    if (!from) return [`add ${called(nameOf(to))}${facts(to, parts, entity)}`, ...within(without(to), to)];
    return [...attributes(called(nameOf(to)), omit(from, parts), omit(to, parts), entity), ...within(from, to)];
  });
}

/** By name; a second one of the same name counts apart, so that no difference hides. */
function keyed<T>(list: readonly T[], nameOf: (each: T) => string): Map<string, T> {
  const found = new Map<string, T>();
  for (const each of list) {
    let key = nameOf(each);
    while (found.has(key)) key += ' again';
    found.set(key, each);
  }
  return found;
}

const omit = <T extends object>(each: T, parts: readonly (keyof T)[]): object => Object.fromEntries(Object.entries(each).filter(([key]) => !parts.includes(key as keyof T)));
const ownName = ['name', 'user', 'active', 'backup', 'hook', 'entity', 'event'];
const facts = <T extends object>(each: T, parts: readonly (keyof T)[], entity?: AttributeEntity): string => {
  const told = Object.entries(omit(each, parts)).filter(([key, value]) => !ownName.includes(key) && value !== null).map(([key, value]) => `${label(key)} ${words(key, value, entity)}`);
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
};

function attributes(of: string, before: object, after: object, entity?: AttributeEntity): string[] {
  const [old, now] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const [from, to] = [words(key, old.get(key), entity), words(key, now.get(key), entity)];
    return from === to ? [] : [`change ${of}: ${label(key)} from ${from} to ${to}`];
  });
}

/** `autoDiscoveryTime` is `auto discovery time`. What is unmanaged is told the right way round. */
const label = (key: string): string => (key === 'unmanaged' ? 'managed' : key.replace(/(Ms|Mb|Gb|Days)$/, '').replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`));
function words(key: string, value: unknown, entity?: AttributeEntity): string {
  const attribute = entity && attributesOf(entity).find((each) => each.key === key);
  if (value === '') return 'none';
  if (value === null || value === undefined) return attribute === undefined || attribute.default === '' ? 'none' : attribute.default;
  if (attribute && ['switch', 'flag', 'pairs', 'sets'].includes(attribute.form.kind) && key !== 'mirrored') return writeValue(attribute.form, value);
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  if (key.endsWith('Ms')) return Number(value) % 60_000 === 0 && Number(value) >= 300_000 ? `${Number(value) / 60_000} min` : `${Number(value) / 1000} s`;
  return `${typeof value === 'object' ? JSON.stringify(value) : String(value)}${key.endsWith('Mb') ? ' MB' : key.endsWith('Gb') ? ' GB' : key.endsWith('Days') ? ' days' : ''}`;
}
