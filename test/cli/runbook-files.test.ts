import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runbookFiles } from '../../src/cli/runbook-files.js';
import { runbookTests } from '../../src/cli/runbook-test.js';

let output: { out: string; err: string };
let folder: string;
beforeEach(() => {
  output = { out: '', err: '' };
  folder = mkdtempSync(join(tmpdir(), 'lifeboat-runbooks-'));
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => { output.out += String(text); return true; });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => { output.err += String(text); return true; });
});
afterEach(() => { jest.restoreAllMocks(); rmSync(folder, { recursive: true, force: true }); });

const options = (json = false) => ({ folder, estateFile: 'estates/demo.yaml', json });
const write = (name: string, text: string): void => { mkdirSync(join(folder, 'tests'), { recursive: true }); writeFileSync(join(folder, name), text); };
const verify = 'name: verify\ntitle: Verification\ngate: { people: 0 }\nsteps:\n  - verb: verify\n';
const discover = 'name: discover\ntitle: Discovery\ngate: { people: 0 }\nsteps:\n  - verb: discover\n';

describe('lifeboat runbook lint', () => {
  test('says how many are fine', () => {
    write('verify.yaml', verify);
    expect(runbookFiles(['lint'], options())).toBe(0);
    expect(output.out).toMatch(/1 runbook is fine by \d+ rules\.\n$/);
  });
  test('tells every problem with file, line and rule, and exits 4', () => {
    write('verify.yaml', `${verify}  - wait: { until: { replication: SYNC } }\n`);
    write('broken.yaml', 'name: [');
    expect(runbookFiles(['lint', folder], options())).toBe(4);
    expect(output.err).toContain(`${folder}/verify.yaml:6: 'wait' waits, and nobody is named who looks after it. Add the role inside the wait: owner: operator (wait-has-owner)`);
    expect(output.err).toContain('broken.yaml:1: This is not YAML');
    expect(output.err).toContain('3 problems.');
  });
  test('looks actions up in the estate', () => {
    write('verify.yaml', verify.replace('people: 0', 'people: 2') + '  - http: balancer\n');
    expect(runbookFiles(['lint'], options(true))).toBe(4);
    expect(JSON.parse(output.out)).toMatchObject({ ok: false, problems: [{ rule: 'known-action' }] });
  });
  test('without a readable estate says that it could not', () => {
    write('verify.yaml', verify);
    expect(runbookFiles(['lint'], { ...options(), estateFile: join(folder, 'none.yaml') })).toBe(0);
    expect(output.out).toContain('Their actions were not looked up');
  });
  test('a folder that is not there is named', () => { expect(runbookFiles(['lint', join(folder, 'none')], options())).toBe(2); });
});

describe('lifeboat runbook graph', () => {
  test('prints the picture', () => {
    write('verify.yaml', verify);
    expect(runbookFiles(['graph', 'verify'], options())).toBe(0);
    expect(output.out).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  });
  test('names those that there are', () => {
    write('verify.yaml', verify);
    expect(runbookFiles(['graph', 'verfy'], options())).toBe(2);
    expect(output.err).toContain('Did you mean verify?');
  });
});

describe('lifeboat runbook test', () => {
  beforeEach(() => { write('verify.yaml', verify); write('discover.yaml', discover); });
  const one = 'tests:\n  - name: reads the site\n    given: { ready: false }\n    when:\n      - ana: discover site customerA\n    then: { status: STATUS }\n';
  test('plays the tests beside the runbooks', async () => {
    write('tests/discover.yaml', one.replace('STATUS', 'succeeded'));
    expect(await runbookTests(undefined, options())).toBe(0);
    expect(output.out).toContain('passed  ');
    expect(output.out).toMatch(/1 passed, 0 failed\n$/);
  });
  test('says what was expected and found, and exits 1', async () => {
    write('tests/discover.yaml', one.replace('STATUS', 'failed'));
    expect(await runbookTests(undefined, options())).toBe(1);
    expect(output.out).toMatch(/FAILED .*reads the site\n +status: expected failed, found succeeded\.\n0 passed, 1 failed\n/);
  });
  test('a file that is no test fails, with its line', async () => {
    write('tests/broken.yaml', 'tests:\n  - nam: x\n');
    expect(await runbookTests(undefined, options())).toBe(1);
    expect(output.out).toContain('broken.yaml:2');
  });
  test('runbooks that the linter refuses are no ground for a test', async () => {
    write('tests/discover.yaml', one.replace('STATUS', 'succeeded'));
    write('bad.yaml', 'name: bad\ntitle: Bad\nby_name: true\ngate: { people: 0 }\nsteps:\n  - verb: cleanup\n');
    expect(await runbookTests(undefined, options())).toBe(1);
    expect(output.out).toContain('(two-people)');
  });
  test('without tests says where they belong', async () => {
    rmSync(join(folder, 'tests'), { recursive: true });
    expect(await runbookTests(undefined, options())).toBe(2);
    expect(output.err).toContain(join(folder, 'tests'));
  });
});
