import type { Delegation } from './delegation.js';
import type { Estate, Freeze, Person } from './estate.js';
import type { Millis, PersonName } from './names.js';

/** The people as they are at one moment: every rule about who may decide is asked of it, never of what was true at the proposal. */
export interface Roster {
  readonly people: readonly Person[];
  /** Those that hold now. */
  readonly delegations: readonly Delegation[];
  readonly freezes: readonly Freeze[];
  readonly now: Millis;
}

export const rosterOf = ({ estate, delegations }: { readonly estate: Estate | null; readonly delegations: readonly Delegation[] }, now: Millis): Roster => ({ people: estate?.people ?? [], freezes: estate?.freezes ?? [], delegations: delegations.filter(({ until }) => now < until), now });

export const memberOf = (roster: Roster, name: PersonName): Person | undefined => roster.people.find((person) => person.name === name);
