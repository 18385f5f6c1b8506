import { createServer, type IncomingMessage, type Server } from 'node:http';
import { DriverError } from '../../../../ports/world.js';
import { callWorld, type WorldCall } from './calls.js';
import type { SimulatedWorld } from './world.js';

/** JSON over HTTP on a Unix socket: POST {method, args} -> {ok, value} or {ok: false, code, message}. */
export function createWorldServer(world: SimulatedWorld, onShutdown: () => void, onCall: (call: WorldCall) => void = () => {}): Server {
  return createServer((request, response) => {
    void body(request).then(async (text) => {
      const call = JSON.parse(text) as WorldCall;
      onCall(call);
      if (call.method === 'shutdown') { onShutdown(); return null; }
      const answer = callWorld(world, call);
      if ('value' in answer) return answer.value;
      await new Promise((done) => setTimeout(done, Math.max(0, (answer.until - world.now()) / world.rate)));
      return null;
    }).then((value) => ({ ok: true, value }), (error: unknown) => ({ ok: false, code: error instanceof DriverError ? error.code : 'refused', message: error instanceof Error ? error.message : String(error) }))
      .then((answer) => { response.setHeader('content-type', 'application/json'); response.end(JSON.stringify(answer)); });
  });
}

async function body(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
