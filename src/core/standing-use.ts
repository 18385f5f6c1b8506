import { clockTime } from './clock-time.js';
import { siteOf, tenantOf, type Estate } from './estate.js';
import type { Millis, SiteName } from './names.js';
import { rosterOf } from './roster.js';
import type { RunState } from './run-state.js';
import { slotName } from './slot.js';
import { estateBound, weekdays, type StandingAuthority, type StandingConditions, type StandingState } from './standing-authority.js';
import { signersGone } from './standing-quorum.js';
import type { State } from './state.js';

const hourMs: Millis = 3_600_000;
/** Discovery reads the lag once a day; with two hours for a late one. An older value says nothing. */
const lagAgeMaxMs: Millis = 26 * hourMs;
/** At most one of them is used in this time, in the whole estate: whatever makes two fire is not a lost site. */
const blastRadiusMs: Millis = hourMs;

/** What one look at the estate says. `since`: keys of what fails now, by when this process first saw it fail without a break. */
export interface StandingLook { readonly state: State; readonly since: ReadonlyMap<string, Millis>; readonly runbookVersion: string | null; readonly now: Millis }

/** Is it in its hours? They belong to the day on which they begin. */
export function inWindow({ from, until, days }: StandingConditions, now: Millis, timeZone: string): boolean {
  const [day = '', time = ''] = slotName(now, timeZone).split('T');
  const overnight = until <= from;
  const early = overnight && time < until;
  if (!(overnight ? time >= from || early : time >= from && time < until)) return false;
  const began = new Date(Date.parse(`${day}T12:00Z`) - (early ? 24 * hourMs : 0)).getUTCDay();
  return days === null || days.includes(weekdays[began]!);
}

/** Why what was signed is not what is there any more; null: it is. */
export function voidBecause({ operation, runbook, bound }: StandingAuthority, state: State, runbookVersion: string | null): string | null {
  if (state.estate?.standingAuthority !== true) return 'the estate allows no standing authority any more';
  if (runbookVersion !== bound.runbook) return `the runbook ${runbook} has changed since it was signed`;
  return estateBound(state.estate, operation) === bound.estate ? null : `the part of the estate that it is about (${operation.tenant}) has changed since it was signed`;
}

/** Why it ends by itself now; null: it stays. */
export function endsBecause({ authority, status, proposedAt }: StandingState, { state, runbookVersion, now }: Pick<StandingLook, 'state' | 'runbookVersion' | 'now'>): string | null {
  if (now >= authority.expiresAt) return 'its time is over';
  if (status === 'proposed' && now - proposedAt >= 24 * hourMs) return 'it was not signed within a day';
  return voidBecause(authority, state, runbookVersion);
}

/** How long the source has been lost, by what kind of evidence. Estate time; null: it is not, or nobody can say so. */
export function lostFor({ operation }: StandingAuthority, { state, since, now }: StandingLook): { readonly ms: Millis; readonly by: string } | null {
  const { estate } = state;
  const tenant = estate && tenantOf(estate, operation.tenant);
  const site = estate && siteOf(estate, operation.from);
  if (!estate || !tenant || !site) return null;
  // An incident tells when people were told, and a restart of ours forgets what was seen before: the later of the two counts.
  const known = (key: string): Millis | null => {
    const seen = since.get(key);
    const incident = [...state.incidents.values()].find((each) => each.key === key && each.resolvedAt === null);
    return seen === undefined || incident === undefined ? null : Math.max(seen, incident.openedAt);
  };
  const all = (keys: readonly string[]): Millis | null => {
    const begun = keys.map(known);
    return keys.length === 0 || begun.includes(null) ? null : (now - Math.max(...begun.map(Number))) * estate.clockRate;
  };
  const hosts = site.hosts.filter(({ name }) => operation.from !== tenant.homeSite ? tenant.hostPairs.some((pair) => pair.backup === name) : tenant.hostPairs.some((pair) => pair.active === name));
  const dead = all(hosts.map(({ name }) => `HOST_FAILURE:${name}`));
  if (dead !== null) return { ms: dead, by: `its HMC says that ${hosts.map(({ name }) => name).join(', ')} ${hosts.length === 1 ? 'is' : 'are'} down` };
  const silent = all([...site.hmcs.map(({ name }) => `HMC_UNREACHABLE:${name}`), ...site.storageAgents.map(({ name }) => `STG_UNREACHABLE:${name}`)]);
  return silent === null ? null : { ms: silent, by: 'neither its HMCs nor its storage agents answer' };
}

