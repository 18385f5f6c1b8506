import type { Disk, HostGroup, Tenant, Vm } from '../../core/estate.js';
import { namePattern } from '../../core/attribute-form.js';
import { listed } from '../../core/listed.js';
import { didYouMean } from '../../core/nearest.js';
import { sha256 } from '../../core/plan.js';
import { hooksOf } from './groups.js';
import { changed, done, hangs, mine, named, readAttributes, refused, typed, withTenant, type Configure, type Outcome, type Values, type Work } from './outcome.js';

const form = 'manage vm NAME host=HOST';
type Owned = { readonly name: string; readonly tenant: Tenant; readonly vm: Vm };
const everyVm = (work: Work): Owned[] => mine(work).flatMap((tenant) => tenant.vms.map((vm) => ({ name: vm.name, tenant, vm })));
const withVms = (work: Work, tenant: Tenant, vms: readonly Vm[]): Outcome => done(withTenant(work.estate, { ...tenant, vms }), tenant.name);
const noUndefined = (vm: Vm): Vm => changed(vm, {});

/** `manage vm NAME[,NAME]`, `manage vm ALL host=` or `host_group=`, and `unmanage vm` (reference/ksys.md 3.4). A VM that nobody knows yet is named with its host, and joins. */
export function manage(managed: boolean): Configure {
  return (work) => {
    const { command } = work;
    const verb = managed ? 'manage' : 'unmanage';
    if (command.name === null) return refused(3, 'name-missing', 'The name of the VM is missing.', `Name one, several with commas, or ALL host=NAME.`, form);
    const mark = (vm: Vm): Vm => noUndefined({ ...vm, unmanaged: managed ? undefined : true } as Vm);
    if (command.name === 'ALL') return all(work, mark, verb);
    const known = everyVm(work);
    const wanted = command.name.split(',');
    const strangers = wanted.filter((name) => !known.some((each) => each.name === name || each.vm.uuid === name));
    if (strangers.length > 0 && managed && wanted.length === 1) return join(work, strangers[0]!);
    if (strangers.length > 0) return refused(2, 'not-found', `There is no VM '${strangers[0]}'.${didYouMean(strangers[0]!, known.map(({ name }) => name))}`, 'Nothing was changed. Correct the name.', 'query vm');
    const extra = [...command.attributes.keys()].find((key) => key !== 'dry_run' && key !== 'tenant');
    if (extra !== undefined) return refused(4, 'there', `VM ${command.name} is known already, and ${verb} takes no ${extra} for it.`, 'Change it with modify.', `modify vm ${wanted[0]} ${extra}=${command.attributes.get(extra)}`);
    const tenants = new Set(known.filter(({ name, vm }) => wanted.includes(name) || wanted.includes(vm.uuid)).map(({ tenant }) => tenant));
    if (tenants.size > 1) return refused(4, 'two-clusters', 'These VMs belong to different clusters.', 'Send one line for each cluster.');
    const [tenant] = [...tenants];
    return withVms(work, tenant!, tenant!.vms.map((vm) => (wanted.includes(vm.name) || wanted.includes(vm.uuid) ? mark(vm) : vm)));
  };
}

function all(work: Work, mark: (vm: Vm) => Vm, verb: string): Outcome {
  const { attributes } = work.command;
  const [host, group] = [attributes.get('host'), attributes.get('host_group')];
  if ((host === undefined) === (group === undefined)) return refused(3, 'all-of', 'All VMs of what?', 'Write ALL host=NAME, or ALL host_group=NAME.', `${verb} vm ALL host_group=${mine(work)[0]?.hostGroups[0]?.name ?? 'NAME'}`);
  const within = (vm: Vm): boolean => (host === undefined ? vm.hostGroup === group : vm.host === host);
  const tenant = mine(work).find((each) => each.vms.some(within));
  return tenant ? withVms(work, tenant, tenant.vms.map((vm) => (within(vm) ? mark(vm) : vm))) : refused(2, 'not-found', `There is no VM on ${host ?? group}.`, 'Look where they are.', 'query vm');
}

