import { protectionGroups, siteOf } from '../../core/estate.js';
import type { SiteName } from '../../core/names.js';
import { hasDr, resyncsByItself } from '../../core/policies.js';
import { said } from '../site-access.js';
import { failing, nothing, together, well, type Detector, type Seen } from './condition.js';

const answers = ({ look, estate }: Seen, site: SiteName): boolean => !siteOf(estate, site)!.storageAgents.some((agent) => look.silentAgents.includes(agent.name));

/** Replication that is broken while nobody broke it: notice only (reference/ksys.md 6.1). A group that waits for its resync is known already, and a silent array explains it. */
export const replication: Detector = (all) => together(all.estate.tenants.filter(hasDr).flatMap((tenant) => protectionGroups(tenant).map(({ name }) => {
  const { look, state } = all;
  const seen = look.groups.get(name);
  const known = state.groups.get(name);
  if (!seen || !known || known.pending.some((work) => work.work === 'resync') || state.locks.held.has(`group:${name}`)) return nothing;
  if (seen.link !== 'SUSPENDED') return well(all, `REPLICATION_MONITOR_FAILED:${name}`, () => [seen.evidence]);
  const peer = known.activeSite === tenant.homeSite ? tenant.backupSite : tenant.homeSite;
  if (!answers(all, peer)) return nothing;
  return failing({ name: 'REPLICATION_MONITOR_FAILED', severity: 'critical', entityClass: 'disk_group', entity: name, tenant: tenant.name, site: known.activeSite, description: `Replication of disk group ${name} from ${known.activeSite} to ${peer} is suspended: a disaster now would lose everything written since. Let the storage administrator repair the link; then: discover site ${known.activeSite}`, evidence: [seen.evidence] }, look.at, 60_000);
})));

/** A resync that only waits for somebody to ask for it: with auto_reverse_mirror=no nothing else would say that the group has been without a second copy since its move (reference/ksys.md 7.3). */
export const resyncs: Detector = (all) => together(all.estate.tenants.filter(hasDr).flatMap((tenant) => protectionGroups(tenant).map(({ name }) => {
  const { look, state } = all;
  const known = state.groups.get(name);
  if (!known || state.locks.held.has(`group:${name}`)) return nothing;
  const work = known.pending.find((each) => each.work === 'resync');
  const key = `RESYNC_PENDING:${name}`;
  if (!work) return well(all, key, () => [said(`nothing is left to resynchronise in ${name}`, 'Lifeboat', look.at)]);
  if (known.pending.some((each) => each.work === 'cleanup') || resyncsByItself(tenant, name) || !answers(all, work.site)) return nothing;
  return failing({ name: 'RESYNC_PENDING', severity: 'warning', entityClass: 'disk_group', entity: name, key, tenant: tenant.name, site: known.activeSite, description: `Disk group ${name} has no second copy since the ${work.because}. ${work.site} is clean and answers: resync site ${work.site}`, evidence: [said(`the resync of ${work.site} is left to do`, 'Lifeboat', look.at)] }, look.at, 0);
})));
