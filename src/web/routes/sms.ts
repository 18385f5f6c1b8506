import type { FastifyInstance } from 'fastify';
import type { WebDeps } from '../deps.js';
import { WebProblem } from '../problem.js';

/** Text messages that come in, and what became of those that went out. The gateway's own driver proves the caller and reads. */
export function smsRoutes(fastify: FastifyInstance, { sms }: Pick<WebDeps, 'sms'>): void {
  if (!sms || sms.doors.length === 0) return;
  void fastify.register(async (scope) => {
    // A signature covers the text as it was sent, so nobody parses it before the driver has seen it.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => { done(null, body); });
    for (const door of sms.doors) {
      scope.route({
        method: door.method, url: door.path,
        async handler(request, reply) {
          const heard = door.hear({ url: request.raw.url ?? '', query: request.query as Record<string, unknown>, headers: request.headers, body: typeof request.body === 'string' ? request.body : '' });
          if (heard.kind === 'refused') throw new WebProblem(heard.status, heard.code, heard.what, heard.next);
          if (heard.kind === 'receipt') await sms.receipt(heard.receipt, heard.optedOut);
          const { type, body } = door.reply(heard.kind === 'message' ? await sms.reply(heard.message) : '');
          return reply.type(type).header('cache-control', 'no-store').send(body);
        },
      });
    }
  });
}
