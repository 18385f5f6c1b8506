import type { z } from 'zod';
import { eventNamed } from './core/event-catalogue/catalogue.js';
import type { EventEntry } from './core/event-catalogue/entry.js';
import { emptyState } from './core/state.js';
import type { Millis } from './core/names.js';
import { notificationView } from './chatops/views/incident.js';
import { schemas, type ViewName } from './chatops/views/schemas.js';
import type { View } from './chatops/views/view.js';

interface Definition { readonly type: string; readonly shape?: Readonly<Record<string, z.ZodType>>; readonly element?: z.ZodType; readonly innerType?: z.ZodType; readonly entries?: Readonly<Record<string, string>> }

/** Something to look at for each field of a view, by its schema: a text is its own name, so that one sees what stands where. */
export function sampleOf(schema: z.ZodType, name: string, now: Millis): unknown {
  const { type, shape, element, innerType, entries } = (schema as unknown as { readonly def: Definition }).def;
  switch (type) {
    case 'object': return Object.fromEntries(Object.entries(shape!).map(([key, each]) => [key, sampleOf(each, key, now)]));
    case 'array': return [sampleOf(element!, name, now)];
    case 'nullable': case 'optional': return /^(?:closed|expiredBecause|over|resolvedAt|dryRun|text)$/.test(name) ? null : sampleOf(innerType!, name, now);
    case 'enum': return Object.values(entries!)[0];
    case 'number': return /At$|^at$|^from$|^until$|^to$|^asOf$/.test(name) ? now : name.endsWith('Ms') ? 90_000 : 2;
    case 'boolean': return /^(?:open|good|inForce|started|ahead|yours)$/.test(name);
    default: return name.endsWith('Url') ? 'https://lifeboat.example/#/runs/R-12' : name === 'run' ? 'R-12' : name === 'id' ? 'I-3' : name;
  }
}

/** An event as it would be told: the catalogue's own example of it. */
function eventView({ name, severity, entityClass, means }: EventEntry, now: Millis, entity: string): View {
  const event = { name, severity, entityClass, entity, uuid: null, tenant: 'cluster01', site: 'customerA', description: means, occurredAt: now, source: 'engine', evidence: [{ saw: means, by: 'an observer', at: now }], key: `${name}:NAME` };
  return notificationView({ id: 'I-3', key: event.key, tenant: 'cluster01', site: 'customerA', title: means, severity, openedAt: now, lastAt: now, resolvedAt: null, events: [event], count: 1, proposedRun: null, causedBy: null }, emptyState(), { now, linkTo: (id) => `https://lifeboat.example/#/incidents/${id}` });
}

/** By the name of an event or of a message. Null: neither. */
export function sampleView(name: string, now: Millis, entity = 'NAME'): View | null {
  const entry = eventNamed(name);
  if (entry) return eventView(entry, now, entity);
  if (!(name in schemas)) return null;
  const view = name as ViewName;
  return { name: view, names: [view], tone: 'info', data: sampleOf(schemas[view], view, now) } as View;
}
