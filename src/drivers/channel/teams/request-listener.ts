import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../ports/clock.js';
import { Activity, bodyMaxBytes, isOutsider } from './activity.js';
import type { InvokeAnswer } from './connector.js';
import { refusals, type Refusal, type Refusals } from './refusals.js';
import type { TokenCheck } from './token.js';

export interface RequestListenerOptions {
  readonly tenant: string;
  readonly isServiceHost: (serviceUrl: string) => boolean;
  readonly check: TokenCheck;
  /** botbuilder's own look at the token, then the work. @throws when it does not accept the token */
  readonly receive: (authorization: string, activity: Activity) => Promise<InvokeAnswer | null>;
  readonly isTokenError: (error: unknown) => boolean;
  readonly refused: Refusals;
  readonly clock: Clock;
}

const skewMaxMs = 5 * 60_000;
/** Teams gives up after 15 s. What is under way then goes on; the same activity comes again, and is known. */
const patienceMs = 10_000;

/** POST /api/messages. Everything that can be told from the request is told before botbuilder sees it: size, form, return address, token, tenant. */
export function createRequestListener({ tenant, isServiceHost, check, receive, isTokenError, refused, clock }: RequestListenerOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const refuse = (response: ServerResponse, reason: Refusal): void => {
    refused.count(reason);
    const { status, why } = refusals[reason];
    if (!response.headersSent) response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...(status === 413 ? { connection: 'close' } : {}) }).end(`Refused: ${why}.\n`);
  };

  async function work(request: IncomingMessage): Promise<Refusal | InvokeAnswer | null> {
    if (request.method !== 'POST') return 'method';
    const { authorization } = request.headers;
    if (authorization === undefined) return 'no-token';
    const body = Number(request.headers['content-length'] ?? 0) > bodyMaxBytes ? null : await read(request);
    if (!body) return 'too-large';
    const json = parsed(body);
    if (json === undefined) return 'not-json';
    const { data: activity } = Activity.safeParse(json);
    if (!activity) return 'not-an-activity';
    if (activity.timestamp !== undefined && Date.parse(activity.timestamp) - clock.now() > skewMaxMs) return 'from-the-future';
    if (!isServiceHost(activity.serviceUrl)) return 'service-url';
    const failure = await check(authorization, activity.serviceUrl);
    if (failure) return failure;
    if (isOutsider(activity, tenant)) return 'outsider';
    const late = new AbortController();
    try {
      // botbuilder fetches the issuer's keys for itself, and waits without end for an issuer that went away just now.
      return await Promise.race([receive(authorization, activity), clock.sleep(patienceMs, late.signal).then((): Refusal => 'issuer-away')]);
    } catch (error) {
      if (isTokenError(error)) return 'endorsement';
      throw error;
    } finally {
      late.abort();
    }
  }

  return (request, response) => {
    void work(request).then((result) => {
      if (typeof result === 'string') refuse(response, result);
      else if (result?.body === undefined) response.writeHead(result?.status ?? 200).end();
      else response.writeHead(result.status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(result.body));
    }).catch(() => refuse(response, 'broken'));
  };
}

function parsed(body: Buffer): unknown {
  try { return JSON.parse(body.toString('utf8')) as unknown; } catch { return undefined; }
}

/** null when it is too large. */
async function read(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyMaxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
