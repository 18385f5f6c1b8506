import type { FastifyInstance } from 'fastify';
import type { Identity } from '../acting.js';
import type { WebDeps } from '../deps.js';
import { ownerOrProvider } from '../guards.js';
import { read } from '../problem.js';
import { As } from './command.js';

/** `lifeboat doctor`: names people, files and servers of every tenant, so it is for those who run Lifeboat. */
export function doctorRoutes(fastify: FastifyInstance, { deps, identity }: { deps: WebDeps; identity: Identity }): void {
  fastify.get('/api/doctor', async (request) => {
    await ownerOrProvider(request, read(As, request.query, 'query').as, identity, 'look into Lifeboat itself', 'lifeboat doctor');
    const findings = await deps.diagnose();
    return { findings: findings.map((finding) => ({ ...finding, says: deps.secrets.redact(finding.says), remedy: finding.remedy === null ? null : deps.secrets.redact(finding.remedy) })) };
  });
}
