import { z } from 'zod';

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds of a text such as `30m` whose shape was checked. */
export const toMs = (text: string): number => Number(text.slice(0, -1)) * unitMs[text.at(-1) as keyof typeof unitMs];

/** `30m`: a whole number of seconds, minutes or hours. */
export const duration = z.string().regex(/^\d{1,6}[smh]$/, 'Write a whole number and s, m or h, such as 30m.').transform(toMs);

/** As a person would say it: `90 s`, `30 min`, `4 h`. */
export const inWords = (ms: number): string => (ms % 3_600_000 === 0 && ms > 0 ? `${ms / 3_600_000} h` : ms % 60_000 === 0 && ms > 0 ? `${ms / 60_000} min` : `${Math.round(ms / 1_000)} s`);
