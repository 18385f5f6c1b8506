import { isTimeZone } from '../clock-time.js';
import type { Millis } from '../names.js';
import type { EscalationStep } from './escalation.js';

/** How the parts of on-call schedules and escalations are written that no other attribute has: in a command, and in the estate file. */
const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 } as const;
/** A person, or `on_call:NAME`. */
export const targetPattern = /^(on_call:[A-Za-z0-9][A-Za-z0-9_.-]{0,62}|[a-z][a-z0-9._-]{0,30})$/;
/** As many as the estate file takes. */
const stepsMax = 20;

/** `10m`, `90s`, `2h`. */
export const writeDelay = (ms: Millis): string => (ms % unitMs.h === 0 ? `${ms / unitMs.h}h` : ms % unitMs.m === 0 ? `${ms / unitMs.m}m` : `${ms / unitMs.s}s`);

/** `on_call:dr,10m:ben+chris`: who is called at once, then those who are called ten minutes after. Null: that is none. */
export function readSteps(text: string): EscalationStep[] | null {
  const steps = text.split(',').map((each): EscalationStep | null => {
    const delayed = /^(\d{1,4})([smh]):(.+)$/.exec(each);
    const to = (delayed ? delayed[3]! : each).split('+');
    if (to.some((target) => !targetPattern.test(target)) || new Set(to).size < to.length) return null;
    return { afterMs: delayed ? Number(delayed[1]) * unitMs[delayed[2] as keyof typeof unitMs] : 0, to };
  });
  return steps.length <= stepsMax && steps.every((step) => step !== null) ? steps : null;
}

export const writeSteps = (steps: readonly EscalationStep[]): string => steps.map(({ afterMs, to }) => `${afterMs === 0 ? '' : `${writeDelay(afterMs)}:`}${to.join('+')}`).join(',');

/** `2026-11-23`: a day that there is. */
const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true;

/** An iCalendar's address: https, or http on this machine alone; or the name of the variable that holds it. */
const isCalendarAddress = (text: string): boolean => /^(https:\/\/\S+|http:\/\/(127\.0\.0\.1|localhost)[:/]\S+|env:[A-Z][A-Z0-9_]*)$/.test(text);

/** Words that are read by a rule of their own: whether they are right, and what to write where they are not. */
export const writtenForms = {
  day: { fits: isDay, range: 'YYYY-MM-DD', hint: 'Write a day, such as 2026-11-23.' },
  zone: { fits: isTimeZone, range: 'IANA time zone', hint: 'Write an IANA time zone, such as Europe/Berlin or UTC.' },
  calendar: { fits: isCalendarAddress, range: 'https://... | env:NAME', hint: 'Write the calendar\'s address, https://..., or env:NAME where the address itself is a secret.' },
} as const;
