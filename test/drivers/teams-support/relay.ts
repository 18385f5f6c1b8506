import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Issuer } from './issuer.js';

/** What Lifeboat asked of Teams, and the id that it got. */
export interface Sent { readonly seat: string; readonly method: string; readonly path: string; readonly body: Record<string, any>; readonly id: string | null }

export interface Relay {
  readonly url: string;
  readonly sent: Sent[];
  /** Where the Playground of a seat sends to. */
  endpointOf(seat: string): string;
  /** Where the Playground of a seat listens. */
  readonly playgrounds: Map<string, string>;
  /** Lifeboat's own address. */
  lifeboat: string;
  close(): Promise<void>;
}

/**
 * Stands where Microsoft's channel service stands: it signs what the Playground sends, since that knows no tokens, and names itself as the serviceUrl, so that a test sees what goes back.
 * It changes nothing else; the Playground answers.
 */
export async function startRelay(issuer: Issuer): Promise<Relay> {
  const sent: Sent[] = [];
  const playgrounds = new Map<string, string>();
  const server = createServer((request, response) => {
    void (async () => {
      const [, way, seat = '', ...rest] = request.url!.split('/');
      const text = await read(request);
      if (request.method === 'HEAD') { response.writeHead(200).end(); return; }
      if (way === 'in') {
        const serviceUrl = `${relay.url}/out/${seat}/`;
        const answer = await fetch(`${relay.lifeboat}/api/messages`, { method: 'POST', body: JSON.stringify({ ...JSON.parse(text), serviceUrl }), headers: { 'content-type': 'application/json', authorization: `Bearer ${await issuer.token({ serviceurl: serviceUrl })}` } });
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' }).end(await answer.text());
        return;
      }
      const answer = await fetch(`${playgrounds.get(seat)}/_connector/${rest.join('/')}`, { method: request.method!, ...(text === '' ? {} : { body: text }), headers: { 'content-type': 'application/json' } });
      const said = await answer.text();
      sent.push({ seat, method: request.method!, path: decodeURIComponent(rest.join('/')), body: text === '' ? {} : JSON.parse(text), id: idIn(said) });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(said);
    })().catch((error: unknown) => { response.writeHead(502).end(String(error)); });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const relay: Relay = {
    url, sent, playgrounds, lifeboat: '',
    endpointOf: (seat) => `${url}/in/${seat}/api/messages`,
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
  return relay;
}

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

function idIn(text: string): string | null {
  try { return (JSON.parse(text) as { id?: string }).id ?? null; } catch { return null; }
}
