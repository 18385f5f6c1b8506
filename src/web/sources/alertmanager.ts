import { z } from 'zod';
import { parse } from './parse.js';
import { readEach, toRecord, type ReadItems, type Reading } from './report.js';

const labels = z.record(z.string().max(200), z.string().max(8_192));
const moment = z.iso.datetime({ offset: true });
/** Fields that a later Alertmanager adds are no reason to lose an alert. */
const Alert = z.object({ status: z.enum(['firing', 'resolved']), labels, annotations: labels.default({}), startsAt: moment, endsAt: moment.optional(), fingerprint: z.string().min(1).max(64) });
const Group = z.object({ version: z.literal('4'), alerts: z.array(z.unknown()).min(1).max(5_000) });

/** Alertmanager's webhook, version 4 (`webhook_config`). A fingerprint and the moment at which it began are one occurrence, however often the group is sent. @throws Error */
export function readAlertmanager(body: unknown, reading: Reading): ReadItems {
  return readEach(parse(Group, body).alerts, (item) => {
    const alert = parse(Alert, item);
    const { summary, description } = alert.annotations;
    return toRecord({
      name: alert.labels.alertname ?? '', labels: alert.labels, description: summary ?? description ?? null, over: alert.status === 'resolved',
      at: Date.parse(alert.status === 'resolved' && alert.endsAt !== undefined ? alert.endsAt : alert.startsAt), condition: alert.fingerprint, occurrence: alert.startsAt,
    }, reading);
  });
}
