import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** The console from its built folder; without one, a page that says how to build it. */
export function consolePages(dist: string): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    if (!existsSync(join(dist, 'index.html'))) {
      app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(missing));
      return;
    }
    await app.register(fastifyStatic, {
      root: dist,
      index: false,
      // Every path is looked up in a list made at start: no request reaches the disk by its own path.
      wildcard: false,
      preCompressed: true,
      setHeaders(reply, path) {
        const isHashed = /[\\/]assets[\\/]/.test(path);
        reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
    // Addresses of the console's own pages.
    app.get('/*', (request, reply) => {
      const path = request.url.split('?')[0] ?? '/';
      if (/^\/(?:v1|elastic|assets)(?:\/|$)/.test(path) || /\.[a-z0-9]+$/i.test(path)) return reply.callNotFound();
      return reply.header('cache-control', 'no-cache').sendFile('index.html');
    });
  };
}

const missing = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Firebreak</title>
<h1>Firebreak is running</h1>
<p>The console is not built yet. <code>npm start</code> builds it; by hand it is <code>npx vite build --config console/vite.config.ts</code>.</p>
<p>Everything works without it: see <code>firebreak --help</code> and <code>/v1/openapi.json</code>.</p>
</html>
`;
