import { readTimeZones } from '../config/time-zones.js';
import { KsysLogParser } from '../drivers/events/log-file/ksys/parser.js';
import { defaultZones } from '../drivers/events/log-file/ksys/time.js';
import { syslogGrammar } from '../drivers/events/log-file/lifekeeper/syslog.js';
import { windowsGrammar, type ReadLocalTime } from '../drivers/events/log-file/lifekeeper/windows.js';
import { LineLogParser } from '../drivers/events/log-file/line-log.js';
import type { CreateParser } from '../drivers/events/log-file/log-parser.js';
import { momentIn } from '../core/moment.js';
import { isTimeZone } from '../core/clock-time.js';

export const logFormats = ['ksys', 'lifekeeper', 'syslog'] as const;
export interface LogFormat { readonly parser: CreateParser; readonly defaultPath: string | null }
export interface FormatOptions { readonly format: string | undefined; readonly zone: string | undefined }

/** How a log is read, or why not, with what to write instead. `zone`: in which the machine writes its local time; `zoneNames`: what KSYS_TIME_ZONES says. */
export function logFormat({ format = 'ksys', zone }: FormatOptions, zoneNames: string): LogFormat | string {
  if (format === 'ksys') return zone === undefined ? { defaultPath: '/var/ksys/events.log', parser: (start) => new KsysLogParser({ ...start, zones: new Map([...defaultZones, ...readTimeZones(zoneNames)]) }) } : 'KSYS writes its zone behind each time: zone= is for LifeKeeper. What an abbreviation means is said by KSYS_TIME_ZONES.';
  if (format !== 'lifekeeper' && format !== 'syslog') return `There is no format '${format}'. Known: ${logFormats.join(', ')}. For example: lifeboat events tail FILE format=lifekeeper zone=Europe/Berlin`;
  if (zone === undefined && format === 'lifekeeper') return 'LifeKeeper for Windows writes local time without a zone. Say which: zone=Europe/Berlin, or zone=UTC';
  if (zone !== undefined && !isTimeZone(zone)) return `'${zone}' is not an IANA time zone, such as Europe/Berlin or UTC.`;
  const local: ReadLocalTime = (text) => { const at = momentIn(text.slice(0, 16), zone ?? 'UTC'); return at === null ? null : at + Number(text.slice(17)) * 1_000; };
  const grammar = format === 'lifekeeper' ? windowsGrammar(local) : syslogGrammar(local);
  return { defaultPath: null, parser: (start) => new LineLogParser(grammar, start) };
}
