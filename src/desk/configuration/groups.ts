import { range } from '../../core/attribute-form.js';
import { attributesOf, type AttributeEntity } from '../../core/attributes.js';
import type { HostGroup, Tenant, Workgroup } from '../../core/estate.js';
import { namePattern } from '../../core/attribute-form.js';
import { listed } from '../../core/listed.js';
import { didYouMean } from '../../core/nearest.js';
import { leaveDefaultGroup } from './hosts.js';
import { changed, clusterOf, done, hangs, mine, named, orAbsent, readAttributes, refused, typed, withTenant, type Configure, type Values, type Work } from './outcome.js';

const form = 'add host_group NAME hosts=HOST,HOST';
const wgForm = 'add workgroup NAME vms=VM,VM';
type Owned<T> = { readonly name: string; readonly tenant: Tenant; readonly own: T };
const groups = (work: Work): Owned<HostGroup>[] => mine(work).flatMap((tenant) => tenant.hostGroups.map((own) => ({ name: own.name, tenant, own })));
const workgroups = (work: Work): Owned<Workgroup>[] => mine(work).flatMap((tenant) => (tenant.workgroups ?? []).map((own) => ({ name: own.name, tenant, own })));

/** The name of a thing that is to be made. */
function newName({ estate, command }: Work, kind: string, example: string): { readonly ok: true; readonly name: string } | ReturnType<typeof refused> {
  const { name } = command;
  if (name === null || !namePattern.test(name)) return refused(name === null ? 3 : 4, 'name', name === null ? `The name of the ${kind} is missing.` : `'${name}' is no name for a ${kind}.`, 'Use letters, digits, dots, dashes and underscores.', example);
  // Also where it is somebody else's, whose names are not told.
  const taken = estate.tenants.some((tenant) => tenant.hostGroups.some((group) => group.name === name) || (tenant.workgroups ?? []).some((group) => group.name === name));
  return taken ? refused(1, 'there', `The name ${name} is taken.`, 'Host groups and workgroups share one list of names: choose another.', example) : { ok: true, name };
}

/** `add hosts=...` and `remove hosts=...` change a list, anything else sets it. */
export function byWord<T extends object>(work: Work, holder: T, values: Values, lists: readonly string[]): { readonly ok: true; readonly values: Values } | ReturnType<typeof refused> {
  const { word } = work.command;
  if (word !== 'add' && word !== 'remove') return { ok: true, values };
  const result: { [key: string]: unknown } = {};
  for (const [key, value] of Object.entries(values)) {
    if (!lists.includes(key)) return refused(4, 'word', `'${word}' goes with lists only.`, `It takes ${lists.map((each) => attributesOf(work.command.class as AttributeEntity).find((attribute) => attribute.key === each)!.name).join(', ')}.`);
    const before = ((holder as Values)[key] ?? []) as string[];
    const given = (value ?? []) as string[];
    const stranger = word === 'remove' ? given.find((each) => !before.includes(each)) : undefined;
    if (stranger !== undefined) return refused(2, 'not-in-it', `${stranger} is not in ${work.command.name}.${didYouMean(stranger, before)}`, `In it: ${listed(before, 'nothing')}.`);
    const after = word === 'add' ? [...new Set([...before, ...given])] : before.filter((each) => !given.includes(each));
    if (after.length === 0 && ['hosts', 'vms', 'people'].includes(key)) return refused(1, 'last', `Nothing would be left in ${work.command.name}.`, 'Delete it as a whole.', `delete ${work.command.class} ${work.command.name}`);
    result[key] = orAbsent(after);
  }
  return { ok: true, values: result };
}

/** `add host_group NAME hosts=a,b [options]`. */
export const addHostGroup: Configure = (work) => {
  const { estate, command } = work;
  const cluster = clusterOf(work);
  if (!cluster.ok) return cluster;
  const { tenant } = cluster;
  const made = newName(work, 'host group', form);
  if (!made.ok) return made;
  const read = readAttributes(command, 'host_group', { making: true });
  if (!read.ok) return read;
  const hosts = (read.values.hosts ?? []) as string[];
  const home = estate.sites.find(({ name }) => name === tenant.homeSite)?.hosts.map(({ name }) => name) ?? [];
  if (tenant.homeSite === '' || home.length === 0) return refused(1, 'no-host', `${tenant.name} has no host at a home site yet.`, 'Add the site, its HMC and its hosts first; then send this again.', tenant.homeSite === '' ? `add site NAME sitetype=active tenant=${tenant.name}` : `add host NAME site=${tenant.homeSite} uuid=UUID`);
  if (hosts.length === 0) return refused(3, 'hosts-missing', `Which hosts are in ${made.name}?`, `Add hosts=NAME,NAME. At the home site: ${listed(home)}.`, typed(command, `hosts=${home.join(',')}`));
  const group = changed({ name: made.name, hosts, hostFailureDetectionTimeMs: 90_000 }, read.values) as HostGroup;
  const left = leaveDefaultGroup(tenant, hosts, made.name);
  return done(withTenant(estate, { ...left, hostGroups: [...left.hostGroups, group] }), tenant.name);
};

