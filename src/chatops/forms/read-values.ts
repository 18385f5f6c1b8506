import type { Form, FormField, FormValues } from '../../ports/channel.js';
import type { Filled } from './form-kind.js';

type ReadForm = { readonly ok: true; readonly filled: Filled } | { readonly ok: false; readonly errors: Readonly<Record<string, string>> };

/** Reads what came back against the form as it would be drawn now: a field or a choice that it does not offer (any more) is refused. */
export function readValues(form: Form, values: FormValues): ReadForm {
  const errors: Record<string, string> = {};
  const filled = new Map<string, string>();
  for (const field of form.fields) {
    const value = Object.hasOwn(values, field.name) ? values[field.name]! : '';
    const read = readField(field, typeof value === 'string' ? (value.trim() === '' ? [] : [value.trim()]) : value);
    if ('error' in read) errors[field.name] = read.error;
    else if (read.value !== null) filled.set(field.name, read.value);
  }
  const known = new Set(form.fields.map(({ name }) => name));
  const stranger = Object.keys(values).find((name) => !known.has(name));
  if (stranger !== undefined && form.fields[0]) errors[form.fields[0].name] ??= 'The form has changed since you opened it. Open it again.';
  return Object.keys(errors).length > 0 ? { ok: false, errors } : { ok: true, filled };
}

type ReadField = { readonly value: string | null } | { readonly error: string };

function readField(field: FormField, given: readonly string[]): ReadField {
  if (given.length === 0) return field.required ? { error: 'Fill this in: the command needs it.' } : { value: null };
  if (field.kind === 'choice') {
    const gone = given.find((value) => !field.options.some((option) => option.value === value));
    if (gone !== undefined) return { error: 'This choice is not there any more: something changed since you opened the form. Open it again and look.' };
    return field.many || given.length === 1 ? { value: [...new Set(given)].join(',') } : { error: 'Choose one.' };
  }
  const [value = ''] = given;
  if (field.kind === 'text') return value.length <= field.lengthMax ? { value } : { error: `At most ${field.lengthMax} characters; this has ${value.length}.` };
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z$/.test(value) && !Number.isNaN(Date.parse(value)) ? { value } : { error: 'Choose a date and a time.' };
}
