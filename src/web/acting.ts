import type { FastifyRequest } from 'fastify';
import { personOf, type Person } from '../core/estate.js';
import { allows, type Scope, type ScopeNeeded } from '../core/scope.js';
import type { LiveState } from '../ports/state.js';
import { isApiToken, type ApiTokens } from './api-tokens.js';
import { WebProblem } from './problem.js';
import type { Sessions } from './sessions.js';
import type { PersonTokens } from './tokens.js';

/** Who a request acts for, and what proved it. */
export interface Acting { readonly person: Person; readonly session: string | null; /** null: the person's own login, which may do all that the person may. */ readonly scope: Scope | null; /** A passkey confirmed this session within the last five minutes. */ readonly steppedUp: boolean }

export interface Identity {
  /** The console: the session's person. @throws WebProblem */
  ofConsole(request: FastifyRequest): Promise<Acting>;
  /** The CLI: the token's person, in a simulated estate `as` or the first operator. @throws WebProblem */
  ofCaller(request: FastifyRequest, as: string | undefined): Promise<Acting>;
  /** In a simulated estate a new browser starts as this person. */
  firstOperator(): Person;
}

const noSignIn = (): WebProblem => new WebProblem(401, 'signed-out', 'Nobody is signed in here (any more).', 'Sign in with a one-time code. On the machine that runs Lifeboat:', 'lifeboat login-code NAME');

/** @throws WebProblem when a token's scope is too narrow */
export function requireScope(scope: Scope | null, needs: ScopeNeeded): void {
  if (allows(scope, needs)) return;
  if (needs === 'full') throw new WebProblem(403, 'scope', 'A token with a scope cannot do this: it takes your own login. Nothing was done.', 'Sign in with a one-time code:', 'lifeboat login CODE');
  throw new WebProblem(403, 'scope', `This token has the scope ${scope}, and this takes ${needs}. Nothing was done.`, 'Use a token with that scope, or issue one with your own login:', `lifeboat token create NAME scope=${needs}`);
}

interface IdentityParts { readonly live: LiveState; readonly sessions: Sessions; readonly tokens: PersonTokens; readonly apiTokens: Pick<ApiTokens, 'find'>; /** The scope that a request's address takes; some commands take more. */ readonly needs: (request: FastifyRequest) => ScopeNeeded }

export function createIdentity({ live, sessions, tokens, apiTokens, needs }: IdentityParts): Identity {
  const known = (name: string): Person => {
    const { estate } = live.current;
    const person = estate ? personOf(estate, name) : undefined;
    if (!person) throw new WebProblem(401, 'unknown-person', `${name} is not a person of this estate (any more).`, 'Ask who keeps the estate file to add the person, then sign in again.', 'lifeboat query person');
    return person;
  };
  const firstOperator = (): Person => {
    const people = live.current.estate?.people ?? [];
    const person = people.find((each) => each.roles.includes('operator')) ?? people[0];
    if (!person) throw new WebProblem(503, 'no-estate', 'Lifeboat has no estate with people yet.', 'Check the estate file, then start Lifeboat again.', 'lifeboat estate check estates/demo.yaml');
    return person;
  };
  const bearer = async (request: FastifyRequest): Promise<Acting | null> => {
    const header = request.headers.authorization;
    if (header === undefined) return null;
    const token = /^Bearer (\S+)$/.exec(header)?.[1] ?? '';
    if (isApiToken(token)) {
      const found = apiTokens.find(token);
      if (found === null) throw new WebProblem(401, 'bad-token', 'The token is not one of ours: it has ended, was taken back, or was never issued here.', 'Issue another with your own login:', 'lifeboat token create NAME scope=read');
      requireScope(found.scope, needs(request));
      return { person: known(found.person), session: null, scope: found.scope, steppedUp: false };
    }
    const name = await tokens.personOf(token);
    if (name === null) throw new WebProblem(401, 'bad-token', 'The token is not one of ours: it has ended, was taken back, or was never issued here.', 'Get a one-time code in the console ("Link …"), then:', 'lifeboat login CODE');
    return { person: known(name), session: null, scope: null, steppedUp: false };
  };

  return {
    firstOperator,
    async ofConsole(request) {
      const byToken = await bearer(request);
      if (byToken) return byToken;
      const session = await sessions.find(request.headers.cookie);
      if (!session) throw noSignIn();
      // Two tabs share one session. A tab that still shows ana must not act as ben because the other tab switched.
      const shown = request.headers['x-lifeboat-person'];
      if (shown !== undefined && shown !== session.person) {
        throw new WebProblem(409, 'person-changed', `This page showed ${String(shown)}, but another tab of this browser now acts as ${session.person}.`, 'Nothing was done. Look again who is acting, then repeat it.');
      }
      try {
        return { person: known(session.person), session: session.id, scope: null, steppedUp: session.steppedUp };
      } catch (error) {
        // Who left the estate is not signed in again by coming back to it.
        if (error instanceof WebProblem) await sessions.end(session.id);
        throw error;
      }
    },
    async ofCaller(request, as) {
      const simulated = live.current.estate?.simulated === true;
      if (as !== undefined && !simulated) throw new WebProblem(403, 'as-refused', '--as works in simulated estates only. In this one everybody acts with a token of their own.', 'Sign in with a one-time code:', 'lifeboat login CODE');
      const byToken = await bearer(request);
      if (as !== undefined) {
        // Nobody gets past a scope by naming somebody else.
        requireScope(byToken?.scope ?? null, 'full');
        const people = live.current.estate?.people ?? [];
        const person = people.find((each) => each.name === as);
        if (!person) throw new WebProblem(404, 'unknown-person', `There is no ${as} in this estate.`, `Its people: ${people.map((each) => each.name).join(', ')}.`);
        return { person, session: null, scope: null, steppedUp: false };
      }
      if (byToken) return byToken;
      if (simulated) return { person: firstOperator(), session: null, scope: null, steppedUp: false };
      throw noSignIn();
    },
  };
}
