import type { Person } from '../../core/estate.js';
import { sees } from '../../core/estate.js';
import type { Millis } from '../../core/names.js';
import type { State } from '../../core/state.js';
import { conversationsFor, type ConversationModel } from './visible.js';

export interface PersonModel { readonly name: string; readonly displayName: string; readonly roles: readonly string[]; readonly scope: string }

export interface MeModel {
  readonly person: PersonModel;
  readonly estate: { readonly name: string; readonly simulated: boolean; readonly timeZone: string };
  /** Whom the page may switch to: in simulated estates only. */
  readonly people: readonly PersonModel[];
  readonly conversations: readonly ConversationModel[];
  /** Runs that wait for this person's decision. */
  readonly approvals: readonly string[];
  readonly clock: { readonly now: Millis; readonly rate: number; readonly wallNow: Millis };
  readonly canInject: boolean;
}

export function personModel(person: Person): PersonModel {
  return { name: person.name, displayName: person.displayName, roles: person.roles, scope: person.tenants === 'all' ? 'provider' : person.tenants.join(', ') };
}

export function meFor(state: State, person: Person, more: { readonly mayApprove: (run: string) => boolean; readonly clock: MeModel['clock']; readonly canInject: boolean }): MeModel {
  const estate = state.estate!;
  const waiting = [...state.runs.values()].filter((run) => run.status === 'proposed' && run.plan.gate.people > 0 && sees(person, run.plan.tenant));
  return {
    person: personModel(person),
    estate: { name: estate.name, simulated: estate.simulated, timeZone: estate.timeZone },
    people: estate.simulated ? estate.people.map(personModel) : [],
    conversations: conversationsFor(state, person),
    approvals: waiting.map((run) => run.plan.run).filter(more.mayApprove),
    clock: more.clock, canInject: more.canInject,
  };
}
