import type { DrEvent, Evidence } from '../core/dr-event.js';
import { groupOfVm, type Estate, type Site } from '../core/estate.js';
import type { TenantName } from '../core/names.js';
import type { State } from '../core/state.js';
import type { Clock } from '../ports/clock.js';
import type { Observation } from '../ports/controller.js';
import { DriverError, type HostSeen } from '../ports/world.js';
import { isLive, said, throughHmc, type World } from './site-access.js';

type Finding = { readonly raised?: DrEvent; readonly cleared?: { readonly key: string; readonly evidence: readonly Evidence[] } };

/**
 * One look at every HMC, host and storage agent, side by side. Raises IBM's events (reference/ksys.md 6.1, 7.1); how long a condition must last before
 * people are told (hostFDT) is the monitor's business. Independent of any operation's lock: KSYS goes blind during a move, Lifeboat does not.
 */
export async function observe(world: World, estate: Estate, state: State, clock: Clock, signal: AbortSignal): Promise<Observation> {
  const findings = (await Promise.all(estate.sites.flatMap((site) => [
    ...site.hmcs.map((hmc) => reach('HMC_UNREACHABLE', 'hmc', hmc.name, site, clock, () => world.hypervisor.pingHmc(hmc.name, signal))),
    ...site.storageAgents.map((agent) => reach('STG_UNREACHABLE', 'storage_agent', agent.name, site, clock, () => world.storage.ping(agent.name, signal))),
  ]))).flat();
  const hosts = await Promise.all(estate.sites.flatMap((site) => site.hosts.map(async (host) => {
    try {
      return await throughHmc(site, (hmc) => world.hypervisor.observeHost(hmc, host.name, signal));
    } catch (error) {
      // No HMC answers: HMC_UNREACHABLE says so already. Not seeing a host is not seeing it down.
      if (error instanceof DriverError) return null;
      throw error;
    }
  })));
  const seen = hosts.filter((host): host is HostSeen => host !== null);
  for (const host of seen) findings.push(hostFinding(estate, host, clock));
  findings.push(...strays(estate, state, seen, clock));
  return { raised: findings.flatMap((finding) => finding.raised ?? []), cleared: findings.flatMap((finding) => finding.cleared ?? []) };
}

const ownerOf = (site: Site): TenantName | null => site.tenant;

async function reach(name: string, entityClass: DrEvent['entityClass'], entity: string, site: Site, clock: Clock, ping: () => Promise<Evidence>): Promise<Finding[]> {
  const key = `${name}:${entity}`;
  try {
    return [{ cleared: { key, evidence: [await ping()] } }];
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    const what = entityClass === 'hmc' ? `HMC ${entity}` : `Storage agent ${entity}`;
    return [{ raised: { name, severity: 'critical', entityClass, entity, uuid: null, tenant: ownerOf(site), site: site.name, description: `${what} at ${site.name} does not answer.`, occurredAt: clock.now(), source: 'engine', evidence: [said(error.message, 'Lifeboat', clock.now())], key } }];
  }
}

function hostFinding(estate: Estate, host: HostSeen, clock: Clock): Finding {
  const key = `HOST_FAILURE:${host.host}`;
  const site = estate.sites.find((each) => each.hosts.some((one) => one.name === host.host))!;
  if (host.power === 'Operating') return { cleared: { key, evidence: [host.evidence] } };
  return { raised: { name: 'HOST_FAILURE', severity: 'critical', entityClass: 'host', entity: host.host, uuid: host.uuid, tenant: ownerOf(site), site: site.name, description: `Host ${host.host} at ${site.name} is ${host.power}.`, occurredAt: clock.now(), source: 'engine', evidence: [host.evidence], key } };
}

/** A VM alive at the site that its group has left: a returning site must not run what was moved away (invariant 7). */
function strays(estate: Estate, state: State, seen: readonly HostSeen[], clock: Clock): Finding[] {
  return estate.tenants.flatMap((tenant) => tenant.vms.flatMap((vm): Finding[] => {
    const active = state.vms.get(vm.name)?.site;
    // A run that holds the group moves its VMs: what it sees half-way is no stray.
    if (active === undefined || state.locks.held.has(`group:${groupOfVm(tenant, vm)}`)) return [];
    const passive = seen.filter((host) => estate.sites.find((site) => site.hosts.some((one) => one.name === host.host))?.name !== active);
    const key = `VM_ACTIVE_AT_LEFT_SITE:${vm.name}`;
    const where = passive.find((host) => isLive(host, host.lpars.find((lpar) => lpar.vm === vm.name)));
    if (!where) return passive.length > 0 ? [{ cleared: { key, evidence: passive.map((host) => host.evidence) } }] : [];
    const site = estate.sites.find((each) => each.hosts.some((one) => one.name === where.host))!;
    return [{ raised: { name: 'VM_ACTIVE_AT_LEFT_SITE', severity: 'critical', entityClass: 'vm', entity: vm.name, uuid: vm.uuid, tenant: tenant.name, site: site.name, description: `VM ${vm.name} runs on ${where.host}, but it belongs at ${active} now.`, occurredAt: clock.now(), source: 'engine', evidence: [where.evidence], key } }];
  }));
}
