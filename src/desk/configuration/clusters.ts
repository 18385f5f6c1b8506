import { namePattern } from '../../core/attribute-form.js';
import type { ClusterType, Estate, Tenant } from '../../core/estate.js';
import { dailyTimes } from '../../core/stagger.js';
import { changed, clusterOf, done, mine, named, readAttributes, refused, withTenant, type Configure, type Outcome, type Work } from './outcome.js';

/** `add ksyscluster cluster01 ksysnodes=r7r3m116 sync=yes` (seeds/2 step 1): the first thing there is. */
export const addCluster: Configure = ({ estate, command }) => {
  const { name } = command;
  if (name === null) return refused(3, 'name-missing', 'The name of the cluster is missing.', 'A cluster is one customer.', 'add ksyscluster NAME ksysnodes=NODE type=DR');
  if (!namePattern.test(name)) return refused(4, 'name', `'${name}' is no name for a cluster.`, 'Use letters, digits, dots, dashes and underscores.');
  if (estate.tenants.some((each) => each.name === name)) return refused(1, 'there', `There is a cluster ${name} already.`, 'Look at it, or change it with modify.', `query ksyscluster ${name}`);
  if (['no', 'false'].includes(command.attributes.get('sync') ?? '')) return refused(4, 'sync', 'sync=no is not taken: the configuration is in the journal, and every node of Lifeboat reads it there at once.', 'Leave it out.');
  const read = readAttributes(command, 'ksyscluster', { besides: ['sync'], making: true });
  if (!read.ok) return read;
  const node = read.values.ksysNode;
  if (node === undefined) return refused(3, 'node-missing', 'Which node is the cluster of?', 'Add ksysnodes=NODE.', `add ksyscluster ${name} ksysnodes=NODE`);
  const { clusterType, ...own } = read.values;
  const tenant: Tenant = { name, ksysNode: node as string, ...typeOf(clusterType), homeSite: '', backupSite: '', contractPriority: 'silver', channel: name, autoDiscoveryTime: '00:00', hostPairs: [], hostGroups: [], vms: [] };
  return done({ ...estate, tenants: [...estate.tenants, changed(tenant, own)] }, name);
};
const typeOf = (type: unknown): { clusterType?: ClusterType } => (type === undefined || type === 'DR' ? {} : { clusterType: type as ClusterType });

export const modifyCluster: Configure = (work) => {
  const { estate, command } = work;
  const found = named(work, 'cluster', mine(work), 'add ksyscluster NAME ksysnodes=NODE');
  if (!found.ok) return found;
  const read = readAttributes(command, 'ksyscluster', { besides: ['sync'] });
  if (!read.ok) return read;
  const tenant = found.found;
  const { clusterType, ...own } = read.values;
  if (clusterType !== undefined && (clusterType === 'HA') !== (tenant.clusterType === 'HA') && tenant.homeSite !== '') return refused(1, 'sites', `${tenant.name} is of type ${tenant.clusterType ?? 'DR'}; a cluster of type HA has one site, and every other type two.`, 'Write it as a whole: lifeboat estate export FILE, change type and sites there, then:', 'lifeboat estate apply FILE');
  const next = changed(tenant, { ...own, ...('clusterType' in read.values ? { clusterType: clusterType === 'DR' ? undefined : clusterType } : {}) });
  return done(withTenant(estate, next), tenant.name);
};

/** Everything of it at once, as IBM's does; shared sites stay. */
export const deleteCluster: Configure = (work) => {
  const { inUse } = work;
  const found = named(work, 'cluster', mine(work), 'add ksyscluster NAME ksysnodes=NODE');
  if (!found.ok) return found;
  const { name } = found.found;
  if (inUse.tenants.every((each) => each.name === name)) return refused(1, 'last', `${name} is the only cluster in use.`, 'An estate has one at least: add the one that takes its place first.', 'add ksyscluster NAME ksysnodes=NODE');
  return done(withoutTenant(work, name), name, `People of ${name} alone are none of the estate any more. To be able to bring it back: add snapshot filepath=NAME`);
};

