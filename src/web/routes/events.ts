import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Person } from '../../core/estate.js';
import { JournalError } from '../../ports/journal.js';
import type { Identity } from '../acting.js';
import type { WebDeps } from '../deps.js';
import { cameOverSocket } from '../guards.js';
import { WebProblem, read } from '../problem.js';

/** A hundred long records; `lifeboat events` sends no more at once. */
const bodyBytesMax = 1_048_576;
const recordsMax = 200;

// oxlint-disable-next-line no-control-regex -- control characters are what it refuses
const text = (max: number) => z.string().max(max).refine((value) => !/[\u0000-\u001f\u007f]/.test(value), 'it must not hold control characters');
const at = z.number().int().min(0).max(8_640_000_000_000_000);
const Evidence = z.strictObject({ saw: text(4_000), by: text(200), at, data: z.record(text(100), text(2_000)).refine((data) => Object.keys(data).length <= 40, 'it must not hold more than 40 fields').optional() });
const Reported = z.strictObject({
  name: text(100).min(1), severity: z.enum(['critical', 'warning', 'info']), entityClass: z.enum(['site', 'hmc', 'host', 'host_group', 'vm', 'vios', 'storage_agent', 'disk_group', 'app', 'system']),
  entity: text(200).min(1), uuid: text(100).nullable(), description: text(4_000), occurredAt: at,
  // The engine's own events do not come this way.
  source: z.enum(['events.log', 'events send']), evidence: z.array(Evidence).max(5),
});
export const Events = z.strictObject({
  records: z.array(z.strictObject({ id: z.string().regex(/^[0-9a-f]{32}$/, 'an id has 32 hexadecimal digits'), event: Reported })).min(1).max(recordsMax, `at most ${recordsMax} at once`),
  as: z.string().max(64).optional(),
});

/** Events of another system, a real KSYS next door above all. The same record may come as often as it likes. */
export function eventRoutes(fastify: FastifyInstance, { deps, identity }: { deps: WebDeps; identity: Identity }): void {
  fastify.post('/api/events', { bodyLimit: bodyBytesMax }, async (request) => {
    const { records, as } = read(Events, request.body, 'body');
    const reporter = cameOverSocket(request) && request.headers.authorization === undefined && as === undefined ? null : operator((await identity.ofCaller(request, as)).person);
    try {
      return await deps.ingest(records.map(({ id, event: { evidence, ...event } }) => ({ id, event: { ...event, evidence: evidence.map(({ data, ...each }) => (data === undefined ? each : { ...each, data })) } })), reporter);
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      throw new WebProblem(503, 'journal', `The journal cannot be written at the moment (${deps.secrets.redact(error.message)}), so not all events were taken.`, 'Send them all again later: what was taken already is known. lifeboat events tail does it by itself. Check disk and database:', 'lifeboat query system status');
    }
  });
}

function operator(person: Person): Person {
  if (person.roles.includes('operator')) return person;
  throw new WebProblem(403, 'not-an-operator', `${person.name} may not report events: it needs the role operator. Nothing was taken.`, 'Sign in as an operator, or run the command on the machine of Lifeboat itself, as the user that it runs as, without a token:', 'lifeboat events ingest FILE');
}
