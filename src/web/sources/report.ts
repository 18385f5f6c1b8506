import { hash } from 'node:crypto';
import type { EntityClass, ReportedEvent, Severity } from '../../core/dr-event.js';
import { classNamed } from '../../core/entity-named.js';
import type { Estate, EventSource } from '../../core/estate.js';
import type { Json, Millis } from '../../core/names.js';
import { severityOfReport } from '../../core/source-severity.js';
import type { ReportedRecord } from '../../notify/ingest.js';

/** What a source sent, item by item: those that can be taken, and why the others can't. `index` counts from 0. */
export interface ReadItems { readonly records: readonly ReportedRecord[]; readonly refused: readonly Refused[] }
export interface Refused { readonly index: number; readonly why: string }

export interface Reading { readonly source: EventSource; readonly estate: Estate; readonly now: Millis }

/** An item in the words that all kinds share. */
export interface Told {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly description: string | null;
  readonly at: Millis;
  readonly over: boolean;
  /** The source's own name of the condition. */
  readonly condition: string;
  /** Tells this occurrence from a later one of the same condition. */
  readonly occurrence: string;
}

const classes: readonly EntityClass[] = ['site', 'hmc', 'host', 'host_group', 'vm', 'vios', 'storage_agent', 'disk_group', 'app', 'system'];
const entityLabels: readonly string[] = ['entity', 'vm', 'host', 'node', 'instance'];
const clip = (text: string, max: number): string => (text.length <= max ? text : `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`);
/** Without control characters, which would play tricks in a terminal or a chat. */
export const clean = (text: string, max: number): string => clip(text.replaceAll(/[\p{Cc}\p{Cf}]/gu, (each) => (each === '\n' || each === '\t' ? ' ' : '')).trim(), max);

/** 32 hexadecimal digits, the same for the same words; the source's name keeps sources apart. */
const idOf = (...words: readonly string[]): string => hash('sha256', JSON.stringify(words)).slice(0, 32);

/** @throws Error in words, when it does not say what it is about */
export function toRecord(told: Told, { source, estate }: Reading): ReportedRecord {
  const name = clean(told.name, 100);
  if (name === '') throw new Error('it has no name');
  const label = (source.entityLabels ?? entityLabels).find((each) => (told.labels[each] ?? '').trim() !== '');
  if (label === undefined) throw new Error(`it does not say what it is about: none of ${(source.entityLabels ?? entityLabels).join(', ')} is there`);
  const { entity, entityClass } = subjectOf(clean(told.labels[label]!, 200), told.labels[source.classLabel ?? 'class'], estate);
  const severity: Severity = told.over ? 'info' : severityOfReport(name, told.labels[source.severityLabel ?? 'severity']);
  const saw = clean(told.description ?? '', 2_000) || `${name} of ${entity}`;
  const event: ReportedEvent = {
    name, severity, entityClass, entity, uuid: null, description: told.over ? clean(`Over: ${saw}`, 2_000) : saw, occurredAt: told.at, source: source.name, condition: idOf(source.name, told.condition), ...(told.over ? { over: true as const } : {}),
    evidence: [{ saw, by: source.name, at: told.at, data: dataOf(told.labels) }],
  };
  const [began, ended] = [idOf(source.name, told.condition, told.occurrence, 'began'), idOf(source.name, told.condition, told.occurrence, 'over')];
  return told.over ? { id: ended, event } : { id: began, event, unless: ended };
}

/** `db1:9100` is the machine db1, where the estate knows that one and not the other. */
function subjectOf(name: string, word: string | undefined, estate: Estate): { readonly entity: string; readonly entityClass: EntityClass } {
  const bare = name.replace(/:\d{1,5}$/, '');
  const entity = classNamed(estate, name) === null && classNamed(estate, bare) !== null ? bare : name;
  const said = classes.find((each) => each === word?.trim().toLowerCase().replaceAll(/[\s-]+/g, '_'));
  return { entity, entityClass: said ?? classNamed(estate, entity) ?? 'system' };
}

const dataOf = (labels: Readonly<Record<string, string>>): Json => Object.fromEntries(Object.entries(labels).slice(0, 40).map(([name, value]) => [clean(name, 100), clean(value, 500)]));

/** Each item for itself: one that is wrong takes no other with it. */
export function readEach(items: readonly unknown[], read: (item: unknown) => ReportedRecord): ReadItems {
  const records: ReportedRecord[] = [];
  const refused: Refused[] = [];
  for (const [index, item] of items.entries()) {
    try {
      records.push(read(item));
    } catch (error) {
      refused.push({ index, why: clean(error instanceof Error ? error.message : String(error), 300) });
    }
  }
  return { records, refused };
}
