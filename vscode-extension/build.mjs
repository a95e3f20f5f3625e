/**
 * Builds what the .vsix holds: the extension (CommonJS, as its host loads it), the panels for its webviews, and a copy of
 * the core's bundle. What the extension imports dynamically is in files of its own, so that activation does not load it.
 */
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, transform } from 'esbuild';
import { leanPanels } from '../shared/leanPanels.mjs';
import { licences } from '../shared/licences.mjs';

const here = import.meta.dirname;
const dist = join(here, 'dist');
const core = join(here, '../shared/dist');
const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));

rmSync(dist, { recursive: true, force: true });

const common = {
  bundle: true,
  minify: true,
  legalComments: 'none',
  charset: 'utf8',
  logLevel: 'warning',
  define: { SLIPWAY_VERSION: JSON.stringify(version) },
  metafile: true,
};
const extension = await buildExtension();
const panels = await build({
  ...common,
  entryPoints: { panels: join(here, 'src/webview/main.ts') },
  outdir: dist,
  platform: 'browser',
  format: 'esm',
  target: 'es2022',
  plugins: [leanPanels],
});

for (const part of ['slipway.js', 'sshProxy.cjs', 'supervisor.js', 'chunks', 'steps']) {
  cpSync(join(core, part), join(dist, 'core', part), { recursive: true });
}
// Its module type, which a file beside another package.json would not have.
mkdirSync(join(dist, 'core'), { recursive: true });
writeFileSync(join(dist, 'core/package.json'), `${JSON.stringify({ type: 'module', version })}\n`);
copyFileSync(join(here, '../LICENSE'), join(here, 'LICENSE'));
const inputs = [extension, panels].flatMap(({ metafile }) => Object.keys(metafile.inputs));
const ofCore = readFileSync(join(core, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
writeFileSync(join(here, 'THIRD-PARTY-LICENSES.txt'), licences(inputs, [ofCore]));

/** esbuild splits ES modules only: each of them becomes CommonJS afterwards, and loads the others when they are asked for. */
async function buildExtension() {
  const result = await build({
    ...common,
    entryPoints: { extension: join(here, 'src/extension.ts') },
    outdir: dist,
    outExtension: { '.js': '.cjs' },
    chunkNames: 'extension/[name]-[hash]',
    splitting: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    mainFields: ['module', 'main'],
    external: ['vscode'],
  });
  mkdirSync(join(dist, 'extension'), { recursive: true });
  for (const { path, text } of result.outputFiles) {
    const { code } = await transform(text, {
      format: 'cjs',
      platform: 'node',
      target: 'node22',
      minify: true,
      charset: 'utf8',
      supported: { 'dynamic-import': false },
    });
    writeFileSync(path, code);
  }
  return result;
}
