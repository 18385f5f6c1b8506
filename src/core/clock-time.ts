import type { Language, Millis } from './names.js';

// Making a formatter costs a hundred times what using it costs.
const formatters = new Map<string, Intl.DateTimeFormat>();

/** One formatter per locale and options, made once. */
export function formatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  let known = formatters.get(key);
  if (!known) formatters.set(key, known = new Intl.DateTimeFormat(locale, options));
  return known;
}

/** `14:15 UTC`, `Nov 22 14:15 CET`: never without its zone. */
export function clockTime(at: Millis, timeZone: string, precision: 'minute' | 'second', withDate: boolean, language: Language = 'en'): string {
  return formatter(language === 'de' ? 'de-DE' : 'en-GB', {
    timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short',
    ...(precision === 'second' ? { second: '2-digit' as const } : {}), ...(withDate ? { month: 'short' as const, day: '2-digit' as const } : {}),
  }).format(at).replace(', ', ' ');
}

export function sameDay(a: Millis, b: Millis, timeZone: string): boolean {
  const day = formatter('en-CA', { timeZone });
  return day.format(a) === day.format(b);
}

/** A name of the IANA time-zone database. */
export function isTimeZone(zone: string): boolean {
  try {
    formatter('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
