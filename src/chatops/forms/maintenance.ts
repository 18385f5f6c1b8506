import { sees } from '../../core/estate.js';
import type { FormOption } from '../../ports/channel.js';
import type { FormContext, FormKind } from './form-kind.js';

/** Hosts are the provider's to mark; VMs also their customer's own operator's (desk/configuration). */
function machinesOf({ person, state }: FormContext): FormOption[] {
  const estate = state.estate;
  if (!estate) return [];
  const marked = (maintenance: true | undefined): string => (maintenance === true ? ', marked now' : '');
  const hosts = person.tenants !== 'all' ? [] : estate.sites.flatMap((site) => site.hosts.map(({ name, maintenance }) => ({ value: `host ${name}`, label: `host ${name} at ${site.name}${marked(maintenance)}` })));
  return [...hosts, ...estate.tenants.filter(({ name }) => sees(person, name)).flatMap(({ vms }) => vms.map(({ name, host, maintenance }) => ({ value: `vm ${name}`, label: `VM ${name}, home at ${host}${marked(maintenance)}` })))];
}

/**
 * The maintenance mark of a host or a VM, `modify host NAME maintenance=yes`,
 * which silences nothing: messages are kept back by `add silence`, which has an end and a reason.
 */
export const maintenanceForm: FormKind = {
  draw(context, about) {
    if (!context.person.roles.includes('operator')) return { code: 'not-an-operator', what: 'You may not mark anything as in maintenance: it needs the role operator.', next: 'You may look and hold.', command: 'query vm' };
    const machines = machinesOf(context);
    if (machines.length === 0) return { code: 'nothing-here', what: 'There is no host and no VM here that you could mark.', next: 'Look at the hosts.', command: 'query host' };
    return {
      name: 'maintenance', about, title: 'Maintenance mark', submit: 'Set the mark', typed: `modify ${machines[0]!.value} maintenance=yes`,
      text: 'A mark silences nothing: messages about failures go on (add silence keeps them back for a time). A mark says that somebody works on a machine, so that nothing is done to it automatically and no automatic restart goes there. It has no end: take it off yourself.',
      fields: [
        { name: 'machine', label: 'Host or VM', hint: null, required: true, kind: 'choice', many: false, options: machines, initial: null },
        { name: 'maintenance', label: 'Mark', hint: null, required: true, kind: 'choice', many: false, options: [{ value: 'yes', label: 'In maintenance: leave it alone' }, { value: 'no', label: 'Back in service' }], initial: 'yes' },
      ],
    };
  },
  line: (filled) => `modify ${filled.get('machine')!} maintenance=${filled.get('maintenance')!}`,
};
