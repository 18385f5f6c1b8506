import { execFile } from 'node:child_process';
import { expect, test } from '@jest/globals';

interface Outcome { readonly code: number; readonly numPassedTests: number; readonly numPendingTests: number; readonly numFailedTests: number; readonly titles: string }

function run(env: Record<string, string>): Promise<Outcome> {
  const args = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js', '--testMatch', '**/test/support/needs-missing.ts', '--json', '--silent'];
  const { CI: _ci, LIFEBOAT_MAY_SKIP: _skip, ...clean } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { ...clean, ...env } }, (error, stdout) => {
      const report = JSON.parse(stdout) as Outcome & { testResults: { assertionResults: { fullName: string }[] }[] };
      resolve({ ...report, code: Number(error?.code ?? 0), titles: report.testResults.flatMap((file) => file.assertionResults.map((each) => each.fullName)).join('\n') });
    });
  });
}

test.each<[string, Record<string, string>, [number, number, number, number]]>([
  ['a suite whose counterpart is missing is skipped', {}, [0, 1, 1, 0]],
  ['in CI it fails', { CI: 'true' }, [1, 1, 0, 1]],
  ['in CI a gap that was accepted by name is skipped', { CI: 'true', LIFEBOAT_MAY_SKIP: 'docker, no-such-thing' }, [0, 1, 1, 0]],
])('%s, and says how to get it', async (_title, env, counts) => {
  const { code, numPassedTests, numPendingTests, numFailedTests, titles } = await run(env);
  expect([code, numPassedTests, numPendingTests, numFailedTests]).toEqual(counts);
  expect(titles).toContain('needs no-such-thing, which is missing here: apt-get install no-such-thing');
});
