import type { App, Tenant, Vm } from '../../core/estate.js';
import { namePattern } from '../../core/attribute-form.js';
import { didYouMean } from '../../core/nearest.js';
import { changed, done, mine, named, orAbsent, readAttributes, refused, withTenant, type Configure, type Outcome, type Work } from './outcome.js';

const form = 'ksysvmmgr add app NAME vm=VM monitor_script=PATH start_script=PATH stop_script=PATH';
type Owned = { readonly name: string; readonly tenant: Tenant; readonly vm: Vm; readonly app: App };
const everyApp = (work: Work): Owned[] => mine(work).flatMap((tenant) => tenant.vms.flatMap((vm) => (vm.apps ?? []).map((app) => ({ name: app.name, tenant, vm, app }))));
const withApps = (work: Work, tenant: Tenant, vm: Vm, apps: readonly App[], ...notes: string[]): Outcome => done(withTenant(work.estate, { ...tenant, vms: tenant.vms.map((each) => (each.name === vm.name ? changed(vm, { apps: orAbsent(apps) }) : each)) }), tenant.name, ...notes);

/** The VM agent's own command (seeds/5: `ksysvmmgr -s modify app ...`). In a VM it knows where it is; here `vm=` says so. */
export const addApp: Configure = (work) => {
  const { command } = work;
  const wanted = command.attributes.get('vm');
  const known = mine(work).flatMap((tenant) => tenant.vms.map((vm) => ({ tenant, vm })));
  if (command.name === null) return refused(3, 'name-missing', 'The name of the application is missing.', 'Give it a name.', form);
  if (!namePattern.test(command.name)) return refused(4, 'name', `'${command.name}' is no name for an application.`, 'Use letters, digits, dots, dashes and underscores.', form);
  if (everyApp({ ...work, person: { ...work.person, tenants: 'all' } }).some(({ name }) => name === command.name)) return refused(1, 'there', `The name ${command.name} is taken.`, 'Application names are unique in an estate: choose another, or change it with modify.', `ksysvmmgr modify app ${command.name}`);
  if (wanted === undefined) return refused(3, 'vm-missing', 'In which VM does it run?', 'Add vm=NAME.', `ksysvmmgr add app ${command.name} vm=${known[0]?.vm.name ?? 'NAME'}`);
  const owner = known.find(({ vm }) => vm.name === wanted);
  if (!owner) return refused(2, 'not-found', `There is no VM '${wanted}'.${didYouMean(wanted, known.map(({ vm }) => vm.name))}`, 'Correct the name.', 'query vm');
  const read = readAttributes(command, 'app', { besides: ['vm'], making: true });
  if (!read.ok) return read;
  const missing = ['monitor_script', 'start_script', 'stop_script'].find((each) => !command.attributes.has(each));
  if (missing !== undefined) return refused(3, 'script-missing', `${missing} is missing: the agent watches an application by its scripts.`, `Add ${missing}=PATH, a path inside ${wanted}.`, form);
  const app = changed({ name: command.name, critical: false } as App, read.values);
  return withApps(work, owner.tenant, owner.vm, [...(owner.vm.apps ?? []), app], ...(owner.vm.agent === true ? [] : [`${wanted} has no VM agent by the estate: nobody watches the application until it has. modify vm ${wanted} agent=yes`]));
};

export const modifyApp: Configure = (work) => {
  const on = named(work, 'application', everyApp(work), form);
  if (!on.ok) return on;
  const read = readAttributes(work.command, 'app', { besides: ['vm'] });
  if (!read.ok) return read;
  const { tenant, vm, app } = on.found;
  return withApps(work, tenant, vm, vm.apps!.map((each) => (each.name === app.name ? changed(app, read.values) : each)));
};

export const deleteApp: Configure = (work) => {
  const on = named(work, 'application', everyApp(work), form);
  if (!on.ok) return on;
  const { tenant, vm, app } = on.found;
  const needing = vm.apps!.find((each) => each.after?.includes(app.name));
  if (needing) return refused(1, 'in-use', `Application ${app.name} cannot be deleted: ${needing.name} runs after it.`, 'Take it out there first.', `ksysvmmgr modify app ${needing.name} after=default`);
  return withApps(work, tenant, vm, vm.apps!.filter((each) => each.name !== app.name));
};
