import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { runStream, type JournalEntry } from '../../core/event.js';
import type { Person } from '../../core/estate.js';
import type { OutboxRow } from '../../ports/outbox.js';
import type { Identity } from '../acting.js';
import type { WebDeps } from '../deps.js';
import { notFound, read } from '../problem.js';
import { estateFor } from '../read-models/estate.js';
import { entriesFor, incidentsFor, mailFor, mayRead } from '../read-models/lists.js';
import { runDetail, runsFor } from '../read-models/runs.js';
import { runFor, seesEntry } from '../read-models/visible.js';
import { As } from './command.js';

export const Key = z.strictObject({ key: z.string().min(1).max(300) });
export const Verify = As.extend({ head: z.strictObject({ seq: z.number().int().min(1), chain: z.string().regex(/^[0-9a-f]{64}$/, 'a chain value has 64 hexadecimal digits') }).optional() });
const listMax = 200;
const entriesMax = 100;
const runEntriesMax = 5_000;
/** How far back a tenant's person looks for entries of their own among those of others. */
const windowsMax = 10;
/** The mail's own styles may colour it; it can load nothing, run nothing and send nothing. */
const mailPolicy = 'default-src \'none\'; style-src \'unsafe-inline\'; img-src data:; sandbox; frame-ancestors \'self\'';

/** What the panels show. Every answer is cut to what the acting person may see. */
export function readRoutes(fastify: FastifyInstance, { deps, identity }: { deps: WebDeps; identity: Identity }): void {
  const { live, journal, outbox } = deps;

  fastify.get('/api/estate', async (request) => estateFor(live.current, (await identity.ofConsole(request)).person));
  fastify.get('/api/incidents', async (request) => ({ incidents: incidentsFor(live.current, (await identity.ofConsole(request)).person, listMax) }));
  fastify.get('/api/runs', async (request) => ({ runs: runsFor(live.current, (await identity.ofConsole(request)).person, listMax) }));

  fastify.get('/api/runs/:run', async (request) => {
    const { person } = await identity.ofConsole(request);
    const { run } = request.params as { run: string };
    const state = runFor(live.current, person, run);
    if (!state) throw notFound(`The run ${run}`);
    return runDetail(live.current, state);
  });

  fastify.get('/api/runs/:run/journal', async (request) => {
    const { person } = await identity.ofConsole(request);
    const { run } = request.params as { run: string };
    if (!runFor(live.current, person, run)) throw notFound(`The run ${run}`);
    return { entries: entriesFor(person, await journal.read({ stream: runStream(run), limit: runEntriesMax })) };
  });

  fastify.get('/api/journal', async (request) => {
    const { person } = await identity.ofConsole(request);
    return { entries: entriesFor(person, await newestEntries(person)).toReversed() };
  });

  fastify.post('/api/journal/verify', async (request) => {
    const { as, head } = read(Verify, request.body ?? {}, 'body');
    // The console's session, or the command line's token.
    const { person } = request.headers.cookie === undefined ? await identity.ofCaller(request, as) : await identity.ofConsole(request);
    const verdict = await journal.verify(head);
    // How many entries there are in all would tell one tenant how busy the others are.
    return person.tenants === 'all' ? verdict : { ok: verdict.ok, entries: null, head: null, broken: verdict.broken === null ? null : { seq: null, why: 'The chain is broken. Tell the provider: the console there names the entry.' } };
  });

  fastify.get('/api/outbox', async (request) => {
    const { person } = await identity.ofConsole(request);
    return { messages: mailFor(live.current, person, await mail()) };
  });

  const readable = async (person: Person, key: string): Promise<OutboxRow> => {
    const row = (await mail()).find((each) => each.key === key);
    if (!row || !mayRead(live.current, person, row)) throw notFound(`The message ${key}`);
    return row;
  };
  fastify.get('/api/outbox/message', async (request) => {
    const { person } = await identity.ofConsole(request);
    const { subject, text, html } = await deps.renderKept(await readable(person, read(Key, request.query, 'query').key));
    return { subject, text, hasHtml: html !== null };
  });
  fastify.get('/api/outbox/html', async (request, reply) => {
    const { person } = await identity.ofConsole(request);
    const { html } = await deps.renderKept(await readable(person, read(Key, request.query, 'query').key));
    reply.headers({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': mailPolicy, 'x-frame-options': 'SAMEORIGIN' });
    return html ?? '';
  });

  async function mail(): Promise<OutboxRow[]> {
    const [email, sms] = await Promise.all([outbox.list({ surface: 'email', limit: listMax }), outbox.list({ surface: 'sms', limit: listMax })]);
    return [...email, ...sms].toSorted((a, b) => b.createdAt - a.createdAt);
  }

  async function newestEntries(person: Person): Promise<JournalEntry[]> {
    const found: JournalEntry[] = [];
    for (let end = live.current.seq, window = 0; end > 0 && window < windowsMax && found.length < entriesMax; window += 1) {
      const start = Math.max(0, end - 500);
      const entries = await journal.read({ afterSeq: start, limit: end - start });
      found.unshift(...entries.filter((entry) => seesEntry(person, entry)));
      end = start;
    }
    return found.slice(-entriesMax);
  }
}
