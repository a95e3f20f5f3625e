import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examples, json, testPython } from '../cli/slipway.ts';
import { ClusterMachine } from './clusterMachine.ts';

let ada: ClusterMachine;

beforeAll(async () => {
  ada = await ClusterMachine.create('same-tree', {
    mirrors: {
      pipIndexUrl: 'http://files.testbed.local:8082/files/simple/',
      pipTrustedHosts: ['files.testbed.local'],
    },
  });
});

afterAll(async () => {
  await ada.dispose();
});

/** What decision 2 says that the local target alone keeps in a run's folder. */
const localOnly = /^(?:events\.jsonl|local\.json|supervisor\.(?:json|log)|cancel)$/;
/** Where environments of a volume per run are, and what a helper of the pod marks (decision 10). */
const clusterOnly = /^(?:environments(?:\/|$)|results\/collect\.ended$)/;

/** Parameters that name a third of the cells, and are as good for the example's own tests. */
const few = ['n_cells=500', 'n_genes=800', 'seed=1'].flatMap((parameter) => ['-p', parameter]);

/** Names of all files below a folder, without what programs keep for themselves. */
async function tree(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !/(?:^|\/)(?:__pycache__|\.pytest_cache|\.ipynb_checkpoints)\//.test(path))
    .sort();
}

describe('the single-cell example', () => {
  it('leaves the same tree here and on the cluster, name by name', async () => {
    const folder = join(ada.machine.work, 'single-cell');
    await cp(join(examples, 'single-cell'), folder, { recursive: true });
    const local = await ada.machine.slipway(['run', '-o', 'json', ...few, '--python', testPython()], { cwd: folder });
    expect(local.exitCode, local.stdout + local.stderr).toBe(0);
    const remote = await ada.slipway(['run', '-o', 'json', ...few], { cwd: folder });
    expect(remote.exitCode, remote.stdout + remote.stderr).toBe(0);

    const here = (await tree(join(ada.machine.data, 'slipway/runs', json(local).run))).filter(
      (path) => !localOnly.test(path),
    );
    const there = (await tree(await ada.folderOf(json(remote).run))).filter((path) => !clusterOnly.test(path));
    expect(there).toEqual(here);
    expect(here).toEqual(expect.arrayContaining(['artifacts.json', 'summary.md', 'run.json', 'output/coverage.xml']));

    const listed = (ended: typeof local) =>
      json(ended)
        .artifacts.map(({ path, role }) => `${path} ${role}`)
        .sort();
    expect(listed(remote)).toEqual(listed(local));
    const steps = (ended: typeof local) => json(ended).steps.map(({ name, state }) => [name, state]);
    expect(steps(remote)).toEqual(steps(local));
  });
});
