import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { personOf } from '../../core/estate.js';
import type { Card } from '../../ports/channel.js';
import type { WebDeps } from '../deps.js';
import { WebProblem, read } from '../problem.js';
import { createLimit } from '../sign-in/send-limit.js';
import { hashed, randomSecret } from '../tokens.js';
import { codeLifeMs } from './session.js';

export const SendCode = z.strictObject({ person: z.string().trim().toLowerCase().min(1, 'write your name in the estate').max(64) });

const perPerson = 3;
const perAddress = 10;

/** A sign-in code as a private message to the person's own chat account, for whoever cannot get at the machine or at the issuer. */
export function sendCodeRoutes(fastify: FastifyInstance, deps: WebDeps): void {
  const ofPerson = createLimit(deps.clock, perPerson);
  const ofAddress = createLimit(deps.clock, perAddress);

  /** The code is handed to the channel and kept nowhere: not in the outbox, the journal or a log. */
  async function send(name: string): Promise<void> {
    const { estate, links } = deps.live.current;
    if (!estate || !personOf(estate, name)) return;
    const ways = links.flatMap((link) => { const channel = deps.directChannels.get(link.surface); return link.person === name && channel ? [{ link, channel }] : []; });
    if (ways.length === 0) return;
    const card = codeCard(await deps.once.issueCode('web-login', name, codeLifeMs));
    const key = `sign-in-code:${hashed(randomSecret()).slice(0, 16)}`;
    for (const { link, channel } of ways) {
      try {
        await channel.post({ kind: 'person', person: name, identity: link.identity }, card, { key });
        return;
      } catch (error) {
        deps.logger.warn({ surface: link.surface, why: deps.secrets.redact(error instanceof Error ? error.message : String(error)) }, 'A sign-in code could not be sent this way.');
      }
    }
  }

  fastify.post('/api/session/send-code', async (request) => {
    const { person } = read(SendCode, request.body, 'body');
    if (deps.directChannels.size === 0) throw new WebProblem(409, 'no-channel', 'No chat is connected to this Lifeboat that could carry a code.', 'On the machine that runs Lifeboat:', 'lifeboat login-code NAME web');
    // Both are counted whatever the other says; names nobody has count as well, so that the answer tells nothing about them.
    const [byAddress, byPerson] = [ofAddress(request.ip), ofPerson(person)];
    if (!byAddress || !byPerson) throw new WebProblem(429, 'too-many-codes', 'Too many codes were asked for, in this name or from this address.', 'Use one that you have got, or wait ten minutes. On the machine that runs Lifeboat:', 'lifeboat login-code NAME web');
    // Not waited for: how long it takes would tell whether there is such a person.
    void send(person).catch((error: unknown) => { deps.logger.warn({ why: deps.secrets.redact(error instanceof Error ? error.message : String(error)) }, 'A sign-in code could not be made.'); });
    return { asked: true, validForMs: codeLifeMs };
  });
}

function codeCard(code: string): Card {
  const words = `Your one-time code for the console is ${code}. It works once, for ten minutes.`;
  const warning = 'Somebody asked for it on the sign-in page. If that was not you, do nothing and give it to nobody; tell an operator if it happens again.';
  return { heading: 'Sign-in code', body: `${words}\n${warning}`, text: `${words} ${warning}`, actions: [], tone: 'info' };
}
