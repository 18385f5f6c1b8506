import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { personOf } from '../../core/estate.js';
import type { Identity } from '../acting.js';
import type { WebDeps } from '../deps.js';
import { WebProblem, read } from '../problem.js';
import type { Sessions } from '../sessions.js';
import type { OpenId } from '../sign-in/open-id.js';
import type { PendingSignIns } from '../sign-in/pending.js';
import { problemPage } from '../sign-in/problem-page.js';
import type { WebLinks } from '../sign-in/web-links.js';

export const BeginOpenId = z.strictObject({ link: z.literal(true).optional() });

/** How people sign in here, for the page that asks them to. */
export interface WaysModel { readonly openId: { readonly issuer: string } | null; /** What the issuer proved to this browser while nobody is linked to it. */ readonly unlinked: string | null; /** Whether a code can be sent to a linked chat account. */ readonly sendsCodes: boolean }

interface Parts { readonly deps: WebDeps; readonly identity: Identity; readonly sessions: Sessions; readonly openId: OpenId | null; readonly pending: PendingSignIns; readonly links: WebLinks }

const loginCode = 'lifeboat login-code NAME web';

/** The console's way to the OpenID Connect issuer and back. */
export function openIdRoutes(fastify: FastifyInstance, { deps, identity, sessions, openId, pending, links }: Parts): void {
  /** The issuer sends browsers back to this one address, so that is where they must start. @throws WebProblem */
  const redirectUri = (host: string | undefined): string => {
    const { publicUrl } = deps;
    if (openId === null || publicUrl === undefined) throw new WebProblem(404, 'no-issuer', 'This Lifeboat knows no OpenID Connect issuer.', 'Sign in with a one-time code. On the machine that runs Lifeboat:', loginCode);
    if (host !== undefined && host !== new URL(publicUrl).host) throw new WebProblem(409, 'other-address', `${openId.issuer} sends people back to ${publicUrl}, and this page was opened under another address.`, `Open ${publicUrl} and sign in there.`);
    return new URL('/auth/callback', publicUrl).href;
  };

  fastify.get('/api/session/ways', async (request): Promise<WaysModel> => ({ openId: openId && { issuer: openId.issuer }, unlinked: await pending.proven(request.headers.cookie), sendsCodes: deps.directChannels.size > 0 }));

  fastify.post('/api/session/openid', async (request, reply) => {
    const { link } = read(BeginOpenId, request.body, 'body');
    const backTo = redirectUri(request.headers.host);
    const acting = link ? await identity.ofConsole(request) : null;
    if (acting?.session === null) throw new WebProblem(400, 'no-session', 'A sign-in is linked in the browser that it shall work in; a token has none.', 'Sign in to the console and link it there.');
    const { url, checks } = await openId!.begin(backTo);
    reply.header('set-cookie', await pending.begin({ checks, linkFor: acting && { session: acting.session!, person: acting.person.name } }));
    return { url };
  });

  fastify.get('/auth/callback', async (request, reply) => {
    try {
      const backTo = redirectUri(undefined);
      const search = new URL(request.url, backTo).search;
      const started = await pending.take(request.headers.cookie, new URLSearchParams(search).get('state'));
      if (started === null) throw new WebProblem(403, 'not-waited-for', 'This browser does not wait for such an answer (any more): it took longer than ten minutes, was used already, or began in another browser. Nobody was signed in.', 'Start again from the console\'s own page.');
      reply.header('set-cookie', pending.goneCookie);
      const proven = await openId!.finish(backTo, search, started.checks);
      if (started.linkFor !== null) {
        const { session, person } = started.linkFor;
        if ((await sessions.personOf(session)) !== person) throw new WebProblem(403, 'signed-out', `${person} is not signed in there any more, so nothing was linked.`, 'Sign in, then link it again.');
        await links.link(person, proven);
        return await reply.redirect('/', 303);
      }
      const person = links.personOf(proven);
      const { estate } = deps.live.current;
      if (person === null && estate?.simulated !== true) {
        // The code that links it is asked for by the console's own page, which alone may send it.
        reply.removeHeader('set-cookie').header('set-cookie', await pending.prove(proven));
        return await reply.redirect('/#/sign-in', 303);
      }
      if (person === null) throw new WebProblem(403, 'not-linked', `${proven} proved who it is, but nobody here is linked to it.`, 'In this simulated estate, link it in the console: "Link …", then "Link a sign-in of …".');
      if (!estate || !personOf(estate, person)) throw new WebProblem(403, 'unknown-person', `${proven} is linked to ${person}, who is not a person of this estate (any more). Nobody was signed in.`, 'Ask who keeps the estate file to add the person, then sign in again.', 'lifeboat query person');
      reply.removeHeader('set-cookie').header('set-cookie', [pending.goneCookie, (await sessions.start(person, proven)).cookie]);
      return await reply.redirect('/', 303);
    } catch (error) {
      if (!(error instanceof WebProblem)) throw error;
      deps.logger.warn({ code: error.code }, 'A sign-in by OpenID Connect did not succeed.');
      return reply.code(error.httpStatus).type('text/html; charset=utf-8').send(problemPage(error));
    }
  });
}
