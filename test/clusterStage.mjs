/**
 * The tests that need a real cluster. What the cluster is made of is built in the background from the start of `npm test`,
 * so that it is there when its turn comes; a cluster that is up already is used and left up.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterDown, clusterStatus, clusterUp, missingPrerequisites, prepareCluster } from './cluster/cluster.mjs';
import { root } from './setup.mjs';

/** Begins to build. Resolves to what `withCluster` needs; never rejects, so that other stages come first. */
export async function beginCluster() {
  const missing = missingPrerequisites();
  if (missing.length > 0) return { missing };
  const lines = [];
  try {
    await prepareCluster({ log: (line) => lines.push(line) });
    return { missing: [], lines };
  } catch (error) {
    return { missing: [], lines, error };
  }
}

/**
 * Runs `work` with a cluster that is up. Resolves to the reasons why this machine can have none, in words; then `work` was
 * not run.
 * @param begun what `beginCluster` resolved to
 * @param work gets the path of the file that tells the tests where the cluster is
 */
export async function withCluster(begun, work) {
  const { missing, lines = [], error } = await begun;
  for (const line of lines) console.log(`   ${line}`);
  if (missing.length > 0) return missing;
  if (error !== undefined) throw error;
  const { running } = await clusterStatus();
  const status = await clusterUp({ log: (line) => console.log(`   ${line}`) });
  const folder = join(root, '.cache');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'cluster.json');
  writeFileSync(file, JSON.stringify(status, null, 2), { mode: 0o600 });
  try {
    await work(file);
  } finally {
    if (!running) await clusterDown({ log: () => undefined });
  }
  return [];
}
