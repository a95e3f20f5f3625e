import { afterAll, beforeAll, expect, it } from 'vitest';
import { json, notebook } from '../cli/slipway.ts';
import { ClusterMachine } from './clusterMachine.ts';

let ada: ClusterMachine;

beforeAll(async () => {
  ada = await ClusterMachine.create('stage');
});

afterAll(async () => {
  await ada.dispose();
});

it('the log of the stage is followed while its pod runs, then that of the run in another pod', async () => {
  const { files, git } = ada.cluster.services;
  // Long enough to be seen on its way.
  const url = `${files}/~slow=200000/data/1500000`;
  const spec = `notebook: a.ipynb\ndataset:\n  url: ${url}\nrepository:\n  url: ${git}/public/examples.git\n`;
  await ada.machine.write('slipway.yaml', spec);
  const cells = [
    'import os\nprint("bytes", os.path.getsize(os.environ["SLIPWAY_DATASET"]))',
    'import time\nfor i in range(25): print(f"line {i:02d}", flush=True); time.sleep(0.2)',
  ];
  await ada.machine.write('a.ipynb', notebook(cells));
  const started = ada.start(['run']);
  await started.until(/dataset started/);
  const [, run = ''] = /^run +(\S+)$/m.exec(started.output()) ?? [];
  const following = ada.start(['logs', run, '-f']);
  await following.until(/^\[dataset\] downloading: .* of 1\.5 MB/m);
  expect(await ada.field(`pod/${run}-stage-pod`, '.status.phase'), 'while it is fetched').toBe('Running');
  expect(started.output()).not.toContain('dataset done');

  await started.until(/dataset done/);
  await started.until(/clone done/);
  await following.until(/^\[notebook\] line 00/m);
  expect(following.output()).not.toContain('line 24');

  const [ended, followed] = await Promise.all([started.ended, following.ended]);
  expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
  expect(followed.exitCode, followed.stderr).toBe(0);
  expect(followed.stdout).toMatch(/^\[notebook\] bytes 1500000$/m);
  const lines = [...followed.stdout.matchAll(/^\[notebook\] line (\d\d)$/gm)].map((match) => Number(match[1]));
  expect(lines).toEqual(Array.from({ length: 25 }, (_, line) => line));
  const order = ['dataset', 'clone', 'prepare', 'notebook'].map((step) => followed.stdout.indexOf(`[${step}] `));
  expect(
    order.every((at) => at >= 0),
    followed.stdout,
  ).toBe(true);
  expect(order).toEqual(order.toSorted((a, b) => a - b));

  // Each step's own log is what was followed.
  const result = json(await ada.slipway(['watch', run, '-o', 'json']));
  expect(result.steps.slice(0, 3).map(({ name, state }) => [name, state])).toEqual([
    ['dataset', 'succeeded'],
    ['clone', 'succeeded'],
    ['prepare', 'succeeded'],
  ]);
  for (const step of ['dataset', 'clone']) {
    const { stdout } = await ada.slipway(['logs', run, '--step', step]);
    const shown = followed.stdout.split('\n').filter((line) => line.startsWith(`[${step}] `));
    expect(shown.map((line) => line.slice(step.length + 3))).toEqual(stdout.trimEnd().split('\n'));
  }
});
