import { clockTime as exactTime } from '../core/clock-time.js';
import { attributesOf, shownValue } from '../core/attributes.js';
import { sees, type Contact, type Tenant } from '../core/estate.js';
import { eventCatalogue, eventNamed } from '../core/event-catalogue/catalogue.js';
import { clusterTypeOf, levelOf, systemOf } from '../core/policies.js';
import { openIncidents } from '../core/state.js';
import { mine, ready, row, sites, zone, type Asked, type Block, type Entry, type Table } from './asked.js';
import type { CommandClass } from './grammar.js';
import { clockTime } from './sentences.js';

const levels = { low: 'critical only', medium: 'critical and warning', high: 'everything', disable: 'nothing but site events' } as const;
const hooks = (tenant: Tenant, entity: string): string[] => (tenant.scripts ?? []).filter((script) => script.entity === entity).map(({ name, hook, action }) => `${name} ${hook}=${action}`);
const heading = (label: string): Entry => ({ name: '', block: [row(label, '')], heading: true });
const asksFor = ({ attributes }: Asked, kind: 'contact' | 'script'): boolean => (['user', 'contact'].some((key) => attributes.has(key)) ? kind === 'contact' : attributes.has('script') ? kind === 'script' : true);
const addresses = (contact: Contact): string[] => [contact.email, contact.phone, contact.pager ?? null].filter((each): each is string => each !== null);

/** `query system properties`: everything of `modify system`, with what holds now (reference/ksys.md 3.5). */
export const properties: Table = (asked) => mine(asked).map((tenant): Entry => ({
  name: tenant.name, block: [
    row('System-Wide Persistent Attributes', tenant.name), ...attributesOf('system').map((attribute) => row(attribute.name, shownValue(attribute, attribute.atTenant ? tenant : tenant.system ?? {}))),
    row('User Scripts for Site', hooks(tenant, 'site')), row('User Scripts for Host_Group', hooks(tenant, 'host_group')), row('User Scripts for Workgroup', hooks(tenant, 'workgroup')), row('User Scripts for VM', hooks(tenant, 'vm')),
  ],
}));

/** `report system`, `-v` for the tree: one text that can be kept (reference/ksys.md 3.5). */
export const report: Table = (asked) => {
  const tenants = mine(asked);
  const managed = tenants.flatMap(({ vms }) => vms).filter((vm) => vm.unmanaged !== true);
  const all = sites(asked);
  const open = openIncidents(asked.state).filter((incident) => sees(asked.person, incident.tenant)).length;
  const block: Block = [
    row('Ksysmgr version', `${asked.version} (Lifeboat)`), row('Ksys version', `${asked.version} (Lifeboat)`), row('Status', `${open === 0 ? 'no open incident' : `${open} open ${open === 1 ? 'incident' : 'incidents'}`}; ${tenants.map((tenant) => `${tenant.name}: ${ready(asked.state, tenant)} ready`).join('; ')}`),
    row('Number of sites', all.length), row('Number of storage agents', all.flatMap((site) => site.storageAgents).length), row('Number of HMCs', all.flatMap((site) => site.hmcs).length), row('Number of hosts', all.flatMap((site) => site.hosts).length), row('Number of host_groups', tenants.flatMap(({ hostGroups }) => hostGroups).length),
    row('Number of VIOS', all.flatMap((site) => site.hosts.flatMap(({ vioses }) => vioses)).length), row('Number of VMs', tenants.flatMap(({ vms }) => vms).length), row('Total managed processors', Math.round(managed.reduce((sum, vm) => sum + vm.processors, 0) * 100) / 100), row('Total managed memory (MB)', managed.reduce((sum, vm) => sum + vm.memoryMb, 0)),
  ];
  const tree = tenants.flatMap((tenant) => tenant.hostGroups.map((group): Entry => {
    const seen = asked.state.groups.get(group.name);
    const backup = [...new Set([...(group.backupHosts ?? []), ...tenant.hostPairs.filter(({ active }) => group.hosts.includes(active)).map((pair) => pair.backup)])];
    return { name: group.name, block: [
      row('Cluster', `${tenant.name} (${clusterTypeOf(tenant)})`), row('Home Site', tenant.homeSite), row('Active Site', seen?.activeSite ?? null), row('Host_Group', group.name), row('Active Hosts', group.hosts), row('Backup Hosts', backup),
      row('VMs', tenant.vms.filter((vm) => vm.hostGroup === group.name).map((vm) => `${vm.name} on ${asked.state.vms.get(vm.name)?.host ?? vm.host}: ${vm.unmanaged ? 'UNMANAGED' : asked.state.vms.get(vm.name)?.state ?? 'INIT'}`)), row('Replication', seen?.replication.state ?? null),
    ] };
  }));
  return [{ name: 'report', block }, ...(asked.verbose === true ? tree : [])];
};

