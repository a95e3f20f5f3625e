/**
 * Builds what the .vsix holds: the extension (CommonJS, as its host loads it), the panels for its webviews, and a copy of
 * the core's bundle. The client of the core is a file of its own, so that activation does not load it.
 */
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { leanPanels } from '../shared/leanPanels.mjs';

const here = import.meta.dirname;
const dist = join(here, 'dist');
const core = join(here, '../shared/dist');
const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));

rmSync(dist, { recursive: true, force: true });

const common = {
  bundle: true,
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: { SLIPWAY_VERSION: JSON.stringify(version) },
};
await build({
  ...common,
  entryPoints: { extension: join(here, 'src/extension.ts') },
  outdir: dist,
  outExtension: { '.js': '.cjs' },
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  mainFields: ['module', 'main'],
  external: ['vscode'],
});
await build({
  ...common,
  entryPoints: { panels: join(here, 'src/webview/main.ts') },
  outdir: dist,
  platform: 'browser',
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  plugins: [leanPanels],
});

for (const part of ['slipway.js', 'supervisor.js', 'chunks', 'steps']) {
  cpSync(join(core, part), join(dist, 'core', part), { recursive: true });
}
// Its module type, which a file beside another package.json would not have.
mkdirSync(join(dist, 'core'), { recursive: true });
writeFileSync(join(dist, 'core/package.json'), `${JSON.stringify({ type: 'module', version })}\n`);
copyFileSync(join(here, '../LICENSE'), join(here, 'LICENSE'));
copyFileSync(join(core, 'THIRD-PARTY-LICENSES.txt'), join(here, 'THIRD-PARTY-LICENSES.txt'));
