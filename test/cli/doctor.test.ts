import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { CallFailed, type Client } from '../../src/cli/client.js';
import { doctor } from '../../src/cli/doctor.js';
import type { Diagnosis } from '../../src/core/diagnosis.js';

let folder: string;
let out: string;
const before = process.env.LIFEBOAT_VAR;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lifeboat-cli-doctor-'));
  process.env.LIFEBOAT_VAR = folder;
  out = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => { out += String(text); return true; });
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
  if (before === undefined) delete process.env.LIFEBOAT_VAR; else process.env.LIFEBOAT_VAR = before;
});

const clientOf = (answer: () => unknown): Client => ({ call: async () => answer() }) as unknown as Client;
const finding = (status: Diagnosis['status']): Diagnosis => ({ name: 'mail', status, says: 'what was seen', remedy: 'what to do' });
const run = (client: Client, json = false): Promise<number> => doctor({ client, as: null, json, home: '.' });

test('all fine and notes exit 0, anything wrong exits 1 with its remedy', async () => {
  expect(await run(clientOf(() => ({ findings: [finding('fine'), finding('note')] })))).toBe(0);
  expect(out).toContain('Nothing is wrong.');
  expect(await run(clientOf(() => ({ findings: [finding('wrong')] })))).toBe(1);
  expect(out).toMatch(/WRONG {2}mail .*what was seen\n .*-> what to do\n1 thing is wrong\.\n$/);
});

test('without a running Lifeboat it looks at the machine and says what it could not look at', async () => {
  expect(await run(clientOf(() => { throw new CallFailed(0, 'Lifeboat does not answer'); }), true)).toBe(1);
  const { ok, findings } = JSON.parse(out) as { ok: boolean; findings: Diagnosis[] };
  const named = (status: Diagnosis['status']): string[] => findings.filter((each) => each.status === status).map((each) => each.name);
  expect(ok).toBe(false);
  expect(named('wrong')).toEqual(['lifeboat']);
  expect(named('skipped')).toEqual(expect.arrayContaining(['database', 'journal', 'slack', 'quorum']));
  expect([...named('fine'), ...named('note')]).toEqual(expect.arrayContaining(['node', 'var directory', 'free space', 'estate file', 'templates', 'runbooks']));
});

test('a refusal is no reason to look elsewhere', async () => {
  await expect(run(clientOf(() => { throw new CallFailed(403, 'dora may not'); }))).rejects.toThrow('dora may not');
});
