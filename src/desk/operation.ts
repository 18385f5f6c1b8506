import { refusal, type Answer } from '../core/answer.js';
import { otherSite, protectionGroups, sees, siteOf, tenantOf, tenantsAtSite, type Estate, type Person, type Tenant } from '../core/estate.js';
import type { Operation, Verb } from '../core/plan.js';
import { hasDr } from '../core/policies.js';
import type { State } from '../core/state.js';
import { misread, which } from './corrected.js';
import type { ParsedCommand } from './grammar.js';
import { ofMachines, type OperationResult } from './machine-operation.js';

const no = (answer: Answer): { readonly ok: false; readonly answer: Answer } => ({ ok: false, answer });

const asking = ['tenant', 'reason', 'dry_run'];
const later = [...asking, 'at', 'window'];
const allowed: Record<Verb, readonly string[]> = {
  discover: asking, verify: [...asking, 'dr_test'], cleanup: [...later, 'dr_test'], resync: later, recover: later, move: [...later, 'from', 'to', 'dr_type', 'dr_test', 'cleanup'],
  restart: [...asking, 'to'], lpm: [...later, 'to', 'validate'], restore: later,
};

/** Names become entities: sites exist, the tenant is known and visible, the direction is resolved. */
export function readOperation(command: ParsedCommand, verb: Verb, estate: Estate, state: State, person: Person): OperationResult {
  for (const key of command.attributes.keys()) {
    if (!allowed[verb].includes(key)) return no(misread(command, 4, 'unknown-attribute', `${verb} ${command.class} has no attribute '${key}'.`, key, allowed[verb], `It takes ${allowed[verb].join(', ')}.`, `help ${verb} ${command.class}`));
  }
  const switches = readSwitches(command, verb);
  if (!switches.ok) return switches;
  const read = command.class === 'vm' || command.class === 'host' ? ofMachines(command, verb, estate, state, person) : command.class === 'host_group' || command.class === 'workgroup' ? ofGroup(command, command.class, verb, estate, state, person, switches.drTest) : ofSite(command, verb, estate, state, person, switches.drTest);
  if (!read.ok) return read;
  const tenant = tenantOf(estate, read.operation.tenant)!;
  if (!hasDr(tenant) && (verb === 'move' || verb === 'resync' || verb === 'recover' || (verb === 'cleanup' && command.class !== 'host') || verb === 'verify')) return no(refusal(4, 'one-site', `${tenant.name} is a cluster of type HA: it has one site, ${tenant.homeSite}, and nothing moves away from there.`, 'Inside the site: restart or lpm.', `help restart vm`));
  if (switches.drTest && read.operation.drType !== null && command.attributes.has('dr_type')) return no(refusal(4, 'dr-test', 'dr_test=yes and dr_type do not go together: a rehearsal is neither a planned nor an unplanned move.', 'Leave dr_type out.', null));
  return { ...read, reason: command.attributes.get('reason') ?? null, operation: { ...read.operation, ...(switches.drTest ? { drTest: true as const, drType: null } : {}), ...(switches.skipCleanup ? { skipCleanup: true as const } : {}) } };
}

function readSwitches(command: ParsedCommand, verb: Verb): { readonly ok: true; readonly drTest: boolean; readonly skipCleanup: boolean } | { readonly ok: false; readonly answer: Answer } {
  for (const key of ['dr_test', 'cleanup']) {
    const value = command.attributes.get(key);
    if (value !== undefined && value !== 'yes' && value !== 'no') return no(refusal(4, key, `${key}=${value} is not known.`, `Write ${key}=yes or ${key}=no.`, `help ${verb} ${command.class}`));
  }
  const [drTest, skipCleanup] = [command.attributes.get('dr_test') === 'yes', command.attributes.get('cleanup') === 'no'];
  if (skipCleanup && (drTest || command.attributes.get('dr_type') === 'unplanned')) return no(refusal(4, 'cleanup', drTest ? 'A rehearsal cleans nothing of production up: cleanup=no says nothing here.' : 'An unplanned move never cleans up by itself (seeds/1): cleanup=no says nothing here.', 'Leave cleanup out.', null));
  return { ok: true, drTest, skipCleanup };
}

const visible = (estate: Estate, person: Person): Tenant[] => estate.tenants.filter((tenant) => sees(person, tenant.name));

function site(command: ParsedCommand, name: string | undefined, what: string, estate: Estate, person: Person): { ok: true; name: string } | { ok: false; answer: Answer } {
  const known = [...new Set(visible(estate, person).flatMap((tenant) => [tenant.homeSite, tenant.backupSite]))];
  if (name === undefined) return { ok: false, answer: refusal(3, 'site-missing', `${what} is missing.`, `Name one of: ${known.join(', ')}.`) };
  if (!known.includes(name)) return { ok: false, answer: misread(command, 2, 'no-such-site', `There is no site '${name}'.`, name, known, `Known: ${known.join(', ')}.`) };
  return { ok: true, name };
}

function drType(command: ParsedCommand, verb: Verb): { ok: true; value: Operation['drType'] } | { ok: false; answer: Answer } {
  if (verb !== 'move') return { ok: true, value: null };
  if (command.attributes.get('dr_test') === 'yes' && !command.attributes.has('dr_type')) return { ok: true, value: null };
  const value = command.attributes.get('dr_type') ?? 'planned';
  if (value === 'planned' || value === 'unplanned') return { ok: true, value };
  return { ok: false, answer: misread(command, 4, 'dr-type', `dr_type=${value} is not known.`, value, ['planned', 'unplanned'], 'planned: both sites work, nothing is lost. unplanned: the source is lost.', 'help move site') };
}

