import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { JournalError } from '../../ports/journal.js';
import type { Identity } from '../acting.js';
import type { WebDeps } from '../deps.js';
import { WebProblem, read } from '../problem.js';

/** Some ten thousand VMs. */
const bodyBytesMax = 8_388_608;

export const Apply = z.strictObject({
  text: z.string().min(1, 'the file is empty').max(bodyBytesMax),
  file: z.string().min(1).max(1_000).refine((name) => !/\p{Cc}/u.test(name), 'it must not hold control characters'),
  apply: z.boolean(), as: z.string().max(64).optional(),
});
const statuses: Record<string, number> = { 'not-allowed': 403, invalid: 400, 'no-estate': 503 };

/** `lifeboat estate apply`: shows what a file changes, or takes it into use. */
export function estateRoutes(fastify: FastifyInstance, { deps, identity }: { deps: WebDeps; identity: Identity }): void {
  fastify.post('/api/estate', { bodyLimit: bodyBytesMax }, async (request) => {
    const { text, file, apply, as } = read(Apply, request.body, 'body');
    const { person } = await identity.ofCaller(request, as);
    try {
      const answer = await deps.applyEstate(text, file, apply, person);
      if (answer.ok) return { applied: answer.applied, changes: answer.changes };
      throw new WebProblem(statuses[answer.code] ?? 409, answer.code, answer.what, answer.next, answer.command);
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      throw new WebProblem(503, 'journal', `The journal cannot be written at the moment (${deps.secrets.redact(error.message)}), so the estate in use is the old one.`, 'Check disk and database, then apply the file again.', 'lifeboat query system status');
    }
  });
}
