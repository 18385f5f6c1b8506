import { z } from 'zod';
import { parse } from './parse.js';
import { readEach, toRecord, type ReadItems, type Reading } from './report.js';

const text = (max: number) => z.string().min(1).max(max);
/** CloudEvents 1.0.2. Extensions are allowed by it, so unknown attributes are; ours are `severity`, `class` and `status`. */
const CloudEvent = z.looseObject({
  specversion: z.literal('1.0'), id: text(500), source: text(500), type: text(200), subject: z.string().max(500).optional(), time: z.iso.datetime({ offset: true }).optional(), datacontenttype: z.string().max(200).optional(), data: z.unknown().optional(),
});
const words = z.looseObject({ name: z.string().max(100).optional(), entity: z.string().max(200).optional(), class: z.string().max(40).optional(), severity: z.string().max(40).optional(), status: z.string().max(40).optional(), description: z.string().max(4_000).optional() });
const Batch = z.array(z.unknown()).max(1_000);

export type CloudEventsMode = 'structured' | 'batch' | 'binary';

/** In which of the three ways a request carries events, by its content type. */
export function modeOf(contentType: string): CloudEventsMode {
  const type = contentType.split(';')[0]!.trim().toLowerCase();
  return type === 'application/cloudevents-batch+json' ? 'batch' : type.startsWith('application/cloudevents+json') ? 'structured' : 'binary';
}

/** The attributes of a binary request: each `ce-` header is one, percent-encoded (HTTP binding 3.1.3). */
export function attributesOf(headers: Readonly<Record<string, string | string[] | undefined>>, body: unknown): Record<string, unknown> {
  const given = Object.entries(headers).flatMap(([name, value]) => (name.startsWith('ce-') && typeof value === 'string' ? [[name.slice(3), plain(value)] as const] : []));
  return { ...Object.fromEntries(given), ...(body === undefined ? {} : { data: body }) };
}

function plain(value: string): string {
  try { return decodeURIComponent(value); } catch { return value; }
}

/** `source` and `id` together are one event (CloudEvents 3.1.1), however often it is sent. @throws Error */
export function readCloudEvents(body: unknown, mode: CloudEventsMode, reading: Reading): ReadItems {
  const items = mode === 'batch' ? parse(Batch, body) : [body];
  return readEach(items, (item) => {
    const event = parse(CloudEvent, item);
    const data = words.safeParse(event.data);
    const said = data.success ? data.data : {};
    const own = (name: 'severity' | 'class' | 'status'): string | undefined => (typeof event[name] === 'string' ? event[name] : said[name]);
    const [entity, kind, severity] = [event.subject ?? said.entity, own('class'), own('severity')];
    const status = own('status')?.toLowerCase();
    const over = status === 'resolved' || status === 'ok' || status === 'clear';
    const name = said.name ?? event.type;
    return toRecord({
      name, labels: { ...(entity === undefined ? {} : { [reading.source.entityLabels?.[0] ?? 'entity']: entity }), ...(kind === undefined ? {} : { [reading.source.classLabel ?? 'class']: kind }), ...(severity === undefined ? {} : { [reading.source.severityLabel ?? 'severity']: severity }), type: event.type },
      // An event tells of a moment: what names the condition is what and whom it is about.
      description: said.description ?? null, at: event.time === undefined ? reading.now : Date.parse(event.time), over, condition: JSON.stringify([event.source, name, entity ?? '']), occurrence: event.id,
    }, reading);
  });
}
