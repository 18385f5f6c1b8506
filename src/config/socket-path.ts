import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A Unix socket's path is at most 107 bytes: below a long var directory it gets a short, stable place of its own. */
export function socketPath(varDirectory: string, name: string): string {
  const near = resolve(varDirectory, `${name}.sock`);
  return Buffer.byteLength(near) <= 100 ? near : join(tmpdir(), `lifeboat-${createHash('sha256').update(near).digest('hex').slice(0, 16)}.sock`);
}
