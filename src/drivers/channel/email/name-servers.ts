import { promises } from 'node:dns';
import type { Resolver } from './read-mail.js';

/** One that does not answer is left for the next one, and a mail waits until one does. */
const timeoutMs = 3_000;
const tries = 2;

/** Asks these name servers, and no others. Undefined: those of the machine are asked. */
export function resolverOf(servers: readonly string[]): Resolver | undefined {
  if (servers.length === 0) return undefined;
  const resolver = new promises.Resolver({ timeout: timeoutMs, tries });
  resolver.setServers(servers);
  return (name, type) => resolver.resolve(name, type) as Promise<string[][] | string[]>;
}
