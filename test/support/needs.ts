import { describe, test } from '@jest/globals';

/**
 * A suite that needs a real counterpart (Chromium, PostgreSQL, ...). Where the counterpart is missing, the suite is skipped under a title
 * that says so and how to get it. With CI=true a skip that LIFEBOAT_MAY_SKIP (names, comma-separated) does not list fails instead: nobody
 * must think that something was tested when it was not.
 */
export function needs(name: string, probe: () => boolean, howToInstall: string): (title: string, suite: () => void) => void {
  if (probe()) return (title, suite) => { describe(title, suite); };
  const reason = `needs ${name}, which is missing here: ${howToInstall}`;
  const allowed = (process.env.LIFEBOAT_MAY_SKIP ?? '').split(',').map((each) => each.trim());
  if (process.env.CI === 'true' && !allowed.includes(name)) {
    return (title) => {
      describe(title, () => {
        test(`is not skipped in CI (${reason})`, () => { throw new Error(`${title}: ${reason}. To accept the gap: LIFEBOAT_MAY_SKIP=${name}`); });
      });
    };
  }
  return (title, suite) => { describe.skip(`${title} (${reason})`, suite); };
}
