import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { WebDeps } from '../deps.js';
import { read, WebProblem } from '../problem.js';

/** What Kannel's sms-service sends: get-url = ".../sms/kannel?token=...&from=%p&text=%a&id=%I". */
const Incoming = z.strictObject({ token: z.string().max(200), from: z.string().regex(/^\+?\d{5,15}$/, 'a number has 5 to 15 digits'), text: z.string().max(1_600), id: z.string().max(100).optional() });

/** Text messages that come in. Whoever knows the token is the gateway; what it says of the sender's number is believed as far as a number can be. */
export function smsRoutes(fastify: FastifyInstance, { sms }: Pick<WebDeps, 'sms'>): void {
  if (!sms) return;
  const expected = Buffer.from(sms.token);
  fastify.get('/sms/kannel', async (request, reply) => {
    const { token, from, text, id } = read(Incoming, request.query, 'query');
    const given = Buffer.from(token);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new WebProblem(401, 'not-the-gateway', 'The token is not SMS_INBOUND_TOKEN, so the message was not looked at.', 'Compare get-url in kannel.conf.');
    reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store');
    return sms.reply({ from: from.startsWith('+') ? from : `+${from}`, text, id: id ?? null });
  });
}
