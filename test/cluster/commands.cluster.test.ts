import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { testCluster } from '../integration/cluster/clusterMachine.ts';
import type { ClusterStatus } from './cluster.mjs';

/** A person's home, whose contexts a command of the cluster may change. */
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-commands-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const cluster = testCluster();

function run(program: string, ...args: readonly string[]): Promise<{ readonly stdout: string }> {
  const environment = { HOME: home, XDG_CONFIG_HOME: join(home, 'config'), XDG_CACHE_HOME: dirname(cluster.cache) };
  const file = join(import.meta.dirname, program);
  return promisify(execFile)(process.execPath, [file, ...args], { env: { ...process.env, ...environment } });
}

const status = async () => JSON.parse((await run('cluster.mjs', 'status', '--json')).stdout) as ClusterStatus;

const contexts = async () => {
  const text = await readFile(join(home, 'config/slipway/config.yaml'), 'utf8').catch(() => 'contexts: []');
  return (parse(text) as { contexts: { name: string; kubeconfig: string; namespace: string }[] }).contexts;
};

it('up on a cluster that is up starts nothing anew, and makes the context known; status tells what runs', async () => {
  const before = await status();
  expect(before).toMatchObject({ running: true, built: true, kubeconfig: cluster.kubeconfig });
  const { stdout } = await run('cluster.mjs', 'up');
  expect(stdout).toContain('the cluster is up already');
  const after = await status();
  expect(after.daemons).toEqual(before.daemons);
  for (const [name, pid] of Object.entries(after.daemons)) {
    // Each is a process of this machine, and no other than the one that was started under that name.
    expect(await readFile(`/proc/${pid}/cmdline`, 'utf8'), name).not.toBe('');
  }
  const [context] = await contexts();
  expect(context).toMatchObject({ name: 'test-cluster', kubeconfig: cluster.kubeconfig, namespace: 'team-a' });
  const config = parse(await readFile(cluster.kubeconfig, 'utf8')) as { contexts: { name: string }[] };
  expect(config.contexts.map(({ name }) => name)).toContain('test-cluster');
});

it('the context is taken away as down does it, with a file that has nothing else in it', async () => {
  await run('context.ts', 'save');
  expect(await contexts()).toHaveLength(1);
  await run('context.ts', 'remove');
  await expect(readFile(join(home, 'config/slipway/config.yaml'))).rejects.toThrow('ENOENT');
});
