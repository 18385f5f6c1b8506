import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Client } from '../../src/cli/client.js';
import { exportEstate } from '../../src/cli/estate.js';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'lifeboat-export-')); jest.spyOn(process.stdout, 'write').mockReturnValue(true); jest.spyOn(process.stderr, 'write').mockReturnValue(true); });
afterEach(() => { jest.restoreAllMocks(); rmSync(folder, { recursive: true }); });
const client = (answer: object): Client => ({ call: async () => answer, lines: async () => undefined }) as unknown as Client;
const fine = { status: 0, text: 'name: demo\n', json: { estate: 'demo', yaml: 'name: demo\n' } };
const out = (): string => [process.stdout.write, process.stderr.write].flatMap((write) => jest.mocked(write).mock.calls.map(([text]) => String(text))).join('');

describe('lifeboat estate export', () => {
  test('writes a file that its owner alone can read, and never over another', async () => {
    const file = join(folder, 'estate.yaml');
    expect(await exportEstate(file, { client: client(fine), as: null, json: false })).toBe(0);
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['name: demo\n', 0o600]);
    expect(await exportEstate(file, { client: client(fine), as: null, json: false })).toBe(1);
    expect(out()).toContain('is there already, and was left as it is');
  });
  test('prints it where no file is named', async () => {
    expect(await exportEstate(undefined, { client: client(fine), as: null, json: false })).toBe(0);
    expect(out()).toBe('name: demo\n');
  });
  test('says why where it may not', async () => {
    expect(await exportEstate(undefined, { client: client({ status: 1, text: 'It is the provider\'s.', json: null }), as: null, json: false })).toBe(1);
    expect(out()).toContain('the provider');
  });
});
