import type { JournalEvent } from './event.js';
import type { Json } from './names.js';

export const erasedMark = '[erased]';
/** A shorter text stands in too many words by accident. */
export const erasedTextMin = 6;

export type Erasure =
  | { readonly ok: true; readonly event: JournalEvent; /** How many values lost something. */ readonly places: number; /** What is to go from messages, too. */ readonly texts: readonly string[] }
  | { readonly ok: false; readonly why: string };

/** What binds an entry to others, or says which of a few things it is: without it the state could not be read from the journal any more. */
const binding = new Set(['type', 'kind', 'run', 'step', 'id', 'epoch', 'digest', 'hash', 'key', 'keys', 'boot', 'code', 'state', 'status', 'outcome', 'severity', 'surface', 'door', 'verb', 'class', 'entityClass', 'drType', 'role', 'roles', 'scope', 'work', 'power', 'urgency', 'slot', 'policyVersion', 'onFailure', 'storageType', 'attachment', 'contractPriority', 'source', 'remains', 'stream', 'incident', 'chain']);

/** What people and systems wrote in their own words, per type of entry. Of all others a given text can be erased, not everything. */
const freeText: { readonly [type: string]: readonly string[] } = {
  note: ['text', 'data'], 'command.refused': ['line', 'why'], 'step.progress': ['line'], 'event.raised': ['description', 'saw', 'data'],
  'run.held': ['reason'], 'run.cancelling': ['reason'], 'plan.rejected': ['reason'], 'plan.expired': ['why'], 'run.parked': ['why', 'next'], 'step.finished': ['why', 'remedy', 'reason', 'saw', 'data'],
};

const cannot = (why: string): Erasure => ({ ok: false, why });
const records: readonly string[] = ['journal.erased', 'journal.retained', 'journal.head-posted', 'journal.imported'];

/** Takes every occurrence of a text out of an event's values. `names`: what the state is kept under, which must stay. Pure; no answer holds the text. */
export function eraseText(event: JournalEvent, text: string, names: Iterable<string>): Erasure {
  if (text.length < erasedTextMin) return cannot(`The text has fewer than ${erasedTextMin} characters and would be found in the middle of other words.`);
  if (records.includes(event.type)) return cannot('The entry is a record about the journal itself; such records prove what else was erased.');
  if (erasedMark.includes(text)) return cannot('The text is the mark that Lifeboat puts in its place.');
  for (const name of names) if (name.includes(text)) return cannot('The text is part of a name of the estate or of a run, which the state is kept under. Change the name in the estate first if it is the secret.');
  let places = 0;
  let bound: string | null = null;
  const without = (value: Json, key: string): Json => {
    if (typeof value === 'string') {
      if (!value.includes(text)) return value;
      if (binding.has(key)) bound ??= key;
      places += 1;
      return value.replaceAll(text, erasedMark);
    }
    if (Array.isArray(value)) return value.map((each) => without(each, key));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => {
      if (name.includes(text)) bound ??= 'the name of a field';
      return [name, without(each, name)];
    }));
  };
  const left = without(event as unknown as Json, '') as unknown as JournalEvent;
  if (bound !== null) return cannot(`The text stands where the entry says what it belongs to (${String(bound)}); without that the state could not be read from the journal.`);
  if (places === 0) return cannot('The text does not occur in this entry. Upper and lower case count, and so does every space.');
  return { ok: true, event: left, places, texts: [text] };
}

/** Takes everything out of an event that somebody wrote in their own words; what happened, to what and when stays. */
export function eraseWords(event: JournalEvent): Erasure {
  const fields = freeText[event.type];
  if (fields === undefined) return cannot(`An entry of the type ${event.type} is needed to read the state from the journal, so it cannot be erased as a whole. Erase the text alone.`);
  const texts: string[] = [];
  let places = 0;
  const erased = (value: Json): Json => {
    if (typeof value === 'string') {
      if (value === '' || value === erasedMark) return value;
      places += 1;
      texts.push(value);
      return erasedMark;
    }
    if (Array.isArray(value)) return value.map(erased);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, erased(each)]));
  };
  const without = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(without);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fields.includes(name) ? erased(each) : without(each)]));
  };
  const left = without(event as unknown as Json) as unknown as JournalEvent;
  return places === 0 ? cannot('Nothing in this entry is in anybody\'s own words.') : { ok: true, event: left, places, texts: texts.filter((text) => text.length >= erasedTextMin) };
}
