import type { LineGrammar } from '../line-log.js';
import { toEvent } from './message.js';
import type { ReadLocalTime } from './windows.js';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** An RFC 3339 time, or the old form without a year and a zone; a priority in front is no part of it. */
const head = /^(?:<\d{1,3}>)?(?:(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))|([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}:\d{2}:\d{2})) (\S+) ([^\s:[\]]{1,100})(?:\[(\d+)\])?: (.*)$/;
/** `LEVEL:component:action:tag:number:text`; what stands between the colons may be empty. */
const message = /^(EMERG|ALERT|CRIT|FATAL|ERROR|WARN|WARNING|NOTIFY|NOTICE|INFO|DEBUG|TRACE):([^:]*):([^:]*):([^:]*):(\d{6}):\s*(.*)$/i;

/** LifeKeeper for Linux in syslog (reference/lifekeeper-everrun.md 4.1). Lines of others are passed over. Its numbers have nothing to do with those of the edition for Windows. */
export function syslogGrammar(readTime: ReadLocalTime): LineGrammar {
  return {
    begins: (line) => head.test(line), single: true, settleMs: 2_000,
    read(lines, startLine, readAt) {
      const [, exact, monthName = '', day = '', clock = '', machine = '', program = '', , rest = ''] = head.exec(lines[0]!)!;
      const found = message.exec(rest);
      if (!found) return { event: null, problems: [] };
      const [, level = '', component = '', action = '', tag = '', number = '', text = ''] = found;
      const at = exact === undefined ? yearless(months.indexOf(monthName.toLowerCase()), Number(day), clock, readTime, readAt) : Date.parse(exact);
      const said = [tag === '' ? null : `resource ${tag}:`, text].filter((each) => each !== null).join(' ');
      const time = at === null || Number.isNaN(at) ? readAt : at;
      return {
        event: toEvent({ number, level, text: said, program: [program, component, action].filter((each) => each !== '').join(' '), at: time, by: 'LifeKeeper (syslog)', machine }, (each) => `LIFEKEEPER_LINUX_${each}`),
        problems: time === at ? [] : [{ line: startLine, what: 'The time cannot be read; it was taken with the time at which it was read.', lost: false }],
      };
    },
  };
}

/** The newest such day that is not more than a day ahead of when it is read. */
function yearless(month: number, day: number, clock: string, readTime: ReadLocalTime, readAt: number): number | null {
  const year = new Date(readAt).getUTCFullYear();
  for (const each of [year + 1, year, year - 1]) {
    const at = readTime(`${each}-${String(month + 1).padStart(2, '0')}-${String(day).padStart(2, '0')}T${clock}`);
    if (at !== null && at <= readAt + 86_400_000) return at;
  }
  return null;
}
