import { commands } from './german-sentences/commands.js';
import { decisions } from './german-sentences/decisions.js';
import { incidents } from './german-sentences/incidents.js';
import { translator } from './german-sentences/sentence.js';

export const inGermanSentences = translator([...decisions, ...incidents, ...commands]);

/** The sentences of an answer of the desk in German, all of them or none: two languages in one answer are worse than the other one. Tables and help keep KSYS's words. */
export function germanAnswer<Data>(name: string, data: Data): Data {
  const fields = name === 'decision' ? ['sentence'] : name === 'said' ? ['text'] : name === 'refusal' ? ['what', 'next'] : [];
  const said = fields.map((field) => [field, inGermanSentences(String((data as Record<string, unknown>)[field]))] as const);
  return fields.length === 0 || said.some(([, german]) => german === null) ? data : { ...data, ...Object.fromEntries(said) };
}
