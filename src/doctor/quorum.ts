import { fine, notice, wrong, type Diagnosis } from '../core/diagnosis.js';
import { sees, type Estate, type Person, type Tenant } from '../core/estate.js';
import type { Link } from '../core/state.js';
import type { Runbook } from '../runbook/runbook.js';

/** Could the quorum of each runbook be met, for each tenant? `slack`: decisions are also asked for there, of people who linked their account. */
export function diagnoseQuorum(estate: Estate, runbooks: readonly Runbook[], links: readonly Link[], slack: boolean): Diagnosis[] {
  return runbooks.filter((runbook) => runbook.gate.people > 0).map((runbook) => {
    const perTenant = estate.tenants.map((tenant) => ({ tenant, ...peopleFor(estate, runbook, tenant) }));
    const name = `quorum ${runbook.name}`;
    const short = perTenant.filter((each) => !each.possible);
    if (short.length > 0) {
      return wrong(name, `Nobody could approve it for ${short.map((each) => each.tenant.name).join(', ')}: it needs ${runbook.gate.people} people, ${runbook.when.length > 0 ? `all with the role ${runbook.gate.role} where Lifeboat proposes it` : `an operator who asks and others with the role ${runbook.gate.role}`}, and the estate has ${short.map((each) => names(each.deciders)).join('; ')}.`, `Give more people the role ${runbook.gate.role}: edit the people of the estate file, then lifeboat estate apply FILE`);
    }
    const thin = perTenant.filter((each) => each.deciders.length <= runbook.gate.people);
    const unlinked = slack ? [...new Set(perTenant.flatMap((each) => each.deciders))].filter((person) => !links.some((link) => link.person === person.name && link.surface === 'slack')) : [];
    const says = `${runbook.gate.people} people of ${names([...new Set(perTenant.flatMap((each) => each.deciders))])}`;
    if (unlinked.length > 0) return notice(name, `${says}; not linked in Slack, so the question reaches them by console and mail only: ${names(unlinked)}`, 'Each of them, in the console or at the command line: code slack');
    return thin.length > 0 ? notice(name, `${says}: one absence for ${thin.map((each) => each.tenant.name).join(', ')} and it cannot be approved`, `Give one more person the role ${runbook.gate.role}`) : fine(name, says);
  });
}

function peopleFor(estate: Estate, { gate, when }: Runbook, tenant: Tenant): { readonly deciders: readonly Person[]; readonly possible: boolean } {
  const roles = gate.seats?.map(({ role }) => role) ?? [gate.role];
  const deciders = estate.people.filter((person) => sees(person, tenant.name) && roles.some((role) => person.roles.includes(role)));
  if (when.length > 0) return { deciders, possible: deciders.length >= gate.people };
  // The one who asks counts, too, but never approves alone what he asked for.
  const possible = estate.people.filter((person) => sees(person, tenant.name) && person.roles.includes('operator')).some((asker) => {
    const others = deciders.filter((person) => person.name !== asker.name).length;
    return others >= 1 && others + 1 >= gate.people;
  });
  return { deciders, possible };
}

const names = (people: readonly Person[]): string => people.map((person) => person.name).join(', ') || 'nobody';
