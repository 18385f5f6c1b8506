import { refusal, type Answer } from '../core/answer.js';
import { otherSite, sees, siteOf, tenantOfHostGroup, tenantsAtSite, type Estate, type Person, type Tenant } from '../core/estate.js';
import { didYouMean } from '../core/nearest.js';
import type { Operation, Verb } from '../core/plan.js';
import type { State } from '../core/state.js';
import type { ParsedCommand } from './grammar.js';

export type OperationResult = { readonly ok: true; readonly operation: Operation; readonly reason: string | null } | { readonly ok: false; readonly answer: Answer };
const no = (answer: Answer): OperationResult => ({ ok: false, answer });

const allowed: Record<Verb, readonly string[]> = {
  discover: ['tenant', 'reason', 'dry_run'], verify: ['tenant', 'reason', 'dry_run'], cleanup: ['tenant', 'reason', 'at', 'window', 'dry_run'], resync: ['tenant', 'reason', 'at', 'window', 'dry_run'], recover: ['tenant', 'reason', 'at', 'window', 'dry_run'],
  move: ['from', 'to', 'dr_type', 'tenant', 'reason', 'at', 'window', 'dry_run'],
};

/** Names become entities: sites exist, the tenant is known and visible, the direction is resolved. */
export function readOperation(command: ParsedCommand, verb: Verb, estate: Estate, state: State, person: Person): OperationResult {
  for (const key of command.attributes.keys()) {
    if (!allowed[verb].includes(key)) return no(refusal(4, 'unknown-attribute', `${verb} ${command.class} has no attribute '${key}'.${didYouMean(key, allowed[verb])}`, `It takes ${allowed[verb].join(', ')}.`, `help ${verb} ${command.class}`));
  }
  const reason = command.attributes.get('reason') ?? null;
  if (command.class === 'host_group') return ofHostGroup(command, verb, estate, state, person, reason);
  return ofSite(command, verb, estate, state, person, reason);
}

const visible = (estate: Estate, person: Person): Tenant[] => estate.tenants.filter((tenant) => sees(person, tenant.name));

function site(name: string | undefined, what: string, estate: Estate, person: Person): { ok: true; name: string } | { ok: false; answer: Answer } {
  const known = [...new Set(visible(estate, person).flatMap((tenant) => [tenant.homeSite, tenant.backupSite]))];
  if (name === undefined) return { ok: false, answer: refusal(3, 'site-missing', `${what} is missing.`, `Name one of: ${known.join(', ')}.`) };
  if (!known.includes(name)) return { ok: false, answer: refusal(2, 'no-such-site', `There is no site '${name}'.${didYouMean(name, known)}`, `Known: ${known.join(', ')}.`) };
  return { ok: true, name };
}

function drType(command: ParsedCommand, verb: Verb): { ok: true; value: Operation['drType'] } | { ok: false; answer: Answer } {
  if (verb !== 'move') return { ok: true, value: null };
  const value = command.attributes.get('dr_type') ?? 'planned';
  if (value === 'planned' || value === 'unplanned') return { ok: true, value };
  return { ok: false, answer: refusal(4, 'dr-type', `dr_type=${value} is not known.${didYouMean(value, ['planned', 'unplanned'])}`, 'planned: both sites work, nothing is lost. unplanned: the source is lost.', 'help move site') };
}

