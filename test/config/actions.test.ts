import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readEstate } from '../../src/config/read-estate.js';
import { estateDiff } from '../../src/core/estate-diff.js';
import { createSecrets } from '../../src/config/secrets.js';

const good = readFileSync('test/config/estates/good.yaml', 'utf8');
const withActions = (actions: string): string => `${good}\nactions:\n${actions}`;
const problems = (actions: string): string => { const read = readEstate(withActions(actions), 'own.yaml'); return read.ok ? '' : read.problems.map(({ line, what, remedy }) => `${line === null ? '?' : line - good.split('\n').length - 1}: ${what} ${remedy}`).join('\n'); };
const read = (actions: string) => { const result = readEstate(withActions(actions), 'own.yaml'); if (!result.ok) throw new Error(problems(actions)); return result.estate; };
const fingerprint = `SHA256:${'A'.repeat(43)}`;

describe('actions of the estate file', () => {
  test('of every kind are read', () => {
    const { actions } = read(`  - name: look\n    http: { method: GET, url: "https://lb.example/{to}", headers: { authorization: env:TOKEN } }\n    parameters: [to]\n    effect: none\n  - name: fence\n    ssh: { host: a.example, user: dr, key: env:KEY, host_key: "${fingerprint}", command: "fence {to}" }\n    parameters: [to]\n    effect: fences\n    probe: look\n    tenants: [acme]\n  - name: flush\n    command: [/usr/bin/true, "{to}"]\n    parameters: [to]\n    timeout: 5\n`);
    expect(actions).toEqual([
      { name: 'look', kind: 'http', method: 'GET', url: 'https://lb.example/{to}', headers: { authorization: 'env:TOKEN' }, body: null, expect: [200, 201, 202, 204], parameters: ['to'], tenants: 'all', effect: 'none', probe: null, timeoutMs: 60_000 },
      { name: 'fence', kind: 'ssh', host: 'a.example', port: 22, user: 'dr', key: 'env:KEY', hostKey: fingerprint, command: 'fence {to}', parameters: ['to'], tenants: ['acme'], effect: 'fences', probe: 'look', timeoutMs: 60_000 },
      { name: 'flush', kind: 'command', program: ['/usr/bin/true', '{to}'], parameters: ['to'], tenants: 'all', effect: 'changes', probe: null, timeoutMs: 5_000 },
    ]);
  });

  test.each([
    ['one that does nothing', '  - name: idle\n', '1: The action \'idle\' does nothing.'],
    ['one of two kinds', '  - name: both\n    http: { url: "http://a" }\n    command: [/bin/true]\n', 'is of two kinds: http and command'],
    ['a secret in clear', '  - name: leak\n    http: { url: "http://a", headers: { Authorization: "Bearer abc" } }\n', '2: The header \'Authorization\' holds a secret in clear. Write env:NAME'],
    ['a machine that a runbook could choose', '  - name: own\n    http: { url: "https://{to}/x" }\n    parameters: [to]\n', '2: The address of \'own\' does not say in clear which machine is called.'],
    ['a port that a runbook could choose', '  - name: own\n    http: { url: "https://lb.example{to}/x" }\n    parameters: [to]\n', 'does not say in clear'],
    ['a user and password in the address', '  - name: own\n    http: { url: "https://admin:pass@lb.example/x" }\n', 'does not say in clear'],
    ['a password in a header of another name', '  - name: own\n    http: { url: "https://a", headers: { X-Auth: abc } }\n', 'The header \'X-Auth\' holds a secret in clear.'],
    ['a GET with a body', '  - name: own\n    http: { method: GET, url: "https://a", body: x }\n', '\'own\' is a GET, which carries no body.'],
    ['a private key in clear', `  - name: leak\n    ssh: { host: a, user: b, key: "-----BEGIN", host_key: "${fingerprint}", command: x }\n`, 'Secrets come from the environment only: write env:NAME.'],
    ['a host key that is none', '  - name: own\n    ssh: { host: a, user: b, key: env:K, host_key: "aa:bb", command: x }\n', 'Write the fingerprint as ssh-keygen -lf prints it'],
    ['a program without its path', '  - name: own\n    command: [ls]\n', 'Write the whole path of the program.'],
    ['a placeholder that is no parameter', '  - name: own\n    command: [/bin/echo, "{to}"]\n', '\'own\' uses {to}, which is not among its parameters. Add it: parameters: [to]'],
    ['a probe that is not there', '  - name: own\n    command: [/bin/true]\n    probe: look\n', '3: There is no action \'look\' that could tell.'],
    ['a probe that changes something', '  - name: own\n    command: [/bin/true]\n    probe: other\n  - name: other\n    command: [/bin/false]\n', '\'other\' changes something, so it cannot be the probe of \'own\'.'],
    ['a probe with another parameter', '  - name: own\n    command: [/bin/true]\n    probe: other\n  - name: other\n    command: [/bin/test, "{vm}"]\n    parameters: [vm]\n    effect: none\n', 'The probe \'other\' needs \'vm\''],
    ['an unknown tenant', '  - name: own\n    command: [/bin/true]\n    tenants: [nobody]\n', 'There is no tenant \'nobody\'.'],
    ['the same name twice', '  - name: own\n    command: [/bin/true]\n  - name: own\n    command: [/bin/false]\n', 'The action \'own\' stands here a second time.'],
    ['an unknown attribute', '  - name: own\n    command: [/bin/true]\n    shell: yes\n', '\'shell\' is not known here.'],
  ])('with %s are refused at their line', (_title, actions, said) => { expect(problems(actions)).toContain(said); });

  test('that change are named in the difference', () => {
    const before = read('  - name: own\n    command: [/bin/true]\n');
    expect(estateDiff(before, read('  - name: own\n    command: [/bin/false]\n')).join('\n')).toContain('action own');
    expect(estateDiff(before, { ...before, actions: [] }).join('\n')).toContain('action own');
  });

  test('whose secret was asked for by name never show it', () => {
    const secrets = createSecrets([], { TOKEN: 'hunter2hunter2' });
    expect(secrets.get('TOKEN')).toBe('hunter2hunter2');
    expect(secrets.redact('it said hunter2hunter2')).not.toContain('hunter2');
  });
});
