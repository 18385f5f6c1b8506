import { stringify } from 'yaml';
import { yamlValue } from '../core/attribute-form.js';
import { attributesOf, type AttributeEntity } from '../core/attributes.js';
import type { OnCallSchedule } from '../core/on-call/duty.js';
import { writeDelay } from '../core/on-call/written.js';
import type { Estate, ExternalAction, Tenant, Vm } from '../core/estate.js';

type Plain = { [key: string]: unknown };

/** An estate as a file that `readEstate` takes back to an equal one. Defaults are left out. */
export function writeEstate(estate: Estate): string {
  const head = `# Written by Lifeboat. Check it: lifeboat estate check FILE. What it would change: lifeboat estate apply FILE\n`;
  return head + stringify(toRaw(estate), { lineWidth: 0, version: '1.2' });
}

function toRaw(estate: Estate): Plain {
  return present({
    name: estate.name, simulated: estate.simulated, test: estate.test, time_zone: estate.timeZone, clock_rate: estate.simulated ? estate.clockRate : undefined, provider: estate.provider,
    sites: estate.sites.map((site) => present({
      name: site.name, tenant: site.tenant, hmcs: site.hmcs.map((each) => entity('hmc', each)), hosts: site.hosts.map((each) => entity('host', each)), storage_agents: listed(site.storageAgents.map((each) => entity('storage_agent', each))),
    })),
    tenants: estate.tenants.map(ofTenant),
    people: estate.people.map(({ displayName, timeZone, quietHours, digestAt, ...person }) => present({ ...person, display_name: displayName, time_zone: timeZone, quiet_hours: quietHours && `${quietHours.from}-${quietHours.to}`, digest: digestAt })),
    contacts: listed(estate.contacts.map(({ notificationLevel, ...contact }) => present({ ...contact, notification_level: notificationLevel }))),
    standing_authority: estate.standingAuthority,
    freezes: listed((estate.freezes ?? []).map((freeze) => present({ ...freeze, from: inSeconds(freeze.from), to: inSeconds(freeze.to) }))),
    on_call: listed((estate.onCall ?? []).map(ofOnCall)),
    escalations: listed((estate.escalations ?? []).map(({ steps, ...each }) => ({ ...each, steps: steps.map(({ afterMs, to }) => present({ after: afterMs === 0 ? undefined : writeDelay(afterMs), to })) }))),
    routes: listed(estate.routes ?? []),
    maintenance_windows: listed((estate.maintenanceWindows ?? []).map(({ matcher, timeZone, ...window }) => present({ ...window, ...matcher, time_zone: timeZone }))),
    actions: listed((estate.actions ?? []).map(ofAction)),
    event_sources: listed((estate.eventSources ?? []).map(({ signingSecret, entityLabels, classLabel, severityLabel, user, ...source }) => present({ ...source, user: user && present({ name: user.name, auth: user.auth, privacy: user.privacy, auth_protocol: user.authProtocol }), signing_secret: signingSecret, entity_labels: entityLabels, class_label: classLabel, severity_label: severityLabel }))),
  });
}

function ofTenant(tenant: Tenant): Plain {
  return present({
    name: tenant.name, ksysnode: tenant.ksysNode, type: tenant.clusterType, home_site: tenant.homeSite, backup_site: tenant.backupSite === tenant.homeSite ? undefined : tenant.backupSite, channel: tenant.channel,
    contract_priority: tenant.contractPriority, auto_discovery_time: tenant.autoDiscoveryTime, system: tenant.system && own('system', tenant.system), host_pairs: listed(tenant.hostPairs),
    host_groups: tenant.hostGroups.map((each) => entity('host_group', each)), workgroups: listed((tenant.workgroups ?? []).map((each) => entity('workgroup', each))), vms: tenant.vms.map(ofVm),
    scripts: listed(tenant.scripts ?? []), notify_scripts: listed(tenant.notifyScripts ?? []),
  });
}

const ofVm = (vm: Vm): Plain => present({ ...entity('vm', vm), apps: listed((vm.apps ?? []).map((app) => entity('app', app))), disks: vm.disks.map((disk) => entity('disk', disk)) });

function ofAction(action: ExternalAction): Plain {
  const common = { name: action.name, parameters: listed(action.parameters), tenants: action.tenants, effect: action.effect, probe: action.probe, timeout: action.timeoutMs / 1_000 };
  if (action.kind === 'http') return present({ ...common, http: present({ method: action.method, url: action.url, headers: action.headers, body: action.body, expect: action.expect }) });
  if (action.kind === 'ssh') return present({ ...common, ssh: { host: action.host, port: action.port, user: action.user, key: action.key, host_key: action.hostKey, command: action.command } });
  return present({ ...common, command: action.program });
}

const entity = (kind: AttributeEntity, each: { readonly name: string }): Plain => ({ name: each.name, ...own(kind, each) });
/** What is set, in the file's words. */
function own(kind: AttributeEntity, holder: object): Plain {
  return Object.fromEntries(attributesOf(kind).flatMap(({ name, key, form }) => {
    const value = (holder as Plain)[key];
    return value === undefined || value === null ? [] : [[name, yamlValue(form, value)]];
  }));
}
function ofOnCall({ name, tenants, timeZone, source }: OnCallSchedule): Plain {
  return present({ name, tenants, time_zone: timeZone, ...(source.kind === 'rotation' ? { rotation: { people: source.people, from: source.from, handover: source.handover, shift_days: source.shiftDays } } : { calendar: source.url }) });
}
const inSeconds = (moment: string): string => moment.replace('.000Z', 'Z');
const listed = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list);
const present = (all: Plain): Plain => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== null));
