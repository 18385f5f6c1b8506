import type { Site } from '../../core/estate.js';
import type { Millis } from '../../core/names.js';
import { tenantsAtSite } from '../../core/estate.js';
import { systemOf } from '../../core/policies.js';
import { said } from '../site-access.js';
import { failing, nothing, together, well, type Detector, type Seen } from './condition.js';

/** HMC_UNREACHABLE and STG_UNREACHABLE (seeds/5): an unanswered ping must repeat before people are woken. */
export const reachability: Detector = (seen) => together(seen.estate.sites.flatMap((site) => [
  ...site.hmcs.map((hmc) => of(seen, 'HMC_UNREACHABLE', 'hmc', hmc.name, `HMC ${hmc.name}`, site, 2 * timer(seen, site, 'hmcPingTimerMs'))),
  ...site.storageAgents.map((agent) => of(seen, 'STG_UNREACHABLE', 'storage_agent', agent.name, `Storage agent ${agent.name}`, site, 2 * timer(seen, site, 'saPingTimerMs'))),
]));

/** hmc_ping_timer and sa_ping_timer of the tenants that use the site; the shortest counts. */
const timer = ({ estate }: Seen, site: Site, which: 'hmcPingTimerMs' | 'saPingTimerMs'): Millis => Math.min(30_000, ...tenantsAtSite(estate, site.name).map((tenant) => systemOf(tenant)[which]));

function of(seen: Seen, name: string, entityClass: 'hmc' | 'storage_agent', entity: string, called: string, site: Site, afterMs: Millis) {
  const { look } = seen;
  const answer = look.answers.get(entity);
  if (!answer) return nothing;
  if (answer.ok) return well(seen, `${name}:${entity}`, () => [answer.evidence]);
  return failing({ name, severity: 'critical', entityClass, entity, tenant: site.tenant, site: site.name, description: `${called} at ${site.name} does not answer.`, evidence: [said(answer.why, 'Lifeboat', look.at)] }, look.at, afterMs);
}

/**
 * Suspect the observer (invariant 42): when nobody at all answers, at two sites or more, it is Lifeboat that has lost the network, and no site is taken for dead. One answer from
 * anywhere ends it.
 */
export function isolated({ look, estate }: Seen): boolean {
  return estate.sites.length > 1 && look.answers.size > 0 && [...look.answers.values()].every((answer) => !answer.ok);
}
export const isolation: Detector = (seen) => {
  const key = 'OBSERVER_ISOLATED:lifeboat';
  const answering = [...seen.look.answers].find(([, answer]) => answer.ok)?.[1];
  if (!isolated(seen)) return answering?.ok ? well(seen, key, () => [answering.evidence]) : nothing;
  return failing({ name: 'OBSERVER_ISOLATED', severity: 'critical', entityClass: 'system', entity: 'lifeboat', tenant: null, site: null, description: `No HMC and no storage agent of any site answers Lifeboat: it has lost its own network, more likely than all ${seen.estate.sites.length} sites have failed. It takes no site for dead and does nothing by itself until somebody answers.`, evidence: [said(`${seen.look.answers.size} of ${seen.look.answers.size} do not answer`, 'Lifeboat', seen.look.at)] }, seen.look.at, 20_000);
};
