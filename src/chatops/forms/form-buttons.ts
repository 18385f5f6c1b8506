import type { Person } from '../../core/estate.js';
import { mayRun } from '../../desk/help.js';
import { formNames, type FormName } from '../../ports/channel.js';
import type { Button } from '../../ports/once.js';
import type { Wish } from '../actions.js';

const labels: Record<FormName, string> = { move: 'Move...', drill: 'Rehearse...', silence: 'Silence...', maintenance: 'Maintenance mark...', 'break-glass': 'Break glass...' };

/** Buttons that open a form, as far as this person's roles go; what the forms offer is looked at when one opens. */
export function formWishes(person: Person): Wish[] {
  const may: Record<FormName, boolean> = { move: mayRun('move', person), drill: person.roles.includes('operator'), silence: mayRun('add', person), maintenance: mayRun('modify', person), 'break-glass': mayRun('approve', person) };
  return formNames.filter((name) => may[name]).map((name) => ({ verb: 'form', label: labels[name], style: 'plain', subject: name, epoch: 0, attest: null }));
}

/** Opens the silence of what one incident is about. */
export const silenceWish = (incident: string): Wish => ({ verb: 'form', label: labels.silence, style: 'plain', subject: `silence ${incident}`, epoch: 0, attest: null });

/** The form that a button opens, and what it is about. Null: it is a button of another kind, or of another version of Lifeboat. */
export function formOfButton({ verb, subject }: Pick<Button, 'verb' | 'subject'>): { readonly name: FormName; readonly about: string | null } | null {
  const [word, about = null] = subject.split(' ', 2);
  const name = verb === 'form' ? formNames.find((each) => each === word) : undefined;
  return name === undefined ? null : { name, about };
}
