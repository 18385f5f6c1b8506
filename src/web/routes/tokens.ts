import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { scopes } from '../../core/scope.js';
import { JournalError } from '../../ports/journal.js';
import type { Identity } from '../acting.js';
import type { ApiTokens } from '../api-tokens.js';
import type { WebDeps } from '../deps.js';
import { WebProblem, read } from '../problem.js';
import { As } from './command.js';

const day = 86_400_000;
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'use letters, digits, dots, dashes and underscores, at most 63');
const as = z.string().max(64).optional();
export const Issue = z.strictObject({ name, scope: z.enum(scopes), expiresInMs: z.number().int().min(60_000, 'a token lives a minute at least').max(366 * day, 'a token lives a year at most'), as });
export const Revoke = z.strictObject({ name, as });

/** `lifeboat token`: a person's tokens for scripts and other machines. */
export function tokenRoutes(fastify: FastifyInstance, { deps, identity, apiTokens }: { deps: WebDeps; identity: Identity; apiTokens: ApiTokens }): void {
  const recorded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      throw new WebProblem(error.code === 'conflict' ? 409 : 503, 'journal', `It was not recorded (${deps.secrets.redact(error.message)}), so no token was issued or taken back.`, 'Send it again; see what stands first:', 'lifeboat token list');
    }
  };

  fastify.post('/api/tokens', async (request) => {
    const wanted = read(Issue, request.body, 'body');
    const { person } = await identity.ofCaller(request, wanted.as);
    return { person: person.name, name: wanted.name, scope: wanted.scope, ...(await recorded(() => apiTokens.issue(person.name, wanted.name, wanted.scope, wanted.expiresInMs))) };
  });

  fastify.get('/api/tokens', async (request) => {
    const { person } = await identity.ofCaller(request, read(As, request.query, 'query').as);
    return { tokens: apiTokens.listOf(person.name).map(({ hash: _hash, ...token }) => token) };
  });

  fastify.post('/api/tokens/revoke', async (request) => {
    const wanted = read(Revoke, request.body, 'body');
    const { person } = await identity.ofCaller(request, wanted.as);
    await recorded(() => apiTokens.revoke(person.name, wanted.name));
    return { revoked: wanted.name };
  });
}