/** A VM is known by name, host and what it needs. A simulated one gets what is not said; of a real one it must be said. */
function join(work: Work, name: string): Outcome {
  const { estate, command } = work;
  if (!namePattern.test(name)) return refused(4, 'name', `'${name}' is no name for a VM.`, 'Use letters, digits, dots, dashes and underscores.', form);
  if (estate.tenants.some((tenant) => tenant.vms.some((vm) => vm.name === name))) return refused(1, 'there', `The name ${name} is taken.`, 'VM names are unique in an estate: choose another.');
  const read = readAttributes(command, 'vm', { besides: ['disks'], making: true });
  if (!read.ok) return read;
  const placed = placeOf(work, read.values);
  if (!placed.ok) return placed;
  const { tenant, group, host } = placed;
  const disks = disksIn(command.attributes.get('disks'));
  if (disks === null) return refused(4, 'disks', `disks=${command.attributes.get('disks')} is not understood.`, 'Write name and size in GB: disks=hdisk0:60,hdisk1:200.');
  const vlan = estate.sites.flatMap((site) => site.hosts).find((each) => each.name === host)?.vlans[0];
  const made: Values = estate.simulated ? { uuid: uuidOf(`${estate.name} ${tenant.name} ${name}`), memoryMb: 8_192, processors: 1, vlan: vlan ?? 10 } : {};
  const values: Values = { ...made, ...read.values };
  const missing = [['uuid', 'uuid=UUID'], ['memoryMb', 'memory_mb=NUMBER'], ['processors', 'processors=NUMBER'], ['vlan', 'vlan=NUMBER']].filter(([key]) => values[key!] === undefined).map(([, attribute]) => attribute!);
  if (disks.length === 0 && !estate.simulated) missing.push('disks=NAME:GB');
  if (missing.length > 0) return refused(3, 'attribute-missing', `VM ${name} needs ${listed(missing)}.`, 'Add what is missing.', typed(command, missing.join(' ')));
  const vm = noUndefined({ name, priority: 'medium', ...values, host, hostGroup: group.name, disks: disks.length === 0 ? [{ name: 'hdisk0', sizeGb: 60, attachment: 'npiv', mirrored: true }] : disks } as unknown as Vm);
  return done(withTenant(estate, { ...tenant, vms: [...tenant.vms, vm] }), tenant.name, ...(estate.simulated ? [`The simulated ${name} has ${vm.memoryMb} MB, ${vm.processors} processors, VLAN ${vm.vlan}, ${vm.disks.map((disk) => `${disk.name} of ${disk.sizeGb} GB`).join(' and ')}. To change that: modify vm ${name} memory_mb=NUMBER`] : []));
}

function placeOf(work: Work, values: Values): { readonly ok: true; readonly tenant: Tenant; readonly group: HostGroup; readonly host: string } | ReturnType<typeof refused> {
  const { command } = work;
  const groups = mine(work).filter(({ name }) => (command.attributes.get('tenant') ?? name) === name).flatMap((tenant) => tenant.hostGroups.map((group) => ({ tenant, group })));
  const hosts = groups.flatMap(({ group }) => group.hosts);
  const wanted = values.host as string | undefined;
  if (groups.length === 0) return refused(1, 'no-group', 'There is no host group yet that could take a VM.', 'Pair hosts or add a host group first; then send this again.', 'add host_group NAME hosts=HOST,HOST');
  if (wanted === undefined && hosts.length > 1) return refused(3, 'host-missing', `On which host does ${command.name} live?`, `Add host=NAME. Known: ${listed(hosts.slice(0, 12))}.`, typed(command, `host=${hosts[0]}`));
  const host = wanted ?? hosts[0]!;
  const found = groups.find(({ group }) => group.hosts.includes(host));
  if (!found) return refused(2, 'no-such-host', `There is no host '${host}' in a host group.${didYouMean(host, hosts)}`, `Known: ${listed(hosts.slice(0, 12))}.`, `modify host_group ${groups[0]!.group.name} add hosts=${host}`);
  if (values.hostGroup !== undefined && values.hostGroup !== found.group.name) return refused(4, 'group', `Host ${host} is in host group ${found.group.name}, not in ${values.hostGroup as string}.`, 'Leave host_group out, or name a host of that group.');
  return { ok: true, ...found, host };
}