/** `modify host_group NAME [options|add|remove] ATTR=VALUE` (seeds/5). */
export const modifyHostGroup: Configure = (work) => {
  const { estate } = work;
  const found = named(work, 'host group', groups(work), form);
  if (!found.ok) return found;
  const { tenant, own } = found.found;
  const read = readAttributes(work.command, 'host_group');
  if (!read.ok) return read;
  if (Object.keys(read.values).length === 0) return refused(3, 'nothing', `What shall change of ${own.name}?`, `Write options ATTR=VALUE: ${attributesOf('host_group').slice(2).map((each) => `${each.name}=<${range(each.form)}>`).slice(0, 3).join(', ')} and more.`, 'help modify host_group');
  const values = byWord(work, own, read.values, ['hosts', 'backupHosts']);
  if (!values.ok) return values;
  const next = changed(own, values.values);
  const left = leaveDefaultGroup({ ...tenant, hostGroups: tenant.hostGroups.map((each) => (each === own ? next : each)) }, next.hosts, own.name);
  return done(withTenant(estate, left), tenant.name);
};

export const deleteHostGroup: Configure = (work) => {
  const { estate } = work;
  const found = named(work, 'host group', groups(work), form);
  if (!found.ok) return found;
  const { tenant, own } = found.found;
  const hanging = hangs(`Host group ${own.name}`, [
    ...(tenant.workgroups ?? []).filter(({ hostGroup }) => hostGroup === own.name).map(({ name }) => ({ words: `workgroup ${name}`, command: `delete workgroup ${name}` })),
    ...tenant.vms.filter(({ hostGroup }) => hostGroup === own.name).map(({ name }) => ({ words: `VM ${name}`, command: `delete vm ${name}` })), ...hooksOf(tenant, 'host_group', own.name),
  ]);
  return hanging ?? done(withTenant(estate, { ...tenant, hostGroups: tenant.hostGroups.filter((each) => each !== own) }), tenant.name);
};

export const hooksOf = (tenant: Tenant, entity: string, name: string): { readonly words: string; readonly command: string }[] =>
  (tenant.scripts ?? []).filter((script) => script.entity === entity && script.name === name).map(({ hook }) => ({ words: `the script of ${hook}`, command: `delete script entity=${entity} ${name} hook=${hook}` }));

/** `add workgroup NAME vms=a,b [priority=]`: its host group is that of its VMs. */
export const addWorkgroup: Configure = (work) => {
  const { estate, command } = work;
  const made = newName(work, 'workgroup', wgForm);
  if (!made.ok) return made;
  const read = readAttributes(command, 'workgroup', { making: true });
  if (!read.ok) return read;
  const vms = (read.values.vms ?? []) as string[];
  const known = mine(work).flatMap((tenant) => tenant.vms.map((vm) => ({ name: vm.name, tenant, vm })));
  if (vms.length === 0) return refused(3, 'vms-missing', `Which VMs are in ${made.name}?`, 'Add vms=NAME,NAME.', typed(command, `vms=${known[0]?.name ?? 'NAME'}`));
  const first = known.find(({ name }) => name === vms[0]);
  if (!first) return refused(2, 'not-found', `There is no VM '${vms[0]}'.${didYouMean(vms[0]!, known.map(({ name }) => name))}`, 'Name the VM first; then send this again.', `manage vm ${vms[0]} host=HOST`);
  const workgroup = changed({ name: made.name, hostGroup: first.vm.hostGroup, vms }, read.values) as Workgroup;
  return done(withTenant(estate, { ...first.tenant, workgroups: [...(first.tenant.workgroups ?? []), workgroup] }), first.tenant.name);
};

export const modifyWorkgroup: Configure = (work) => {
  const found = named(work, 'workgroup', workgroups(work), wgForm);
  if (!found.ok) return found;
  const { tenant, own } = found.found;
  const read = readAttributes(work.command, 'workgroup');
  if (!read.ok) return read;
  const values = byWord(work, own, read.values, ['vms']);
  if (!values.ok) return values;
  return done(withTenant(work.estate, { ...tenant, workgroups: tenant.workgroups!.map((each) => (each === own ? changed(own, values.values) : each)) }), tenant.name);
};

/** Its VMs are moved with their host group again. */
export const deleteWorkgroup: Configure = (work) => {
  const found = named(work, 'workgroup', workgroups(work), wgForm);
  if (!found.ok) return found;
  const { tenant, own } = found.found;
  const hanging = hangs(`Workgroup ${own.name}`, hooksOf(tenant, 'workgroup', own.name));
  return hanging ?? done(withTenant(work.estate, changed(tenant, { workgroups: orAbsent(tenant.workgroups!.filter((each) => each !== own)) })), tenant.name);
};
