import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { createWebServer, type WebServer } from '../../src/web/server.js';
import { createDeps } from './support.js';

const servers: WebServer[] = [];
afterEach(async () => { for (const server of servers.splice(0)) await server.close(); });
const serve = async (trustedProxies: readonly string[]): Promise<WebServer> => {
  const server = await createWebServer(createDeps({ trustedProxies }).deps);
  servers.push(server);
  return server;
};
/** The eleventh wrong code from one address waits. `forwarded`: what the caller, or the proxy, says it is. */
const guess = async ({ fastify }: WebServer, from: string, forwarded: string): Promise<number> =>
  (await fastify.inject({ method: 'POST', url: '/api/login', remoteAddress: from, headers: { 'x-lifeboat-request': '1', 'x-forwarded-for': forwarded }, payload: { code: 'WRONG123' } })).statusCode;

test('behind a trusted proxy guesses are counted by who makes them: one person locks nobody else out', async () => {
  const server = await serve(['10.0.0.0/8']);
  for (let each = 0; each < 10; each++) expect(await guess(server, '10.0.0.1', '192.0.2.7')).toBe(401);
  expect([await guess(server, '10.0.0.1', '192.0.2.7'), await guess(server, '10.0.0.1', '192.0.2.8')]).toEqual([429, 401]);
});

test('a trusted proxy adds to what its client wrote, and only what it added counts', async () => {
  const server = await serve(['10.0.0.1']);
  for (let each = 0; each < 10; each++) await guess(server, '10.0.0.1', `203.0.113.${each}, 192.0.2.7`);
  expect(await guess(server, '10.0.0.1', '203.0.113.99, 192.0.2.7')).toBe(429);
});

test.each([['nobody is trusted', []], ['somebody else is', ['10.0.0.1']]])('where %s, the header changes nothing: a guesser cannot take a new address for each guess', async (_title, trusted) => {
  const server = await serve(trusted);
  for (let each = 0; each < 10; each++) expect(await guess(server, '192.0.2.7', `203.0.113.${each}`)).toBe(401);
  expect(await guess(server, '192.0.2.7', '203.0.113.99')).toBe(429);
});

test('the Unix socket works with trusted proxies, too', async () => {
  const server = await serve(['127.0.0.1']);
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-proxy-socket-'));
  const socketPath = join(folder, 's');
  await server.listenSocket(socketPath);
  const status = await new Promise((done, fail) => { request({ socketPath, path: '/healthz', host: 'localhost', headers: { 'x-forwarded-for': '192.0.2.7' } }, (response) => { response.resume(); done(response.statusCode); }).on('error', fail).end(); });
  rmSync(folder, { recursive: true });
  expect(status).toBe(200);
});
