import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { personOf } from '../core/estate.js';
import type { PersonName } from '../core/names.js';
import { createFastify, type FastifyInstance } from './fastify.js';
import { createIdentity } from './acting.js';
import { scopeOfRoute } from './api.js';
import { createApiTokens } from './api-tokens.js';
import { createAttempts } from './attempts.js';
import type { WebDeps } from './deps.js';
import { addSecurityHeaders, checkHost, checkSameOrigin, markSocket } from './guards.js';
import { commandRoutes } from './routes/command.js';
import { conversationRoutes } from './routes/conversation.js';
import { doctorRoutes } from './routes/doctor.js';
import { eraseRoutes } from './routes/erase.js';
import { estateRoutes } from './routes/estate.js';
import { eventRoutes } from './routes/events.js';
import { faultRoutes } from './routes/faults.js';
import { exportRoutes } from './routes/export.js';
import { openApiDocument } from './openapi.js';
import { healthRoutes } from './routes/health.js';
import { openIdRoutes } from './routes/open-id.js';
import { passkeyRoutes } from './routes/passkeys.js';
import { pageRoutes } from './routes/page.js';
import { peopleRoutes } from './routes/people.js';
import { readRoutes } from './routes/read.js';
import { runbookRoutes } from './routes/runbooks.js';
import { sendCodeRoutes } from './routes/send-code.js';
import { sessionRoutes } from './routes/session.js';
import { smsRoutes } from './routes/sms.js';
import { sourceRoutes } from './routes/sources.js';
import { tokenRoutes } from './routes/tokens.js';
import { unsubscribeRoutes } from './routes/unsubscribe.js';
import { remembered } from './remembered.js';
import { createSessions } from './sessions.js';
import { createOpenId } from './sign-in/open-id.js';
import { createPasskeys } from './sign-in/passkeys.js';
import { createPendingSignIns } from './sign-in/pending.js';
import { createWebLinks } from './sign-in/web-links.js';
import { createStreams } from './stream.js';
import { createPersonTokens } from './tokens.js';

export interface WebServer {
  readonly fastify: FastifyInstance;
  /** Answers with the console's address. @throws when the port is taken */
  listen(at: { readonly port: number; readonly host: string }): Promise<string>;
  /** The same API for `lifeboat` on this machine. A socket file left by a dead process is replaced. */
  listenSocket(path: string): Promise<void>;
  /** Ends open streams, answers what is under way, closes. */
  close(): Promise<void>;
}

/** What is under way gets this long to be answered when Lifeboat stops. */
const drainMs = 3_000;

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.');

