import { z } from 'zod';
import { parse } from './parse.js';
import { readEach, toRecord, type ReadItems, type Reading } from './report.js';

const Item = z.strictObject({
  id: z.string().min(1).max(200).optional(),
  name: z.string().min(1).max(100),
  entity: z.string().min(1).max(200).optional(),
  class: z.string().max(40).optional(),
  severity: z.string().max(40).optional(),
  status: z.enum(['firing', 'resolved']).default('firing'),
  description: z.string().max(4_000).optional(),
  at: z.iso.datetime({ offset: true }).optional(),
  labels: z.record(z.string().max(100), z.string().max(2_000)).default({}),
}).refine(({ id, at }) => id !== undefined || at !== undefined, 'it needs an id or a time (at), so that it is known when it is sent again');
const Items = z.union([z.array(z.unknown()).min(1).max(1_000), z.record(z.string(), z.unknown())]);

/** Plain JSON, one event or a list. `id` is one occurrence: the same with status resolved ends it. @throws Error */
export function readJson(body: unknown, reading: Reading): ReadItems {
  const items = parse(Items, body);
  return readEach(Array.isArray(items) ? items : [items], (each) => {
    const item = parse(Item, each);
    const { entity, class: kind, severity } = item;
    const occurrence = item.id ?? JSON.stringify([item.name, entity, item.at]);
    return toRecord({
      name: item.name, labels: { ...item.labels, ...(entity === undefined ? {} : { [reading.source.entityLabels?.[0] ?? 'entity']: entity }), ...(kind === undefined ? {} : { [reading.source.classLabel ?? 'class']: kind }), ...(severity === undefined ? {} : { [reading.source.severityLabel ?? 'severity']: severity }) },
      description: item.description ?? null, at: item.at === undefined ? reading.now : Date.parse(item.at), over: item.status === 'resolved', condition: occurrence, occurrence,
    }, reading);
  });
}
