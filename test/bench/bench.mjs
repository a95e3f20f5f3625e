/**
 * `npm run bench -- [start|logs|run|jupyter|activation|identity|press|memory|sizes|panels …]` measures what runs on this machine; `cluster`,
 * or the names of single figures of it, what runs on the test cluster; `all` both. `--pairs N` and `--runs N` change the sizes. Prepares the machine like
 * `npm test`, then runs main.ts.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildTkn, clusterDown, clusterStatus, clusterUp, missingPrerequisites } from '../cluster/cluster.mjs';
import { testBrowser } from '../hosts/chromium/setup.mjs';
import { codeServer, packageExtension } from '../hosts/codeServer/setup.mjs';
import { jupyterHost } from '../hosts/jupyter/setup.mjs';
import { build, installPackages, pinnedNode, root, run, testPython, tool } from '../setup.mjs';

const onThisMachine = new Set([
  'start',
  'logs',
  'run',
  'jupyter',
  'activation',
  'identity',
  'press',
  'memory',
  'sizes',
  'panels',
]);
const onCluster = new Set(['all', 'cluster', 'submit', 'latency', 'merged', 'status', 'cell', 'transfer', 'space']);

const words = process.argv.slice(2);
const names = words.filter((word, index) => !word.startsWith('--') && !(words[index - 1] ?? '').startsWith('--'));
const unknown = names.filter((name) => !onThisMachine.has(name) && !onCluster.has(name));
if (unknown.length > 0) {
  console.error(`There is no figure ${unknown.join(', ')}; there are ${[...onThisMachine, ...onCluster].join(', ')}.`);
  process.exit(2);
}

await installPackages();
const python = await testPython();
await build();
const env = { ...pinnedNode(), SLIPWAY_TEST_PYTHON: python };
const isWanted = (name) => names.length === 0 || names.includes('all') || names.includes(name);
if (['jupyter', 'press', 'memory'].some(isWanted)) env.SLIPWAY_TEST_JUPYTER = await jupyterHost();
if (['activation', 'press', 'memory', 'sizes'].some(isWanted)) env.SLIPWAY_TEST_VSIX = await packageExtension();
if (['activation', 'press', 'memory'].some(isWanted)) {
  env.SLIPWAY_TEST_CODE_SERVER = await codeServer();
  env.SLIPWAY_TEST_BROWSER = await testBrowser();
}
const measure = () => run(tool('node'), ['test/bench/main.ts', ...words], { env });
if (names.some((name) => onCluster.has(name))) await withCluster(measure);
else await measure();
if (names.length === 0 || names.includes('panels')) {
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
