import { refusal, type Answer } from '../core/answer.js';
import type { Millis } from '../core/names.js';
import { weekdays, type StandingConditions, type Weekday } from '../core/standing-authority.js';

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const dayMs: Millis = unitMs.d;
/** Longer ahead nobody knows who will be there and what will have changed. */
const longestMs: Millis = 30 * dayMs;
/** Host failure detection alone takes 90 s (seeds/5): less would fire on a hiccup. */
const lostMinMs: Millis = 120_000;

/** What `authorise` takes besides what a move takes. */
export const standingAttributes: readonly string[] = ['between', 'days', 'lost', 'lag', 'expires'];

export type ConditionsRead = { readonly ok: true; readonly conditions: StandingConditions; readonly expiresAt: Millis } | { readonly ok: false; readonly answer: Answer };

/** `30m`, `2h`, `7d`. Null: not a length. */
export function lengthOf(text: string | undefined): Millis | null {
  const match = /^(\d{1,5})([smhd])$/.exec(text ?? '');
  return match ? Number(match[1]) * unitMs[match[2] as keyof typeof unitMs] : null;
}

/** `between=02:00-06:00 days=sat,sun lost=5m lag=10s expires=7d`. None has a default: who signs decides each of them. */
export function readConditions(attributes: ReadonlyMap<string, string>, now: Millis): ConditionsRead {
  const no = (name: string, what: string, next: string): ConditionsRead => ({ ok: false, answer: refusal(attributes.has(name) ? 4 : 3, name, what, next, 'help authorise') });
  const window = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(attributes.get('between') ?? '');
  if (!window) return no('between', 'Between which hours may Lifeboat move without asking?', 'Write between=02:00-06:00, in the time zone of the estate.');
  const [from, until] = [`${window[1]}:${window[2]}`, `${window[3]}:${window[4]}`];
  if (from === until) return no('between', 'These hours begin and end at the same minute.', 'Write between=02:00-06:00. A whole day is no window: by day people can be asked.');
  const named = attributes.get('days')?.split(',') ?? null;
  const stranger = named?.find((day) => !(weekdays as readonly string[]).includes(day));
  if (stranger !== undefined) return no('days', `'${stranger}' is no day.`, `Write days=${weekdays.slice(1, 6).join(',')}, or leave it out for every day.`);
  const lostForMs = lengthOf(attributes.get('lost'));
  if (lostForMs === null || lostForMs < lostMinMs || lostForMs > dayMs) return no('lost', 'How long must the site have been lost?', 'Write lost=5m; at least 2m, at most 24h.');
  const lagMaxMs = lengthOf(attributes.get('lag'));
  if (lagMaxMs === null || lagMaxMs === 0) return no('lag', 'How much replication lag, and with it loss, is acceptable without asking?', 'Write lag=10s: the lag that was read last must be below it.');
  const livesMs = lengthOf(attributes.get('expires'));
  if (livesMs === null || livesMs === 0 || livesMs > longestMs) return no('expires', 'When does it end by itself?', 'Write expires=7d; at most 30d.');
  return { ok: true, conditions: { from, until, days: named as Weekday[] | null, lostForMs, lagMaxMs }, expiresAt: now + livesMs };
}
