import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kubectl } from '../../cluster/cluster.mjs';
import { json, notebook } from '../cli/slipway.ts';
import { ClusterMachine } from './clusterMachine.ts';

const volume = { kind: 'claim', claimName: 'team-data', subPath: 'slipway' } as const;
let ada: ClusterMachine;
/** A colleague in the same space, whose machine has never seen the run. */
let bob: ClusterMachine;

beforeAll(async () => {
  ada = await ClusterMachine.create('history', { volume });
  bob = await ada.colleague({ volume });
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'team-data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
  await kubectl(['apply', '-n', ada.namespace, '-f', '-'], { input: JSON.stringify(claim) });
});

afterAll(async () => {
  await bob.dispose();
  await ada.dispose();
});

it('there are none on a volume where nothing was ever run', async () => {
  const listed = await bob.typed(['runs', '--history']);
  expect(listed.exitCode, listed.stderr).toBe(0);
  expect(listed.stdout).toContain('There are no runs yet.');
  // It has mounted the volume for reading alone, and while such a mount is there the kubelet gives a local volume to no fsGroup.
  await ada.until('its pod is gone', async () => ((await ada.names(['pod'])).length === 0 ? true : undefined));
});

it("runs whose PipelineRuns are gone are recalled from the team's volume, by a machine that never saw them", async () => {
  const keep = 'echo first 42; echo kept > "$SLIPWAY_OUTPUT/kept.txt"';
  const failing = await ada.machine.write('failed.ipynb', notebook(['print("second")', '{}["pca"]']));
  const commands = [
    ['run', '-o', 'json', '--', 'bash', '-c', keep],
    ['run', '-o', 'json', failing],
  ];
  const ended = await Promise.all(commands.map((command) => ada.typed(command)));
  const [passed, failed] = ended.map(json);
  if (passed === undefined || failed === undefined) throw new Error('no run');
  expect([passed.state, failed.state], JSON.stringify(ended)).toEqual(['succeeded', 'failed']);
  await ada.kubectl('delete', 'pipelinerun', passed.run, failed.run, '--timeout=240s');
  await ada.until('their pods are gone', async () =>
    (await ada.names(['pod'], `tekton.dev/pipelineRun in (${passed.run},${failed.run})`)).length === 0
      ? true
      : undefined,
  );

  expect((await bob.typed(['runs'])).stdout).not.toContain(passed.run);
  const listed = await bob.typed(['runs', '--history']);
  expect(listed.exitCode, listed.stderr).toBe(0);
  expect(listed.stdout).toMatch(new RegExp(`^${passed.run} +passed`, 'm'));
  expect(listed.stdout).toMatch(new RegExp(`^${failed.run} +failed`, 'm'));

  const logs = await bob.typed(['logs', passed.run, '--step', 'command']);
  expect(logs.exitCode, logs.stderr).toBe(0);
  expect(logs.stdout).toContain('first 42');
  const folder = join(await mkdtemp(join(bob.machine.folder, 'results-')), 'all');
  const got = await bob.typed(['artifacts', 'get', passed.run, '-d', folder]);
  expect(got.exitCode, got.stderr).toBe(0);
  expect(await readFile(join(folder, 'output/kept.txt'), 'utf8')).toBe('kept\n');

  const why = await bob.typed(['why', failed.run]);
  expect(why.stdout, why.stderr).toContain("'pca'");
  const again = json(await bob.typed(['watch', failed.run, '-o', 'json']));
  expect(again).toMatchObject({ state: 'failed', failedCell: { number: 2, errorName: 'KeyError' } });
});
