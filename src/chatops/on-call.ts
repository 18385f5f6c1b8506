import { sees } from '../core/estate.js';
import type { JournalEntry } from '../core/event.js';
import type { Millis, Surface, TenantName } from '../core/names.js';
import { rosterOf } from '../core/roster.js';
import type { State } from '../core/state.js';

/** Accounts of those who could decide for a tenant now: its approvers who are not away, and who stands in for those who are. Lifeboat knows of no duty hours. */
export function identitiesOnCall(state: State, tenant: TenantName, surface: Surface, now: Millis): string[] {
  const roster = rosterOf(state, now);
  const decides = (name: string): boolean => roster.people.some((person) => person.name === name && person.roles.includes('approver') && sees(person, tenant));
  const there = roster.people.filter(({ name }) => (decides(name) && !roster.delegations.some(({ from }) => from === name)) || roster.delegations.some(({ to, from }) => to === name && decides(from)));
  return state.links.filter((link) => link.surface === surface && there.some(({ name }) => name === link.person)).map(({ identity }) => identity);
}

/** After which of them somebody else may be there. That a delegation ends has no entry: whoever follows this looks again every few minutes, too. */
export const changesOnCall = (entries: readonly JournalEntry[]): boolean => entries.some(({ event }) => ['estate.imported', 'person.linked', 'person.unlinked', 'person.offboarded', 'delegation.given', 'delegation.ended'].includes(event.type));
