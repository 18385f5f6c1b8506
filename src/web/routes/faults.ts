import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { FaultInjector } from '../../ports/world.js';
import type { Identity } from '../acting.js';
import type { WebDeps } from '../deps.js';
import { faultChoices, type FaultChoice } from '../faults.js';
import { WebProblem, notFound, read } from '../problem.js';

export const Fault = z.strictObject({ fault: z.string().min(1).max(64), target: z.string().min(1).max(200) });

export interface FaultsModel { readonly choices: readonly FaultChoice[]; readonly active: readonly { readonly fault: string; readonly target: string; readonly since: number }[] }

/** The failures panel: breaking the simulated world on purpose, and mending it. */
export function faultRoutes(fastify: FastifyInstance, { deps, identity }: { deps: WebDeps; identity: Identity }): void {
  const injector = (): FaultInjector => {
    if (deps.faults && deps.live.current.estate?.simulated === true) return deps.faults;
    throw new WebProblem(403, 'not-simulated', 'Failures can be injected into simulated estates only. This one is real.', 'To try Lifeboat out, start it on estates/demo.yaml.');
  };
  const choice = (body: unknown): FaultChoice => {
    const wanted = read(Fault, body, 'body');
    const found = faultChoices(deps.live.current.estate!).find((each) => each.fault === wanted.fault && each.target === wanted.target);
    if (!found) throw notFound(`The failure ${wanted.fault} of ${wanted.target}`);
    return found;
  };

  fastify.get('/api/faults', async (request): Promise<FaultsModel> => {
    await identity.ofConsole(request);
    const faults = injector();
    return { choices: faultChoices(deps.live.current.estate!), active: await faults.active() };
  });
  fastify.post('/api/faults/inject', async (request) => {
    await identity.ofConsole(request);
    const faults = injector();
    const { fault, target, says } = choice(request.body);
    await faults.inject(fault, target);
    return { says: `${says}. The monitor sees it within the host failure detection time.` };
  });
  fastify.post('/api/faults/revert', async (request) => {
    await identity.ofConsole(request);
    const faults = injector();
    const { fault, target, undo } = choice(request.body);
    await faults.revert(fault, target);
    return { says: `${undo}: done.` };
  });
}