const uuidOf = (text: string): string => { const hash = sha256(text); return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`; };
/** `hdisk0:60,hdisk1:200`. null: not understood. */
function disksIn(text: string | undefined): Disk[] | null {
  const found = (text ?? '').split(',').filter((each) => each !== '').map((each) => /^([A-Za-z0-9][\w.-]*):([1-9]\d{0,6})$/.exec(each));
  return found.some((each) => each === null) ? null : found.map((each) => ({ name: each![1]!, sizeGb: Number(each![2]), attachment: 'npiv', mirrored: true }));
}

export const modifyVm: Configure = (work) => {
  const found = named(work, 'VM', everyVm(work), form);
  if (!found.ok) return found;
  const { tenant, vm } = found.found;
  const read = readAttributes(work.command, 'vm');
  if (!read.ok) return read;
  return withVms(work, tenant, tenant.vms.map((each) => (each === vm ? changed(vm, read.values) : each)));
};

export const deleteVm: Configure = (work) => {
  const found = named(work, 'VM', everyVm(work), form);
  if (!found.ok) return found;
  const { tenant, vm: { name } } = found.found;
  const workgroup = (tenant.workgroups ?? []).find(({ vms }) => vms.includes(name));
  const hanging = hangs(`VM ${name}`, [
    ...(workgroup ? [{ words: `workgroup ${workgroup.name}`, command: workgroup.vms.length === 1 ? `delete workgroup ${workgroup.name}` : `modify workgroup ${workgroup.name} remove vms=${name}` }] : []),
    ...tenant.vms.filter(({ after }) => after?.includes(name)).map((each) => ({ words: `VM ${each.name}, which starts after it`, command: `modify vm ${each.name} after=none` })),
    ...tenant.hostGroups.flatMap((group) => (['collocation', 'antiCollocation'] as const).filter((kind) => group[kind]?.some((set) => set.includes(name))).map((kind) => ({ words: `${kind.toLowerCase()} of ${group.name}`, command: `modify host_group ${group.name} options ${kind.toLowerCase()}=none` }))),
    ...hooksOf(tenant, 'vm', name),
  ]);
  return hanging ?? withVms(work, tenant, tenant.vms.filter((each) => each.name !== name));
};

/** `unmanage disk DISK vm=VM`: left out of replication on purpose. `diskid=` is ksysmgr's way to name it. */
export function manageDisk(managed: boolean): Configure {
  return (work) => {
    const { command } = work;
    const [before, behind] = command.name?.includes('.') ? [command.name.slice(0, command.name.lastIndexOf('.')), command.name.slice(command.name.lastIndexOf('.') + 1)] : [undefined, command.name ?? undefined];
    const [owner, disk] = [command.attributes.get('vm') ?? before, command.attributes.get('diskid') ?? behind];
    const extra = [...command.attributes.keys()].find((key) => !['vm', 'diskid', 'tenant', 'dry_run'].includes(key));
    if (extra !== undefined) return refused(4, 'unknown-attribute', `${command.action} disk has no attribute '${extra}'.${didYouMean(extra, ['vm', 'diskid'])}`, 'It takes vm and diskid.');
    if (owner === undefined || disk === undefined) return refused(3, 'disk-missing', 'Which disk of which VM?', 'Write diskid=DISK vm=VM.', `${command.action} disk diskid=hdisk1 vm=${everyVm(work)[0]?.name ?? 'VM'}`);
    const found = everyVm(work).find(({ name }) => name === owner);
    if (!found) return refused(2, 'not-found', `There is no VM '${owner}'.${didYouMean(owner, everyVm(work).map(({ name }) => name))}`, 'Correct the name.', 'query vm');
    const names = found.vm.disks.map(({ name }) => name);
    if (!names.includes(disk)) return refused(2, 'not-found', `VM ${owner} has no disk '${disk}'.${didYouMean(disk, names)}`, `It has ${listed(names)}.`, `query disk vm=${owner}`);
    const disks = found.vm.disks.map((each) => (each.name === disk ? changed(each, { unmanaged: managed ? undefined : true }) : each));
    return withVms(work, found.tenant, found.tenant.vms.map((vm) => (vm === found.vm ? { ...vm, disks } : vm)));
  };
}
