import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';

const assets = [['/', 'index.html', 'text/html'], ['/main.js', 'main.js', 'text/javascript'], ['/style.css', 'style.css', 'text/css'], ['/icon.svg', 'icon.svg', 'image/svg+xml']] as const;

/** The built page lies beside the built server; from the source tree (tests) it is found in dist. */
const places = ['../console/', '../../../dist/web/console/'].map((place) => fileURLToPath(new URL(place, import.meta.url)));

/** The console's page. Nothing of it comes from another machine. */
export function pageRoutes(fastify: FastifyInstance): void {
  const folder = places.find((place) => existsSync(`${place}main.js`));
  for (const [path, file, type] of assets) {
    if (folder === undefined) {
      fastify.get(path, async (_request, reply) => reply.code(503).type('text/plain; charset=utf-8').send('The console is not built. Run: npm run build, then start Lifeboat again.\n'));
      continue;
    }
    const content = readFileSync(`${folder}${file}`);
    const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 20)}"`;
    fastify.get(path, async (request, reply) => {
      reply.headers({ 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-cache', etag });
      if (request.headers['if-none-match'] === etag) return reply.code(304).send();
      return reply.send(content);
    });
  }
}
