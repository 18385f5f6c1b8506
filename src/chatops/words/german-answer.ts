import { commands } from './german-sentences/commands.js';
import { decisions } from './german-sentences/decisions.js';
import { incidents } from './german-sentences/incidents.js';
import { translator } from './german-sentences/sentence.js';

export const inGermanSentences = translator([...decisions, ...incidents, ...commands]);

/** Views of answers of the desk, and which of their fields are sentences of it. Tables and help keep KSYS's words. */
const sentencesOf: { readonly [view: string]: readonly string[] } = { decision: ['sentence'], said: ['text'], refusal: ['what', 'next'] };

/** The sentences of an answer in German, all of them; null where one of them has no German words: that answer stays wholly English, since two languages in one are worse than the other one. Data of any other view as it is. */
export function germanAnswer(view: string, data: unknown): unknown {
  const fields = sentencesOf[view] ?? [];
  const said = fields.map((field) => [field, inGermanSentences((data as Readonly<Record<string, string>>)[field]!)] as const);
  return said.some(([, german]) => german === null) ? null : fields.length === 0 ? data : { ...(data as object), ...Object.fromEntries(said) };
}
