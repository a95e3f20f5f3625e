/**
 * Builds what the wheel holds: the labextension (esbuild makes one module of our sources, JupyterLab's builder makes it a
 * federated one) and a copy of the core's bundle. Nothing is fetched: JupyterLab's versions come from an npm package.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { leanPanels } from '../shared/leanPanels.mjs';

const here = import.meta.dirname;
const require = createRequire(import.meta.url);
const { version, dependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
const core = join(here, 'slipway_jupyterlab/core');
const dist = join(here, '../shared/dist');

writeVersion();
await bundle();
federate();
copyCore();
copyFileSync(join(here, '../LICENSE'), join(here, 'LICENSE'));
copyFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), join(here, 'THIRD-PARTY-LICENSES.txt'));

/** The Python half carries the same version. */
function writeVersion() {
  const text = `"""The version of this package, which is that of the labextension and of the core in it."""\n\n__version__ = "${version}"\n`;
  const file = join(here, 'slipway_jupyterlab/_version.py');
  if (readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}

async function bundle() {
  rmSync(join(here, 'lib'), { recursive: true, force: true });
  const lab = Object.keys(dependencies).filter((name) => !name.startsWith('@slipway/'));
  await build({
    entryPoints: [join(here, 'src/index.ts')],
    outdir: join(here, 'lib'),
    bundle: true,
    // The protocol and the panels come when they are first needed.
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    jsx: 'automatic',
    charset: 'utf8',
    plugins: [leanPanels],
    // What JupyterLab brings.
    external: [...lab, ...lab.map((name) => `${name}/*`)],
    define: { SLIPWAY_VERSION: JSON.stringify(version) },
    logLevel: 'warning',
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
  for (const part of ['slipway.js', 'supervisor.js', 'chunks', 'steps']) {
    // Of a file that is there compressed too, this alone: the core and the steps read either, and a wheel is small.
    const filter = (source) => !existsSync(`${source}.gz`);
    cpSync(join(dist, part), join(core, part), { recursive: true, filter });
  }
  // Its module type, which a file beside another package.json would not have.
  writeFileSync(join(core, 'package.json'), `${JSON.stringify({ type: 'module', version })}\n`);
}
