import type { FastifyInstance } from 'fastify';
import type { WebDeps } from '../deps.js';

/** For supervisors and Prometheus: nothing in them belongs to a tenant. */
export function healthRoutes(fastify: FastifyInstance, deps: WebDeps): void {
  fastify.get('/healthz', async () => ({ ok: true }));
  fastify.get('/readyz', async (_request, reply) => {
    const { ok, checks } = await deps.ready();
    reply.code(ok ? 200 : 503);
    return { ok, checks };
  });
  fastify.get('/metrics', async (_request, reply) => {
    reply.type('text/plain; version=0.0.4; charset=utf-8');
    return deps.metrics();
  });
}
