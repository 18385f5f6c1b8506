import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyError, type FastifyInstance as Instance, type RawServerDefault } from 'fastify';
import type { WebDeps } from './deps.js';
import { WebProblem } from './problem.js';

export type FastifyInstance = Instance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger>;
type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** The longest body that a page or the CLI sends is a command line of 2000 characters. */
const bodyBytesMax = 16_384;

/** Fastify with our answers for everything that goes wrong. `first` sees each request before Fastify does. */
export function createFastify({ logger, secrets, trustedProxies }: Pick<WebDeps, 'logger' | 'secrets' | 'trustedProxies'>, first: (request: IncomingMessage, response: ServerResponse, other: Listener) => void): FastifyInstance {
  const fastify = Fastify({
    loggerInstance: logger, logController: new LogController({ disableRequestLogging: true }), bodyLimit: bodyBytesMax, forceCloseConnections: 'idle', trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    serverFactory: (handler) => createServer({ requestTimeout: 30_000, headersTimeout: 15_000 }, (request, response) => { first(request, response, handler); }),
  });
  fastify.setErrorHandler((error: FastifyError | WebProblem, request, reply) => {
    const problem = error instanceof WebProblem ? error : toProblem(error, request.routeOptions.bodyLimit ?? bodyBytesMax);
    if (problem.httpStatus >= 500) logger.error({ route: request.routeOptions.url, code: problem.code, error: secrets.redact(error.stack ?? error.message) }, 'a web request failed');
    return reply.code(problem.httpStatus).send(problem.toJson());
  });
  fastify.setNotFoundHandler((_request, reply) => {
    const problem = new WebProblem(404, 'no-such-page', 'There is nothing at this address.', 'The console is at /, its API below /api/.');
    return reply.code(404).send(problem.toJson());
  });
  return fastify;
}

function toProblem(error: FastifyError, bytesMax: number): WebProblem {
  if (error.statusCode === 413) return new WebProblem(413, 'too-large', `The request is larger than ${bytesMax / 1024} KiB.`, 'Nothing was done. Nothing that Lifeboat sends needs that much; shorten it.');
  if (error.statusCode === 415) return new WebProblem(415, 'not-json', 'The body of the request must be JSON.', 'Send it with content-type: application/json.');
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) return new WebProblem(error.statusCode, 'invalid-request', 'The request could not be read: its body is not valid JSON.', 'Nothing was done. Correct it and send it again.');
  return new WebProblem(500, 'internal', 'Lifeboat could not answer: something inside failed, and the log says what. A change that was asked for may or may not have been recorded.', 'Look before you repeat it. The state of every run:', 'lifeboat query run');
}
