import { range } from '../../core/attribute-form.js';
import { attributesOf, refusedAttributes, type Attribute, type AttributeEntity } from '../../core/attributes.js';
import { hookNames, type HookScript } from '../../core/estate.js';
import { hookEntities } from '../../core/hooks.js';
import type { Action, CommandClass } from '../grammar.js';

const written = ({ name, form, default: otherwise }: Attribute, must: boolean): string => {
  const pair = `${name}=<${range(form)}>${name === 'replication_type' ? '   sites=<A,B>' : ''}`;
  return must && otherwise === '' ? pair : `[${pair}]`;
};
const clock = ['        hh - hour:   00 to 23', '        mm - minute: 00 to 59'];
const lines = (entity: AttributeEntity, must: boolean): string[] => attributesOf(entity).flatMap((attribute) => [written(attribute, must), ...(attribute.form.kind === 'time' ? clock : [])]);
const entities: readonly CommandClass[] = ['ksyscluster', 'site', 'hmc', 'host', 'host_group', 'workgroup', 'vm', 'storage_agent', 'system'];
const hooks = (entity: HookScript['entity']): string => `entity=${entity} NAME ${hookNames.filter((hook) => hookEntities[hook].includes(entity)).map((hook) => `[${hook}=<action>]`).join(' ')}`;

/** Attributes that a command takes, from the table that reads them; null: the command is none of configuration. */
export function configurationHelp(action: Action, kind: CommandClass): string[] | null {
  const site = ['hmc', 'host', 'storage_agent'].includes(kind) ? ['site=<site>'] : [];
  if (action === 'add' && entities.includes(kind)) return ['NAME', ...site, ...lines(kind as AttributeEntity, true), ...(kind === 'host_group' ? ['[tenant=<cluster>]'] : []), '[dry_run=yes]'];
  if (action === 'modify' && entities.includes(kind)) {
    const never = refusedAttributes.filter((each) => each.entity === kind).map(({ name }) => name);
    return [...(kind === 'system' ? [] : [kind === 'host_group' ? 'NAME [options | add | remove]' : kind === 'workgroup' ? 'NAME [add | remove]' : 'NAME']), ...lines(kind as AttributeEntity, false), ...(kind === 'system' ? ['[tenant=<cluster>]'] : []), '[dry_run=yes]', '', '<attribute>=default takes back what was set.', ...(never.length === 0 ? [] : [`Not taken, with why and what to use instead when it is tried: ${never.join(', ')}`])];
  }
  if (kind === 'notify') {
    if (action === 'add') return ['user=<name> contact=<mail | +phone> [pager=<mail>] [notification_level=<low | medium | high | disable>] [tenant=<cluster>]', 'script=<action> event=<EVENT>'];
    if (action === 'modify') return ['oldcontact=<user | address> newcontact=<user | address>', 'oldscript=<action> newscript=<action>', 'user=<name> notification_level=<low | medium | high | disable>'];
    if (action === 'delete') return ['user=<name> [contact=<address>]', 'script=<action> [event=<EVENT>]'];
  }
  if (kind === 'script' && (action === 'add' || action === 'delete')) return action === 'add' ? (['site', 'host_group', 'workgroup', 'vm'] as const).map(hooks) : ['entity=<site | host_group | workgroup | vm> NAME [hook=<hook>]'];
  if (kind === 'snapshot') return action === 'add' ? ['filepath=<name>'] : ['filepath=<name>', '[confirm=yes]'];
  if (action === 'delete') return ['NAME', ...(kind === 'ksyscluster' ? ['[confirm=yes]'] : []), '[dry_run=yes]'];
  if (action === 'pair') return ['NAME', 'pair=<host at the backup site | none>'];
  if (action === 'manage' && kind === 'vm') return ['NAME[,NAME]', 'ALL host=<host> | ALL host_group=<group>', 'for a new one: host=<host> [uuid=...] [memory_mb=...] [processors=...] [vlan=...] [disks=<name>:<GB>,<name>:<GB>]'];
  if (action === 'unmanage' && kind === 'vm') return ['NAME[,NAME]', 'ALL host=<host> | ALL host_group=<group>'];
  if (kind === 'disk' && (action === 'manage' || action === 'unmanage')) return ['diskid=<disk> vm=<vm>'];
  return null;
}

const examples: { readonly [line: string]: readonly string[] } = {
  'add ksyscluster': ['add ksyscluster cluster01 ksysnodes=r7r3m116 sync=yes'], 'add site': ['add site customerA sitetype=active', 'add site service_provider sitetype=backup'], 'add hmc': ['add hmc vmhmc1 hostname=vmhmc1.customer-a.example login=hscroot password=env:VMHMC1_PASSWORD site=customerA'],
  'add host': ['add host pbrazos site=customerA uuid=df470086-a22c-52c6-b880-cb77b2ec1aec'], 'pair host': ['pair host pbrazos pair=snorlax', 'pair host pbrazos pair=none'], 'add host_group': ['add host_group HG1 hosts=HOST,HOST pool_disk=hdisk3'], 'add workgroup': ['add workgroup WG1 vms=VM,VM priority=high'],
  'add storage_agent': ['add storage_agent salocal_A login=admin password=env:SALOCAL_A_PASSWORD site=customerA serialnumber=000196800508 storagetype=emc ip=192.0.2.11'], 'add notify': ['add notify user=dora contact=dora@customer-a.example', 'add notify script=page event=HMC_UNREACHABLE'], 'add script': ['add script entity=vm NAME pre_offline=ACTION'], 'add snapshot': ['add snapshot filepath=before-the-change'],
  'modify system': ['modify system auto_discovery_time=02:00', 'modify system replication_type=sync sites=customerA,service_provider', 'modify system vlanmap=10:110,20:120'], 'modify host_group': ['modify host_group HG1 options host_failure_detection_time=120', 'modify host_group HG1 options anticollocation=vm1+vm2', 'modify host_group HG1 add hosts=HOST'],
  'modify vm': ['modify vm NAME vm_failure_detection_speed=fast', 'modify vm NAME after=default'], 'modify host': ['modify host NAME vm_failure_detection_speed=slow', 'modify host NAME maintenance=yes'], 'modify workgroup': ['modify workgroup WG1 add vms=NAME', 'modify workgroup WG1 SkipAutoResync=ON'], 'modify notify': ['modify notify oldcontact=dora newcontact=dan'],
  'delete notify': ['delete notify user=dora'], 'delete ksyscluster': ['delete ksyscluster cluster01'], 'delete script': ['delete script entity=vm NAME hook=pre_offline'], 'manage vm': ['manage vm NAME', 'manage vm ALL host_group=HG1', 'manage vm NEW host=HOST memory_mb=8192 processors=1 disks=hdisk0:60'], 'unmanage vm': ['unmanage vm NAME'],
  'manage disk': ['manage disk diskid=hdisk1 vm=NAME'], 'unmanage disk': ['unmanage disk diskid=hdisk1 vm=NAME'], 'restore snapshot': ['restore snapshot filepath=before-the-change'],
};
/** As the articles write them; null: there is none for it. */
export const configurationExamples = (action: Action, kind: CommandClass): readonly string[] | null => examples[`${action} ${kind}`] ?? null;
