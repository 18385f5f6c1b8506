import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { erasedTextMin } from '../../core/erase.js';
import { lifeboat } from '../../core/names.js';
import { JournalError } from '../../ports/journal.js';
import type { Identity } from '../acting.js';
import type { WebDeps } from '../deps.js';
import { ownerOrProvider } from '../guards.js';
import { WebProblem, read } from '../problem.js';

export const Erase = z.strictObject({
  seq: z.number().int().min(1),
  // oxlint-disable-next-line no-control-regex -- control characters are what it refuses
  reason: z.string().trim().min(3, 'say why, in a few words').max(300).refine((value) => !/[\u0000-\u001f\u007f]/.test(value), 'it must be one line'),
  text: z.string().min(erasedTextMin, `it needs ${erasedTextMin} characters or more`).max(8_000).optional(),
  as: z.string().max(64).optional(),
});

/** `lifeboat journal erase`: changes what every tenant's people can read, so it is the provider's. Never offered in chat: the secret would be posted once more. */
export function eraseRoutes(fastify: FastifyInstance, { deps, identity }: { deps: WebDeps; identity: Identity }): void {
  fastify.post('/api/journal/erase', async (request) => {
    const { seq, reason, text, as } = read(Erase, request.body, 'body');
    const person = await ownerOrProvider(request, as, identity, 'erase from the journal', 'lifeboat journal erase SEQ reason="..."');
    const by = person === null ? lifeboat('owner') : { kind: 'person' as const, person: person.name, surface: 'cli' as const };
    try {
      const answer = await deps.erase({ seq, text: text ?? null, reason, by });
      if (!answer.ok) throw new WebProblem(answer.code === 'no-such-entry' ? 404 : 400, answer.code, `${answer.what} Nothing was erased.`, 'Look which entry holds it, in the console\'s journal or in an export:', 'lifeboat journal export FILE');
      const { record, places, messages, others, sent } = answer;
      return { record, places, messages, others, sent };
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      throw new WebProblem(409, error.code, error.message, 'Repeat it.');
    }
  });
}
