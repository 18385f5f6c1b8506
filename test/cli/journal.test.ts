import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Client } from '../../src/cli/client.js';
import { journal } from '../../src/cli/journal.js';
import { chainOf, emptyChain, type StoredEntry } from '../../src/core/chain.js';
import { sha256 } from '../../src/core/plan.js';

let folder: string;
let output: { out: string; err: string };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lifeboat-cli-journal-'));
  output = { out: '', err: '' };
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => { output.out += String(text); return true; });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => { output.err += String(text); return true; });
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** An export of as many entries, all in one stream. */
function anExport(count: number): string[] {
  const entries: StoredEntry[] = [];
  for (let seq = 1; seq <= count; seq++) {
    const payload = JSON.stringify({ type: 'note', about: 'test', text: `entry ${seq}`, data: null });
    const bare = { seq, stream: 'notes', streamSeq: seq, tenant: null, actor: '{"kind":"lifeboat","part":"test"}', at: 1_000 + seq, digest: sha256(payload) };
    entries.push({ ...bare, payload, chain: chainOf(bare, entries.at(-1)?.chain ?? emptyChain) });
  }
  return [{ lifeboatJournal: 1, head: { seq: count, chain: entries.at(-1)?.chain ?? emptyChain } }, ...entries].map((line) => JSON.stringify(line));
}
const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
const nobody = {} as Client;
const verify = (content: string): Promise<number> => {
  const file = join(folder, 'journal.ndjson');
  writeFileSync(file, content);
  return journal(['verify', file], { client: nobody, as: null, json: true });
};
const verdict = (): unknown => JSON.parse(output.out);

describe('an export verifies without Lifeboat', () => {
  test.each([0, 1, 5])('%d entries that nobody touched are whole', async (count) => {
    expect(await verify(text(anExport(count)))).toBe(0);
    expect(verdict()).toMatchObject({ ok: true, entries: count, broken: null });
  });

  test.each<[string, (lines: string[]) => string[], number]>([
    ['a changed payload', (lines) => lines.with(2, lines[2]!.replace('entry 2', 'entry X')), 2],
    ['a changed time', (lines) => lines.with(3, lines[3]!.replace('"at":1003', '"at":1004')), 3],
    ['an entry taken out', (lines) => lines.toSpliced(3, 1), 4],
    ['two entries swapped', (lines) => lines.with(2, lines[3]!).with(3, lines[2]!), 3],
    ['the last entry taken away', (lines) => lines.slice(0, -1), 5],
    ['an entry beyond the head', (lines) => [...lines, anExport(6)[6]!], 7],
    ['a line cut off in the middle', (lines) => lines.with(5, lines[5]!.slice(0, 40)), 5],
    ['a line with something added', (lines) => lines.with(1, lines[1]!.replace('{', '{"note":"x",')), 1],
  ])('%s is found, with its place', async (_title, change, seq) => {
    expect(await verify(text(change(anExport(5))))).toBe(1);
    expect(verdict()).toMatchObject({ ok: false, broken: { seq } });
  });

  const withHead = (lines: readonly string[], head: string): Promise<number> => {
    const file = join(folder, 'journal.ndjson');
    writeFileSync(file, text(lines));
    return journal(['verify', file, head], { client: nobody, as: null, json: false });
  };
  const noted = (lines: readonly string[], seq: number): string => `head=${seq}:${(JSON.parse(lines[seq]!) as StoredEntry).chain}`;

  test('a head that was noted elsewhere and lies on the chain is said to prove it', async () => {
    expect(await withHead(anExport(5), noted(anExport(5), 3))).toBe(0);
    expect(output.out).toContain('Entry 3 is the one that was noted');
  });

  test('a chain that was computed anew from the noted entry on is found', async () => {
    expect(await withHead(anExport(5), `head=3:${'0'.repeat(64)}`)).toBe(1);
    expect(output.out).toContain('BROKEN at entry 3: its chain is not the one that was noted elsewhere');
  });

  test.each(['head=3', 'head=3:9f3c', 'head=x:y'])('%s is no head, and that is said', async (head) => {
    expect(await withHead(anExport(5), head)).toBe(4);
    expect(output.err).toContain('head=ENTRY:CHAIN');
  });

  test.each([['', 'is empty'], ['{"some":"json"}\n', 'is no export']])('a file that is no export is refused as such: %j', async (content, why) => {
    expect(await verify(content)).toBe(4);
    expect(output.err).toContain(why);
  });

  test('a file that is not there is not found', async () => {
    expect(await journal(['verify', join(folder, 'none')], { client: nobody, as: null, json: false })).toBe(2);
    expect(output.err).toContain('there is no such file');
  });
});

