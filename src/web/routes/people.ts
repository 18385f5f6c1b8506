import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { personOf } from '../../core/estate.js';
import { lifeboat, type Actor } from '../../core/names.js';
import { isTerminal } from '../../core/run-state.js';
import type { Identity } from '../acting.js';
import type { WebDeps } from '../deps.js';
import { cameOverSocket, ownerOrProvider } from '../guards.js';
import { WebProblem, read } from '../problem.js';
import { recordOfPeople } from '../record.js';

export const ForgetPasskeys = z.strictObject({ person: z.string().min(1).max(64) });
export const Offboard = z.strictObject({ person: z.string().min(1).max(64), as: z.string().max(64).optional() });

/** `lifeboat person`: what is done about people, not by them. */
export function peopleRoutes(fastify: FastifyInstance, { deps, identity }: { deps: WebDeps; identity: Identity }): void {
  fastify.post('/api/people/offboard', async (request) => {
    const { person, as } = read(Offboard, request.body, 'body');
    const by = await ownerOrProvider(request, as, identity, 'offboard people', `lifeboat person offboard ${person}`);
    const state = deps.live.current;
    const inEstate = state.estate !== null && personOf(state.estate, person) !== undefined;
    if (!inEstate && !state.leftAt.has(person)) throw new WebProblem(404, 'unknown-person', `Nobody is or was called ${person} here, so nothing was ended.`, 'Look at the names:', 'lifeboat query person');
    if (by?.name === person) throw new WebProblem(409, 'own-offboarding', 'Nobody offboards himself: the last one would lock everybody out by mistake. Nothing was ended.', 'Ask another operator of the provider, or run it on the machine of Lifeboat itself, without a token:', `lifeboat person offboard ${person}`);
    const ended = {
      unlinked: state.links.filter((link) => link.person === person).map(({ surface, identity: linked }) => ({ surface, identity: linked })),
      tokens: [...state.apiTokens.values()].filter((token) => token.person === person).map(({ name }) => name),
      passkeys: [...state.passkeys.values()].filter((passkey) => passkey.person === person).map(({ name }) => name),
      approvals: [...state.runs.values()].filter((run) => !isTerminal(run.status) && run.approvals.some((approval) => approval.by === person && approval.epoch === run.plan.epoch)).map((run) => run.plan.run),
    };
    const actor: Actor = by === null ? lifeboat('owner') : { kind: 'person', person: by.name, surface: 'cli' };
    await recordOfPeople(deps, actor, { type: 'person.offboarded', person, ...ended });
    const requests = [...state.runs.values()].filter(({ status, plan }) => !isTerminal(status) && plan.requestedBy.kind === 'person' && plan.requestedBy.person === person).map((run) => run.plan.run);
    return { person, inEstate, ...ended, requests };
  });

  /** For lost devices. A stolen login must not get around the passkeys, so it takes the machine itself. */
  fastify.post('/api/people/forget-passkeys', async (request) => {
    if (!cameOverSocket(request)) throw new WebProblem(403, 'socket-only', 'Passkeys of other people are removed on the machine that runs Lifeboat only.', 'Run there, as the user that runs Lifeboat:', 'lifeboat person forget-passkeys NAME');
    const { person } = read(ForgetPasskeys, request.body, 'body');
    const removed = [...deps.live.current.passkeys.values()].filter((each) => each.person === person);
    for (const { id, name } of removed) await recordOfPeople(deps, lifeboat('owner'), { type: 'passkey.removed', person, id, name });
    return { person, removed: removed.map(({ name }) => name) };
  });
}
