import type { Language, Millis } from '../../core/names.js';

/** `1 m 48 s`, `40 s`, `2 h 5 m`, `3 d 4 h`: two units at most, so that a tired person reads it at once. */
export function words(ms: Millis, language: Language = 'en'): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const units: readonly (readonly [string, number])[] = [[language === 'de' ? 'T' : 'd', 86_400], ['h', 3600], [language === 'de' ? 'min' : 'm', 60], ['s', 1]];
  const index = units.findIndex(([, size]) => seconds >= size);
  const [unit, size] = units[index]!;
  const next = units[index + 1];
  const rest = next ? Math.floor((seconds % size) / next[1]) : 0;
  return `${Math.floor(seconds / size)} ${unit}${next && rest > 0 ? ` ${rest} ${next[0]}` : ''}`;
}
