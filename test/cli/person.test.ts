import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Client } from '../../src/cli/client.js';
import { person } from '../../src/cli/person.js';

let output: { out: string; err: string };
beforeEach(() => {
  output = { out: '', err: '' };
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => { output.out += String(text); return true; });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => { output.err += String(text); return true; });
});
afterEach(() => { jest.restoreAllMocks(); });

function aClient(answer: unknown, as: string | null = null) {
  const calls: unknown[][] = [];
  return { calls, options: { client: { call: async (...call: unknown[]) => { calls.push(call); return answer; } } as unknown as Client, as, json: false } };
}

test('offboard says what ended, which approvals count no more, what the person asked for, and what is left to do', async () => {
  const { calls, options } = aClient({ person: 'ana', inEstate: true, unlinked: [{ surface: 'slack', identity: 'T1/U1' }, { surface: 'web', identity: 'https://login.example#ana' }], tokens: ['nightly'], passkeys: [], approvals: ['R-3'], requests: ['R-4', 'R-5'] }, 'ben');
  expect(await person(['offboard', 'ana'], options)).toBe(0);
  expect(calls).toEqual([['POST', '/api/people/offboard', { person: 'ana', as: 'ben' }]]);
  expect(output.out).toBe([
    'ana is offboarded: every session and login has ended, and ana decides nothing any more.',
    'Unlinked: slack T1/U1, web https://login.example#ana', 'Tokens taken back: nightly', 'Passkeys removed: none',
    'Approvals of ana that count no more: R-3. See who else can decide: lifeboat why R-3',
    'Still open, asked for by ana: R-4, R-5. Look whether they are wanted: lifeboat review R-4, and lifeboat reject R-4 or lifeboat cancel R-4 where not.',
    'Take ana out of people and contacts in the estate file, too: an estate applied with the name in it lets ana in again. lifeboat estate apply FILE\n',
  ].join('\n'));
});

test('of somebody who has left the estate file already, nothing is left to do', async () => {
  const { options } = aClient({ person: 'ana', inEstate: false, unlinked: [], tokens: [], passkeys: [], approvals: [], requests: [] });
  expect(await person(['offboard', 'ana'], options)).toBe(0);
  expect(output.out).not.toContain('estate apply');
});

test('forget-passkeys names them', async () => {
  const { calls, options } = aClient({ person: 'ana', removed: ['laptop', 'phone'] });
  expect(await person(['forget-passkeys', 'ana'], options)).toBe(0);
  expect(calls).toEqual([['POST', '/api/people/forget-passkeys', { person: 'ana' }]]);
  expect(output.out).toBe('Removed the passkeys of ana: laptop, phone. ana adds new ones in the console.\n');
});

test.each([[[], 3], [['offboard'], 3], [['remove', 'ana'], 4], [['offboard', 'ana', 'ben'], 4]])('%j is refused without asking Lifeboat', async (words, status) => {
  const { calls, options } = aClient({});
  expect(await person(words, options)).toBe(status);
  expect([calls, output.err.length > 0]).toEqual([[], true]);
});
