import { access, constants, readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { loadTemplates } from '../chatops/templates/load.js';
import type { Environment } from '../config/environment.js';
import { problemText } from '../config/problem.js';
import { readEstate } from '../config/read-estate.js';
import { fine, notice, skipped, wrong, type Diagnosis } from '../core/diagnosis.js';
import { loadRunbooks } from '../runbook/load.js';

/** DBOS and our own code use what came with this one (package.json `engines`). */
const nodeMin = [20, 12] as const;
/** PostgreSQL stops writing when the disk is full, and with it every run. */
const freeBytesMin = 500 * 1024 ** 2;
const freeBytesLow = 2 * 1024 ** 3;
const gigabytes = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GB`;
const causeText = (error: unknown): string => (error as Error).message;

/** What can be looked at without a running Lifeboat. `home`: the package folder, which holds templates and runbooks. */
export async function diagnoseMachine(environment: Environment, home: string): Promise<Diagnosis[]> {
  return [
    node(process.versions.node),
    ...(await varDirectory(environment.varDirectory)),
    await estateFile(environment.estateFile),
    loads('templates', () => { loadTemplates(join(home, 'templates'), environment.templatesFolder === null ? null : { folder: environment.templatesFolder, tenants: null }); return 'all load'; }),
    loads('runbooks', () => `${loadRunbooks(environment.runbooksFolder ?? join(home, 'runbooks')).length} load`),
  ];
}

export function node(version: string): Diagnosis {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > nodeMin[0] || (major === nodeMin[0] && minor >= nodeMin[1]) ? fine('node', `Node ${version}`) : wrong('node', `Node ${version} is older than ${nodeMin.join('.')}, with which Lifeboat is tested.`, 'Install Node 20.12 or later, then start Lifeboat again.');
}

async function varDirectory(path: string): Promise<Diagnosis[]> {
  try {
    await access(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return [absent ? notice('var directory', `${path} does not exist yet; the first start makes it.`, 'If you expected data there, set LIFEBOAT_VAR to the right folder.') : wrong('var directory', `This account cannot write to ${path} (${causeText(error)}).`, `Run doctor as the user that runs Lifeboat, or give that user the folder: chown -R lifeboat '${path}'`)];
  }
  const { bavail, bsize } = await statfs(path);
  return [fine('var directory', `${path} can be written to`), freeSpace(path, bavail * bsize)];
}

export function freeSpace(path: string, bytes: number): Diagnosis {
  const remedy = `See what fills the disk: du -xh --max-depth=2 '${path}' | sort -h | tail`;
  if (bytes < freeBytesMin) return wrong('free space', `${gigabytes(bytes)} left at ${path}. When it is full the journal cannot be written and every run waits.`, remedy);
  return bytes < freeBytesLow ? notice('free space', `${gigabytes(bytes)} left at ${path}; below ${gigabytes(freeBytesMin)} it becomes dangerous.`, remedy) : fine('free space', `${gigabytes(bytes)} left at ${path}`);
}

async function estateFile(file: string): Promise<Diagnosis> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return wrong('estate file', `${file} cannot be read (${causeText(error)}).`, 'Lifeboat would not start again. Set LIFEBOAT_ESTATE to the file, or bring it back.');
  }
  const read = readEstate(text, file);
  if (read.ok) return fine('estate file', `${file}: estate '${read.estate.name}' is sound`);
  return wrong('estate file', `${file} has ${read.problems.length} ${read.problems.length === 1 ? 'problem' : 'problems'}, the first: ${problemText(read.problems[0]!)}`, `Lifeboat would not start again. All of them: lifeboat estate check ${file}`);
}

function loads(name: string, load: () => string): Diagnosis {
  try {
    return fine(name, load());
  } catch (error) {
    return wrong(name, `They do not load: ${causeText(error)}`, 'Lifeboat would not start again. Mend what is named, or restore the folder from the release.');
  }
}

/** Only whoever runs Lifeboat may use its sockets. */
export async function diagnoseSocket(name: string, path: string): Promise<Diagnosis> {
  try {
    const { mode } = await stat(path);
    return (mode & 0o077) === 0 || name !== 'command socket' ? fine(name, path) : wrong(name, `${path} is open to other accounts (mode ${(mode & 0o777).toString(8)}): whoever may use it acts as the owner of Lifeboat.`, `chmod 600 '${path}'`);
  } catch (error) {
    return wrong(name, `${path} is missing (${causeText(error)}). Something swept it away while Lifeboat runs.`, 'Restart Lifeboat; runs go on. Keep that folder out of clean-up jobs (systemd-tmpfiles).');
  }
}

/** Said in place of what only a running Lifeboat can look at. */
export const needsLifeboat = (why: string): Diagnosis[] => [
  wrong('lifeboat', why, 'Start it (npm start, or systemctl start lifeboat), then run doctor again.'),
  ...['database', 'schema', 'journal', 'clock', 'estate in use', 'estate world', 'slack', 'teams', 'mail', 'public address', 'quorum', 'sockets'].map((name) => skipped(name, 'not looked at: this needs a running Lifeboat', 'lifeboat doctor')),
];
