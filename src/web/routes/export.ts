import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Identity } from '../acting.js';
import type { WebDeps } from '../deps.js';
import { ownerOrProvider } from '../guards.js';
import { read } from '../problem.js';
import { As } from './command.js';

/** `lifeboat journal export`: all tenants' entries, so it is the provider's. It streams; a cut connection means an incomplete file. */
export function exportRoutes(fastify: FastifyInstance, { deps, identity }: { deps: WebDeps; identity: Identity }): void {
  fastify.get('/api/journal/export', async (request, reply) => {
    await ownerOrProvider(request, read(As, request.query, 'query').as, identity, 'export the journal, which holds every tenant\'s entries', 'lifeboat journal export FILE');
    reply.type('application/x-ndjson; charset=utf-8');
    return reply.send(Readable.from(deps.exportJournal()));
  });
}
