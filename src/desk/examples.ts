import { otherSite, sees, type Estate, type Person } from '../core/estate.js';
import type { Millis } from '../core/names.js';
import type { RunStatus } from '../core/run-state.js';
import { slotName } from '../core/slot.js';
import type { State } from '../core/state.js';
import type { Action, CommandClass } from './grammar.js';

export interface ExampleContext { readonly person: Person; readonly estate: Estate; readonly state: State; readonly now: Millis }
type Names = ReturnType<typeof namesOf>;

const dayMs: Millis = 86_400_000;
/** What an action finds something to do with, most fitting first. */
const fitting: Partial<Record<Action, readonly RunStatus[]>> = {
  approve: ['proposed'], reject: ['proposed'], review: ['proposed'], hold: ['running', 'granted', 'proposed'], resume: ['held', 'parked'], cancel: ['parked', 'held', 'running', 'proposed'], retry: ['parked'], skip: ['parked'], confirm: ['running'], why: ['parked', 'held', 'running', 'proposed'],
};

/** Names that this person may use, of the first tenant that the person sees; in capitals what the estate does not have. */
function namesOf({ person, estate, state, now }: ExampleContext) {
  const tenant = estate.tenants.find((each) => sees(person, each.name));
  const group = tenant?.hostGroups[0]?.name;
  const active = tenant && ((group === undefined ? undefined : state.groups.get(group)?.activeSite) ?? tenant.homeSite);
  const site = active ?? 'SITE';
  const vm = tenant?.vms.find((each) => each.unmanaged !== true);
  const used = new Set(tenant ? [tenant.homeSite, tenant.backupSite] : []);
  const home = estate.sites.find(({ name }) => name === tenant?.homeSite);
  const shown = <T extends { readonly tenant: string | null }>(all: Iterable<T>): T | undefined => [...all].findLast((each) => sees(person, each.tenant));
  const runs = [...state.runs.values()].filter(({ plan }) => sees(person, plan.tenant));
  const stands = estate.people.find((each) => each.name !== person.name && each.roles.some((role) => person.roles.includes(role) && role !== 'viewer') && (person.tenants === 'all' ? each.tenants === 'all' : person.tenants.some((name) => sees(each, name))));
  return {
    site, other: tenant ? otherSite(tenant, site) : 'SITE', tenant: tenant?.name ?? 'TENANT', group: group ?? 'GROUP', workgroup: tenant?.workgroups?.[0]?.name ?? 'WORKGROUP', vm: vm?.name ?? 'VM', host: vm?.host ?? home?.hosts[0]?.name ?? 'HOST', disk: vm?.disks[0]?.name ?? 'DISK',
    hmc: home?.hmcs[0]?.name ?? 'HMC', vios: home?.hosts[0]?.vioses[0] ?? 'VIOS', agent: home?.storageAgents[0]?.name ?? 'AGENT', backup: estate.sites.find(({ name }) => used.has(name) && name !== home?.name)?.hosts[0]?.name ?? 'HOST',
    run: (action: Action) => (fitting[action] ?? []).map((status) => runs.findLast((each) => each.status === status)).find(Boolean)?.plan.run ?? runs.at(-1)?.plan.run ?? 'R-1',
    incident: shown(state.incidents.values())?.id ?? 'I-1', standing: shown([...state.standing.values()].map(({ authority }) => authority))?.id ?? 'S-1', stands: stands?.name ?? 'NAME', me: person.name,
    schedule: estate.onCall?.[0]?.name ?? 'SCHEDULE', chain: estate.escalations?.[0]?.name ?? 'NAME',
    tomorrow: `${slotName(now + dayMs, person.timeZone ?? estate.timeZone).slice(0, 10)}T08:00`,
  };
}

const operated = ['site', 'host_group', 'workgroup'] as const;

