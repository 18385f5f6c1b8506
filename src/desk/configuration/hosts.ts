import type { Estate, Host, HostPair, Site, Tenant } from '../../core/estate.js';
import { namePattern } from '../../core/attribute-form.js';
import { listed } from '../../core/listed.js';
import { didYouMean } from '../../core/nearest.js';
import { changed, done, hangs, named, orAbsent, readAttributes, refused, typed, withSite, withTenant, type Configure } from './outcome.js';
import { siteOf, usersOf } from './sites.js';

const form = 'add host NAME site=SITE uuid=UUID';
type Placed = { readonly name: string; readonly host: Host; readonly site: Site };
const everyHost = (estate: Estate): Placed[] => estate.sites.flatMap((site) => site.hosts.map((host) => ({ name: host.name, host, site })));

/** `add host NAME site= uuid=` (seeds/2 step 4). What the machine has would come from its HMC; a simulated one has what is made up here, a real one what people say until it is asked. */
export const addHost: Configure = (work) => {
  const { estate, command } = work;
  const { name } = command;
  if (name === null || !namePattern.test(name)) return refused(name === null ? 3 : 4, 'name', name === null ? 'The name of the host is missing.' : `'${name}' is no name for a host.`, 'Use letters, digits, dots, dashes and underscores.', form);
  const at = siteOf(work);
  if (!at.ok) return at;
  const { site } = at;
  if (site.hmcs.length === 0) return refused(1, 'no-hmc', `Site ${site.name} has no HMC yet, and a host is managed by an HMC of its site.`, 'Add the HMC first; then send this again.', `add hmc NAME hostname=ADDRESS login=USER password=env:NAME site=${site.name}`);
  const read = readAttributes(command, 'host', { besides: ['site'], making: true });
  if (!read.ok) return read;
  if (read.values.uuid === undefined) return refused(3, 'uuid-missing', `Which machine is ${name}?`, 'Add its UUID: the lock of a shared recovery host goes by it.', typed(command, 'uuid=UUID'));
  const tenant = usersOf(estate, site.name).at(-1)?.name ?? null;
  const there = everyHost(estate).find((each) => each.name === name || each.host.uuid === read.values.uuid);
  if (there) {
    if (there.name === name && there.host.uuid === read.values.uuid && there.site.name === site.name) return done(estate, tenant, `Host ${name} is there already, and serves every cluster of site ${site.name}.`);
    return refused(1, 'there', there.name === name ? `There is a host ${name} already, at ${there.site.name}, with the UUID ${there.host.uuid}.` : `The UUID ${there.host.uuid} belongs to host ${there.name}.`, 'Names and UUIDs are unique in an estate: correct one.', `query host ${there.name}`);
  }
  const vlans = [...new Set(everyHost(estate).flatMap(({ host }) => host.vlans))];
  const nothing = { memoryMb: 0, processors: 0, vioses: [] as string[], vlans: [] as number[] };
  const made = { memoryMb: 262_144, processors: 24, vioses: [`${name}v1`, `${name}v2`], vlans: vlans.length === 0 ? [10] : vlans };
  const assumed = Object.keys(made).filter((key) => read.values[key] === undefined);
  const host: Host = { name, uuid: read.values.uuid as string, ...(estate.simulated ? made : nothing), ...read.values };
  return done(withSite(estate, { ...site, hosts: [...site.hosts, host] }), tenant, ...(estate.simulated && assumed.length > 0 ? [`The simulated ${name} has ${host.memoryMb} MB, ${host.processors} processors, VIOS ${host.vioses.join(' and ')}, VLANs ${host.vlans.join(', ')}. To change that: modify host ${name} memory_mb=NUMBER`] : []));
};

export const modifyHost: Configure = (work) => {
  const { estate, command } = work;
  const found = named(work, 'host', everyHost(estate), form);
  if (!found.ok) return found;
  const read = readAttributes(command, 'host');
  if (!read.ok) return read;
  const { site, host } = found.found;
  return done(withSite(estate, { ...site, hosts: site.hosts.map((each) => (each === host ? changed(host, read.values) : each)) }), usersOf(estate, site.name)[0]?.name ?? null);
};

export const deleteHost: Configure = (work) => {
  const { estate } = work;
  const found = named(work, 'host', everyHost(estate), form);
  if (!found.ok) return found;
  const { site, name } = found.found;
  const hanging = hangs(`Host ${name}`, estate.tenants.flatMap((tenant) => [
    ...tenant.vms.filter(({ host }) => host === name).map((vm) => ({ words: `VM ${vm.name}`, command: `delete vm ${vm.name}` })),
    ...tenant.vms.filter(({ blacklist }) => blacklist?.includes(name)).map((vm) => ({ words: `the blacklist of VM ${vm.name}`, command: `modify vm ${vm.name} blacklist=none` })),
    ...tenant.hostGroups.filter(({ hosts }) => hosts.includes(name)).map((group) => (group.hosts.length === 1 ? { words: `host group ${group.name}`, command: `delete host_group ${group.name}` } : { words: `host group ${group.name}`, command: `modify host_group ${group.name} remove hosts=${name}` })),
    ...tenant.hostGroups.filter(({ backupHosts }) => backupHosts?.includes(name)).map((group) => ({ words: `host group ${group.name}`, command: `modify host_group ${group.name} remove backup_hosts=${name}` })),
    ...tenant.hostPairs.filter(({ active, backup }) => active === name || backup === name).map(({ active, backup }) => ({ words: `the pair of ${active} and ${backup}`, command: `pair host ${active} pair=none` })),
  ]));
  return hanging ?? done(withSite(estate, { ...site, hosts: site.hosts.filter((host) => host.name !== name) }), usersOf(estate, site.name)[0]?.name ?? null);
};

