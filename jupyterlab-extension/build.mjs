/**
 * Builds what the wheel holds: the labextension (esbuild makes one module of our sources, JupyterLab's builder makes it a
 * federated one), the panels, which the server half serves, and a copy of the core's bundle. Nothing is fetched:
 * JupyterLab's versions come from an npm package.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { leanPanels } from '../shared/leanPanels.mjs';
import { licences } from '../shared/licences.mjs';

const here = import.meta.dirname;
const require = createRequire(import.meta.url);
const { version, dependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
const core = join(here, 'slipway_jupyterlab/core');
const dist = join(here, '../shared/dist');

const browser = {
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  legalComments: 'none',
  charset: 'utf8',
  plugins: [leanPanels],
  metafile: true,
  logLevel: 'warning',
};

writeVersion();
const lab = Object.keys(dependencies).filter((name) => !name.startsWith('@slipway/'));
/** What JupyterLab brings. */
const external = [...lab, ...lab.map((name) => `${name}/*`)];
const scripts = join(here, 'slipway_jupyterlab/panels');
rmSync(scripts, { recursive: true, force: true });
mkdirSync(scripts, { recursive: true });
const panels = await buildScript('panels.ts', { format: 'iife' });
// A function that the page calls with what JupyterLab brings.
const devEnvs = await buildScript('devenvs/devEnvs.ts', {
  format: 'cjs',
  jsx: 'automatic',
  loader: { '.css': 'text' },
  external,
  banner: { js: 'globalThis.slipwayDevEnvs=function(require,module){' },
  footer: { js: '};' },
});
const page = await buildPage(panels.file, devEnvs.file);
federate();
copyCore();
copyFileSync(join(here, '../LICENSE'), join(here, 'LICENSE'));
const inputs = [panels, devEnvs, page].flatMap(({ metafile }) => Object.keys(metafile.inputs));
const ofCore = readFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
writeFileSync(join(here, 'THIRD-PARTY-LICENSES.txt'), licences(inputs, [ofCore]));

/** The Python half carries the same version. */
function writeVersion() {
  const text = `"""The version of this package, which is that of the labextension and of the core in it."""\n\n__version__ = "${version}"\n`;
  const file = join(here, 'slipway_jupyterlab/_version.py');
  if (readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}

/**
 * One script of what a page does not need to load, compressed: a Jupyter server compresses nothing of a labextension. Its name
 * changes with its content, so that a browser may keep it. Resolves to that name and what esbuild tells.
 */
async function buildScript(entry, options) {
  const result = await build({
    ...browser,
    ...options,
    entryPoints: [join(here, 'src', entry)],
    entryNames: '[name]-[hash]',
    outdir: scripts,
    write: false,
  });
  const [{ path, contents }] = result.outputFiles;
  writeFileSync(`${path}.gz`, gzipSync(contents, { level: 9 }));
  return { file: basename(path), ...result };
}

/** Takes what the server half has the scripts as. */
async function buildPage(panelsFile, devEnvsFile) {
  rmSync(join(here, 'lib'), { recursive: true, force: true });
  const styleSheet = { entryPoints: [join(here, 'style/index.css')], bundle: true, minify: true, write: false };
  const [style] = (await build(styleSheet)).outputFiles;
  return build({
    ...browser,
    entryPoints: [join(here, 'src/index.ts')],
    outdir: join(here, 'lib'),
    // The protocol comes when it is first needed.
    splitting: true,
    jsx: 'automatic',
    external,
    define: {
      SLIPWAY_VERSION: JSON.stringify(version),
      SLIPWAY_PANELS: JSON.stringify(panelsFile),
      SLIPWAY_DEVENVS: JSON.stringify(devEnvsFile),
      // JupyterLab's builder would take it as it is, and 4 kB of loaders with it.
      SLIPWAY_STYLE: JSON.stringify(style.text.trim()),
    },
  });
}

function federate() {
  const builder = require.resolve('@jupyter/builder/package.json');
  const coreVersions = createRequire(builder).resolve('@jupyterlab/core-meta/core.package.json');
  const script = join(builder, '../lib/build-labextension.js');
  try {
    execFileSync(process.execPath, [script, '--core-package-file', coreVersions, here], { cwd: here, stdio: 'pipe' });
  } catch (error) {
    throw new Error(`The labextension was not built.\n${error.stdout}\n${error.stderr}`, { cause: error });
  }
}

function copyCore() {
  rmSync(core, { recursive: true, force: true });
  mkdirSync(core, { recursive: true });
  for (const part of ['slipway.js', 'sshProxy.cjs', 'supervisor.js', 'chunks', 'steps']) {
    // Of a file that is there compressed too, this alone: the core and the steps read either, and a wheel is small.
    const filter = (source) => !existsSync(`${source}.gz`);
    cpSync(join(dist, part), join(core, part), { recursive: true, filter });
  }
  // Its module type, which a file beside another package.json would not have.
  writeFileSync(join(core, 'package.json'), `${JSON.stringify({ type: 'module', version })}\n`);
}
