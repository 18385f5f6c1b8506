import { refusal, type Answer } from '../core/answer.js';
import { momentIn } from '../core/moment.js';
import type { Millis } from '../core/names.js';
import type { StartWindow } from '../core/start-window.js';

const hourMs = 3_600_000;
const defaultMs: Millis = hourMs;
const longestMs: Millis = 24 * hourMs;
const farthestMs: Millis = 31 * 24 * hourMs;

export type WindowRead = { readonly ok: true; readonly window: StartWindow | null } | { readonly ok: false; readonly answer: Answer };

/** `at=2026-11-23T02:00 window=2h`: approved now, started by itself then. One hour where no window is named. */
export function readWindow(attributes: ReadonlyMap<string, string>, timeZone: string, now: Millis): WindowRead {
  const [at, long] = [attributes.get('at'), attributes.get('window')];
  const no = (code: string, what: string, next: string): WindowRead => ({ ok: false, answer: refusal(4, code, what, next) });
  if (at === undefined) return long === undefined ? { ok: true, window: null } : no('window', 'A window needs a time at which it begins.', 'Add at=2026-11-23T02:00, or leave window= out to start as soon as it is approved.');
  const from = momentIn(at, timeZone);
  if (from === null) return no('at', `at=${at} is not a moment.`, `Write date and time, in your zone (${timeZone}): at=2026-11-23T02:00`);
  if (from <= now) return no('at', 'That time is over.', 'Name a time ahead, or leave at= out to start as soon as it is approved.');
  if (from - now > farthestMs) return no('at', 'That is more than 31 days ahead: nobody can judge a plan for so long.', 'Ask again nearer to the time.');
  const parts = /^(\d{1,4})([mh])$/.exec(long ?? '');
  const ms = long === undefined ? defaultMs : parts ? Number(parts[1]) * (parts[2] === 'h' ? hourMs : 60_000) : 0;
  if (ms < 5 * 60_000 || ms > longestMs) return no('window', `window=${long} is not a length between 5 minutes and 24 hours.`, 'Write a whole number and m or h, such as window=2h.');
  return { ok: true, window: { from, to: from + ms } };
}
