import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SmsCall } from '../../src/ports/sms.js';

const servers = new Set<Server>();
export const closeServer = (server: Server): Promise<void> => new Promise((resolve) => { servers.delete(server); server.close(() => { resolve(); }); server.closeAllConnections(); });
export const closeGateways = async (): Promise<void> => { await Promise.all([...servers].map(closeServer)); };

/** An HTTP server on loopback that answers as the test says. Answers with its origin and itself. */
export async function startGateway(answer: RequestListener): Promise<{ readonly host: string; readonly server: Server }> {
  const server = createServer(answer);
  servers.add(server);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

/** A call as the web server hands it to a driver. */
export function callTo(url: string, { headers = {}, body = '' }: Partial<Pick<SmsCall, 'headers' | 'body'>> = {}): SmsCall {
  const { pathname, search, searchParams } = new URL(url, 'http://lifeboat');
  return { url: `${pathname}${search}`, query: Object.fromEntries(searchParams), headers, body };
}
