import type { Delegation } from './delegation.js';
import type { Estate } from './estate.js';
import type { PersonName, Surface } from './names.js';
import type { Passkey } from './passkey.js';
import type { ApiToken } from './scope.js';

/** What of the state belongs to people. */
export interface Belongings {
  estate: Estate | null;
  links: { readonly person: PersonName; readonly surface: Surface; readonly identity: string }[];
  delegations: readonly Delegation[];
  apiTokens: Map<string, ApiToken>;
  passkeys: Map<string, Passkey>;
  /** The journal entry with which somebody left: sessions and logins that began before it count no more, also when the name comes back. */
  leftAt: Map<PersonName, number>;
}

/** Everything that spoke for a person ends with the journal entry `seq`; who comes back under the name begins anew. */
export function leave(state: Belongings, person: PersonName, seq: number): void {
  state.leftAt.set(person, seq);
  state.links = state.links.filter((link) => link.person !== person);
  state.delegations = state.delegations.filter(({ from, to }) => from !== person && to !== person);
  for (const [hash, token] of state.apiTokens) if (token.person === person) state.apiTokens.delete(hash);
  for (const [id, passkey] of state.passkeys) if (passkey.person === person) state.passkeys.delete(id);
  // Until an estate is applied that names the person again.
  if (state.estate) state.estate = { ...state.estate, ...withoutDuty(state.estate, person), people: state.estate.people.filter(({ name }) => name !== person), contacts: state.estate.contacts.filter(({ user }) => user !== person) };
}

/** Nobody calls who left: a shift of theirs goes to the next in turn. */
function withoutDuty({ onCall, escalations }: Estate, person: PersonName): Pick<Estate, 'onCall' | 'escalations'> {
  return {
    ...(onCall ? { onCall: onCall.map((schedule) => (schedule.source.kind === 'rotation' ? { ...schedule, source: { ...schedule.source, people: schedule.source.people.filter((name) => name !== person) } } : schedule)) } : {}),
    ...(escalations ? { escalations: escalations.map((each) => ({ ...each, steps: each.steps.map((step) => ({ ...step, to: step.to.filter((target) => target !== person) })) })) } : {}),
  };
}
