import { refusal, type Answer } from '../core/answer.js';
import { didYouMean, nearest } from '../core/nearest.js';

/** A line, by its words. */
interface Typed { readonly words: readonly string[] }

/** One word of a line as it has to be typed: what holds blanks stands in quotation marks. */
export function asTyped(word: string): string {
  const value = word.slice(word.indexOf('=') + 1);
  return /\s/.test(word) ? `${word.slice(0, word.length - value.length)}"${value}"` : word;
}

/** The whole line again, once for each name that may have been meant by `wrong`, nearest first. A reason is nobody's to correct. */
export function corrected({ words }: Typed, wrong: string, known: readonly string[]): string[] {
  const line = (right: string): string => words.map((word) => asTyped(replaced(word, wrong, right))).join(' ');
  const asked = line(wrong);
  return nearest(wrong, known).map(line).filter((each) => each !== asked);
}

function replaced(word: string, wrong: string, right: string): string {
  const equals = word.indexOf('=');
  const [key, value] = equals <= 0 ? ['', word] : [word.slice(0, equals), word.slice(equals + 1)];
  if (key === 'reason') return word;
  return `${key === wrong ? right : key}${key === '' ? '' : '='}${value.split(',').map((each) => (each === wrong ? right : each)).join(',')}`;
}

/** A word that is not known here: what may have been meant, with the lines to send. `otherwise`: where nothing is near. */
export function misread(command: Typed, status: 2 | 4, code: string, what: string, wrong: string, known: readonly string[], next: string, otherwise: string | null = null): Answer {
  const choices = corrected(command, wrong, known);
  return refusal(status, code, `${what}${didYouMean(wrong, known)}`, next, choices[0] ?? otherwise, choices);
}

/** The line could mean several: each with the word that says which. */
export const which = ({ words }: Typed, what: string, next: string, additions: readonly string[]): Answer => {
  const choices = additions.map((each) => [...words, each].map(asTyped).join(' '));
  return refusal(3, 'which-tenant', what, next, choices[0]!, choices);
};
