// Transpiles src/ to dist/ and bundles the console's page. Types are checked apart: npm run typecheck.
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const files = (folder) => readdirSync(folder).flatMap((name) => {
  const path = join(folder, name);
  return statSync(path).isDirectory() ? files(path) : [path];
});

const server = files('src').filter((file) => file.endsWith('.ts') && !file.startsWith(join('src', 'web', 'console')));
await Promise.all([
  build({ entryPoints: server, outdir: 'dist', outbase: 'src', format: 'esm', platform: 'node', target: 'node20', sourcemap: true, logLevel: 'warning' }),
  existsSync('src/web/console/main.tsx') &&
    build({ entryPoints: ['src/web/console/main.tsx'], outdir: 'dist/web/console', bundle: true, minify: true, format: 'esm', target: 'es2022', jsx: 'automatic', jsxImportSource: 'preact', logLevel: 'warning' }),
]);
for (const asset of existsSync('src/web/console') ? files('src/web/console').filter((file) => /\.(html|css|svg)$/.test(file)) : []) {
  mkdirSync('dist/web/console', { recursive: true });
  copyFileSync(asset, join('dist/web/console', asset.slice(join('src/web/console').length + 1)));
}
if (existsSync('dist/cli.js')) chmodSync('dist/cli.js', 0o755);
