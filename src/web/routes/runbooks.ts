import type { FastifyInstance } from 'fastify';
import type { Identity } from '../acting.js';
import type { WebDeps } from '../deps.js';
import { ownerOrProvider } from '../guards.js';
import { read } from '../problem.js';
import { As } from './command.js';

/** `lifeboat runbook print`: plans of all tenants, so it is the provider's. */
export function runbookRoutes(fastify: FastifyInstance, { deps, identity }: { deps: WebDeps; identity: Identity }): void {
  fastify.get('/api/runbooks/printed', async (request) => {
    await ownerOrProvider(request, read(As, request.query, 'query').as, identity, 'print the plans, which are those of every tenant', 'lifeboat runbook print');
    return { plans: await deps.printPlans() };
  });
}
