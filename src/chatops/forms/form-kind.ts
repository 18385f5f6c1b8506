import type { Person } from '../../core/estate.js';
import type { Millis } from '../../core/names.js';
import type { State } from '../../core/state.js';
import type { Form } from '../../ports/channel.js';

export interface FormContext { readonly person: Person; readonly state: State; /** Wall time. */ readonly now: Millis }

/** Why there is no form for this person, and what to do instead. */
export interface NoForm { readonly code: string; readonly what: string; readonly next: string; readonly command: string | null }

/** What was filled in, after every field was read: a choice of many with commas between. */
export type Filled = ReadonlyMap<string, string>;

/** A form is a way of typing a command: it offers what its reader may ask for, and makes the line that the reader could have typed. */
export interface FormKind {
  draw(context: FormContext, about: string | null): Form | NoForm;
  line(filled: Filled, context: FormContext): string;
}

export const isForm = (drawn: Form | NoForm): drawn is Form => 'fields' in drawn;

/** A value without what the grammar has no way to write inside of quotation marks: those become apostrophes. */
export const quotable = (value: string): string => value.replace(/["\u201c\u201d]/g, "'").trim();
/** A value as the grammar reads it back. */
export const quoted = (value: string): string => `"${quotable(value)}"`;

/** `reason="..."`, or nothing where the field was left empty. */
export const attribute = (name: string, value: string | undefined): string => (value === undefined ? '' : ` ${name}=${/^[A-Za-z0-9_.:,-]+$/.test(value) ? value : quoted(value)}`);
