import type { EntityClass, ReportedEvent, Severity } from '../../../../core/dr-event.js';
import type { Millis } from '../../../../core/names.js';
import type { LogProblem } from '../log-parser.js';
import { readKsysTime, type ZoneTable } from './time.js';

export interface TextLine { readonly text: string; readonly line: number }

export interface RecordLines { readonly lines: readonly TextLine[]; readonly startLine: number; /** false: something else ended it. */ readonly hasEnd: boolean }

const labels = ['event', 'type', 'time', 'entity affected', 'resource affected', 'description'] as const;
type Label = (typeof labels)[number];
const known = /^(event|type|time|entity affected|resource affected|description)\s*:\s*(.*)$/i;
/** A label with its value in the column where KSYS writes it: in a wrapped description, `VM: x` is text and `Cluster:   x` is not. */
const padded = /^([A-Za-z][\w /()-]{0,40}):\s{2,}(\S.*)$/;
const labelled = /^([A-Za-z][\w /()-]{0,40}?)\s*:\s*(.*)$/;
export const headline = /^(\S{1,100}) event has occurred\. Details are as follows:?$/i;

interface Fields { readonly headline: string | null; readonly of: ReadonlyMap<Label, TextLine>; readonly others: { readonly [label: string]: string } }

function fieldsOf(lines: readonly TextLine[]): Fields {
  let first: string | null = null;
  const of = new Map<Label, TextLine>();
  const others: { [label: string]: string } = {};
  let current: Label | null = null;
  for (const { text: raw, line } of lines) {
    const text = clean(raw);
    // Blank lines and drawn lines carry nothing.
    if (!/[\p{L}\p{N}]/u.test(text)) continue;
    const head = headline.exec(text);
    if (head && first === null && of.size === 0) { first = head[1]!; continue; }
    const field = known.exec(text);
    const label = field?.[1]!.toLowerCase() as Label | undefined;
    if (field && label && !of.has(label)) {
      of.set(label, { text: field[2]!, line });
      current = label;
      continue;
    }
    const extra = (current === 'description' ? padded : labelled).exec(text);
    if (extra && Object.keys(others).length < 20) others[extra[1]!] = clip(extra[2]!, 500);
    else if (current !== null) of.set(current, { ...of.get(current)!, text: `${of.get(current)!.text} ${text}`.trim() });
  }
  return { headline: first, of, others };
}

/** The event that a record tells of, as far as it can be read. Never throws; what is wrong is said with its line. */
export function readRecord(record: RecordLines, zones: ZoneTable, readAt: Millis): { readonly event: ReportedEvent | null; readonly problems: readonly LogProblem[] } {
  const { headline: announced, of, others } = fieldsOf(record.lines);
  const problems: LogProblem[] = [];
  const value = (label: Label): string | null => of.get(label)?.text || null;
  // Where the rest is gone, what is missing needs no word of its own.
  const cut = !record.hasEnd && value('description') === null;
  const wrong = (label: Label, what: string): void => { if (!cut) problems.push({ line: of.get(label)?.line ?? record.startLine, what, lost: false }); };
  const name = clip((cut ? announced ?? value('event') : value('event') ?? announced) ?? '', 100);
  if (name === '') return { event: null, problems: [{ line: record.startLine, what: 'A record without the name of an event; it was not taken.', lost: true }] };
  if (cut) problems.push({ line: record.startLine, what: `The record of ${name} is cut off: it has neither a description nor an END; it was taken as far as it goes.`, lost: false });
  else if (announced !== null && value('event') !== null && announced !== value('event')) wrong('event', `The record announces ${clip(announced, 100)}, but its Event line says ${name}; it was taken as ${name}.`);

  const type = value('type');
  const severity = severityOf(type);
  if (severity === null) wrong('type', `${type === null ? 'There is no Type line' : `The type '${clip(type, 60)}' is not known`}; ${name} was taken as ${severityByName(name)}, by its name.`);
  const when = value('time');
  const time = when === null ? { ok: false as const, why: 'there is no Time line' } : readKsysTime(when, zones);
  if (!time.ok) wrong('time', `The time of ${name} cannot be read${when === null ? '' : ` ('${clip(when, 60)}')`}: ${time.why}. It was taken with the time at which it was read.`);
  const resource = /^(?:([A-Za-z][\w -]{0,30}?)\s*:\s*)?(.*?)(?:\s+UUID\s*:?\s*(\S+))?$/i.exec(value('resource affected') ?? '');
  const entity = clip(resource?.[2]?.trim() ?? '', 200);
  if (entity === '') wrong('resource affected', `${name} does not say which resource is affected; it was taken as 'unknown'.`);
  const description = clip(value('description') ?? '', 2000);
  const occurredAt = time.ok ? time.at : readAt;
  const said = Object.fromEntries([...of].map(([label, { text }]) => [label, clip(text, 500)]));
  const event: ReportedEvent = {
    name, severity: severity ?? severityByName(name), entityClass: classOf(value('entity affected') ?? resource?.[1] ?? ''), entity: entity === '' ? 'unknown' : entity, uuid: resource?.[3] === undefined ? null : clip(resource[3], 100),
    description: description === '' ? `${name} of ${entity === '' ? 'an unknown resource' : entity}` : description, occurredAt, source: 'events.log',
    evidence: [{ saw: description === '' ? name : description, by: 'KSYS (events.log)', at: occurredAt, data: { ...others, ...said } }],
  };
  return { event, problems };
}

/** IBM's words: Critical, Error, Warning, Informational (reference/ksys.md 7.1). */
function severityOf(type: string | null): Severity | null {
  if (type === null) return null;
  if (/critical|error/i.test(type)) return 'critical';
  if (/warn/i.test(type)) return 'warning';
  return /\binfo/i.test(type) ? 'info' : null;
}

/** Where the type is missing: the suffix tells (reference/ksys.md 7.2). */
function severityByName(name: string): Severity {
  if (/_(FAILED|FAILURE|UNREACHABLE|FAILURE_DETECTED)$/.test(name)) return 'critical';
  return /_(STARTED|SUCCESS|COMPLETED|REACHABLE|RECOVERED)$/.test(name) ? 'info' : 'warning';
}

const classes: Record<string, EntityClass> = {
  VM: 'vm', LPAR: 'vm', HOST: 'host', CEC: 'host', HMC: 'hmc', SA: 'storage_agent', STG: 'storage_agent', STORAGE: 'storage_agent', STORAGE_AGENT: 'storage_agent', VIOS: 'vios', SITE: 'site', APP: 'app', APPLICATION: 'app',
  HG: 'host_group', HOST_GROUP: 'host_group', DG: 'disk_group', DISK_GROUP: 'disk_group',
};
const classOf = (word: string): EntityClass => classes[word.trim().toUpperCase().replaceAll(/[\s-]+/g, '_')] ?? 'system';

/** Without control characters, which would play tricks in a terminal or a chat. */
const clean = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, (each) => (each === '\t' ? '  ' : '')).trim();
function clip(text: string, max: number): string {
  const whole = text.replaceAll(/\s+/g, ' ').trim();
  return whole.length <= max ? whole : `${whole.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