function ofSite(command: ParsedCommand, verb: Verb, estate: Estate, state: State, person: Person, drTest: boolean): OperationResult {
  const type = drType(command, verb);
  if (!type.ok) return type;
  const named = verb === 'move' ? site(command, command.attributes.get('from'), 'from=SITE', estate, person) : site(command, command.name ?? undefined, 'The name of the site', estate, person);
  if (!named.ok) return no(named.answer);
  const target = verb === 'move' ? site(command, command.attributes.get('to'), 'to=SITE', estate, person) : null;
  if (target && !target.ok) return no(target.answer);
  if (verb === 'move' && command.name !== null) return no(refusal(4, 'name', `move site takes no name, but from= and to=.`, 'Write the direction.', `move site from=${command.name} to=...`));
  const to = target?.ok ? target.name : null;
  if (to === named.name) return no(refusal(4, 'same-site', `from and to are both ${to}.`, 'Name two different sites.'));
  const wanted = command.attributes.get('tenant');
  const candidates = visible(estate, person).filter((tenant) => tenantsAtSite(estate, named.name).includes(tenant) && (to === null || tenantsAtSite(estate, to).includes(tenant)) && (wanted === undefined || tenant.name === wanted));
  // Discover, verify and move work on what is active at the named site; cleanup, resync on what has left it.
  const fits = (group: string): boolean => {
    const active = state.groups.get(group)?.activeSite;
    // A rehearsal's cleanup names the site that was rehearsed for, as its verification does, or the one with the clones.
    if (verb === 'cleanup' && drTest) return active === named.name || state.groups.get(group)?.drTest?.site === named.name;
    return verb === 'cleanup' || verb === 'resync' ? active !== named.name : active === named.name;
  };
  const withGroups = candidates.map((tenant) => ({ tenant, groups: protectionGroups(tenant).map((group) => group.name).filter(fits) })).filter(({ groups }) => groups.length > 0);
  if (withGroups.length === 0) {
    const wherever = candidates.flatMap((tenant) => protectionGroups(tenant).map((group) => `${group.name} is active at ${state.groups.get(group.name)?.activeSite}`));
    return no(refusal(4, 'nothing-here', `${(verb === 'cleanup' && !drTest) || verb === 'resync' ? `Everything of this tenant is still active at ${named.name}` : `Nothing is active at ${named.name}${to === null ? '' : ` that could move to ${to}`}`}${wherever.length > 0 ? `: ${wherever.join(', ')}` : ''}.`, 'Look where things are.', 'query site'));
  }
  if (withGroups.length > 1) {
    const names = withGroups.map(({ tenant }) => tenant.name);
    return no(which(command, `At ${named.name} this could mean ${names.join(' or ')}.`, 'Add tenant=NAME.', names.map((each) => `tenant=${each}`)));
  }
  const { tenant, groups } = withGroups[0]!;
  const active = state.groups.get(groups[0]!)!.activeSite;
  const from = verb === 'cleanup' && drTest ? active : named.name;
  const peer = to ?? otherSite(tenant, from);
  return { ok: true, reason: null, operation: { verb, tenant: tenant.name, scope: { class: 'site', name: from }, hostGroups: groups, ...direction(verb, from, peer, active), drType: type.value } };
}

/** recover works where the group is active now; the others read from left to right. */
const direction = (verb: Verb, named: string, peer: string, active: string): { from: string; to: string } => (verb === 'recover' ? { from: active, to: active } : { from: named, to: peer });

/** A host group stands for what it keeps itself and for its workgroups, as far as they are active at the same site. */
function ofGroup(command: ParsedCommand, kind: 'host_group' | 'workgroup', verb: Verb, estate: Estate, state: State, person: Person, drTest: boolean): OperationResult {
  const type = drType(command, verb);
  if (!type.ok) return type;
  const called = kind === 'host_group' ? 'host group' : 'workgroup';
  const namesOf = (tenant: Tenant): string[] => (kind === 'host_group' ? tenant.hostGroups : (tenant.workgroups ?? [])).map((group) => group.name);
  const known = visible(estate, person).flatMap(namesOf);
  if (command.name === null) return no(refusal(3, 'group-missing', `The name of the ${called} is missing.`, `Name one of: ${known.join(', ')}.`));
  if (!known.includes(command.name)) return no(misread(command, 2, 'no-such-group', `There is no ${called} '${command.name}'.`, command.name, known, `Known: ${known.join(', ')}.`));
  const tenant = visible(estate, person).find((each) => namesOf(each).includes(command.name!))!;
  const active = state.groups.get(command.name)!.activeSite;
  const passive = otherSite(tenant, active);
  const to = command.attributes.get('to') ?? passive;
  if (verb === 'move' && !siteOf(estate, to)) return no(misread(command, 2, 'no-such-site', `There is no site '${to}'.`, to, [passive], `${command.name} can move to ${passive}.`));
  if (verb === 'move' && (to !== passive || (command.attributes.get('from') ?? active) !== active)) return no(refusal(4, 'direction', `${command.name} is active at ${active}; it can only move to ${passive}.`, 'Correct from= and to=.', `move ${kind} ${command.name} to=${passive}`));
  const back = (verb === 'cleanup' && !drTest) || verb === 'resync';
  const groups = kind === 'workgroup' ? [command.name] : protectionGroups(tenant).filter((group) => group.hostGroup === command.name && state.groups.get(group.name)?.activeSite === active).map((group) => group.name);
  return { ok: true, reason: null, operation: { verb, tenant: tenant.name, scope: { class: kind, name: command.name }, hostGroups: groups, ...(verb === 'recover' ? { from: active, to: active } : back ? { from: passive, to: active } : { from: active, to: passive }), drType: type.value } };
}
