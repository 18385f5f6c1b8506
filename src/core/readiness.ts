import { quorumOf, type Quorum } from './approval-quorum.js';
import { clockTime } from './clock-time.js';
import { sees, type Person, type Role, type Tenant } from './estate.js';
import { gateFor, type GateRules } from './gate.js';
import { peopleCount } from './gate-words.js';
import { lifeboat, type Millis, type PersonName, type SiteName, type Surface, type TenantName } from './names.js';
import type { Operation } from './plan.js';
import { rosterOf, type Roster } from './roster.js';
import type { State } from './state.js';

/** What of a runbook says who would have to stand behind it. */
export type GatedRunbook = Pick<Operation, 'verb' | 'drType'> & { readonly name: string; readonly when: readonly string[]; readonly gate: GateRules };

/** `surfaces`: where questions reach people at all, as this Lifeboat is set up. */
export interface ReadinessQuestion { readonly state: State; readonly runbooks: readonly GatedRunbook[]; readonly surfaces: readonly Surface[]; readonly now: Millis }

/** Somebody who might decide on it, or ask for it, and cannot now. */
interface NotThere { readonly person: PersonName; readonly why: 'away' | 'unreachable' | 'at-lost-site'; readonly words: string }

/** Could one runbook's quorum be met for one tenant now? */
export interface Readiness {
  readonly tenant: TenantName;
  readonly runbook: string;
  readonly people: number;
  readonly ready: boolean;
  /** It takes the backups, who are asked only once two thirds of its time are over. */
  readonly late: boolean;
  readonly there: readonly PersonName[];
  readonly notThere: readonly NotThere[];
  /** `1 more with the role approver, where Lifeboat proposes it`; null: nothing. */
  readonly missing: string | null;
  /** What to do, each with its exact command; empty where nothing needs doing. */
  readonly next: readonly string[];
  /** Of those who are there: without any one of them it could not be met. */
  readonly indispensable: readonly PersonName[];
}

/** The one rule: every gated runbook for every tenant, asked of the people, links and delegations of now. */
export function readiness(question: ReadinessQuestion): Readiness[] {
  const { estate } = question.state;
  const gated = question.runbooks.filter(({ gate }) => gate.people > 0);
  return (estate?.tenants ?? []).flatMap((tenant) => gated.map((runbook) => ofRunbook(question, tenant, runbook)));
}

/** A place for duty rosters. Lifeboat knows of none yet: whoever has not named somebody else counts at every hour. */
const available = (person: Person, roster: Roster): boolean => !roster.delegations.some(({ from }) => from === person.name);

/** Could a question reach this person, and the answer come back? In a simulated estate anybody acts as anybody. */
function reachable(person: Person, { links, passkeys, estate }: Pick<State, 'links' | 'passkeys' | 'estate'>, surfaces: readonly Surface[]): boolean {
  if (estate?.simulated) return true;
  // A sign-in of an issuer and a passkey open the console, whatever chat is connected.
  if (links.some((link) => link.person === person.name && (link.surface === 'web' || surfaces.includes(link.surface)))) return true;
  return [...passkeys.values()].some((passkey) => passkey.person === person.name) || (person.email !== null && surfaces.includes('email'));
}

interface Way { readonly missing: number; readonly words: string; readonly late: boolean }
const met = (way: Way): boolean => way.missing === 0;

function ofRunbook(question: ReadinessQuestion, tenant: Tenant, runbook: GatedRunbook): Readiness {
  const { state, now } = question;
  const roster = rosterOf(state, now);
  const active = [...new Set(tenant.hostGroups.map(({ name }) => state.groups.get(name)?.activeSite ?? tenant.homeSite))];
  const unplanned = runbook.verb === 'move' && runbook.drType === 'unplanned';
  const involved = roster.people.filter((person) => sees(person, tenant.name) && takesPart(person, runbook, roster));
  const absences = active.map((site) => ({ site, gone: involved.flatMap((person) => absence(person, question, roster, unplanned ? site : null) ?? []) }));
  const ways = (without: PersonName | null): Way[] => absences.flatMap(({ site, gone }) => waysOf(tenant, runbook, site, roster, involved.filter(({ name }) => name !== without && !gone.some(({ person }) => person === name))));
  const all = ways(null);
  const short = all.find((way) => !met(way)) ?? null;
  const notThere = [...new Map(absences.flatMap(({ gone }) => gone).map((each) => [each.person, each])).values()];
  const there = involved.map(({ name }) => name).filter((name) => !notThere.some(({ person }) => person === name));
  return {
    tenant: tenant.name, runbook: runbook.name, people: runbook.gate.people, ready: short === null, late: all.some(({ late }) => late), there, notThere,
    missing: short?.words ?? null, next: short === null ? [] : remedies(notThere, runbook.gate, question.surfaces),
    // With so many others nobody is; and each of them is asked after in turn.
    indispensable: short !== null || there.length > 3 * runbook.gate.people ? [] : there.filter((name) => ways(name).every((way) => !met(way))),
  };
}

const deciding = ({ seats, role }: GateRules): Role[] => [...new Set(seats?.map((seat) => seat.role) ?? [role])];

/** A customer's requester asks for planned moves, and counts for nothing else. */
const mayAsk = ({ roles }: Person, { verb, drType }: GatedRunbook): boolean => roles.includes('operator') || (verb === 'move' && drType === 'planned' && roles.includes('requester'));