export const systemTables = {
  notify: (asked) => {
    const { attributes } = asked;
    const contacts = asked.estate.contacts.filter((contact) => sees(asked.person, contact.tenant) && (attributes.get('tenant') ?? contact.tenant) === contact.tenant && (attributes.get('user') ?? contact.user) === contact.user && (!attributes.has('contact') || addresses(contact).includes(attributes.get('contact')!)));
    const scripts = mine(asked).flatMap((tenant) => (tenant.notifyScripts ?? []).filter(({ action }) => (attributes.get('script') ?? action) === action).map((script) => ({ tenant, script })));
    const [wantsContacts, wantsScripts] = [asked.name !== 'script' && asksFor(asked, 'contact'), asked.name !== 'contact' && asksFor(asked, 'script')];
    return [
      ...(wantsContacts && contacts.length > 0 ? [heading('Contact details')] : []),
      ...(wantsContacts ? contacts : []).map((contact): Entry => ({ name: contact.user, block: [row('User', contact.user), row('Contact', addresses(contact)), row('Tenant', contact.tenant ?? 'provider'), row('notification_level', `${levelOf(asked.estate, contact, null)} (${levels[levelOf(asked.estate, contact, null)]})${contact.notificationLevel === undefined ? ', the system\'s' : ''}`)] })),
      ...(wantsScripts && scripts.length > 0 ? [heading('Script details')] : []),
      ...(wantsScripts ? scripts : []).map(({ tenant, script }): Entry => ({ name: script.action, block: [row('Script', script.action), row('Event', script.event), row('Tenant', tenant.name)] })),
    ];
  },
  event: (asked) => {
    const [type] = [asked.attributes.get('type')];
    const severity = type === 'error' ? 'critical' : type;
    const events = asked.state.events.filter(({ event }) => sees(asked.person, event.tenant) && (severity ?? event.severity) === event.severity).slice(-20).toReversed();
    const now = mine(asked).map((tenant) => `${systemOf(tenant).notificationLevel}${mine(asked).length === 1 ? '' : ` (${tenant.name})`}`);
    // `known=yes`: what there could be. With a name: what that means, and when it was.
    const [lists, named] = [asked.attributes.get('known') === 'yes', asked.name === null ? undefined : eventNamed(asked.name)];
    const known = lists ? eventCatalogue.filter((each) => (severity ?? each.severity) === each.severity) : asked.name === null ? [] : named ? [named] : eventCatalogue;
    return [
      { name: '', block: [row('Current Notification Level', now)], heading: true as const },
      ...known.map((each): Entry => ({ name: each === named ? asked.name! : each.name, block: [row('Event', each.name), row('Type', each.severity), row('From', each.origin), row('Meaning', each.means), row('To do', each.reaction ?? 'nothing')] })),
      ...(lists ? [] : events).map(({ event, incident }): Entry => ({ name: event.name, block: [row('Event', event.name), row('Type', event.severity), row('Time', clockTime(event.occurredAt, zone(asked))), row('Entity', `${event.entityClass} ${event.entity}`), row('Incident', incident), row('Description', event.description)] })),
    ];
  },
  script: (asked) => mine(asked).flatMap((tenant) => (tenant.scripts ?? []).filter(({ entity }) => (asked.attributes.get('entity') ?? entity) === entity).map((script) => ({ name: script.name, block: [row('Entity', script.entity), row('Name', script.name), row('Hook', script.hook), row('Script', script.action), row('Tenant', tenant.name)] }))),
  // A snapshot holds every customer's configuration.
  snapshot: (asked) => (asked.person.tenants !== 'all' ? [] : [...asked.state.snapshots.values()].map((snapshot) => ({ name: snapshot.name, block: [
    row('File', snapshot.name), row('Date', exactTime(snapshot.at, zone(asked), 'second', true)), row('Taken by', snapshot.by), row('Cluster', snapshot.estate.tenants.map((tenant) => `${tenant.name}, node ${tenant.ksysNode}, type ${clusterTypeOf(tenant)}`)), row('Under construction', snapshot.draft.tenants.map(({ name }) => name)), row('Command', `restore snapshot filepath=${snapshot.name}`),
  ] }))),
  version: (asked) => [{ name: 'version', block: [row('Ksysmgr version', `${asked.version} (Lifeboat)`), row('Ksys version', `${asked.version} (Lifeboat)`), row('Lifeboat version', asked.version)] }],
} satisfies Partial<Record<CommandClass, Table>>;
