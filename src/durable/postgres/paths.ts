import { createHash } from 'node:crypto';
import { accessSync, chownSync, constants, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { causeText, PostgresFault } from './fault.js';
import { barrierTo, nobody, ownStatOf, runsAsRoot, statOf, type Owner } from './owner.js';

/** Where the bundled PostgreSQL keeps its things. */
export interface PostgresPaths {
  /** Holds the copied program files, the data and the log. */
  readonly home: string;
  readonly dataDirectory: string;
  readonly logFile: string;
  /** Where to open the socket, unless a running server already has one elsewhere. */
  readonly socketDirectory: string;
  readonly owner: Owner | null;
  /** Why the data is not below the var directory; null when it is. */
  readonly fellBackBecause: string | null;
}

/** A socket's whole path must fit into 107 bytes; `/.s.PGSQL.5432.lock` is the longest name in it. */
const socketDirectoryMaxBytes = 107 - '/.s.PGSQL.5432.lock'.length;
const note = 'postgres-is-at.txt';

/** @throws PostgresFault */
export function choosePaths(varDirectory: string): PostgresPaths {
  mkdirSync(varDirectory, { recursive: true });
  const base = realpathSync(varDirectory);
  const id = createHash('sha256').update(base).digest('hex').slice(0, 12);
  const { home, fellBackBecause } = chooseHome(base, id);
  const dataDirectory = join(home, 'data');
  return { home, dataDirectory, logFile: join(home, 'postgres.log'), socketDirectory: chooseSocketDirectory(id, ownerOf(dataDirectory)), owner: ownerOf(dataDirectory), fellBackBecause };
}

/** Data written before decides: a server that once ran as some account goes on under it. */
function ownerOf(dataDirectory: string): Owner | null {
  const stat = statOf(join(dataDirectory, 'PG_VERSION'));
  if (runsAsRoot()) return stat && stat.uid !== 0 ? { uid: stat.uid, gid: stat.gid } : nobody;
  if (stat && stat.uid !== process.getuid?.()) {
    throw new PostgresFault(`The database in ${dataDirectory} belongs to another account (uid ${stat.uid}), so nothing was started. Start Lifeboat as that account or as root, or give this one a folder of its own: LIFEBOAT_VAR=./var-mine npm start`);
  }
  return null;
}

function chooseHome(base: string, id: string): { home: string; fellBackBecause: string | null } {
  const below = join(base, 'postgres');
  if (!runsAsRoot()) return { home: makeFolder(below), fellBackBecause: null };
  const noted = readNote(base);
  // The note wins, so that opening a folder later does not start an empty database beside the real one.
  if (noted !== null && existsSync(join(noted, 'data', 'PG_VERSION'))) return { home: noted, fellBackBecause: `the note ${join(base, note)} says so` };
  const barrier = barrierTo(base, ownerOf(join(below, 'data')) ?? nobody);
  if (barrier === null) return { home: makeFolder(below), fellBackBecause: null };
  if (existsSync(join(below, 'data', 'PG_VERSION'))) {
    throw new PostgresFault(`The database is in ${below}, but its account can no longer walk through ${barrier}, so nothing was started. Nothing is lost. Open that folder again: chmod o+x '${barrier}'`);
  }
  const home = makeFirst([`/var/lib/lifeboat-${id}`, `/var/tmp/lifeboat-${id}`]);
  writeFileSync(join(base, note), `${home}\n\nThe database of this Lifeboat is in the folder named above: PostgreSQL does not run as root,\nand the account it runs under cannot walk through ${barrier}.\nKeep that folder together with this one.\n`);
  return { home, fellBackBecause: `PostgreSQL's account cannot walk through ${barrier}` };
}

function readNote(base: string): string | null {
  try {
    return readFileSync(join(base, note), 'utf8').split('\n')[0] || null;
  } catch {
    return null;
  }
}

function makeFirst(candidates: readonly string[]): string {
  const refusals: string[] = [];
  for (const path of candidates) {
    try {
      return makeFolder(path);
    } catch (error) {
      refusals.push(causeText(error));
    }
  }
  throw new PostgresFault(`Found no folder for the database (${refusals.join('; ')}). Name one that every account can reach: LIFEBOAT_VAR=/srv/lifeboat npm start`);
}

/** Readable by the database's account, writable by us alone; not somebody else's trap in a shared folder. */
function makeFolder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o755 });
  const stat = ownStatOf(path);
  if (!stat?.isDirectory() || (stat.uid !== process.getuid?.() && !runsAsRoot())) throw new PostgresFault(`${path} is not a folder of ours`);
  if (runsAsRoot() && stat.uid !== 0 && path.startsWith('/var/')) throw new PostgresFault(`${path} belongs to uid ${stat.uid}, not to root`);
  return path;
}

function chooseSocketDirectory(id: string, owner: Owner | null): string {
  const name = `lifeboat-${id}`;
  const runtime = process.env['XDG_RUNTIME_DIR'];
  const parents = runsAsRoot() ? ['/run', '/tmp'] : [...(runtime ? [runtime] : []), '/tmp'];
  const fits = parents.filter((parent) => Buffer.byteLength(join(parent, name)) <= socketDirectoryMaxBytes);
  const refusals: string[] = [];
  for (const parent of fits) {
    try {
      accessSync(parent, constants.W_OK | constants.X_OK);
      return makeSocketDirectory(join(parent, name), owner);
    } catch (error) {
      refusals.push(causeText(error));
    }
  }
  throw new PostgresFault(`Found no folder for the database's socket (${refusals.join('; ')}). Free that name or make one of these writable: ${fits.join(', ')}`);
}

/** Also called before each start: such folders are swept away on some machines. @throws PostgresFault */
export function makeSocketDirectory(path: string, owner: Owner | null): string {
  const wanted = owner?.uid ?? process.getuid?.() ?? 0;
  if (!ownStatOf(path)) {
    mkdirSync(path, { mode: 0o700 });
    if (owner) chownSync(path, owner.uid, owner.gid);
  }
  const stat = ownStatOf(path);
  // Who owns the folder could stand between us and the database: trust it only when nobody else can write there.
  if (!stat?.isDirectory() || stat.uid !== wanted || (stat.mode & 0o077) !== 0) throw new PostgresFault(`${path} exists and is not a private folder of uid ${wanted}`);
  return path;
}
