/**
 * `npm run bench` measures every figure of figures.mjs beside its reference; `-- NAME …` those that are named, `-- local` what runs on this
 * machine alone, `-- cluster` what runs on the test cluster. `--pairs N` and `--runs N` change the sizes. Prepares the machine like
 * `npm test`, then runs main.ts.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildTkn, clusterDown, clusterStatus, clusterUp, missingPrerequisites } from '../cluster/cluster.mjs';
import { testBrowser } from '../hosts/chromium/setup.mjs';
import { codeServer, packageExtension } from '../hosts/codeServer/setup.mjs';
import { jupyterHost } from '../hosts/jupyter/setup.mjs';
import { figuresHere, figuresOfCluster, wantedFigures } from './figures.mjs';
import { build, installPackages, pinnedNode, root, run, testPython, tool } from '../setup.mjs';

const words = process.argv.slice(2);
const names = words.filter((word, index) => !word.startsWith('--') && !(words[index - 1] ?? '').startsWith('--'));
const wanted = wantedFigures(names);
const isWanted = (name) => wanted.has(name);

await installPackages();
const python = await testPython();
await build();
const env = { ...pinnedNode(), SLIPWAY_TEST_PYTHON: python };
if (['jupyter', 'press', 'memory'].some(isWanted)) env.SLIPWAY_TEST_JUPYTER = await jupyterHost();
if (['activation', 'press', 'memory', 'sizes'].some(isWanted)) env.SLIPWAY_TEST_VSIX = await packageExtension();
if (['activation', 'press', 'memory'].some(isWanted)) {
  env.SLIPWAY_TEST_CODE_SERVER = await codeServer();
  env.SLIPWAY_TEST_BROWSER = await testBrowser();
}
const options = words.filter((word) => !names.includes(word));
const measure = (figures) => run(tool('node'), ['test/bench/main.ts', ...figures, ...options], { env });
const here = figuresHere.filter(isWanted);
const ofCluster = figuresOfCluster.filter(isWanted);
if (ofCluster.length > 0) await withCluster(() => measure(ofCluster));
if (here.length > 0) await measure(here);
if (isWanted('panels')) {
  await run(tool('node'), ['test/panels/benchMain.ts'], { env: { ...env, SLIPWAY_TEST_BROWSER: await testBrowser() } });
}

/** Starts the cluster for the work where it is not up already, and says why where that cannot be. */
async function withCluster(work) {
  const missing = missingPrerequisites();
  if (missing.length > 0) {
    console.error(`The figures of the cluster cannot be taken on this machine: ${missing.join('; ')}.`);
    process.exitCode = 1;
    return;
  }
  const { running } = await clusterStatus();
  const status = running ? await clusterStatus() : await clusterUp();
  mkdirSync(join(root, '.cache'), { recursive: true });
  env.SLIPWAY_TEST_CLUSTER = join(root, '.cache/bench-cluster.json');
  writeFileSync(env.SLIPWAY_TEST_CLUSTER, JSON.stringify(status, null, 2), { mode: 0o600 });
  env.SLIPWAY_TEST_TKN = await buildTkn();
  try {
    await work();
  } finally {
    if (!running) await clusterDown();
  }
}
