import { protectionGroups, siteOf } from '../../core/estate.js';
import { hasDr } from '../../core/policies.js';
import { failing, nothing, together, well, type Detector } from './condition.js';

/** Replication that is broken while nobody broke it: notice only (reference/ksys.md 6.1). A group that waits for its resync is known already, and a silent array explains it. */
export const replication: Detector = (all) => together(all.estate.tenants.filter(hasDr).flatMap((tenant) => protectionGroups(tenant).map(({ name }) => {
  const { look, estate, state } = all;
  const seen = look.groups.get(name);
  const known = state.groups.get(name);
  if (!seen || !known || known.pending.some((work) => work.work === 'resync') || state.locks.held.has(`group:${name}`)) return nothing;
  if (seen.link !== 'SUSPENDED') return well(all, `REPLICATION_MONITOR_FAILED:${name}`, () => [seen.evidence]);
  const peer = known.activeSite === tenant.homeSite ? tenant.backupSite : tenant.homeSite;
  if (siteOf(estate, peer)!.storageAgents.some((agent) => look.silentAgents.includes(agent.name))) return nothing;
  return failing({ name: 'REPLICATION_MONITOR_FAILED', severity: 'critical', entityClass: 'disk_group', entity: name, tenant: tenant.name, site: known.activeSite, description: `Replication of disk group ${name} from ${known.activeSite} to ${peer} is suspended: a disaster now would lose everything written since. Let the storage administrator repair the link; then: discover site ${known.activeSite}`, evidence: [seen.evidence] }, look.at, 60_000);
})));
