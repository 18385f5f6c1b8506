import { request } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { createWebServer, type WebServer } from '../../src/web/server.js';
import { anEstate, createDeps } from './support.js';

const servers: WebServer[] = [];
afterEach(async () => { for (const server of servers.splice(0)) await server.close(); });
const serve = async (change: Parameters<typeof createDeps>[0] = {}): Promise<WebServer> => {
  const server = await createWebServer(createDeps(change).deps);
  servers.push(server);
  return server;
};

test('an operator of the provider gets the findings, without any secret in them', async () => {
  const { fastify } = await serve();
  const answer = await fastify.inject({ method: 'GET', url: '/api/doctor?as=ana' });
  expect(answer.json().findings).toEqual([expect.objectContaining({ name: 'database', status: 'fine' }), { name: 'mail', status: 'wrong', says: 'refused [secret]', remedy: 'check [secret]' }]);
});

test.each(['dora', 'vic'])('%s, who is no operator of the provider, gets none', async (person) => {
  const { fastify } = await serve();
  const answer = await fastify.inject({ method: 'GET', url: `/api/doctor?as=${person}` });
  expect([answer.statusCode, answer.json().error.command]).toEqual([403, 'lifeboat doctor']);
  expect(answer.body).not.toContain('database');
});

test('in a real estate nobody gets them over the network without a token; over the socket its owner does', async () => {
  const server = await serve({ estate: anEstate({ simulated: false }) });
  expect((await server.fastify.inject({ method: 'GET', url: '/api/doctor' })).statusCode).toBe(401);
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-doctor-socket-'));
  const socketPath = join(folder, 's');
  await server.listenSocket(socketPath);
  const status = await new Promise((done, fail) => { request({ socketPath, path: '/api/doctor', host: 'localhost' }, (response) => { response.resume(); done(response.statusCode); }).on('error', fail).end(); });
  rmSync(folder, { recursive: true });
  expect(status).toBe(200);
});

test('the journal is exported to an operator of the provider, line by line', async () => {
  const { fastify } = await serve();
  const answer = await fastify.inject({ method: 'GET', url: '/api/journal/export?as=ana' });
  expect([answer.statusCode, answer.headers['content-type'], answer.body.split('\n').length]).toEqual([200, 'application/x-ndjson; charset=utf-8', 3]);
});

test.each(['dora', 'vic'])('%s may not export the journal', async (person) => {
  const { fastify } = await serve();
  const answer = await fastify.inject({ method: 'GET', url: `/api/journal/export?as=${person}` });
  expect([answer.statusCode, answer.body.includes('lifeboatJournal')]).toEqual([403, false]);
});
