import type { FastifyRequest } from 'fastify';
import { personOf, type Person } from '../core/estate.js';
import type { LiveState } from '../ports/state.js';
import { WebProblem } from './problem.js';
import type { Sessions } from './sessions.js';
import type { PersonTokens } from './tokens.js';

/** Who a request acts for, and what proved it. */
export interface Acting { readonly person: Person; readonly session: string | null }

export interface Identity {
  /** The console: the session's person. @throws WebProblem */
  ofConsole(request: FastifyRequest): Promise<Acting>;
  /** The CLI: the token's person, in a simulated estate `as` or the first operator. @throws WebProblem */
  ofCaller(request: FastifyRequest, as: string | undefined): Promise<Acting>;
  /** In a simulated estate a new browser starts as this person. */
  firstOperator(): Person;
}

const noSignIn = (): WebProblem => new WebProblem(401, 'signed-out', 'Nobody is signed in here (any more).', 'Sign in with a one-time code. On the machine that runs Lifeboat:', 'lifeboat login-code NAME');

export function createIdentity({ live, sessions, tokens }: { live: LiveState; sessions: Sessions; tokens: PersonTokens }): Identity {
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
    const name = await tokens.personOf(/^Bearer (\S+)$/.exec(header)?.[1] ?? '');
    if (name === null) throw new WebProblem(401, 'bad-token', 'The token is not one of ours: it has ended, was taken back, or was never issued here.', 'Get a one-time code in the console ("Link …"), then:', 'lifeboat login CODE');
    return { person: known(name), session: null };
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
      return { person: known(session.person), session: session.id };
    },
    async ofCaller(request, as) {
      const simulated = live.current.estate?.simulated === true;
      if (as !== undefined && !simulated) throw new WebProblem(403, 'as-refused', '--as works in simulated estates only. In this one everybody acts with a token of their own.', 'Sign in with a one-time code:', 'lifeboat login CODE');
      const byToken = await bearer(request);
      if (as !== undefined) {
        const people = live.current.estate?.people ?? [];
        const person = people.find((each) => each.name === as);
        if (!person) throw new WebProblem(404, 'unknown-person', `There is no ${as} in this estate.`, `Its people: ${people.map((each) => each.name).join(', ')}.`);
        return { person, session: null };
      }
      if (byToken) return byToken;
      if (simulated) return { person: firstOperator(), session: null };
      throw noSignIn();
    },
  };
}