/** A look at the target at which everything answered: otherwise it may be us who are cut off. */
function unanswered(estate: Estate, name: SiteName, since: StandingLook['since']): string[] {
  const site = siteOf(estate, name);
  const keys = site ? [...site.hmcs.map((each) => [`HMC_UNREACHABLE:${each.name}`, each.name]), ...site.storageAgents.map((each) => [`STG_UNREACHABLE:${each.name}`, each.name]), ...site.hosts.map((each) => [`HOST_FAILURE:${each.name}`, each.name])] : [];
  return keys.filter(([key]) => since.has(key!)).map(([, each]) => each!);
}

/**
 * Everything that stands against using it for this run now, each as a clause; none: it may go. Asked at every look and once more before the grant is written.
 * `waits`: nothing but time is missing yet. `unsure`: the run as it is planned takes an attestation, which nothing signed in advance can be.
 */
export function againstUse({ authority, status, signed }: StandingState, run: RunState, look: StandingLook): { readonly waits: boolean; readonly why: readonly string[]; readonly unsure: string | null } {
  const { state, now, since } = look;
  const { conditions, operation } = authority;
  const estate = state.estate!;
  const why: string[] = [];
  const against = (is: boolean, words: string): void => { if (is) why.push(words); };
  against(status !== 'in-force', 'it is not in force');
  against(now >= authority.expiresAt, `it ended at ${clockTime(authority.expiresAt, estate.timeZone, 'minute', true)}`);
  const changed = voidBecause(authority, state, look.runbookVersion);
  against(changed !== null, changed ?? '');
  against(!inWindow(conditions, now, estate.timeZone), `it holds between ${conditions.from} and ${conditions.until} ${estate.timeZone}${conditions.days === null ? '' : ` on ${conditions.days.join(', ')}`} only`);
  const gone = signersGone({ authority, signed }, rosterOf(state, now));
  against(gone !== null, gone ?? '');
  against(state.automation !== null, `automation was stopped by ${state.automation?.by}`);
  against(run.held !== null, 'the run is held');
  against(run.rejections.length > 0, 'somebody said no to the run');
  against(run.plan.requestedBy.kind === 'person', 'a person asked for the run, so people decide on it');
  against(run.plan.gate.typedTarget !== undefined, `approving this run takes ${run.plan.gate.typedTarget}, typed`);
  for (const group of operation.hostGroups) {
    const known = state.groups.get(group);
    const lag = known?.replication.lagMs ?? null;
    against(lag === null, `nobody has read the replication lag of ${group}`);
    against(lag !== null && lag >= conditions.lagMaxMs, `${group} lagged ${Math.ceil((lag ?? 0) / 1_000)} s behind when it was read last; the limit is ${conditions.lagMaxMs / 1_000} s`);
    against(lag !== null && now - (known?.replicationAt ?? -Infinity) > lagAgeMaxMs, `the lag of ${group} was read more than ${lagAgeMaxMs / hourMs} hours ago`);
  }
  const freeze = (estate.freezes ?? []).find(({ from, to, tenant }) => (tenant === null || tenant === authority.tenant) && Date.parse(from) <= now && now < Date.parse(to));
  against(freeze !== undefined, `a change freeze is in force: ${freeze?.reason}`);
  const other = [...state.standing.values()].find((each) => each.status === 'used' && now - each.over!.at < blastRadiusMs);
  against(other !== undefined, `${other?.authority.id} was used within the last hour, and only one may be`);
  const silent = unanswered(estate, operation.to, since);
  against(silent.length > 0, `${silent.join(', ')} at ${operation.to} cannot be seen, so that it may be Lifeboat that is cut off`);
  const lost = lostFor(authority, look);
  against(lost === null, `${operation.from} is not lost: neither are all its hosts seen down, nor is all of it silent`);
  const waits = why.length === 0 && lost !== null && lost.ms < conditions.lostForMs;
  against(lost !== null && lost.ms < conditions.lostForMs, `${operation.from} has not been lost for ${conditions.lostForMs / 1_000} s yet`);
  const { attest } = run.plan.gate;
  return { waits, why, unsure: attest === null ? null : `nobody can see whether ${attest} is off, and a standing authority attests nothing: unreachable is no proof of death. Whoever knows attests it by approving` };
}
