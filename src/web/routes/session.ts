import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { personOf } from '../../core/estate.js';
import type { Identity } from '../acting.js';
import { isApiToken } from '../api-tokens.js';
import type { WebDeps } from '../deps.js';
import { cameOverSocket } from '../guards.js';
import { WebProblem, notFound, read } from '../problem.js';
import { meFor } from '../read-models/me.js';
import type { Sessions } from '../sessions.js';
import type { PendingSignIns } from '../sign-in/pending.js';
import type { WebLinks } from '../sign-in/web-links.js';
import type { Streams } from '../stream.js';
import type { PersonTokens } from '../tokens.js';
import type { Attempts } from '../attempts.js';

export const codeLifeMs = 10 * 60_000;
export const Code = z.strictObject({ code: z.string().trim().min(4, 'a one-time code has 8 characters').max(32, 'a one-time code has 8 characters') });
export const SignInCode = z.strictObject({ ...Code.shape, /** Link the sign-in that the issuer proved to this browser. */ link: z.literal(true).optional() });
export const Name = z.strictObject({ person: z.string().min(1).max(64) });
export const CodeFor = z.strictObject({ person: z.string().min(1).max(64), purpose: z.enum(['web', 'cli']) });

export const OwnCode = z.strictObject({ purpose: z.enum(['cli', 'slack', 'teams']) });

interface Parts { readonly deps: WebDeps; readonly identity: Identity; readonly sessions: Sessions; readonly tokens: PersonTokens; readonly streams: Streams; readonly attempts: Attempts; readonly pending: PendingSignIns; readonly links: WebLinks }

/** Who is acting: signing in and out, switching (simulated estates only), codes and tokens. */
export function sessionRoutes(fastify: FastifyInstance, { deps, identity, sessions, tokens, streams, attempts, pending, links }: Parts): void {
  const redeem = async (purpose: 'web-login' | 'cli-login', code: string, from: string): Promise<string> => {
    attempts.check(from);
    const person = await deps.once.redeemCode(purpose, code.toUpperCase());
    if (person !== null) return person;
    attempts.failed(from);
    throw new WebProblem(401, 'bad-code', 'The code is not valid: mistyped, used already, or older than ten minutes.', 'Get a new one. On the machine that runs Lifeboat:', 'lifeboat login-code NAME');
  };

  fastify.get('/api/me', async (request, reply) => {
    const { estate } = deps.live.current;
    const known = await identity.ofConsole(request).catch((error: unknown) => {
      if (estate?.simulated === true && error instanceof WebProblem && error.httpStatus === 401 && request.headers.authorization === undefined) return null;
      throw error;
    });
    const person = known?.person ?? identity.firstOperator();
    const cookie = known ? await sessions.renewed(request.headers.cookie) : (await sessions.start(person.name)).cookie;
    if (cookie !== null) reply.header('set-cookie', cookie);
    const mayApprove = (run: string): boolean => deps.desk.approversOf(run).some((each) => each.person === person.name && each.may);
    return meFor(deps.live.current, person, { mayApprove, clock: { ...deps.estateClock(), wallNow: deps.clock.now() }, canInject: deps.faults !== null });
  });

  fastify.post('/api/session/person', async (request) => {
    const { person: name } = read(Name, request.body, 'body');
    const { estate } = deps.live.current;
    if (estate?.simulated !== true) throw new WebProblem(403, 'not-simulated', 'Switching between people works in simulated estates only.', 'Sign out, and let the other person sign in with a code of their own.');
    const { session } = await identity.ofConsole(request);
    if (!personOf(estate, name)) throw notFound(`The person ${name}`);
    if (session === null) throw new WebProblem(400, 'no-session', 'A token belongs to one person; only a browser session can switch.', 'Use the console, or --as NAME.');
    await sessions.change(session, name);
    streams.closeSession(session);
    return { person: name };
  });

  fastify.post('/api/session/login', async (request, reply) => {
    const { code, link } = read(SignInCode, request.body, 'body');
    const proven = link ? await pending.proven(request.headers.cookie) : null;
    // Before the code is used up.
    if (link && proven === null) throw new WebProblem(409, 'nothing-to-link', 'The sign-in that was to be linked is older than ten minutes, so the code was not used.', 'Sign in at the issuer once more, then enter the code.');
    const person = await redeem('web-login', code, request.ip);
    if (proven !== null) {
      await links.link(person, proven);
      await pending.forget(request.headers.cookie);
    }
    reply.header('set-cookie', [...(proven === null ? [] : [pending.goneCookie]), (await sessions.start(person, proven)).cookie]);
    return { person };
  });

  fastify.post('/api/session/logout', async (request, reply) => {
    const session = await sessions.find(request.headers.cookie);
    if (session) {
      await sessions.end(session.id);
      streams.closeSession(session.id);
    }
    reply.header('set-cookie', sessions.goneCookie);
    return { signedOut: true };
  });

  /** A code by which the person who sits here proves elsewhere who that is: to `lifeboat`, or to a chat account that shall speak for the person. */
  fastify.post('/api/session/code', async (request) => {
    const { person } = await identity.ofConsole(request);
    const { purpose } = read(OwnCode, request.body, 'body');
    return { code: await deps.once.issueCode(purpose === 'cli' ? 'cli-login' : `link:${purpose}`, person.name, codeLifeMs), validForMs: codeLifeMs };
  });

  fastify.post('/api/login', async (request) => {
    const person = await redeem('cli-login', read(Code, request.body, 'body').code, request.ip);
    return { person, token: await tokens.issue(person) };
  });

  fastify.post('/api/logout', async (request) => {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined && isApiToken(token)) throw new WebProblem(400, 'scope', 'A token with a scope is taken back by its name, with your own login. It still works.', 'Sign in as yourself, then:', 'lifeboat token revoke NAME');
    if (token !== undefined) await tokens.revoke(token);
    return { signedOut: true };
  });

  /** The first way in: whoever may use the socket runs as Lifeboat's own operating-system user and could read its database as well. */
  fastify.post('/api/login-code', async (request) => {
    if (!cameOverSocket(request)) throw new WebProblem(403, 'socket-only', 'Codes for other people are given out on the machine that runs Lifeboat only.', 'Run there, as the user that runs Lifeboat:', 'lifeboat login-code NAME');
    const { person, purpose } = read(CodeFor, request.body, 'body');
    const { estate } = deps.live.current;
    if (!estate || !personOf(estate, person)) throw notFound(`The person ${person}`);
    return { person, purpose, code: await deps.once.issueCode(purpose === 'web' ? 'web-login' : 'cli-login', person, codeLifeMs), validForMs: codeLifeMs };
  });
}