function ofSite(command: ParsedCommand, verb: Verb, estate: Estate, state: State, person: Person, reason: string | null): OperationResult {
  const type = drType(command, verb);
  if (!type.ok) return type;
  const named = verb === 'move' ? site(command.attributes.get('from'), 'from=SITE', estate, person) : site(command.name ?? undefined, 'The name of the site', estate, person);
  if (!named.ok) return no(named.answer);
  const target = verb === 'move' ? site(command.attributes.get('to'), 'to=SITE', estate, person) : null;
  if (target && !target.ok) return no(target.answer);
  if (verb === 'move' && command.name !== null) return no(refusal(4, 'name', `move site takes no name, but from= and to=.`, 'Write the direction.', `move site from=${command.name} to=...`));
  const to = target?.ok ? target.name : null;
  if (to === named.name) return no(refusal(4, 'same-site', `from and to are both ${to}.`, 'Name two different sites.'));
  const wanted = command.attributes.get('tenant');
  const candidates = visible(estate, person).filter((tenant) => tenantsAtSite(estate, named.name).includes(tenant) && (to === null || tenantsAtSite(estate, to).includes(tenant)) && (wanted === undefined || tenant.name === wanted));
  // Discover, verify and move work on what is active at the named site; cleanup, resync on what has left it.
  const fits = (group: string): boolean => {
    const active = state.groups.get(group)?.activeSite;
    return verb === 'cleanup' || verb === 'resync' ? active !== named.name : active === named.name;
  };
  const withGroups = candidates.map((tenant) => ({ tenant, groups: tenant.hostGroups.map((group) => group.name).filter(fits) })).filter(({ groups }) => groups.length > 0);
  if (withGroups.length === 0) {
    const wherever = candidates.flatMap((tenant) => tenant.hostGroups.map((group) => `${group.name} is active at ${state.groups.get(group.name)?.activeSite}`));
    return no(refusal(4, 'nothing-here', `${verb === 'cleanup' || verb === 'resync' ? `Everything of this tenant is still active at ${named.name}` : `Nothing is active at ${named.name}${to === null ? '' : ` that could move to ${to}`}`}${wherever.length > 0 ? `: ${wherever.join(', ')}` : ''}.`, 'Look where things are.', 'query site'));
  }
  if (withGroups.length > 1) {
    const names = withGroups.map(({ tenant }) => tenant.name);
    return no(refusal(3, 'which-tenant', `At ${named.name} this could mean ${names.join(' or ')}.`, 'Add tenant=NAME.', `${verb} site ${verb === 'move' ? `from=${named.name} to=${to}` : named.name} tenant=${names[0]}`));
  }
  const { tenant, groups } = withGroups[0]!;
  const peer = to ?? otherSite(tenant, named.name);
  return { ok: true, reason, operation: { verb, tenant: tenant.name, scope: { class: 'site', name: named.name }, hostGroups: groups, ...direction(verb, named.name, peer, state.groups.get(groups[0]!)!.activeSite), drType: type.value } };
}

/** recover works where the group is active now; the others read from left to right. */
const direction = (verb: Verb, named: string, peer: string, active: string): { from: string; to: string } => (verb === 'recover' ? { from: active, to: active } : { from: named, to: peer });

function ofHostGroup(command: ParsedCommand, verb: Verb, estate: Estate, state: State, person: Person, reason: string | null): OperationResult {
  const type = drType(command, verb);
  if (!type.ok) return type;
  const known = visible(estate, person).flatMap((tenant) => tenant.hostGroups.map((group) => group.name));
  if (command.name === null) return no(refusal(3, 'group-missing', 'The name of the host group is missing.', `Name one of: ${known.join(', ')}.`));
  if (!known.includes(command.name)) return no(refusal(2, 'no-such-group', `There is no host group '${command.name}'.${didYouMean(command.name, known)}`, `Known: ${known.join(', ')}.`));
  const tenant = tenantOfHostGroup(estate, command.name)!;
  const active = state.groups.get(command.name)!.activeSite;
  const passive = otherSite(tenant, active);
  const to = command.attributes.get('to') ?? passive;
  if (verb === 'move' && !siteOf(estate, to)) return no(refusal(2, 'no-such-site', `There is no site '${to}'.${didYouMean(to, [passive])}`, `${command.name} can move to ${passive}.`));
  if (verb === 'move' && (to !== passive || (command.attributes.get('from') ?? active) !== active)) return no(refusal(4, 'direction', `${command.name} is active at ${active}; it can only move to ${passive}.`, 'Correct from= and to=.', `move host_group ${command.name} to=${passive}`));
  const back = verb === 'cleanup' || verb === 'resync';
  return { ok: true, reason, operation: { verb, tenant: tenant.name, scope: { class: 'host_group', name: command.name }, hostGroups: [command.name], ...(verb === 'recover' ? { from: active, to: active } : back ? { from: passive, to: active } : { from: active, to: passive }), drType: type.value } };
}
