import type { EntityClass, ReportedEvent, Severity } from '../../../../core/dr-event.js';
import { eventNamed } from '../../../../core/event-catalogue/catalogue.js';
import type { Millis } from '../../../../core/names.js';

/** What both editions say in a message. */
export interface Message { readonly number: string | null; readonly level: string; readonly text: string; readonly program: string; readonly at: Millis; readonly by: string; readonly machine: string | null }

const clean = (text: string, max: number): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').replaceAll(/\s+/g, ' ').trim().slice(0, max).replace(/[\uD800-\uDBFF]$/, '');

/** Where the catalogue knows the number its severity counts: LifeKeeper calls a failed path information, and an expected refusal an error. */
export function toEvent({ number, level, text, program, at, by, machine }: Message, numbered: (number: string) => string): ReportedEvent {
  const name = number === null ? 'LIFEKEEPER_MESSAGE' : numbered(number);
  const known = eventNamed(name);
  const saw = clean(text, 2_000) || name;
  const { entity, entityClass } = subjectOf(saw, known?.entityClass ?? 'system', machine);
  return {
    name, severity: known?.severity ?? severityOf(level), entityClass, entity, uuid: null, description: saw, occurredAt: at, source: 'events.log',
    evidence: [{ saw, by, at, data: { program: clean(program, 100), level: clean(level, 20), ...(number === null ? {} : { number }), ...(machine === null ? {} : { machine: clean(machine, 200) }) } }],
  };
}

function severityOf(level: string): Severity {
  if (/^(?:EMERG|ALERT|CRIT|FATAL|ERROR|ERR)/i.test(level)) return 'critical';
  return /^WARN/i.test(level) ? 'warning' : 'info';
}

const machineIn = /(?:\b(?:communications? to|for system|system|machine|by system|activated for)\s+|lkswitchback\()"?([A-Za-z0-9][A-Za-z0-9_.-]{0,100})"?/i;
const resourceIn = /\b(?:(?:resource instance|resource|tag)\s+|share\s+(?="))"?([A-Za-z0-9][A-Za-z0-9_.$-]{0,100}?)"?(?:[.,;]?(?:\s|$))|\b(VOLUME [A-Z]:)|\bIP Address (\S+)/i;

/** The machine or resource that the text names; otherwise the machine whose log it is. */
function subjectOf(text: string, entityClass: EntityClass, machine: string | null): { readonly entity: string; readonly entityClass: EntityClass } {
  const resource = resourceIn.exec(text);
  const named = resource?.[1] ?? resource?.[2] ?? resource?.[3];
  if (entityClass === 'app' && named !== undefined) return { entity: named, entityClass };
  const other = machineIn.exec(text)?.[1];
  return { entity: other ?? machine ?? 'LifeKeeper', entityClass: other === undefined && entityClass === 'app' ? 'system' : entityClass };
}
