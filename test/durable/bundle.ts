import { chmodSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';

export interface Bundle { readonly folder: string; readonly program: string; remove(): void }

/** A program of the tests as one file that Node can run as a process of its own, in a folder of its own that every account can enter. */
export async function bundleProgram(source: string): Promise<Bundle> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lifeboat-program-')));
  chmodSync(folder, 0o755);
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const program = join(folder, basename(source).replace(/\.ts$/, '.mjs'));
  await build({ entryPoints: [resolve(source)], bundle: true, packages: 'external', format: 'esm', platform: 'node', target: 'node20', outfile: program, logLevel: 'error' });
  return { folder, program, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
