import { execFile } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.js';
import { causeText, PostgresFault } from './fault.js';
import type { PostgresPaths } from './paths.js';

export const databaseUser = 'lifeboat';
export const databaseName = 'lifeboat';

/** Creates the data directory, whole or not at all: a start killed in between leaves nothing that looks like a database. @throws PostgresFault */
export async function ensureCluster(paths: PostgresPaths, binaries: Binaries): Promise<void> {
  if (existsSync(join(paths.dataDirectory, 'PG_VERSION'))) return;
  const staging = mkdtempSync(join(paths.home, 'data-new-'));
  const fresh = join(staging, 'data');
  try {
    mkdirSync(fresh, { mode: 0o700 });
    if (paths.owner) for (const path of [staging, fresh]) chownSync(path, paths.owner.uid, paths.owner.gid);
    await promisify(execFile)(
      binaries.initdb,
      // Trust: the socket's folder is 0700, so only the database's own account and root get as far as the socket.
      ['-D', fresh, '-U', databaseUser, '--no-locale', '--data-checksums', '-E', 'UTF8', '-A', 'trust'],
      { ...paths.owner, cwd: staging, env: serverEnvironment() },
    );
    renameSync(fresh, paths.dataDirectory);
  } catch (error) {
    if (existsSync(join(paths.dataDirectory, 'PG_VERSION'))) return;
    throw new PostgresFault(explain(error, paths), { cause: error });
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function explain(error: unknown, { dataDirectory, home, owner }: PostgresPaths): string {
  const said = ((error as { stderr?: string }).stderr || causeText(error)).trim();
  const uid = owner?.uid ?? process.getuid?.();
  if (said.includes('could not look up effective user ID')) {
    return `Could not create the database: this account (uid ${uid}) is not in /etc/passwd, and PostgreSQL wants it there. Nothing was left behind. Add it (echo 'lifeboat:x:${uid}:${uid}::/:/bin/false' >> /etc/passwd), start Lifeboat as another user, or give it a PostgreSQL of your own: DATABASE_URL=postgresql://lifeboat@db.example/lifeboat npm start`;
  }
  return `Could not create the database in ${dataDirectory}: ${said}. Nothing was left behind. Look at free space (df -h '${home}') and rights, then start again.`;
}

/** Nothing of our own environment: it holds secrets, and PG* variables would redirect the server. */
export const serverEnvironment = (): NodeJS.ProcessEnv => ({ PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' });