describe('asking the running Lifeboat', () => {
  const asked = (verdict: object): Client => ({ call: async () => verdict }) as unknown as Client;

  test('who erased what, and how much has lost its payload to age, is told with the verdict', async () => {
    const erased = [{ seq: 89, by: 'ana', at: Date.UTC(2026, 10, 22, 1, 51), reason: 'password in a hold reason', whole: true }];
    expect(await journal(['verify'], { client: asked({ ok: true, entries: 90, head: 'abc', broken: null, erased, dropped: 12 }), as: null, json: false })).toBe(0);
    expect(output.out.split('\n')).toEqual(['The journal is whole: 90 entries, head abc.', '12 old entries without payload, as recorded (LIFEBOAT_JOURNAL_KEEP_DAYS).', '1 entry partly erased:', '  entry 89: its words, by ana, 2026-11-22 01:51 UTC: password in a hold reason', '']);
  });

  test('a tenant\'s people hear only whether it is whole', async () => {
    expect(await journal(['verify'], { client: asked({ ok: true, entries: null, head: null, broken: null }), as: null, json: false })).toBe(0);
    expect(output.out).toBe('The journal is whole.\n');
  });
});

describe('exporting', () => {
  const file = (): string => join(folder, 'export.ndjson');
  const from = (source: () => Readable): Client => ({ stream: async () => source() as IncomingMessage }) as unknown as Client;
  const run = (source: () => Readable): Promise<number> => journal(['export', file()], { client: from(source), as: null, json: false });

  test('writes what came, byte for byte, for its owner alone, and says the head', async () => {
    const lines = anExport(4);
    expect(await run(() => Readable.from([text(lines)]))).toBe(0);
    expect(readFileSync(file(), 'utf8')).toBe(text(lines));
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(output.out).toContain((JSON.parse(lines[0]!) as { head: { chain: string } }).head.chain);
  });

  test('a connection that is cut leaves nothing behind', async () => {
    expect(await run(() => Readable.from((function* () { yield text(anExport(4)); throw new Error('aborted'); })()))).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
    expect(output.err).toContain('was not written');
  });

  test('a broken journal is written all the same, as evidence, and called broken', async () => {
    expect(await run(() => Readable.from([text(anExport(4).toSpliced(1, 1))]))).toBe(1);
    expect(existsSync(file())).toBe(true);
    expect(output.out).toContain('BROKEN at entry 2: entry 1 is missing');
  });

  test('a file that exists is left as it is', async () => {
    writeFileSync(file(), 'mine');
    expect(await run(() => Readable.from([text(anExport(1))]))).toBe(4);
    expect(readFileSync(file(), 'utf8')).toBe('mine');
  });
});

test('an export is read as an auditor does; one that is broken is not read at all', async () => {
  const file = 'test/process/version-0.1.0/journal.ndjson';
  const nobody = { client: {} as unknown as Client, as: null, json: false };
  expect(await journal(['audit', file], nobody)).toBe(0);
  expect(output.out).toContain('R-5 planned move of customerA from customerA to service_provider: asked for by ana; let go by ana and ben');
  expect(output.out).toContain('5 runs, 41 steps: each has one intent and one evidence');
  const cut = join(folder, 'cut.ndjson');
  writeFileSync(cut, readFileSync(file, 'utf8').split('\n').toSpliced(20, 1).join('\n'));
  expect(await journal(['audit', cut], nobody)).toBe(1);
  expect(output.err).toContain('What follows cannot be trusted');
});