export async function createWebServer(deps: WebDeps): Promise<WebServer> {
  // Until told otherwise we stand on loopback, and the stricter rule holds.
  let onLoopback = true;
  const fastify = createFastify(deps, mountTeams(deps.teamsListener, mountSlack(deps.slackListener)));
  const overTls = deps.publicUrl?.startsWith('https:') === true;
  const links = createWebLinks(deps);
  const seq = (): number => deps.live.current.seq;
  /** Somebody who left and came back; who is gone is told so by the identity. */
  const stayed = ({ person, seq: since }: { readonly person: PersonName; readonly seq: number }): boolean => {
    const { estate, leftAt } = deps.live.current;
    return since >= (leftAt.get(person) ?? 0) || !estate || personOf(estate, person) === undefined;
  };
  const sessions = createSessions(remembered(deps.sessions), deps.clock, { overTls, seq, stillGood: (start) => stayed(start) && (start.by === null || links.personOf(start.by) === start.person) });
  const pending = createPendingSignIns(deps.signIns, deps.once, deps.clock, overTls);
  const tokens = createPersonTokens(remembered(deps.tokens), { seq, stillGood: stayed });
  const apiTokens = createApiTokens(deps);
  const identity = createIdentity({ live: deps.live, sessions, tokens, apiTokens, needs: (request) => scopeOfRoute(request.method, request.routeOptions.url) });
  const closing = new AbortController();
  const streams = createStreams({ ...deps, personOfSession: sessions.personOf });

  fastify.addHook('onRequest', async (request, reply) => {
    addSecurityHeaders(reply);
    if (onLoopback) checkHost(request, deps.publicUrl);
    // A source of events proves itself by a secret that no browser holds.
    if (request.url.startsWith('/api/') && !request.url.startsWith('/api/sources/')) checkSameOrigin(request, deps.publicUrl);
  });

  healthRoutes(fastify, deps);
  pageRoutes(fastify);
  sessionRoutes(fastify, { deps, identity, sessions, tokens, streams, attempts: createAttempts(deps.clock), pending, links });
  openIdRoutes(fastify, { deps, identity, sessions, openId: deps.openId && createOpenId(deps.openId), pending, links });
  peopleRoutes(fastify, { deps, identity });
  sendCodeRoutes(fastify, deps);
  passkeyRoutes(fastify, { deps, identity, sessions, passkeys: createPasskeys(deps) });
  conversationRoutes(fastify, { deps, identity });
  commandRoutes(fastify, { deps, identity, closing: closing.signal });
  readRoutes(fastify, { deps, identity });
  faultRoutes(fastify, { deps, identity });
  eventRoutes(fastify, { deps, identity });
  estateRoutes(fastify, { deps, identity });
  doctorRoutes(fastify, { deps, identity });
  exportRoutes(fastify, { deps, identity });
  eraseRoutes(fastify, { deps, identity });
  runbookRoutes(fastify, { deps, identity });
  tokenRoutes(fastify, { deps, identity, apiTokens });
  smsRoutes(fastify, deps);
  unsubscribeRoutes(fastify, deps);
  sourceRoutes(fastify, deps);
  const document = openApiDocument(deps.version);
  fastify.get('/api/openapi.json', async () => document);
  fastify.get('/api/stream', async (request, reply) => {
    const acting = await identity.ofConsole(request);
    const { after } = request.query as { after?: unknown };
    const last = request.headers['last-event-id'] ?? after;
    reply.hijack();
    await streams.open(reply.raw, acting, typeof last === 'string' ? last : undefined);
  });
  await fastify.ready();

  let socketServer: Server | null = null;
  return {
    fastify,
    async listen({ port, host }) {
      onLoopback = isLoopback(host);
      await fastify.listen({ port, host }).catch((error: unknown) => { throw cannotListen(error, port, host); });
      const address = fastify.server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      return deps.publicUrl ?? `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${bound}`;
    },
    async listenSocket(path) {
      await rm(path, { force: true });
      const server = createServer((request, response) => {
        markSocket(request);
        fastify.routing(request, response);
      });
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(path, resolve);
      });
      await chmod(path, 0o600);
      socketServer = server;
    },
    async close() {
      closing.abort();
      streams.stop();
      const servers = [fastify.server, ...(socketServer ? [socketServer] : [])];
      const socketClosed = socketServer && new Promise<void>((resolve) => { socketServer?.close(() => { resolve(); }); });
      for (const server of servers) server.closeIdleConnections();
      const drained = new AbortController();
      deps.clock.sleep(drainMs, drained.signal).then(() => { for (const server of servers) server.closeAllConnections(); }, () => undefined);
      await Promise.all([fastify.close(), socketClosed]);
      drained.abort();
    },
  };
}

function cannotListen(error: unknown, port: number, host: string): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  const ways: Record<string, string> = {
    EADDRINUSE: `Port ${port} on ${host} is taken by another program, perhaps by another Lifeboat. Nothing was lost. Take another port: PORT=${port < 65_000 ? port + 1 : 3000} npm start`,
    EACCES: `This account may not listen on port ${port}. Take one above 1023: PORT=3000 npm start`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Leave HOST out to listen on this machine alone, or name an address that it has.`,
  };
  return new Error(ways[code ?? ''] ?? `The console cannot listen on ${host}:${port}: ${message}`, { cause: error });
}

const slackPaths = ['/slack/events', '/slack/install', '/slack/oauth_redirect'];

/** Slack's requests go to Bolt as they came: its signature covers the raw bytes. */
function mountSlack(listener: WebDeps['slackListener']) {
  return (request: IncomingMessage, response: ServerResponse, other: (request: IncomingMessage, response: ServerResponse) => void): void => {
    if (listener && slackPaths.includes(request.url?.split('?')[0] ?? '')) listener(request, response);
    else other(request, response);
  };
}

/** Teams' requests have rules of their own, too: no cookie, no origin, a token of its issuer. */
function mountTeams(listener: WebDeps['teamsListener'], others: ReturnType<typeof mountSlack>): ReturnType<typeof mountSlack> {
  return (request, response, other) => {
    if (listener && request.url?.split('?')[0] === '/api/messages') listener(request, response);
    else others(request, response, other);
  };
}
