import { personOf, type Person } from '../core/estate.js';
import type { Surface } from '../core/names.js';
import { isLookedAfter } from '../core/incident-rules/told.js';
import { optedOutBecause } from '../core/opt-out.js';
import { stepOf } from '../core/plan.js';
import type { State } from '../core/state.js';
import type { OutboxRow, Wanted } from '../ports/outbox.js';
import { isEdited } from './reconcile.js';
import { closedBecause } from './views/approval.js';
import { stepClosedBecause } from './views/step-request.js';

/** In which order a person is tried whom a question did not reach: each is more certain to be heard, and says less, than the one before. */
const order: readonly Surface[] = ['slack', 'teams', 'email', 'sms'];
/** A call sets out by conversation and text message at once; mail is what is left. */
const orderOfCalls: readonly Surface[] = ['slack', 'teams', 'sms', 'email'];
/** Bad news sets out by mail and text message at once, to contacts; their chats are what is left. */
const orderOfNews: readonly Surface[] = ['email', 'sms', 'slack', 'teams'];

/** A question or critical news that reached nobody in time, for the next surface of that person. Null: nobody waits for it any more, or there is no further surface. `surfaces`: those with a transport. */
export function nextPlace(row: OutboxRow, state: State, surfaces: readonly Surface[], now: number): Wanted | null {
  const { target, subject } = row;
  const way = subject.view === 'notification' ? orderOfNews : subject.view === 'page' ? orderOfCalls : order;
  const person = target.kind === 'person' && state.estate ? personOf(state.estate, target.person) : undefined;
  if (!person || target.kind !== 'person' || !way.includes(row.surface) || !waitsFor(subject, person.name, state, now)) return null;
  for (const surface of way.slice(way.indexOf(row.surface) + 1)) {
    const identity = surfaces.includes(surface) ? identityOf(person, surface, state) : null;
    const key = `${row.key.slice(0, -`${row.surface}/${target.identity}`.length)}${surface}/${identity}`;
    if (identity !== null && optedOutBecause(state, surface, identity) === null) return { key, surface, target: { ...target, identity }, threadKey: null, subject, tenant: row.tenant, wanted: row.wanted, editable: isEdited(surface) };
  }
  return null;
}

const identityOf = (person: Person, surface: Surface, state: State): string | null =>
  (surface === 'email' ? person.email : surface === 'sms' ? person.phone : state.links.find((link) => link.person === person.name && link.surface === surface)?.identity ?? null);

/** The digits of an approval and what became of a run wait for nobody; nor may the digits go by mail. */
function waitsFor({ view, id }: OutboxRow['subject'], reader: string, state: State, now: number): boolean {
  if (view === 'page') {
    const [incident, level] = [state.incidents.get(id.split('.')[0]!), Number(id.split('.')[1] ?? 0)];
    // A later call has taken its place, or somebody looks after it.
    return incident !== undefined && incident.resolvedAt === null && !isLookedAfter(incident, now) && state.duty.escalations.get(incident.id)?.taken === level + 1;
  }
  if (view === 'approval-request') {
    const [run, epoch] = [state.runs.get(id.split('.')[0]!), Number(id.split('.')[1] ?? 1)];
    return run !== undefined && closedBecause(run, reader, epoch, state, now) === null;
  }
  if (view === 'notification') {
    const incident = state.incidents.get(id);
    return incident?.severity === 'critical' && incident.resolvedAt === null;
  }
  if (view !== 'step-request') return false;
  const cut = id.indexOf('/');
  const run = state.runs.get(id.slice(0, cut));
  const step = run && stepOf(run.plan, id.slice(cut + 1));
  return run !== undefined && step !== undefined && stepClosedBecause(run, step, reader, state) === null;
}
