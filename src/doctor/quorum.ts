import { fine, notice, wrong, type Diagnosis } from '../core/diagnosis.js';
import { couldBeMet } from '../core/approval-quorum.js';
import { sees, type Estate, type Person, type Tenant } from '../core/estate.js';
import { gateFor } from '../core/gate.js';
import { gateWords } from '../core/gate-words.js';
import { lifeboat } from '../core/names.js';
import type { Operation } from '../core/plan.js';
import type { Roster } from '../core/roster.js';
import type { Link } from '../core/state.js';
import type { Runbook } from '../runbook/runbook.js';

/** Could the quorum of each runbook be met, for each tenant? `slack`: decisions are also asked for there, of people who linked their account. */
export function diagnoseQuorum(estate: Estate, runbooks: readonly Runbook[], links: readonly Link[], slack: boolean): Diagnosis[] {
  return runbooks.filter((runbook) => runbook.gate.people > 0).map((runbook) => {
    const perTenant = estate.tenants.map((tenant) => ({ tenant, ...peopleFor(estate, runbook, tenant) }));
    const name = `quorum ${runbook.name}`;
    const short = perTenant.filter((each) => !each.possible);
    if (short.length > 0) {
      return wrong(name, `Nobody could approve it for ${short.map((each) => each.tenant.name).join(', ')}: it needs ${runbook.gate.people} people, ${runbook.when.length > 0 ? `all with the role ${runbook.gate.role} where Lifeboat proposes it` : `an operator who asks and others with the role ${runbook.gate.role}`}, ${gateWords(runbook.gate).length > 0 ? `besides ${gateWords(runbook.gate).join('; ')}, ` : ''}and the estate has ${short.map((each) => names(each.deciders)).join('; ')}.`, `Give more people the role ${runbook.gate.role}: edit the people of the estate file, then lifeboat estate apply FILE`);
    }
    const strangers = (runbook.gate.backups ?? []).filter((backup) => !estate.people.some((person) => person.name === backup));
    if (strangers.length > 0) return wrong(name, `Its backups ${strangers.join(', ')} are nobody in the estate: the question would reach none of them.`, 'Correct backups: in the runbook, or add them to the people of the estate file.');
    const thin = perTenant.filter((each) => each.deciders.length <= runbook.gate.people);
    const unlinked = slack ? [...new Set(perTenant.flatMap((each) => each.deciders))].filter((person) => !links.some((link) => link.person === person.name && link.surface === 'slack')) : [];
    const says = `${runbook.gate.people} people of ${names([...new Set(perTenant.flatMap((each) => each.deciders))])}`;
    if (unlinked.length > 0) return notice(name, `${says}; not linked in Slack, so the question reaches them by console and mail only: ${names(unlinked)}`, 'Each of them, in the console or at the command line: code slack');
    return thin.length > 0 ? notice(name, `${says}: one absence for ${thin.map((each) => each.tenant.name).join(', ')} and it cannot be approved`, `Give one more person the role ${runbook.gate.role}`) : fine(name, says);
  });
}

function peopleFor(estate: Estate, { gate, when, verb, drType }: Runbook, tenant: Tenant): { readonly deciders: readonly Person[]; readonly possible: boolean } {
  const operation: Operation = { verb, drType, tenant: tenant.name, scope: { class: 'site', name: tenant.homeSite }, hostGroups: [], from: tenant.homeSite, to: tenant.backupSite };
  const roles = gate.seats?.map(({ role }) => role) ?? [gate.role];
  const deciders = estate.people.filter((person) => sees(person, tenant.name) && roles.some((role) => person.roles.includes(role)));
  const definite = gateFor(gate, { attest: null, operation, irreversible: [], requestedBy: lifeboat('monitor'), freezes: [], now: 0 });
  const roster: Roster = { people: estate.people, delegations: [], freezes: [], now: 0 };
  if (when.length > 0) return { deciders, possible: couldBeMet(definite, operation, null, roster) };
  // The one who asks counts, too, but never approves alone what he asked for.
  return { deciders, possible: estate.people.filter((person) => sees(person, tenant.name) && person.roles.includes('operator')).some((asker) => couldBeMet(definite, operation, asker.name, roster)) };
}

const names = (people: readonly Person[]): string => people.map((person) => person.name).join(', ') || 'nobody';
