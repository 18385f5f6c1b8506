import { refusal, type Answer } from '../core/answer.js';
import { groupOfVm, hostGroupOf, sees, tenantOfVm, type Estate, type Person, type Tenant, type Vm } from '../core/estate.js';
import { hostsOfGroupAt } from '../core/placement.js';
import type { Operation, Verb } from '../core/plan.js';
import { hasHaAt } from '../core/policies.js';
import type { State } from '../core/state.js';
import { misread, which } from './corrected.js';
import type { ParsedCommand } from './grammar.js';

export type OperationResult = { readonly ok: true; readonly operation: Operation; readonly reason: string | null } | { readonly ok: false; readonly answer: Answer };
const no = (answer: Answer): { readonly ok: false; readonly answer: Answer } => ({ ok: false, answer });

/** `restart vm A,B [to=HOST]`, `restart host NAME`, `lpm ...`, `restore host NAME`, `cleanup host NAME`: inside one site (seeds/5, reference/ksys.md 3.4). */
export function ofMachines(command: ParsedCommand, verb: Verb, estate: Estate, state: State, person: Person): OperationResult {
  const tenants = estate.tenants.filter((tenant) => sees(person, tenant.name));
  const scope = command.class === 'vm' ? ofVms(command, verb, estate, tenants) : ofHost(command, verb, estate, state, tenants);
  if (!scope.ok) return scope;
  const { tenant, vms, name } = scope;
  if (vms.length === 0) return no(refusal(4, 'nothing-here', verb === 'restore' ? `Every VM whose home host is ${name} is there.` : verb === 'cleanup' ? `No restart has left anything on ${name}.` : `No managed VM runs on ${name}.`, 'Nothing to do.', `query host ${name}`));
  const sites = [...new Set(vms.map((vm) => state.vms.get(vm.name)!.site))];
  if (sites.length > 1) return no(refusal(4, 'two-sites', `${vms.map((vm) => `${vm.name} is at ${state.vms.get(vm.name)!.site}`).join(', ')}.`, 'Name VMs of one site at a time.'));
  const site = sites[0]!;
  if (verb === 'restart' && !hasHaAt(tenant, site)) return no(refusal(4, 'no-ha', `${tenant.name} is a cluster of type ${tenant.clusterType ?? 'DR'}: it restarts nothing inside ${site}.`, 'To the other site: a move. Live, inside the site: lpm.', `help move site`));
  const to = command.attributes.get('to');
  const known = [...new Set(vms.flatMap((vm) => hostsOfGroupAt(tenant, hostGroupOf(tenant, vm), site)))];
  if (to !== undefined && !known.includes(to)) return no(misread(command, 2, 'no-such-host', `${to} is no host of ${[...new Set(vms.map((vm) => vm.hostGroup))].join(', ')} at ${site}.`, to, known, `Known: ${known.join(', ')}.`));
  const validate = command.attributes.get('validate');
  if (validate !== undefined && validate !== 'yes') return no(refusal(4, 'validate', `validate=${validate} is not known.`, 'Write validate=yes, or leave it out.'));
  return {
    ok: true, reason: null,
    operation: {
      verb, tenant: tenant.name, scope: { class: command.class === 'vm' ? 'vm' : 'host', name }, hostGroups: [...new Set(vms.map((vm) => groupOfVm(tenant, vm)))], from: site, to: site, drType: null, vms: vms.map((vm) => vm.name),
      ...(to === undefined ? {} : { targetHost: to }), ...(validate === undefined ? {} : { validateOnly: true as const }),
    },
  };
}

type Machines = { readonly ok: true; readonly tenant: Tenant; readonly vms: readonly Vm[]; readonly name: string } | { readonly ok: false; readonly answer: Answer };

function ofVms(command: ParsedCommand, verb: Verb, estate: Estate, tenants: readonly Tenant[]): Machines {
  const known = tenants.flatMap((tenant) => tenant.vms.map((vm) => vm.name));
  if (command.name === null) return no(refusal(3, 'vm-missing', 'The name of the VM is missing.', 'Name one, or several with commas and without blanks: a,b.', `help ${verb} vm`));
  const names = [...new Set(command.name.split(',').filter(Boolean))];
  const missing = names.find((name) => !known.includes(name));
  if (missing !== undefined) return no(misread(command, 2, 'no-such-vm', `There is no VM '${missing}'.`, missing, known, 'Look at the list.', 'query vm'));
  const owners = [...new Set(names.map((name) => tenantOfVm(estate, name)!))];
  if (owners.length > 1) return no(refusal(4, 'two-tenants', `${names.join(', ')} belong to ${owners.map((each) => each.name).join(' and ')}.`, 'Name VMs of one tenant at a time.'));
  const vms = names.map((name) => owners[0]!.vms.find((vm) => vm.name === name)!);
  const unmanaged = vms.filter((vm) => vm.unmanaged === true);
  if (unmanaged.length > 0) return no(refusal(4, 'unmanaged', `${unmanaged.map((vm) => vm.name).join(', ')} is not managed: Lifeboat leaves it alone.`, 'Manage it first.', `manage vm ${unmanaged[0]!.name}`));
  return { ok: true, tenant: owners[0]!, vms, name: names.join(',') };
}

function ofHost(command: ParsedCommand, verb: Verb, estate: Estate, state: State, tenants: readonly Tenant[]): Machines {
  const known = estate.sites.flatMap((site) => (site.tenant === null || tenants.some((tenant) => tenant.name === site.tenant) ? site.hosts.map((host) => host.name) : []));
  if (command.name === null) return no(refusal(3, 'host-missing', 'The name of the host is missing.', `Name one of: ${known.join(', ')}.`));
  const { name } = command;
  if (!known.includes(name)) return no(misread(command, 2, 'no-such-host', `There is no host '${name}'.`, name, known, `Known: ${known.join(', ')}.`));
  const here = (tenant: Tenant): Vm[] => tenant.vms.filter((vm) => vm.unmanaged !== true && concerned(vm));
  function concerned(vm: Vm): boolean {
    const at = state.vms.get(vm.name);
    if (verb === 'restore') return vm.host === name && at?.host !== name && estate.sites.find((site) => site.name === at?.site)?.hosts.some((host) => host.name === name) === true;
    return verb === 'cleanup' ? state.left.has(`${vm.name}@${name}`) : at?.host === name;
  }
  const wanted = command.attributes.get('tenant');
  const owners = tenants.filter((tenant) => (wanted === undefined || tenant.name === wanted) && here(tenant).length > 0);
  if (owners.length > 1) return no(which(command, `On ${name} this could mean the VMs of ${owners.map((each) => each.name).join(' or ')}.`, 'Add tenant=NAME.', owners.map((each) => `tenant=${each.name}`)));
  const owner = owners[0] ?? tenants[0]!;
  return { ok: true, tenant: owner, vms: owners.length === 0 ? [] : here(owner), name };
}
