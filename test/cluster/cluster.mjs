/**
 * The test cluster: a real Kubernetes with Tekton on this machine, for the tests of everything that talks to one.
 * `node test/cluster/cluster.mjs up | down | status [--json] | reset | build`; see README.md. Plain JavaScript without
 * dependencies, for it runs before there are any, on Node 20 and later.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildParts, isBuilt } from './build/build.mjs';
import { daemonPid, knownDaemons, stopDaemon } from './tools/daemons.mjs';
import { importImages, removeImages } from './run/importing.mjs';
import { locked } from './tools/lock.mjs';
import { start } from './run/parts.mjs';
import { installPrerequisites, missingPrerequisites } from './build/prerequisites.mjs';
import {
  apiUrl,
  cache,
  issuerUrl,
  login,
  network,
  node,
  oidcAudience,
  paths,
  ports,
  registryName,
} from './settings.mjs';
import { forgetContext, registerContext } from './run/registration.mjs';
import { fillRegistry, isReady, recipeOf, startCluster } from './run/start.mjs';
import { leftovers } from './run/leftovers.mjs';
import { leavesTraces, stopCluster } from './run/stop.mjs';

export { missingPrerequisites };
export { addPretendNode, removePretendNode, setGpus } from './run/nodes.mjs';
export { kubectl, waitFor } from './tools/processes.mjs';
export { idToken } from './run/tokens.mjs';
export { trustIssuer } from './run/trust.mjs';

const recipeFile = join(paths.state, 'recipe');

/** Builds what is missing and installs what the build needs; resolves when everything is there. */
export async function prepareCluster({ log = console.log, signal } = {}) {
  refuseWhereImpossible();
  await installPrerequisites(log);
  const folders = await buildParts({ log, signal });
  await locked('cluster', log, () => importImages(folders.images, log));
  return folders;
}

/** Builds what is missing, and starts the cluster unless it is up. `fresh` drops the state of the one before. */
export async function clusterUp({ log = console.log, fresh = false, signal } = {}) {
  const folders = await prepareCluster({ log, signal });
  const recipe = recipeOf(folders);
  await locked('cluster', log, async () => {
    const started = performance.now();
    const timed = (text) => log(`${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s  ${text}`);
    const last = existsSync(recipeFile) ? readFileSync(recipeFile, 'utf8') : '';
    if (!fresh && last === recipe && (await allRun())) {
      log('the cluster is up already');
      await fillRegistry(folders['registry-images']);
      await registerContext(log);
      return;
    }
    if (leavesTraces()) {
      timed('cleaning up after the last cluster');
      await stopCluster(timed);
    }
    // State that another recipe made would be half of this one's.
    if (fresh || last !== recipe) rmSync(paths.state, { recursive: true, force: true });
    // It would grow with each, and an audit log that becomes too long is moved under those who read on in it.
    for (const written of [paths.logs, paths.auditLog]) rmSync(written, { recursive: true, force: true });
    await startCluster(folders, timed);
    writeFileSync(recipeFile, recipe);
    await registerContext(log);
    timed(`the cluster is up: ${paths.kubeconfig}`);
  });
  return clusterStatus();
}

/** Stops the cluster. Its state and its images stay in the cache folder, and nothing of it anywhere else. */
export async function clusterDown({ log = console.log } = {}) {
  await locked('cluster', log, async () => {
    await forgetContext(log);
    if (!leavesTraces()) {
      log('the cluster is down');
      return;
    }
    const started = performance.now();
    await stopCluster((text) => log(`${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s  ${text}`));
    const left = await leftovers();
    if (left.length > 0) throw new Error(`The cluster was stopped, and left behind:\n${left.join('\n')}`);
    log('the cluster is down, and nothing is left of it');
  });
}

/** What runs, and where everything is. */
export async function clusterStatus() {
  const daemons = Object.fromEntries(knownDaemons().map((name) => [name, daemonPid(name) ?? null]));
  return {
    running: await allRun(),
    built: isBuilt(),
    daemons,
    kubeconfig: paths.kubeconfig,
    kubectl: join(paths.bin, 'kubectl'),
    validatePipelineRuns: join(paths.bin, 'validate-pipelineruns'),
    apiUrl,
    node,
    nodeAddress: network.nodeAddress,
    certificateAuthority: join(paths.pki, 'ca.crt'),
    pki: paths.pki,
    pids: paths.pids,
    logs: paths.logs,
    auditLog: paths.auditLog,
    // Reachable from pods and from this machine; pods know them as git.testbed.local and files.testbed.local, too.
    services: {
      git: `http://${network.nodeAddress}:${ports.git}`,
      files: `http://${network.nodeAddress}:${ports.files}`,
      registry: `http://${network.nodeAddress}:${ports.registry}`,
      registryName,
      login,
      repositories: paths.repositories,
      filesFolder: paths.files,
    },
    issuer: { url: issuerUrl, audience: oidcAudience, signingKey: join(paths.pki, 'tokens.key') },
    cache,
  };
}

/** Builds Tekton's own client, which only comparisons need, and returns its path. */
export async function buildTkn({ log = console.log, signal } = {}) {
  await buildParts({ log, only: ['tkn'], signal });
  return join(paths.bin, 'tkn');
}

/** Takes an image off the node, in all its versions: the next pod that wants it pulls it. */
export function removeImage(repository) {
  return removeImages((reference) => reference.startsWith(`${repository}:`) || reference.startsWith(`${repository}@`));
}

/** Ends a part of the cluster; at once, as a crash would, when `graceSeconds` is 0. */
export const stopPart = (name, graceSeconds) => stopDaemon(name, graceSeconds);

export const startPart = (name) => start[name]();

async function allRun() {
  const names = knownDaemons();
  return names.length > 0 && names.every((name) => daemonPid(name) !== undefined) && (await isReady());
}

function refuseWhereImpossible() {
  const reasons = missingPrerequisites();
  if (reasons.length > 0) throw new Error(`The test cluster cannot run on this machine: ${reasons.join('; ')}.`);
}

async function printStatus() {
  const status = await clusterStatus();
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify(status, undefined, 2));
    return;
  }
  console.log(status.running ? `The cluster is up: ${status.apiUrl}` : 'The cluster is down.');
  for (const [name, pid] of Object.entries(status.daemons)) console.log(`  ${name}: ${pid ?? 'has ended'}`);
  if (status.running) console.log(`KUBECONFIG=${status.kubeconfig}\nkubectl: ${status.kubectl}`);
}

const commands = {
  build: () => prepareCluster(),
  up: () => clusterUp(),
  down: () => clusterDown(),
  reset: () => clusterUp({ fresh: true }),
  status: printStatus,
};

async function main() {
  const command = commands[process.argv[2]];
  if (command === undefined) throw new Error(`Usage: cluster.mjs ${Object.keys(commands).join(' | ')}`);
  await command();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await main();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