/** What takes a class, by the class. */
function byClass(action: Action, kind: CommandClass, names: Names): readonly string[] | null {
  const { site, other, group, workgroup, vm, host } = names;
  const scope: Partial<Record<CommandClass, string>> = { site, host_group: group, workgroup };
  const target: Partial<Record<CommandClass, string>> = { ...scope, vm, host, hmc: names.hmc, vios: names.vios, storage_agent: names.agent, run: names.run('why'), incident: names.incident, person: names.me, standing: names.standing, ksyscluster: names.tenant };
  switch (action) {
    case 'query': return target[kind] === undefined || /^[A-Z]+$/.test(target[kind]) ? [`query ${kind}`] : [`query ${kind}`, `query ${kind} ${target[kind]}`];
    case 'discover': case 'verify': return [`${action} ${kind} ${scope[kind]}`, ...(action === 'verify' ? [`verify ${kind} ${scope[kind]} dr_test=yes`] : [])];
    case 'move': return kind === 'site' ? [`move site from=${site} to=${other} dr_type=planned`, `move site from=${site} to=${other} dr_type=unplanned reason="site lost"`, `move site from=${site} to=${other} dr_test=yes`] : [`move ${kind} ${scope[kind]} to=${other}`, `move ${kind} ${scope[kind]} to=${other} dr_test=yes`];
    case 'cleanup': return [kind === 'host' ? `cleanup host ${host}` : kind === 'site' ? `cleanup site ${other}` : `cleanup ${kind} ${scope[kind]}`];
    case 'resync': case 'recover': return [`${action} ${kind} ${scope[kind]}`];
    case 'restart': return [`restart ${kind} ${kind === 'vm' ? vm : host}`];
    case 'lpm': return [`lpm ${kind} ${kind === 'vm' ? vm : host}`, `lpm ${kind} ${kind === 'vm' ? vm : host} validate=yes`];
    case 'restore': return kind === 'host' ? [`restore host ${host}`] : ['restore snapshot filepath=before-the-change'];
    case 'inject': case 'revert': return kind === 'system' ? [`${action} system`] : target[kind] === undefined ? null : [`${action} ${kind} ${target[kind]}`];
    case 'start': case 'stop': return action === 'start' ? ['start automation'] : ['stop automation reason="the network team works"'];
    case 'run': return [`run runbook verify site=${site}`, `run runbook planned-move from=${site} to=${other} dry_run=yes`];
    case 'authorise': return [`authorise move site from=${site} to=${other} dr_type=unplanned between=02:00-06:00 lost=5m lag=10s expires=7d reason="nobody is near at night"`];
    case 'resend': return ['resend delivery MESSAGE'];
    case 'close': return [`close incident ${names.incident} reason="the array shows it healthy"`];
    case 'swap': return [`swap on_call with=${names.stands}`];
    case 'report': return ['report system', '-v report system'];
    case 'manage': case 'unmanage': return kind === 'vm' ? [`${action} vm ${vm}`] : [`${action} disk diskid=${names.disk} vm=${vm}`];
    case 'pair': return [`pair host ${host} pair=${names.backup}`];
    case 'modify': return kind === 'system' ? [`modify system notification_level=medium tenant=${names.tenant}`] : kind === 'host_group' ? [`modify host_group ${group} options host_failure_detection_time=120`] : kind === 'vm' ? [`modify vm ${vm} vm_failure_detection_speed=fast`] : kind === 'host' ? [`modify host ${host} maintenance=yes`] : kind === 'workgroup' ? [`modify workgroup ${workgroup} add vms=${vm}`] : kind === 'notify' ? [`modify notify user=${names.me} notification_level=high`] : kind === 'ksyscluster' ? [`modify ksyscluster ${names.tenant} sync=yes`] : kind === 'on_call' ? [`modify on_call ${names.schedule} add people=${names.stands}`] : kind === 'escalation' ? [`modify escalation ${names.chain} steps=on_call:${names.schedule},10m:${names.me}`] : null;
    case 'add': return made(kind, names);
    case 'delete': return kind === 'override' ? ['delete override O-1'] : kind === 'silence' ? ['delete silence L-1'] : kind === 'opt_out' ? [`delete opt_out ${names.stands} reason="asked by phone"`] : kind === 'on_call' ? [`delete on_call ${names.schedule}`] : kind === 'escalation' ? [`delete escalation ${names.chain}`] : kind === 'notify' ? [`delete notify user=${names.me}`] : kind === 'script' ? [`delete script entity=vm ${vm} hook=pre_offline`] : target[kind] === undefined ? null : [`delete ${kind} ${kind === 'vm' || kind === 'workgroup' ? target[kind] : 'NAME'}`];
    default: return null;
  }
}

