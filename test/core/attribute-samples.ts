import type { Form } from '../../src/core/attribute-form.js';
import type { Attribute } from '../../src/core/attributes.js';

/** A value of each form as a command writes it, what the estate file writes, and one that is refused with words that name what is allowed. */
const byForm = (form: Form): { readonly text: string; readonly raw: unknown; readonly bad: string; readonly says: string } => {
  switch (form.kind) {
    case 'choice': { const value = form.values.at(-1)!; return { text: value, raw: value, bad: 'sideways', says: form.values.join(', ') }; }
    case 'switch': case 'flag': { const value = form.kind === 'flag' && form.inverse ? form.off : form.on; return { text: value, raw: value, bad: 'perhaps', says: `${form.on} or ${form.off}` }; }
    case 'whole': return { text: String(form.min), raw: form.min, bad: String(form.max + 1), says: `${form.min} to ${form.max}` };
    case 'share': return { text: '0.5', raw: 0.5, bad: '0', says: 'more than 0' };
    case 'capacity': return { text: '50', raw: 50, bad: '101', says: '1 to 100' };
    case 'time': return { text: '04:30', raw: '04:30', bad: '24:00', says: '00:00 to 23:59' };
    case 'uuid': return { text: '11111111-1111-4111-8111-111111111111', raw: '11111111-1111-4111-8111-111111111111', bad: 'abc', says: 'UUID' };
    case 'name': return { text: 'other', raw: 'other', bad: 'two words', says: 'letters, digits' };
    case 'text': return { text: 'other.example', raw: 'other.example', bad: 'x'.repeat(121), says: '1 to 120 characters' };
    case 'path': return { text: '/apps/other', raw: '/apps/other', bad: 'apps/other', says: 'whole path' };
    case 'secret': return { text: 'env:HMC_PASSWORD', raw: 'env:HMC_PASSWORD', bad: 'env:lower', says: 'env:NAME' };
    case 'names': return { text: 'other', raw: ['other'], bad: 'two words', says: 'letters, digits' };
    case 'vlans': return { text: '10,20,30', raw: [10, 20, 30], bad: '5000', says: '1 to 4094' };
    case 'pairs': return form.of === 'VLAN' ? { text: '10:110,20:120', raw: { 10: 110, 20: 120 }, bad: '10:5000', says: '1 to 4094' } : { text: 'ETHERNET0:VSWITCH1', raw: { ETHERNET0: 'VSWITCH1' }, bad: 'ETHERNET0', says: 'at home and the one at the backup site' };
    case 'choices': { const value = form.values.at(-1)!; return { text: value, raw: [value], bad: 'sideways', says: form.values.join(', ') }; }
    case 'whose': return { text: 'other', raw: ['other'], bad: 'two words', says: 'letters, digits' };
    case 'steps': return { text: 'on_call:dr,10m:ben+chris', raw: 'on_call:dr,10m:ben+chris', bad: 'Somebody', says: 'on_call:dr,10m:ben+chris' };
    case 'day': return { text: '2026-11-23', raw: '2026-11-23', bad: '2026-02-30', says: 'such as 2026-11-23' };
    case 'zone': return { text: 'Europe/Berlin', raw: 'Europe/Berlin', bad: 'Mars/Base', says: 'IANA time zone' };
    case 'calendar': return { text: 'https://calendar.example/dr.ics', raw: 'https://calendar.example/dr.ics', bad: 'ftp://calendar.example', says: 'https://...' };
    case 'sets': return { text: 'ziti030+ziti005', raw: [['ziti030', 'ziti005']], bad: 'ziti030', says: 'at least two different VMs' };
  }
};

/** Names must exist in estates/hadr.yaml. */
const named: { readonly [attribute: string]: readonly [text: string, raw: unknown] } = {
  'host.excluded_vioses': ['raguv2', ['raguv2']], 'host.vioses': ['raguv1,raguv3', ['raguv1', 'raguv3']],
  'host_group.hosts': ['rt07_8286-42A-2182C7V,ragu-9119-MME-SN106CDC7,sock_8286-42A-2182C5V', ['rt07_8286-42A-2182C7V', 'ragu-9119-MME-SN106CDC7', 'sock_8286-42A-2182C5V']],
  'host_group.backup_hosts': ['rt11_8286-42A-2182D1V', ['rt11_8286-42A-2182D1V']], 'workgroup.host_group': ['HG1', 'HG1'], 'workgroup.vms': ['ziti030,ziti005', ['ziti030', 'ziti005']],
  'vm.host': ['sock_8286-42A-2182C5V', 'sock_8286-42A-2182C5V'], 'vm.host_group': ['HG1', 'HG1'], 'vm.blacklist': ['rt11_8286-42A-2182D1V', ['rt11_8286-42A-2182D1V']], 'vm.after': ['ziti005', ['ziti005']],
  'app.after': ['ziti030_app0', ['ziti030_app0']], 'ksyscluster.type': ['HADRHA', 'HADRHA'],
};

export function sampleOf({ entity, name, form }: Attribute): ReturnType<typeof byForm> {
  const own = named[`${entity}.${name}`];
  return { ...byForm(form), ...(own ? { text: own[0], raw: own[1] } : {}) };
}