function withoutTenant({ estate }: Work, gone: string): Work['estate'] {
  const others = <T extends { readonly tenants: readonly string[] | 'all' }>(each: T): T[] => {
    if (each.tenants === 'all' || !each.tenants.includes(gone)) return [each];
    const tenants = each.tenants.filter((tenant) => tenant !== gone);
    return tenants.length === 0 ? [] : [{ ...each, tenants }];
  };
  const freezes = estate.freezes?.filter(({ tenant }) => tenant !== gone);
  const actions = estate.actions?.flatMap(others);
  const eventSources = estate.eventSources?.filter(({ tenant }) => tenant !== gone);
  const { freezes: _freezes, actions: _actions, eventSources: _sources, ...rest } = estate;
  return {
    ...rest, sites: estate.sites.filter(({ tenant }) => tenant !== gone), tenants: estate.tenants.filter(({ name }) => name !== gone), people: estate.people.flatMap(others), contacts: estate.contacts.filter(({ tenant }) => tenant !== gone),
    ...(freezes && freezes.length > 0 ? { freezes } : {}), ...(actions && actions.length > 0 ? { actions } : {}), ...(eventSources && eventSources.length > 0 ? { eventSources } : {}),
  };
}

/** `modify system ATTR=VALUE ...` of one cluster (reference/ksys.md 2.3). */
export const modifySystem: Configure = (work): Outcome => {
  const { estate, command } = work;
  const cluster = clusterOf(work);
  if (!cluster.ok) return cluster;
  const { tenant } = cluster;
  if (command.name !== null) return refused(4, 'name', `modify system takes no name, but attributes.`, 'Write ATTR=VALUE.', 'help modify system');
  const read = readAttributes(command, 'system', { besides: ['sites'] });
  if (!read.ok) return read;
  const sites = command.attributes.get('sites')?.split(',');
  if (sites && (sites.length !== 2 || !sites.every((site) => site === tenant.homeSite || site === tenant.backupSite))) return refused(4, 'sites', `sites=${sites.join(',')} is not the pair of sites of ${tenant.name}.`, `It has ${tenant.homeSite} and ${tenant.backupSite}.`, replicationExample(tenant));
  if (Object.keys(read.values).length === 0) return refused(3, 'nothing', 'Which attribute shall change?', 'Write ATTR=VALUE. All of them, with what holds now:', `query system properties tenant=${tenant.name}`);
  const { autoDiscoveryTime, ...system } = read.values;
  const { system: before, ...rest } = tenant;
  const all = changed(before ?? {}, system);
  const next: Tenant = { ...rest, ...(autoDiscoveryTime === undefined ? {} : { autoDiscoveryTime: autoDiscoveryTime as string }), ...(Object.keys(all).length === 0 ? {} : { system: all }) };
  const interval = (all as { quickDiscoveryIntervalMs?: number }).quickDiscoveryIntervalMs;
  const after = withTenant(estate, next);
  return done(after, tenant.name, ...(autoDiscoveryTime === undefined ? [] : sameTime(after, next)), ...('quickDiscoveryIntervalMs' in system && interval !== undefined && interval < 3_600_000 ? ['Quick discoveries more often than every 60 minutes are discouraged: each one reads every host.'] : []));
};
const replicationExample = (tenant: Tenant): string => `modify system replication_type=async sites=${tenant.homeSite},${tenant.backupSite} tenant=${tenant.name}`;

/** seeds/2 step 8: daily times of customers that share a recovery site must differ. core/stagger.ts sees to it; whom a cluster makes way for is nobody's business (DESIGN.md section 8). */
export function sameTime(estate: Estate, { name, autoDiscoveryTime }: Tenant): string[] {
  const really = dailyTimes(estate).get(name);
  return really === undefined || really === autoDiscoveryTime ? [] : [`The daily discovery of ${name} begins at ${really}, not at ${autoDiscoveryTime}: it keeps 15 minutes away from another one at its recovery site. For another time: modify system auto_discovery_time=hh:mm tenant=${name}`];
}
