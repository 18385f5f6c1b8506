import type { Evidence } from '../core/dr-event.js';
import { hostOf, siteOf, siteOfHost, type Estate, type Site } from '../core/estate.js';
import type { HostName, SiteName, VmName } from '../core/names.js';
import { DriverError, type GroupSeen, type HostSeen, type Hypervisor, type LparSeen, type Storage } from '../ports/world.js';

export interface World { readonly hypervisor: Hypervisor; readonly storage: Storage }

/** The site's HMCs are equal: the first that answers counts (dual HMC, reference/ksys.md section 1). @throws DriverError of the last one */
export async function throughHmc<T>(site: Site, act: (hmc: string) => Promise<T>): Promise<T> {
  let last: unknown = new DriverError('unreachable', `Site ${site.name} has no HMC.`);
  for (const hmc of site.hmcs) {
    try {
      return await act(hmc.name);
    } catch (error) {
      last = error;
      // Another HMC is asked only when this one was not reached at all; any other answer is the machine's own.
      if (!(error instanceof DriverError) || error.code !== 'unreachable') throw error;
    }
  }
  throw last;
}

export function observeHost({ hypervisor }: World, estate: Estate, host: HostName, signal: AbortSignal): Promise<HostSeen> {
  return throughHmc(requireSiteOfHost(estate, host), (hmc) => hypervisor.observeHost(hmc, host, signal));
}

export function observeGroup({ storage }: World, estate: Estate, group: string, site: SiteName, signal: AbortSignal): Promise<GroupSeen> {
  return storage.observeGroup(agentAt(estate, site), group, signal);
}

export function agentAt(estate: Estate, site: SiteName): string {
  const agent = siteOf(estate, site)?.storageAgents[0];
  if (!agent) throw new DriverError('not-found', `Site ${site} has no storage agent.`);
  return agent.name;
}

export function requireSiteOfHost(estate: Estate, host: HostName): Site {
  const site = siteOfHost(estate, host);
  if (!site) throw new DriverError('not-found', `Host ${host} is at no site of this estate.`);
  return site;
}

export const lparOn = (seen: HostSeen, vm: VmName): LparSeen | undefined => seen.lpars.find((lpar) => lpar.vm === vm);
/** Powered on in any way: what could write to disks or answer on the network. */
export const isLive = (seen: HostSeen, lpar: LparSeen | undefined): boolean => seen.power === 'Operating' && lpar !== undefined && lpar.state !== 'Not Activated' && lpar.state !== 'Error';
export const uuidOf = (estate: Estate, host: HostName): string => hostOf(estate, host)?.uuid ?? host;
export const said = (saw: string, by: string, at: number): Evidence => ({ saw, by, at });
