import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Person } from '../core/estate.js';
import type { Identity } from './acting.js';
import { WebProblem } from './problem.js';

/** Requests that came through the Unix socket: no browser can reach it, only the operating-system user that Lifeboat runs as. */
const overSocket = new WeakSet<IncomingMessage>();
export const markSocket = (request: IncomingMessage): void => { overSocket.add(request); };
export const cameOverSocket = (request: FastifyRequest): boolean => overSocket.has(request.raw);

/**
 * For what belongs to no tenant: the owner of Lifeboat on this machine (the socket, without a token), or an operator of the provider.
 * `what` completes "may not …"; `command` is the way in on this machine. Answers with the person, null for the owner. @throws WebProblem
 */
export async function ownerOrProvider(request: FastifyRequest, as: string | undefined, identity: Identity, what: string, command: string): Promise<Person | null> {
  if (cameOverSocket(request) && request.headers.authorization === undefined && as === undefined) return null;
  const { person } = await identity.ofCaller(request, as);
  if (person.tenants === 'all' && person.roles.includes('operator')) return person;
  throw new WebProblem(403, 'not-allowed', `${person.name} may not ${what}: that takes the role operator for all tenants. Nothing was done.`, 'Ask an operator of the provider, or run it on the machine of Lifeboat itself, as the user that it runs as, without a token:', command);
}

const hostName = (host: string): string => {
  try { return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, ''); } catch { return ''; }
};

/**
 * On loopback the address is what keeps strangers out. A page elsewhere may point its own name at 127.0.0.1 (DNS rebinding) and would then
 * speak to us as if it were ours: so we answer to addresses, to localhost and to the public name only.
 */
export function checkHost(request: FastifyRequest, publicUrl: string | undefined): void {
  if (cameOverSocket(request)) return;
  const name = hostName(request.headers.host ?? '');
  if (isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost')) return;
  if (publicUrl !== undefined && name === new URL(publicUrl).hostname) return;
  throw new WebProblem(421, 'foreign-host', 'This Lifeboat listens on this machine alone and was called by a name that is not its own, as a hostile web page would do it.', 'Open it as http://127.0.0.1 with its port. If a proxy stands in front on purpose, set PUBLIC_URL to the address that people use.');
}

/** A page of another origin can send a form, but neither this header nor our Origin. */
export function checkSameOrigin(request: FastifyRequest, publicUrl: string | undefined): void {
  if (request.method === 'GET' || request.method === 'HEAD' || cameOverSocket(request) || request.headers.authorization !== undefined) return;
  const { origin, host } = request.headers;
  const ours = [host, publicUrl === undefined ? undefined : new URL(publicUrl).host];
  const foreign = origin !== undefined && !ours.includes(hostOfOrigin(origin));
  if (!foreign && request.headers['x-lifeboat-request'] !== undefined) return;
  throw new WebProblem(403, 'cross-site', 'The request did not come from Lifeboat\'s own page, so nothing was done.', 'Use the console itself, the lifeboat command, or send a token: Authorization: Bearer …');
}

const hostOfOrigin = (origin: string): string => {
  try { return new URL(origin).host; } catch { return ''; }
};

const policy = 'default-src \'self\'; img-src \'self\' data:; object-src \'none\'; base-uri \'none\'; form-action \'self\'; frame-ancestors \'none\'';

export function addSecurityHeaders(reply: FastifyReply): void {
  reply.headers({
    'content-security-policy': policy, 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer', 'cross-origin-opener-policy': 'same-origin', 'cross-origin-resource-policy': 'same-origin', 'cache-control': 'no-store',
  });
}
