import type { Answer } from '../core/answer.js';
import { sees, type Person } from '../core/estate.js';
import type { TenantName } from '../core/names.js';
import type { State } from '../core/state.js';
import type { Subject } from '../ports/outbox.js';

/** Whose templates a message is written with: those of the tenant it is about, also in the provider's channel. */
export function wordingOf({ view, id }: Pick<Subject, 'view' | 'id'>, state: State): TenantName | null {
  if (view === 'handover' || view === 'digest' || view === 'heartbeat') return null;
  if (view === 'incident' || view === 'notification' || view === 'page') return state.incidents.get(id.split('.')[0]!)?.tenant ?? null;
  if (view === 'silence') return state.silences.get(id)?.tenant ?? null;
  if (view === 'standing') return state.standing.get(id)?.authority.tenant ?? null;
  return state.runs.get(id.split(/[./]/)[0]!)?.plan.tenant ?? null;
}

/** Whose templates an answer is written with: those of the tenant that it is about, or of the only one that the person has to do with. */
export function wordingFor(answer: Answer, person: Person, { runs }: State): TenantName | null {
  const about = answer.kind === 'run' || answer.kind === 'decision' ? runs.get(answer.run)?.plan.tenant : answer.kind === 'dry-run' ? answer.plan.tenant : undefined;
  if (about !== undefined && sees(person, about)) return about;
  return person.tenants !== 'all' && person.tenants.length === 1 ? person.tenants[0]! : null;
}
