import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startApp } from './app.js';
import { readEnvironment } from './config/environment.js';
import { ConfigProblems } from './config/problem.js';
import { readEstate } from './config/read-estate.js';
import { createSecrets } from './config/secrets.js';
import { createLog } from './log.js';

const home = join(dirname(fileURLToPath(import.meta.url)), '..');
const stopPatienceMs = 20_000;

async function main(): Promise<void> {
  // The real environment wins over the file.
  if (existsSync('.env')) process.loadEnvFile('.env');
  const environment = readEnvironment(process.env);
  const secrets = createSecrets(environment.secretValues, process.env);
  if (!existsSync(environment.estateFile)) throw new ConfigProblems([{ file: environment.estateFile, line: null, at: '', what: 'There is no such estate file.', remedy: 'Set LIFEBOAT_ESTATE to a file; estates/demo.yaml comes with Lifeboat.' }]);
  const read = readEstate(readFileSync(environment.estateFile, 'utf8'), environment.estateFile);
  if (!read.ok) throw new ConfigProblems(read.problems);
  mkdirSync(environment.varDirectory, { recursive: true });
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  const log = createLog(environment.varDirectory, environment.logLevel, secrets);

  const stopping = new AbortController();
  const asked = new Promise<void>((resolve) => {
    const stop = (): void => { stopping.abort(); resolve(); };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
  process.on('unhandledRejection', (cause) => { log.error({ cause: cause instanceof Error ? cause.stack : String(cause) }, 'A fault of Lifeboat itself; it goes on.'); });
  const app = await startApp({ environment, estate: read.estate, version, log, secrets, home });
  for (const notice of app.notices) process.stderr.write(`${notice}\n`);
  process.stdout.write(`Lifeboat is ready: ${app.address}\n`);
  await asked;
  const late = setTimeout(() => { log.error({}, 'Stopping took too long; ending now. Runs go on at the next start.'); log.flushNow(); process.exit(1); }, stopPatienceMs);
  await app.stop();
  clearTimeout(late);
  log.flushNow();
  process.exit(0);
}

main().catch((error: unknown) => {
  const text = error instanceof ConfigProblems ? `Lifeboat cannot start: ${error.problems.length} ${error.problems.length === 1 ? 'thing is' : 'things are'} wrong.\n${error.message}` : `Lifeboat cannot start: ${error instanceof Error ? error.message : String(error)}`;
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