/** What is made anew has a name that the estate does not know yet: it stands in capitals. */
function made(kind: CommandClass, { site, host, vm, me, stands, tomorrow, schedule }: Names): readonly string[] | null {
  switch (kind) {
    case 'ksyscluster': return ['add ksyscluster NAME ksysnodes=NODE sync=yes'];
    case 'site': return ['add site NAME sitetype=active', 'add site NAME sitetype=backup'];
    case 'hmc': return [`add hmc NAME hostname=ADDRESS login=hscroot password=env:HMC_PASSWORD site=${site}`];
    case 'host': return [`add host NAME site=${site} uuid=UUID`];
    case 'host_group': return [`add host_group NAME hosts=${host} pool_disk=DISK`];
    case 'workgroup': return [`add workgroup NAME vms=${vm} priority=high`];
    case 'storage_agent': return [`add storage_agent NAME login=admin password=env:AGENT_PASSWORD site=${site} serialnumber=NUMBER storagetype=emc ip=ADDRESS`];
    case 'notify': return [`add notify user=${me} contact=ADDRESS`, 'add notify script=ACTION event=HMC_UNREACHABLE'];
    case 'script': return [`add script entity=vm ${vm} pre_offline=ACTION`];
    case 'on_call': return [`add on_call NAME people=${me},${stands} from=${tomorrow.slice(0, 10)}`, 'add on_call NAME calendar=env:CALENDAR'];
    case 'escalation': return [`add escalation NAME steps=on_call:${schedule},10m:${me}`];
    case 'override': return [`add override person=${me} for=12h reason="the other one is ill"`];
    case 'silence': return [`add silence event=VM_* entity=${vm} for=2h reason="it is worked on"`];
    case 'snapshot': return ['add snapshot filepath=before-the-change'];
    default: return null;
  }
}

/** Lines that this person could send now, with names of the own estate (approval-ux.md rule 20). */
export function examplesOf(action: Action, kind: CommandClass | null, context: ExampleContext, classes: readonly CommandClass[] = []): readonly string[] {
  const names = namesOf(context);
  const of = (each: CommandClass): readonly string[] => byClass(action, each, names) ?? [];
  if (kind !== null) return of(kind);
  if (classes.length > 0) return (action === 'query' ? (['vm', 'site', 'run', 'event'] as const) : action === 'move' || action === 'verify' || action === 'discover' ? operated.slice(0, 2) : classes).flatMap((each) => of(each).slice(0, action === 'query' ? 1 : 2)).slice(0, 4);
  const run = names.run(action);
  switch (action) {
    case 'approve': case 'hold': case 'resume': case 'cancel': case 'why': case 'review': case 'retry': case 'confirm': return [`${action} ${run}`];
    case 'reject': return [`reject ${run} reason="not tonight"`];
    case 'skip': return [`skip ${run} waiver="checked by hand"`];
    case 'escalate': return [`escalate ${names.incident}`];
    case 'acknowledge': return [`acknowledge ${names.incident}`, `acknowledge ${names.incident} for=1h`];
    case 'unacknowledge': return [`unacknowledge ${names.incident}`];
    case 'revoke': return [`revoke ${names.standing}`];
    case 'help': return ['help move site'];
    case 'code': return ['code slack', 'code cli'];
    case 'unlink': return ['unlink slack'];
    case 'delegate': return [`delegate to=${names.stands} until=${names.tomorrow} reason="on leave"`, 'delegate off'];
    default: return [];
  }
}
