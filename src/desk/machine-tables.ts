import { attributesOf, shownValue, type AttributeEntity } from '../core/attributes.js';
import { sees, tenantsAtSite } from '../core/estate.js';
import { clusterTypeOf, hasHaAt } from '../core/policies.js';
import { missingSteps } from '../core/missing-steps.js';
import type { CommandClass } from './grammar.js';
import { Machine, mine, row, sites, unreachable, type Block, type Entry, type Table } from './asked.js';

/** Every attribute of the table under ksysmgr's name, with what is set or its default. */
export const attributeRows = (entity: AttributeEntity, holder: object, told: readonly string[] = []): Block => attributesOf(entity).filter(({ name }) => !told.includes(name)).map((attribute) => row(attribute.name, shownValue(attribute, holder)));

/** What stands somewhere: clusters, sites and machines. Clusters under construction are in the estate that these look at. */
export const machineTables = {
  ksyscluster: (asked) => mine(asked).map((tenant): Entry => {
    const inUse = asked.state.estate!.tenants.some(({ name }) => name === tenant.name);
    const missing = inUse ? [] : missingSteps(asked.estate, tenant);
    return { name: tenant.name, block: [
      row('Name', tenant.name), row('State', inUse ? 'Online' : 'Under construction'), row('Type', clusterTypeOf(tenant)), row('Ksysnodes', `${tenant.ksysNode}:1:${inUse ? 'Online' : 'Offline'}`), row('KsysState', inUse ? 'Online' : 'Offline'), row('Contract priority', tenant.contractPriority), row('Channel', tenant.channel),
      row('Home Site', tenant.homeSite || null), row('Backup Site', tenant.backupSite === tenant.homeSite ? null : tenant.backupSite || null),
      ...(inUse ? [] : [row('Missing', missing.map(({ what }) => what)), row('Next', missing[0]?.command ?? null)]),
    ] };
  }),
  site: (asked) => sites(asked).map((site) => {
    const here = mine(asked).flatMap((tenant) => tenant.hostGroups.filter((group) => asked.state.groups.get(group.name)?.activeSite === site.name).map((group) => group.name));
    return { name: site.name, block: [row('Name', site.name), row('Sitetype', mine(asked).some((tenant) => tenant.homeSite === site.name) ? 'home' : 'backup'), row('Active host groups', here), row('HMCs', site.hmcs.map((hmc) => hmc.name)), row('Hosts', site.hosts.map((host) => host.name)), row('Storage agents', site.storageAgents.map((agent) => agent.name))] };
  }),
  hmc: (asked) => sites(asked).flatMap((site) => site.hmcs.map((hmc) => ({ name: hmc.name, block: [row('Name', hmc.name), row('Ip', hmc.hostname), row('Site', site.name), row('Login', hmc.login ?? null), row('Password', hmc.password ?? null), row('Status', unreachable(asked, `HMC_UNREACHABLE:${hmc.name}`))] }))),
  host: (asked) => sites(asked).flatMap((site) => site.hosts.map((host) => new Machine(host, () => {
    const pairs = mine(asked).flatMap((tenant) => tenant.hostPairs.filter((pair) => pair.active === host.name || pair.backup === host.name).map((pair) => (pair.active === host.name ? pair.backup : pair.active)));
    const groups = mine(asked).flatMap((tenant) => tenant.hostGroups.filter(({ hosts, backupHosts }) => hosts.includes(host.name) || backupHosts?.includes(host.name)).map(({ name }) => name));
    const vms = [...asked.state.vms.values()].filter((vm) => vm.host === host.name && sees(asked.person, vm.tenant)).map((vm) => vm.vm);
    return [row('Name', host.name), row('UUID', host.uuid), row('Site', site.name), row('Pair', [...new Set(pairs)]), row('Host groups', groups), row('Memory (MB)', host.memoryMb), row('Processors', host.processors), row('VIOS', host.vioses), row('VMs', vms), row('Status', unreachable(asked, `HOST_FAILURE:${host.name}`)), ...attributeRows('host', host, ['uuid', 'memory_mb', 'processors', 'vioses'])];
  }))),
  vios: (asked) => sites(asked).flatMap((site) => {
    const watched = tenantsAtSite(asked.estate, site.name).some((tenant) => hasHaAt(tenant, site.name));
    return site.hosts.flatMap((host) => host.vioses.map((vios) => {
      const seen = (name: string) => asked.sighting?.hosts.get(host.name)?.vioses.find((each) => each.name === name);
      const excluded = host.excludedVioses?.includes(vios) === true;
      return { name: vios, block: [row('Name', vios), row('Host', host.name), row('CecUuid', host.uuid), row('Site', site.name), row('State', seen(vios) ? (seen(vios)!.up ? 'up' : 'DOWN') : 'not seen'), row('MonitorMode', !watched || excluded ? 'not monitored' : seen(vios)?.monitorMode ?? 'not seen'), row('Counts for redundancy', excluded ? 'no' : 'yes'), row('Status', unreachable(asked, `VIOS_FAILURE:${vios}`))] };
    }));
  }),
  storage_agent: (asked) => sites(asked).flatMap((site) => site.storageAgents.map((agent) => ({ name: agent.name, block: [row('Name', agent.name), row('Serialnumber', agent.serialNumber), row('Storagetype', agent.storageType), row('Site', site.name), row('Ip', agent.ip), row('Login', agent.login ?? null), row('Password', agent.password ?? null), row('Status', unreachable(asked, `STG_UNREACHABLE:${agent.name}`))] }))),
} satisfies Partial<Record<CommandClass, Table>>;
