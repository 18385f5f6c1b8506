import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { printOf, samePrint, type Mark } from './cursor.js';

/** A handle stays with its file when the file is renamed. */
export interface OpenFile { readonly path: string; readonly handle: FileHandle; readonly inode: string }

export async function openFile(path: string): Promise<OpenFile | null> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const { dev, ino } = await handle.stat({ bigint: true });
  return { path, handle, inode: `${dev}:${ino}` };
}

export const inodeAt = async (path: string): Promise<string | null> => {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

export async function bytesAt(handle: FileHandle, from: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let got = 0;
  while (got < length) {
    const { bytesRead } = await handle.read(bytes, got, length - got, from + got);
    if (bytesRead === 0) break;
    got += bytesRead;
  }
  return bytes.subarray(0, got);
}

/** Does the file still begin, and stand before the cursor's place, as it did? Otherwise it was truncated, or is another one. */
export async function continues(handle: FileHandle, { place, head, before }: Mark): Promise<boolean> {
  const [top, near] = await Promise.all([bytesAt(handle, 0, head.length), bytesAt(handle, place.offset - before.length, before.length)]);
  return samePrint(printOf(top), head) && samePrint(printOf(near), before);
}

/** `events.log.1`, `events.log-20261121`: what rotation made of the log; oldest first. Packed ones cannot be read. */
async function rotated(path: string): Promise<string[]> {
  const name = basename(path);
  const names = (await readdir(dirname(path))).filter((each) => each.startsWith(name) && /^[.-]/.test(each.slice(name.length)) && !/\.(?:gz|xz|bz2|zst|Z|new|swp|lock)$/.test(each));
  const dated = await Promise.all(names.map(async (each) => {
    const file = join(dirname(path), each);
    const known = await stat(file, { bigint: true }).catch(() => null);
    return known?.isFile() ? [{ file, at: known.mtimeNs, number: Number(/(\d+)$/.exec(each)?.[1] ?? 0) }] : [];
  }));
  return dated.flat().toSorted((a, b) => (a.at === b.at ? b.number - a.number : a.at < b.at ? -1 : 1)).map(({ file }) => file);
}

/** Is this the marked file, or a copy of it? One of which nothing was read yet is known by its inode alone. */
export const isMarked = async (file: OpenFile, mark: Mark): Promise<boolean> => (mark.head.length > 0 || file.inode === mark.inode) && await continues(file.handle, mark);

/** The marked file, under the name or in the copy that rotation made of it, and what was rotated after it; oldest first. Empty: it is gone. */
export async function predecessors(path: string, mark: Mark): Promise<OpenFile[]> {
  const found: OpenFile[] = [];
  for (const each of await rotated(path)) {
    // Somebody's own copy, events.log.bak, is no file between two rotations.
    if (found.length > 0 && !/[.-]\d[\d.-]*$/.test(each)) continue;
    const file = await openFile(each);
    if (!file) continue;
    if (found.length > 0 || await isMarked(file, mark)) found.push(file);
    else await file.handle.close();
  }
  return found;
}