/** Who asks, decides, is a backup, or stands in for one of them. */
function takesPart(person: Person, runbook: GatedRunbook, roster: Roster): boolean {
  const { gate } = runbook;
  const own = (each: Person): boolean => mayAsk(each, runbook) || deciding(gate).some((role) => each.roles.includes(role));
  return own(person) || (gate.backups ?? []).includes(person.name) || roster.delegations.some(({ from, to }) => to === person.name && roster.people.some((each) => each.name === from && own(each)));
}

function absence(person: Person, { state, surfaces }: ReadinessQuestion, roster: Roster, lost: SiteName | null): NotThere | null {
  if (!available(person, roster)) {
    const { to, until } = roster.delegations.find(({ from }) => from === person.name)!;
    return { person: person.name, why: 'away', words: `away until ${clockTime(until, state.estate?.timeZone ?? 'UTC', 'minute', true)}, ${to} decides instead` };
  }
  if (!reachable(person, state, surfaces)) return { person: person.name, why: 'unreachable', words: 'cannot be reached: no linked account, passkey or mail' };
  return lost !== null && person.site === lost ? { person: person.name, why: 'at-lost-site', words: `at ${lost}, the site that would be lost` } : null;
}

/** Somebody asks and others approve; and Lifeboat proposes it, where it does. Each of them must be possible. */
function waysOf(tenant: Tenant, runbook: GatedRunbook, site: SiteName, roster: Roster, people: readonly Person[]): Way[] {
  const operation: Operation = { verb: runbook.verb, drType: runbook.drType, tenant: tenant.name, scope: { class: 'site', name: site }, hostGroups: [], from: site, to: site === tenant.homeSite ? tenant.backupSite : tenant.homeSite };
  const ask = (asker: PersonName | null): Way => {
    const { quorum, late } = everybodySaysYes(operation, runbook.gate, asker, roster, people);
    return { missing: quorum.missing, late, words: `${quorum.missing} more ${quorum.needs.length > 0 ? `(${quorum.needs.join('; ')})` : `with the role ${deciding(runbook.gate).join(' or ')}`}${asker === null ? ', where Lifeboat proposes it' : ''}` };
  };
  const askers = people.filter((person) => mayAsk(person, runbook));
  let best: Way = { missing: 1, late: false, words: 'somebody with the role operator, who asks for it' };
  for (const { name } of askers) {
    const way = ask(name);
    if (name === askers[0]!.name || way.missing < best.missing || (way.missing === best.missing && !way.late)) best = way;
    if (met(best) && !best.late) break;
  }
  return runbook.when.length > 0 ? [ask(null), best] : [best];
}

function everybodySaysYes(operation: Operation, gate: GateRules, asker: PersonName | null, roster: Roster, people: readonly Person[]): { readonly quorum: Quorum; readonly late: boolean } {
  const requestedBy = asker === null ? lifeboat('monitor') : { kind: 'person' as const, person: asker, surface: 'cli' as const };
  const definite = gateFor(gate, { attest: null, operation, irreversible: [], requestedBy, freezes: roster.freezes, now: roster.now });
  const plan = { gate: definite, operation, tenant: operation.tenant, epoch: 1, requestedBy };
  const approvals = people.map(({ name }) => ({ by: name, surface: 'cli' as const, at: roster.now, epoch: 1, attested: null }));
  const asked = { plan, approvals, wrongNumbers: [], glass: null };
  const soon = quorumOf({ ...asked, escalatedTo: [] }, roster);
  if (soon.missing === 0 || gate.backups === undefined) return { quorum: soon, late: false };
  const quorum = quorumOf({ ...asked, escalatedTo: gate.backups }, roster);
  return { quorum, late: quorum.missing === 0 };
}

function remedies(notThere: readonly NotThere[], gate: GateRules, surfaces: readonly Surface[]): string[] {
  const names = (why: NotThere['why']): string => notThere.filter((each) => each.why === why).map(({ person }) => person).join(', ');
  const chat = surfaces.find((surface) => surface === 'slack' || surface === 'teams');
  const [unreachable, away, lost] = [names('unreachable'), names('away'), names('at-lost-site')];
  return [
    ...(unreachable === '' ? [] : [`${unreachable}: ${chat ? `link your chat account (code ${chat}), or sign in to the console and add a passkey` : 'sign in to the console and add a passkey (lifeboat login-code NAME web)'}`]),
    ...(away === '' ? [] : [`${away}: back already? delegate off`]),
    ...(lost === '' ? [] : [`${lost}: somebody at another site needs the role, too`]),
    `Give one more person the role ${deciding(gate).join(' or ')}: edit people in the estate file, then lifeboat estate apply FILE`,
  ];
}

/** `unplanned-move for cluster01 could not be approved now: ...`: who is there, who is missing. */
export function readinessWords({ runbook, tenant, ready, late, missing, there, notThere, people }: Readiness): string {
  const who = `There: ${there.join(', ') || 'nobody'}.${notThere.length === 0 ? '' : ` Not there: ${notThere.map(({ person, words }) => `${person} (${words})`).join('; ')}.`}`;
  if (!ready) return `${runbook} for ${tenant} could not be approved now. It needs ${peopleCount(people)}; missing: ${missing}. ${who}`;
  return `${runbook} for ${tenant}: ${peopleCount(people)} can be found${late ? ', with the backups, who are asked late' : ''}. ${who}`;
}
