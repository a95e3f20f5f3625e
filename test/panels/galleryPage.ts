import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { build } from 'esbuild';
import { leanPanels } from '../../shared/leanPanels.mjs';

/** A server on loopback with the gallery, under the content security policy that VS Code's panels have. */
export interface GalleryServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Bundles the gallery, or another page of this folder, and serves it. */
export async function serveGallery(entry = 'gallery.ts'): Promise<GalleryServer> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, entry)],
    bundle: true,
    format: 'esm',
    minify: true,
    plugins: [leanPanels],
    charset: 'utf8',
    write: false,
    logLevel: 'warning',
  });
  const script = outputFiles[0]?.text ?? '';
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/gallery.js') === true) {
      response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(script);
      return;
    }
    const nonce = randomBytes(16).toString('base64');
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; script-src 'nonce-${nonce}'`,
    });
    response.end(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>Panels</title><body><script type="module" nonce="${nonce}" src="/gallery.js"></script></body></html>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The gallery has no port.');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
