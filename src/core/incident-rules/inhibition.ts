import type { DrEvent, Incident } from '../dr-event.js';
import type { Estate } from '../estate.js';
import { siteOf, vmOf } from '../estate.js';
import { eventKey } from '../dr-event.js';
import { indexed } from '../estate-index.js';
import type { HostName, VmName } from '../names.js';

/** What inhibition needs to know: how things hang together, where VMs are now, and what is open. */
export interface Topology {
  readonly estate: Estate | null;
  hostOfVm(vm: VmName): HostName | undefined;
  /** The open incident with this key. */
  open(key: string): Incident | undefined;
  get(id: string): Incident | undefined;
  /** The open incident that says that a whole site is lost. */
  siteLost(site: string): Incident | undefined;
}

/** A host that is down explains its VMs, its VIOS and the applications on it; a VM its applications; an HMC that is silent what is seen through it. The rest always speaks: it asks people for something, or tells of something of its own. */
const byHost: Record<string, readonly string[]> = {
  VM_FAILURE_DETECTED: ['HOST_FAILURE', 'HOST_FAILURE_DETECTED', 'ALL_VIOS_UNREACHABLE'], APP_FAILURE_DETECTED: ['HOST_FAILURE', 'HOST_FAILURE_DETECTED', 'ALL_VIOS_UNREACHABLE'],
  VIOS_FAILURE: ['HOST_FAILURE', 'HOST_FAILURE_DETECTED'], VIOS_NODE_FAILURE: ['HOST_FAILURE', 'HOST_FAILURE_DETECTED'], VIOS_MONITOR_MODE: ['HOST_FAILURE', 'HOST_FAILURE_DETECTED'], ALL_VIOS_UNREACHABLE: ['HOST_FAILURE'],
};
const byHmc: readonly string[] = ['HOST_FAILURE', 'STG_UNREACHABLE'];
const bySite: readonly string[] = [...Object.keys(byHost), ...byHmc, 'HOST_FAILURE_DETECTED', 'HMC_UNREACHABLE'];

const hostOfVios = indexed((site: Estate['sites'][number]) => site.hosts.flatMap((host) => host.vioses.map((vios) => [vios, host.name] as const)));
const vmOfApp = indexed((tenant: Estate['tenants'][number]) => tenant.vms.flatMap((vm) => (vm.apps ?? []).map((app) => [`${tenant.name}/${app.name}`, vm.name] as const)));

/** The open incident that explains this event: its own message carries it. Looks up a handful of keys, however many incidents are open. */
export function causeOf(event: Pick<DrEvent, 'name' | 'entity' | 'entityClass' | 'tenant' | 'site'>, topology: Topology): Incident | undefined {
  const { estate } = topology;
  // A chain of causes ends at the one that is told.
  const root = (found: Incident | undefined): Incident | undefined => {
    const told = found?.causedBy ? topology.get(found.causedBy) : found;
    return told && told.resolvedAt === null && told.causedBy === null && sameWatchers(told, event) ? told : undefined;
  };
  const first = (keys: readonly string[]): Incident | undefined => { for (const key of keys) { const found = root(topology.open(key)); if (found) return found; } return undefined; };
  if (event.site !== null && bySite.includes(event.name)) {
    const lost = root(topology.siteLost(event.site));
    if (lost) return lost;
  }
  if (estate === null) return undefined;
  if (event.site !== null && byHmc.includes(event.name)) {
    const hmc = first((siteOf(estate, event.site)?.hmcs ?? []).map(({ name }) => eventKey('HMC_UNREACHABLE', name)));
    if (hmc) return hmc;
  }
  const names = byHost[event.name];
  if (!names) return undefined;
  const vm = event.entityClass === 'vm' ? event.entity : event.entityClass === 'app' && event.tenant !== null ? vmOfApp(estate.tenants, `${event.tenant}/${event.entity}`) : undefined;
  const host = event.entityClass === 'host' ? event.entity : event.entityClass === 'vios' ? hostOfVios(estate.sites, event.entity) : vm === undefined ? undefined : topology.hostOfVm(vm) ?? vmOf(estate, vm)?.host;
  const ownVm = event.entityClass === 'app' && vm !== undefined ? first([eventKey('VM_FAILURE_DETECTED', vm)]) : undefined;
  return ownVm ?? (host === undefined ? undefined : first(names.map((name) => eventKey(name, host))));
}

/** Who sees the event must see its cause: a customer is not muted by what only the provider is told. Where the cause is nobody's, only what is nobody's follows from it. */
const sameWatchers = (cause: Incident, event: Pick<DrEvent, 'tenant'>): boolean => cause.tenant === event.tenant;

/** Keys of incidents that a new cause may explain: they came first, and were told. */
export function effectKeysOf(cause: Pick<DrEvent, 'name' | 'entity' | 'entityClass' | 'site'>, { estate }: Topology, vmsOn: (host: HostName) => readonly VmName[]): string[] {
  if (estate === null) return [];
  const site = cause.site === null ? undefined : siteOf(estate, cause.site);
  if (!site) return [];
  const ofHost = (name: HostName): string[] => {
    const host = site.hosts.find((each) => each.name === name);
    const vms = vmsOn(name);
    const apps = vms.flatMap((vm) => vmOf(estate, vm)?.apps ?? []);
    return [...vms.map((vm) => eventKey('VM_FAILURE_DETECTED', vm)), ...apps.map((app) => eventKey('APP_FAILURE_DETECTED', app.name)), ...(host?.vioses ?? []).flatMap((vios) => ['VIOS_FAILURE', 'VIOS_NODE_FAILURE', 'VIOS_MONITOR_MODE'].map((each) => eventKey(each, vios))), eventKey('ALL_VIOS_UNREACHABLE', name)];
  };
  if (cause.entityClass === 'host' && /^(?:HOST_FAILURE|HOST_FAILURE_DETECTED|ALL_VIOS_UNREACHABLE)$/.test(cause.name)) return ofHost(cause.entity);
  if (cause.name === 'VM_FAILURE_DETECTED') return (vmOf(estate, cause.entity)?.apps ?? []).map((app) => eventKey('APP_FAILURE_DETECTED', app.name));
  const seenThroughHmc = [...site.hosts.flatMap(({ name }) => [eventKey('HOST_FAILURE', name), ...ofHost(name)]), ...site.storageAgents.map(({ name }) => eventKey('STG_UNREACHABLE', name))];
  if (cause.name === 'HMC_UNREACHABLE') return seenThroughHmc;
  if (!tellsOfLostSite(cause)) return [];
  return [...seenThroughHmc, ...site.hmcs.map(({ name }) => eventKey('HMC_UNREACHABLE', name)), ...site.hosts.map(({ name }) => eventKey('HOST_FAILURE_DETECTED', name))];
}

/** No source of ours names a lost site; another system's event about a site with one of these endings does. */
export const tellsOfLostSite = ({ entityClass, name }: Pick<DrEvent, 'entityClass' | 'name'>): boolean => entityClass === 'site' && /^SITE_(?:FAILURE|UNREACHABLE|DOWN|LOST)$/.test(name);
