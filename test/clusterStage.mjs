/**
 * The tests that need a real cluster. What the cluster is made of is built in the background from the start of `npm test`,
 * so that it is there when its turn comes; a cluster that is up already is used and left up.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterDown, clusterStatus, clusterUp, missingPrerequisites, prepareCluster } from './cluster/cluster.mjs';
import { root } from './setup.mjs';

/** The cluster of one run of tests: it is built from the start, started at its first use, and one stage at a time has it. */
export class TestCluster {
  #unwanted = new AbortController();
  #prepared = prepare(this.#unwanted.signal);
  #started;
  #lastUse = Promise.resolve();

  /**
   * Runs `work` once nobody else uses the cluster. Resolves to the reasons why this machine can have none, in words; then `work`
   * was not run.
   * @param log takes a line of what happens until the cluster is up
   * @param work gets the path of the file that tells the tests where the cluster is
   */
  use(log, work) {
    const use = this.#lastUse.then(async () => {
      this.#started ??= start(this.#prepared, log);
      const { missing, file } = await this.#started;
      if (missing.length === 0) await work(file);
      return missing;
    });
    this.#lastUse = use.catch(() => undefined);
    return use;
  }

  /** Stops the cluster after its last use, unless it was up before. Where nobody has used it, its build ends, too. */
  async end() {
    if (this.#started === undefined) this.#unwanted.abort();
    await this.#lastUse;
    const started = await this.#started?.catch(() => undefined);
    if (started?.isOurs) await clusterDown({ log: () => undefined });
  }
}

/** Builds. Never rejects, so that other stages come first. */
async function prepare(signal) {
  const missing = missingPrerequisites();
  if (missing.length > 0) return { missing };
  const lines = [];
  try {
    await prepareCluster({ log: (line) => lines.push(line), signal });
    return { missing: [], lines };
  } catch (error) {
    return { missing: [], lines, error };
  }
}

async function start(prepared, log) {
  const { missing, lines = [], error } = await prepared;
  for (const line of lines) log(line);
  if (missing.length > 0) return { missing };
  if (error !== undefined) throw error;
  const { running } = await clusterStatus();
  const status = await clusterUp({ log });
  const folder = join(root, '.cache');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'cluster.json');
  writeFileSync(file, JSON.stringify(status, null, 2), { mode: 0o600 });
  return { missing: [], file, isOurs: !running };
}
