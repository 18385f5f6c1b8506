import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Client } from '../../src/cli/client.js';
import { erase } from '../../src/cli/journal-erase.js';

let output: { out: string; err: string };
let sent: unknown[];
beforeEach(() => {
  output = { out: '', err: '' };
  sent = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => { output.out += String(text); return true; });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => { output.err += String(text); return true; });
});
afterEach(() => { jest.restoreAllMocks(); });

const client = { call: async (_method: string, path: string, body: object) => { sent.push([path, body]); return { record: 9, places: 2, messages: 1, others: [7, 9], sent: ['email ana@provider.example'] }; } } as unknown as Client;
const run = (words: readonly string[], input = ''): Promise<number> => erase(words, { client, as: null, json: false }, Readable.from([input]));

test('the secret comes by standard input, without its line end, and is not said again', async () => {
  expect(await run(['2', 'reason=a password', 'text-from-stdin'], 'hunter2 x\n')).toBe(0);
  expect(sent).toEqual([['/api/journal/erase', { seq: 2, reason: 'a password', text: 'hunter2 x' }]]);
  expect(output.out).not.toContain('hunter2');
  expect(output.out).toContain('lifeboat journal erase 7');
  expect(output.out).toContain('email ana@provider.example');
});

test('without it all words of the entry go, and standard input is not read', async () => {
  expect(await run(['2', 'reason=x y z'], 'hunter2')).toBe(0);
  expect(sent).toEqual([['/api/journal/erase', { seq: 2, reason: 'x y z' }]]);
});

test.each<[string, readonly string[], string, number]>([
  ['no number', [], '', 3], ['no reason', ['2'], '', 3], ['something that is no number', ['two', 'reason=x'], '', 4],
  ['a secret among the words', ['2', 'reason=x', 'hunter2'], '', 4], ['nothing on standard input', ['2', 'reason=x', 'text-from-stdin'], '\n', 4],
])('%s is refused before anything is sent, and no word is repeated', async (_title, words, input, status) => {
  expect(await run(words, input)).toBe(status);
  expect(sent).toEqual([]);
  expect(output.err).not.toContain('hunter2');
});
