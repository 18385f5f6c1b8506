import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Estate } from '../../../../core/estate.js';
import type { Millis } from '../../../../core/names.js';
import { DriverError } from '../../../../ports/world.js';
import type { SimulatedWorld } from './world.js';

export interface WorldCall { readonly method: string; readonly args: readonly unknown[] }

/** Changes answer with the estate time at which they are complete: the reply waits for it, as a vendor's command would. */
type Method = (world: SimulatedWorld, ...args: never[]) => unknown;
const reads: Record<string, Method> = {
  clock: (world) => ({ now: world.now(), rate: world.rate }),
  configure: (world, estate: Estate) => world.configure(estate),
  inject: (world, fault: string, target: string) => world.inject(fault, target),
  revert: (world, fault: string, target: string) => world.revert(fault, target),
  faults: (world) => world.world.faults,
  snapshot: (world) => world.world,
  pingHmc: (world, hmc: string) => world.pingHmc(hmc),
  observeHost: (world, hmc: string, host: string) => world.observeHost(hmc, host),
  pingAgent: (world, agent: string) => world.pingAgent(agent),
  observeGroup: (world, agent: string, group: string) => world.observeGroup(agent, group),
  visibleDisks: (world, agent: string, host: string, vm: string) => world.visibleDisks(agent, host, vm),
};
const changes: Record<string, Method> = {
  define: (world, hmc: string, host: string, vm: string, key: string) => world.define(hmc, host, vm, key),
  start: (world, hmc: string, host: string, vm: string, key: string) => world.start(hmc, host, vm, key),
  stop: (world, hmc: string, host: string, vm: string, how: 'graceful' | 'immediate', key: string) => world.stop(hmc, host, vm, how, key),
  remove: (world, hmc: string, host: string, vm: string, key: string) => world.remove(hmc, host, vm, key),
  reverse: (world, agent: string, group: string, to: string, key: string) => world.reverse(agent, group, to, key),
  failOver: (world, agent: string, group: string, to: string, key: string) => world.failOver(agent, group, to, key),
  resync: (world, agent: string, group: string, from: string, key: string) => world.resync(agent, group, from, key),
};

/** The key of a change; null for what only looks. */
export const keyOf = ({ method, args }: WorldCall): string | null => (changes[method] ? String(args.at(-1)) : null);

/** JSON over HTTP on a Unix socket: POST {method, args} -> {ok, value} or {ok: false, code, message}. */
export function createWorldServer(world: SimulatedWorld, onShutdown: () => void, onCall: (call: WorldCall) => void = () => {}): Server {
  return createServer((request, response) => {
    void body(request).then(async (text) => {
      const call = JSON.parse(text) as WorldCall;
      onCall(call);
      if (call.method === 'shutdown') { onShutdown(); return null; }
      const change = changes[call.method];
      if (change) {
        const until = change(world, ...(call.args as never[])) as Millis;
        await new Promise((done) => setTimeout(done, Math.max(0, (until - world.now()) / world.rate)));
        return null;
      }
      const read = reads[call.method];
      if (!read) throw new DriverError('refused', `The simulated world has no method '${call.method}'.`);
      return read(world, ...(call.args as never[])) ?? null;
    }).then((value) => ({ ok: true, value }), (error: unknown) => ({ ok: false, code: error instanceof DriverError ? error.code : 'refused', message: error instanceof Error ? error.message : String(error) }))
      .then((answer) => { response.setHeader('content-type', 'application/json'); response.end(JSON.stringify(answer)); });
  });
}

async function body(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