/** Hosts that nobody has put in a group are in this one, as ksysmgr's Default_HG: seeds/2 pairs hosts and goes on to discovery. */
const defaultGroup = (tenant: Tenant): string => `Default_HG_${tenant.name}`;

/** `pair host ACTIVE pair=BACKUP`, `pair=none` to unpair (seeds/2 step 5). */
export const pairHost: Configure = (work) => {
  const { estate, command } = work;
  const found = named(work, 'host', everyHost(estate), form);
  if (!found.ok) return found;
  const { name, site } = found.found;
  const unknown = [...command.attributes.keys()].find((key) => !['pair', 'tenant', 'dry_run'].includes(key));
  if (unknown !== undefined) return refused(4, 'unknown-attribute', `pair host has no attribute '${unknown}'.${didYouMean(unknown, ['pair'])}`, 'It takes pair=BACKUP_HOST, or pair=none.');
  const tenant = estate.tenants.find(({ homeSite }) => homeSite === site.name);
  const wanted = command.attributes.get('pair');
  if (!tenant) return refused(1, 'direction', `${name} stands at ${site.name}, which is nobody's home site.`, 'Name the host of the active site first.', `pair host ACTIVE_HOST pair=${name}`);
  if (tenant.clusterType === 'HA') return refused(1, 'one-site', `${tenant.name} is of type HA: its hosts have no pairs.`, 'Its VMs restart among the hosts of a host group.', `add host_group NAME hosts=${name},HOST pool_disk=DISK`);
  if (wanted === undefined) return refused(3, 'pair-missing', `With which host is ${name} paired?`, 'Add pair=BACKUP_HOST, or pair=none to take its pair away.', typed(command, 'pair=BACKUP_HOST'));
  const others = tenant.hostPairs.filter(({ active }) => active !== name);
  if (wanted === 'none') return done(withTenant(estate, { ...tenant, hostPairs: others }), tenant.name);
  if (tenant.backupSite === '') return refused(1, 'no-backup-site', `${tenant.name} has no backup site yet.`, 'Add it, its HMC and its host first; then send this again.', `add site NAME sitetype=backup tenant=${tenant.name}`);
  const there = estate.sites.find((each) => each.name === tenant.backupSite)!.hosts.map((host) => host.name);
  if (!there.includes(wanted)) return refused(2, 'no-such-host', `There is no host '${wanted}' at the backup site ${tenant.backupSite}.${didYouMean(wanted, there)}`, there.length === 0 ? 'Add it first; then send this again.' : `Known: ${listed(there)}.`, `add host ${wanted} site=${tenant.backupSite} uuid=UUID`);
  const pair: HostPair = { active: name, backup: wanted };
  const hostPairs = tenant.hostPairs.some(({ active }) => active === name) ? tenant.hostPairs.map((each) => (each.active === name ? pair : each)) : [...tenant.hostPairs, pair];
  const [group, grouped] = [defaultGroup(tenant), tenant.hostGroups.some(({ hosts }) => hosts.includes(name))];
  const own = tenant.hostGroups.find((each) => each.name === group);
  if (grouped || (!own && tenant.hostGroups.length > 0)) return done(withTenant(estate, { ...tenant, hostPairs }), tenant.name, ...(grouped ? [] : [`${name} is in no host group yet: modify host_group ${tenant.hostGroups[0]!.name} add hosts=${name}`]));
  const hostGroups = own ? tenant.hostGroups.map((each) => (each === own ? { ...own, hosts: [...own.hosts, name] } : each)) : [{ name: group, hosts: [name], hostFailureDetectionTimeMs: 90_000 }];
  return done(withTenant(estate, { ...tenant, hostPairs, hostGroups }), tenant.name, `${name} is in host group ${group} until you add one of your own: add host_group NAME hosts=${name}`);
};

/** Hosts leave the default group for one of their own, and their VMs with them. */
export function leaveDefaultGroup(tenant: Tenant, hosts: readonly string[], to: string): Tenant {
  const from = defaultGroup(tenant);
  if (to === from) return tenant;
  const hostGroups = tenant.hostGroups.flatMap((group) => {
    if (group.name !== from) return [group];
    const left = group.hosts.filter((host) => !hosts.includes(host));
    return left.length === 0 ? [] : [{ ...group, hosts: left }];
  });
  const scripts = hostGroups.some(({ name }) => name === from) ? tenant.scripts : orAbsent((tenant.scripts ?? []).filter(({ entity, name }) => entity !== 'host_group' || name !== from));
  return changed(tenant, { hostGroups, scripts, vms: tenant.vms.map((vm) => (vm.hostGroup === from && hosts.includes(vm.host) ? { ...vm, hostGroup: to } : vm)) });
}
