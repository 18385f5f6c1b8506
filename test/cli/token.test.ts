import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Client } from '../../src/cli/client.js';
import { token } from '../../src/cli/token.js';

let output: { out: string; err: string };
beforeEach(() => {
  output = { out: '', err: '' };
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => { output.out += String(text); return true; });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => { output.err += String(text); return true; });
});
afterEach(() => { jest.restoreAllMocks(); });

function aClient(answer: unknown) {
  const calls: unknown[][] = [];
  return { calls, options: { client: { call: async (...call: unknown[]) => { calls.push(call); return answer; } } as unknown as Client, as: null, json: false } };
}

test('create asks for what was written, a month of reading where nothing was', async () => {
  const { calls, options } = aClient({ person: 'ana', token: 'lifeboat_api_x', expiresAt: Date.UTC(2026, 2, 2, 14) });
  expect(await token(['create', 'nightly'], options)).toBe(0);
  expect(await token(['create', 'bot', 'scope=decide', 'expires=12h'], options)).toBe(0);
  expect(calls).toEqual([
    ['POST', '/api/tokens', { name: 'nightly', scope: 'read', expiresInMs: 30 * 86_400_000 }],
    ['POST', '/api/tokens', { name: 'bot', scope: 'decide', expiresInMs: 12 * 3_600_000 }],
  ]);
  expect(output.out).toContain('lifeboat_api_x\nThis is the token nightly of ana (scope read, until 2026-03-02 14:00 UTC)');
});

test.each([[[], 3], [['create'], 3], [['make', 'x'], 4], [['create', 'x', 'scope=all'], 4], [['create', 'x', 'expires=soon'], 4], [['create', 'x', 'expires=0d'], 4], [['create', 'x', 'forever'], 4], [['revoke', 'x', 'now'], 4]])('%j is refused without asking Lifeboat', async (words, status) => {
  const { calls, options } = aClient({});
  expect(await token(words, options)).toBe(status);
  expect([calls, output.err.length > 0]).toEqual([[], true]);
});

test('list and revoke', async () => {
  const { calls, options } = aClient({ tokens: [{ name: 'nightly', scope: 'read', expiresAt: Date.UTC(2026, 2, 2, 14) }] });
  expect(await token(['list'], options)).toBe(0);
  expect(output.out).toMatch(/^nightly +read +until 2026-03-02 14:00 UTC\n$/);
  expect(await token(['revoke', 'nightly'], options)).toBe(0);
  expect(calls).toEqual([['GET', '/api/tokens'], ['POST', '/api/tokens/revoke', { name: 'nightly' }]]);
});
