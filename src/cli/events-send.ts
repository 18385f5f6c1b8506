import { createHash, randomUUID } from 'node:crypto';
import type { EntityClass, ReportedEvent } from '../core/dr-event.js';
import { eventNamed } from '../core/event-catalogue/catalogue.js';
import { severityOfReport } from '../core/source-severity.js';
import type { Client } from './client.js';
import { say } from './estate.js';

const known = ['severity', 'entity', 'class', 'description', 'id', 'at', 'uuid'];
const classes: readonly EntityClass[] = ['site', 'hmc', 'host', 'host_group', 'vm', 'vios', 'storage_agent', 'disk_group', 'app', 'system'];
const example = 'lifeboat events send BACKUP_FAILED entity=payroll class=vm severity=warning description="exit 2" id=backup-2026-11-28';

/** `lifeboat events send NAME entity=... [severity=... class=... description=... id=... at=...]`: one event, for scripts. With an `id` it may be sent as often as it likes. */
export async function sendEvent(words: readonly string[], { client, as, json }: { readonly client: Client; readonly as: string | null; readonly json: boolean }, now: number): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name.includes('=')) return say(`events send needs the name of an event: ${example}`, 3);
  const given = new Map(rest.map((word) => [word.split('=', 1)[0]!, word.slice(word.indexOf('=') + 1)]));
  const strange = rest.find((word) => !word.includes('=') || !known.includes(word.split('=', 1)[0]!));
  if (strange !== undefined) return say(`'${strange}' is not known here. Known: ${known.map((each) => `${each}=`).join(', ')}.`, 4);
  const entity = given.get('entity')?.trim() ?? '';
  if (entity === '') return say(`Which thing is it about? ${example}`, 3);
  const entityClass = given.get('class') ?? eventNamed(name)?.entityClass ?? 'system';
  if (!classes.includes(entityClass as EntityClass)) return say(`'${entityClass}' is no class. Known: ${classes.join(', ')}.`, 4);
  const at = given.has('at') ? Date.parse(given.get('at')!) : now;
  if (Number.isNaN(at)) return say(`'${given.get('at')}' is not a moment. Write it like 2026-11-28T03:00:00Z.`, 4);
  const description = given.get('description') ?? `${name} of ${entity}`;
  const event: ReportedEvent = { name, severity: severityOfReport(name, given.get('severity')), entityClass: entityClass as EntityClass, entity, uuid: given.get('uuid') ?? null, description, occurredAt: at, source: 'events send', evidence: [{ saw: description, by: 'lifeboat events send', at }] };
  const id = createHash('sha256').update(JSON.stringify(['events send', given.get('id') ?? randomUUID()])).digest('hex').slice(0, 32);
  const { taken } = await client.call<{ taken: number }>('POST', '/api/events', { records: [{ id, event }], ...(as ? { as } : {}) });
  process.stdout.write(json ? `${JSON.stringify({ taken })}\n` : `${taken === 1 ? `${name} of ${entity} was taken` : `An event with the id ${given.get('id')} was taken before`}.\n`);
  return 0;
}
