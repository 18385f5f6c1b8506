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
  if (kind === 'override' || kind === 'silence' || kind === 'opt_out') return null;
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
  if ((kind === 'on_call' || kind === 'escalation') && action !== 'delete') {
    const words = action === 'modify' ? `NAME [add | remove]` : 'NAME';
    return [words, ...(kind === 'on_call' && action === 'add' ? ['people=<name,name> from=<YYYY-MM-DD> | calendar=<https://... | env:NAME>'] : []), ...attributesOf(kind).filter(({ name }) => action === 'modify' || kind !== 'on_call' || !['people', 'from', 'calendar'].includes(name)).map((each) => written(each, action === 'add')), '[dry_run=yes]'];
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
