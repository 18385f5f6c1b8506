import type { FastifyInstance, FastifyReply } from 'fastify';
import type { WebDeps } from '../deps.js';

const tokenForm = /^[\w-]{8,255}$/;
const page = (title: string, inner: string): string => `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>${title}</title></head><body><main><h1>${title}</h1>${inner}</main></body></html>`;

/** The end of digests. Opening the link changes nothing, since scanners follow every link; the mail program's one click is a POST without cookies (RFC 8058). */
export function unsubscribeRoutes(fastify: FastifyInstance, { unsubscribe }: Pick<WebDeps, 'unsubscribe'>): void {
  if (!unsubscribe) return;
  const html = (reply: FastifyReply, status: number, text: string): FastifyReply => reply.code(status).type('text/html; charset=utf-8').send(text);
  const unknown = (reply: FastifyReply): FastifyReply => html(reply, 404, page('This link is not known', '<p>Nothing was changed. Use the link of the newest digest.</p>'));
  const tokenOf = (params: unknown): string => { const { token } = params as { token: string }; return tokenForm.test(token) ? token : ''; };
  void fastify.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => { done(null, body); });
    scope.get('/unsubscribe/:token', async (request, reply) => (tokenOf(request.params) !== '' && await unsubscribe.known(tokenOf(request.params))
      ? html(reply, 200, page('Digests of Lifeboat', '<p>Nothing has changed yet.</p><form method="post"><button>Send me no more digests</button></form><p>Approvals and incidents go on reaching you.</p>'))
      : unknown(reply)));
    scope.post('/unsubscribe/:token', async (request, reply) => (tokenOf(request.params) !== '' && await unsubscribe.leave(tokenOf(request.params))
      ? html(reply, 200, page('No more digests', '<p>No more digests go to this address. Approvals and incidents go on reaching you.</p>'))
      : unknown(reply)));
  });
}
