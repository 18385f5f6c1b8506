import type { Millis } from '../../../../core/names.js';
import type { LineGrammar } from '../line-log.js';
import { toEvent } from './message.js';

/** Wall time of the machine, `2016-04-18T13:27:49`, as a moment; null: there is none. */
export type ReadLocalTime = (local: string) => Millis | null;

const head = /^\s*\[(\d{2})\/(\d{2})\/(\d{4}) (\d{2}:\d{2}:\d{2})\]\s*EventType:\s*(\w+),\s*Source:\s*LifeKeeper,\s*Category:/i;
const body = /Process:\s*(?:(\S+?)\s*\((\d+)\)\s*)?\*(INFO|WARNING|ERROR)\*\s*(?:\(No\.\s*(\d+)\)\s*)?(.*)$/is;

/** LifeKeeper for Windows (seeds/3; reference/lifekeeper-everrun.md 4.1): US order, local time without a zone, text wrapped as it comes, category on the next line or empty. */
export function windowsGrammar(readTime: ReadLocalTime): LineGrammar {
  return {
    begins: (line) => head.test(line), single: false, settleMs: 2_000,
    read(lines, startLine, readAt) {
      const [, month, day, year, clock, type = ''] = head.exec(lines[0]!)!;
      const found = body.exec(lines.join('\n'));
      if (!found) return { event: null, problems: [{ line: startLine, what: 'An entry without a message; it was not taken.', lost: true }] };
      const at = readTime(`${year}-${month}-${day}T${clock}`);
      const [, program = 'LifeKeeper', , level, number, text] = found;
      return {
        event: toEvent({ number: number ?? null, level: level ?? type, text: text ?? '', program, at: at ?? readAt, by: 'LifeKeeper (Windows log)', machine: null }, (each) => `LIFEKEEPER_${each}`),
        problems: at === null ? [{ line: startLine, what: `There is no such time in this zone: ${month}/${day}/${year} ${clock}. It was taken with the time at which it was read.`, lost: false }] : [],
      };
    },
  };
}
