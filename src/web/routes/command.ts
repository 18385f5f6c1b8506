import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Answer } from '../../core/answer.js';
import { requireScope, type Identity } from '../acting.js';
import type { WebDeps } from '../deps.js';
import { follow } from '../follow.js';
import { followStatus } from '../follow-status.js';
import { notFound, read } from '../problem.js';
import { runFor } from '../read-models/visible.js';
import { scopeOfLine } from '../scope-of-line.js';

export const Command = z.strictObject({ line: z.string().trim().min(1, 'there is no command; try: lifeboat help').max(2_000, 'a command has at most 2000 characters'), as: z.string().max(64).optional() });
export const As = z.strictObject({ as: z.string().max(64).optional() });

/** The door of the `lifeboat` command. */
export function commandRoutes(fastify: FastifyInstance, { deps, identity, closing }: { deps: WebDeps; identity: Identity; closing: AbortSignal }): void {
  fastify.post('/api/command', async (request) => {
    const { line, as } = read(Command, request.body, 'body');
    const { person, scope } = await identity.ofCaller(request, as);
    requireScope(scope, scopeOfLine(line));
    const caller = { person, surface: 'cli' as const };
    const answer = await deps.desk.command(caller, line);
    const { text, json } = await deps.describe(answer, caller);
    return { status: answer.status, text, json, run: runOf(answer), as: person.name };
  });

  fastify.get('/api/system/status/follow', async (request, reply) => {
    const { person } = await identity.ofCaller(request, read(As, request.query, 'query').as);
    reply.hijack();
    followStatus(reply.raw, person, deps, closing);
  });

  fastify.get('/api/runs/:run/follow', async (request, reply) => {
    const { run } = request.params as { run: string };
    const { person } = await identity.ofCaller(request, read(As, request.query, 'query').as);
    if (!runFor(deps.live.current, person, run)) throw notFound(`The run ${run}`);
    reply.hijack();
    follow(reply.raw, run, deps, closing);
  });
}

const runOf = (answer: Answer): string | null => (answer.kind === 'run' || answer.kind === 'decision' ? answer.run : null);
