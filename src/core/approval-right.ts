import { sees, type Person, type Role } from './estate.js';
import type { PersonName } from './names.js';
import type { Plan } from './plan.js';
import { memberOf, type Roster } from './roster.js';
import type { RunState } from './run-state.js';

/** Whether a person may decide, as what, and why not. */
export type Right =
  /** `standsFor`: who is away and named this person. `roles`: what this person counts as. */
  | { readonly may: true; readonly code: 'ok'; readonly standsFor: PersonName | null; readonly roles: readonly Role[] }
  | { readonly may: false; readonly code: 'not-your-tenant' | 'not-an-approver' | 'own-request' | 'number-locked' };

/** What of a run says who may decide on it. */
export type Asked = Pick<RunState, 'escalatedTo' | 'wrongNumbers' | 'glass'> & { readonly plan: Pick<Plan, 'gate' | 'tenant' | 'requestedBy' | 'operation' | 'epoch'> };

/** So many wrong numbers shut a person out of a run: two digits are guessed soon. */
export const wrongNumbersMax = 3;
export const wrongNumbersOf = (run: Pick<Asked, 'wrongNumbers'>, name: PersonName): number => run.wrongNumbers.filter((by) => by === name).length;

/** Roles of which one is enough to decide on a plan. */
const decidingRoles = ({ gate }: Asked['plan']): readonly Role[] => (gate.seats ?? [{ role: gate.role }]).map(({ role }) => role);

export const isRequester = ({ plan }: Pick<Asked, 'plan'>, name: PersonName): boolean => plan.requestedBy.kind === 'person' && plan.requestedBy.person === name;

/** May this person decide on this plan at all: by a role, as a backup whom the question has reached, or in the place of somebody who is away? */
export function mayApprove(person: Person, run: Asked, roster: Roster): Right {
  const { tenant } = run.plan;
  if (!sees(person, tenant)) return { may: false, code: 'not-your-tenant' };
  if (wrongNumbersOf(run, person.name) >= wrongNumbersMax) return { may: false, code: 'number-locked' };
  const deciding = decidingRoles(run.plan);
  const decides = (each: Person): boolean => deciding.some((role) => each.roles.includes(role));
  const own = decides(person) ? person.roles : run.escalatedTo.includes(person.name) ? deciding : null;
  if (own !== null) return isRequester(run, person.name) ? { may: false, code: 'own-request' } : { may: true, code: 'ok', standsFor: null, roles: own };
  const absent = roster.delegations.filter(({ to, from }) => to === person.name && !isRequester(run, from)).map(({ from }) => memberOf(roster, from))
    .find((each) => each !== undefined && sees(each, tenant) && decides(each));
  if (!absent || isRequester(run, person.name)) return { may: false, code: 'not-an-approver' };
  return { may: true, code: 'ok', standsFor: absent.name, roles: absent.roles };
}
