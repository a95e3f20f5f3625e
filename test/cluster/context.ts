/**
 * Puts the context `test-cluster` among the user's own contexts of Slipway, or takes it out: `context.ts save | remove`.
 * A program of its own, because the cluster starts without npm packages and this needs them.
 */
import { readFile, rm, rmdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { readConfig, removeContext, saveContext } from '../../shared/src/identity/index.ts';
import type { ContextEntry } from '../../shared/src/protocol/index.ts';
import { environmentPaths } from '../../shared/src/server/index.ts';
import { clusterStatus } from './cluster.mjs';

const { configDir } = environmentPaths(process.env, homedir(), process.platform);
const name = 'test-cluster';

async function save(): Promise<void> {
  const { kubeconfig, services } = await clusterStatus();
  const entry: ContextEntry = {
    name,
    kubeconfig,
    kubeconfigContext: name,
    namespace: 'team-a',
    profile: {
      image: 'testbed.local/runner:1',
      images: ['testbed.local/runner-other-uid:1'],
      instanceTypes: {
        cpu: { cpu: '500m', memory: '1Gi' },
        gpu: { cpu: '500m', memory: '1Gi', gpus: 1 },
      },
      defaultInstanceType: 'cpu',
      securityContext: { runAsUser: 1001, runAsGroup: 1001, fsGroup: 1001 },
      volume: { kind: 'perRun', size: '1Gi', storageClassName: 'local' },
      mirrors: {
        pipIndexUrl: 'http://files.testbed.local:8082/files/simple/',
        pipTrustedHosts: ['files.testbed.local'],
      },
      git: { url: `${services.git}/public/examples.git` },
    },
  };
  await saveContext(configDir, entry);
}

/** Leaves no file behind that has nothing else in it. */
async function remove(): Promise<void> {
  const { entries, path } = await readConfig(configDir);
  if (!entries.some((entry) => entry.name === name)) return;
  await removeContext(configDir, name);
  if ((await readConfig(configDir)).entries.length > 0 || (await readFile(path, 'utf8')).includes('#')) return;
  await rm(path);
  // What else is in the folder stays.
  await rmdir(configDir).catch(() => undefined);
}

await (process.argv[2] === 'save' ? save() : remove());
