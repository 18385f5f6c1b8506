import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { teamsPackage } from './app-package.js';

/** `npm run teams:package` */
const file = 'dist/lifeboat-teams.zip';
try {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const zip = teamsPackage({ appId: process.env.TEAMS_APP_ID ?? '', publicUrl: process.env.PUBLIC_URL ?? '', version });
  mkdirSync('dist', { recursive: true });
  writeFileSync(file, zip);
  process.stdout.write(`${file} is written (${zip.length} bytes). Upload it in the Teams admin centre: Teams apps, Manage apps, Upload new app. See docs/teams.md.\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
