import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { EventSource } from '../../core/estate.js';
import { JournalError } from '../../ports/journal.js';
import type { WebDeps } from '../deps.js';
import { WebProblem } from '../problem.js';
import { readAlertmanager } from '../sources/alertmanager.js';
import { attributesOf, modeOf, readCloudEvents } from '../sources/cloudevents.js';
import { readJson } from '../sources/json.js';
import { prove, signatureAgeMs } from '../sources/proof.js';
import type { ReadItems, Reading } from '../sources/report.js';

/** An Alertmanager sends a whole group at once. */
const bodyBytesMax = 4_194_304;
/** A request that is repeated within it is known; the signature is too old after it. */
const replayKnownMs = 2 * signatureAgeMs;

/** The doors of the estate's event sources. Whoever calls proves to be one of them before anything of the body is read; then each item is taken once, or refused by name. */
export function sourceRoutes(fastify: FastifyInstance, deps: WebDeps): void {
  void fastify.register(async (doors) => {
    doors.removeAllContentTypeParsers();
    // A signature covers the bytes as they came.
    doors.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyBytesMax }, (_request, body, done) => { done(null, body); });
    doors.post('/api/sources/:name', { bodyLimit: bodyBytesMax }, async (request) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const { source, replayKey } = whose(request, body, deps);
      const { records, refused } = readBody(request, body, { source, estate: deps.live.current.estate!, now: deps.clock.now() }, deps);
      for (const _ of refused) deps.sources?.refused('bad-item');
      if (records.length === 0 && refused.length > 0) throw new WebProblem(422, 'no-item-taken', `None of the ${refused.length} could be taken: ${refused.slice(0, 5).map(({ index, why }) => `number ${index}: ${why}`).join('; ')}.`, 'Correct them and send them again. How each field is read: docs/event-sources.md');
      const ingested = records.length === 0 ? { taken: 0, repeated: 0 } : await taken(deps, records, source);
      // After the journal has it: a request whose answer was lost may come again with a new time, and is known by its items.
      if (replayKey !== null && !await deps.once.first(replayKey, replayKnownMs)) {
        deps.sources?.refused('replayed');
        throw new WebProblem(409, 'replayed', 'This very request was taken before; nothing was taken a second time.', 'Send new events with a new webhook-id. A retry signs anew, with the time of the retry.');
      }
      return { ...ingested, refused };
    });
  });
}

function whose(request: FastifyRequest, body: Buffer, deps: WebDeps): { readonly source: EventSource; readonly replayKey: string | null } {
  const { name } = request.params as { name: string };
  const source = (deps.live.current.estate?.eventSources ?? []).find((each) => each.name === name && each.kind !== 'snmp');
  const proof = source === undefined ? { ok: false as const, why: 'unknown-source' as const } : prove(source, request.headers, body, (reference) => deps.sources?.secret(reference.slice('env:'.length)), deps.clock.now());
  if (source !== undefined && proof.ok) return { source, replayKey: proof.replayKey };
  const why = proof.ok ? 'unknown-source' : proof.why;
  deps.sources?.refused(why);
  // Which sources there are is nobody's business who is none.
  if (why === 'stale') throw new WebProblem(401, 'stale', 'The request was signed more than five minutes ago, or in the future, so nothing of it was read.', 'Set the sender\'s clock by NTP, and sign each try anew.');
  throw new WebProblem(401, 'not-a-source', 'The request does not prove that it comes from an event source of this Lifeboat, so nothing of it was read.', 'Compare the address and the token, or the signing secret, with event_sources in the estate file, and see that its variable is set:', 'lifeboat doctor');
}

function readBody(request: FastifyRequest, body: Buffer, reading: Reading, deps: WebDeps): ReadItems {
  const contentType = request.headers['content-type'] ?? '';
  try {
    if (reading.source.kind === 'cloudevents') {
      const mode = modeOf(contentType);
      // Data of a binary event may be anything; only JSON says more of it.
      return readCloudEvents(mode === 'binary' ? attributesOf(request.headers, /\bjson\b/i.test(contentType) && body.length > 0 ? JSON.parse(body.toString('utf8')) as unknown : undefined) : JSON.parse(body.toString('utf8')) as unknown, mode, reading);
    }
    const value = JSON.parse(body.toString('utf8')) as unknown;
    return reading.source.kind === 'alertmanager' ? readAlertmanager(value, reading) : readJson(value, reading);
  } catch (error) {
    deps.sources?.refused('bad-body');
    const why = error instanceof SyntaxError ? 'it is not JSON' : error instanceof Error ? error.message : String(error);
    throw new WebProblem(400, 'invalid-request', `The body is not as a source of kind ${reading.source.kind} sends it: ${why}.`, 'Nothing was taken. Compare kind: in the estate file with what the sender sends: docs/event-sources.md');
  }
}

async function taken(deps: WebDeps, records: ReadItems['records'], source: EventSource) {
  try {
    return await deps.ingest(records, { source: source.name, tenant: source.tenant });
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    throw new WebProblem(503, 'journal', `The journal cannot be written at the moment (${deps.secrets.redact(error.message)}), so not all events were taken.`, 'Send them all again: what was taken already is known.', 'lifeboat query system status');
  }
}
