import { cp, mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examples, json, notebook } from '../cli/slipway.ts';
import { ClusterMachine, context } from './clusterMachine.ts';

let ada: ClusterMachine;

beforeAll(async () => {
  ada = await ClusterMachine.create('run');
});

afterAll(async () => {
  await ada.dispose();
});

describe('a run on the cluster', () => {
  it('is followed cell by cell to its verdict, and kubectl sees the same', async () => {
    const file = await ada.machine.write(
      'analysis.ipynb',
      notebook([
        { source: 'n = 2', tags: ['parameters'] },
        'import time\nfor i in range(n): print("line", i); time.sleep(1)',
        'print("end")',
      ]),
    );
    const started = ada.start(['run', file, '-p', 'n=3']);
    await started.until(/notebook cell 2\/3/);
    const ended = await started.ended;
    expect(ended.exitCode, ended.stderr + ended.stdout).toBe(0);
    expect(ended.stdout).toMatch(/n=3 \(int, default 2\)/);
    expect(ended.stdout).toMatch(/passed in /);
    const [, run = ''] = /^run +(\S+)$/m.exec(ended.stdout) ?? [];
    expect(await ada.field(`pipelinerun/${run}`, '.status.conditions[0].reason')).toMatch(/Succeeded|Completed/);
    expect(await ada.field(`pipelinerun/${run}`, '.metadata.labels.app\\.kubernetes\\.io/managed-by')).toBe('slipway');

    const logs = await ada.typed(['logs', run, '--step', 'notebook']);
    expect(logs.stdout).toContain('line 2');
    const folder = join(await mkdtemp(join(ada.machine.folder, 'results-')), 'all');
    const got = await ada.typed(['artifacts', 'get', run, '-d', folder]);
    expect(got.exitCode, got.stderr).toBe(0);
    expect(await readFile(join(folder, 'output/analysis_output.html'), 'utf8')).toContain('line 2');
    const executed = await readFile(join(folder, 'output/analysis_output.ipynb'), 'utf8');
    expect(executed).toContain('injected-parameters');
  });

  it('that fails names the cell and why, keeps its report, and can be retried from there', async () => {
    const folder = join(ada.machine.work, 'failing');
    await cp(join(examples, 'failing'), folder, { recursive: true });
    const ended = await ada.typed(['run', join(folder, 'key_error.ipynb'), '-o', 'json']);
    expect(ended.exitCode).toBe(1);
    const failed = json(ended);
    expect(failed.state).toBe('failed');
    expect(failed.failedCell).toMatchObject({ number: 3, errorName: 'KeyError' });
    expect(failed.diagnosis?.cause).toContain("'pca'");
    expect(failed.artifacts.map(({ role }) => role)).toContain('report');

    // The mended notebook: what prepare did is taken over.
    const path = join(folder, 'key_error.ipynb');
    const mended = (await readFile(path, 'utf8')).replace('obsm[\\"pca\\"]', 'obsm[\\"X_pca\\"]');
    await ada.machine.write('failing/key_error.ipynb', mended);
    const retried = await ada.typed(['retry', failed.run, '--from', 'notebook', '-o', 'json']);
    expect(retried.exitCode, retried.stderr + retried.stdout).toBe(0);
    const again = json(retried);
    expect(again.steps.find(({ name }) => name === 'prepare')?.state).toBe('reused');
    expect(again.state).toBe('succeeded');
  });

  it('can be run again with another parameter, from the cluster alone, and is deleted with all that it left', async () => {
    const file = await ada.machine.write(
      'sum.ipynb',
      notebook([{ source: 'x = 1', tags: ['parameters'] }, 'print("x is", x)']),
    );
    const { run } = json(await ada.typed(['run', file, '-o', 'json']));
    await ada.machine.write('sum.ipynb', 'not a notebook any more');
    const again = await ada.typed(['rerun', run, '-p', 'x=5', '-o', 'json']);
    expect(again.exitCode, again.stderr).toBe(0);
    const logs = await ada.typed(['logs', json(again).run, '--step', 'notebook']);
    expect(logs.stdout).toContain('x is 5');

    expect((await ada.typed(['runs'])).stdout).toMatch(new RegExp(`^${run} +passed`, 'm'));
    const deleted = await ada.typed(['delete', run, '--yes']);
    expect(deleted.exitCode, deleted.stderr).toBe(0);
    await ada.until('nothing of the run is left', async () => {
      const kinds = ['pipelinerun', 'taskrun', 'pod', 'pvc', 'configmap'] as const;
      return (await ada.names(kinds, `slipway.dev/run=${run}`)).length === 0 ? true : undefined;
    });
    const { stdout } = await ada.typed(['runs']);
    expect(stdout).not.toContain(run);
    expect(stdout).toContain(json(again).run);
  });

  it('runs a command as well as a notebook', async () => {
    await ada.machine.write(
      'train.py',
      'import os, sys\nprint("epochs", sys.argv[1])\nopen(os.environ["SLIPWAY_OUTPUT"] + "/model.bin", "wb").write(b"x" * 100)\n',
    );
    const ended = await ada.machine.slipway([
      'run',
      '--context',
      context,
      '-o',
      'json',
      '--',
      'python3',
      'train.py',
      '3',
    ]);
    expect(ended.exitCode, ended.stderr + ended.stdout).toBe(0);
    const result = json(ended);
    expect(result.artifacts.find(({ path }) => path === 'output/model.bin')?.bytes).toBe(100);
  });

  it('that somebody wrote by hand is created as it is and followed', async () => {
    const manifest = `apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: { generateName: by-hand- }
spec:
  pipelineSpec:
    tasks:
      - name: build
        taskSpec:
          steps:
            - { name: compile, image: "testbed.local/busybox:1", script: "echo compiled" }
      - name: check
        runAfter: [build]
        taskSpec:
          steps:
            - { name: look, image: "testbed.local/busybox:1", script: "echo looked" }
`;
    const file = await ada.machine.write('by-hand.yaml', manifest);
    const ended = await ada.typed(['run', '--bare', file, '-o', 'json']);
    expect(ended.exitCode, ended.stderr + ended.stdout).toBe(0);
    const result = json(ended);
    expect(result.run).toMatch(/^by-hand-/);
    expect(result.steps.map(({ name, state }) => [name, state])).toEqual([
      ['build/compile', 'succeeded'],
      ['check/look', 'succeeded'],
    ]);
    const logs = await ada.typed(['logs', result.run]);
    expect(logs.stdout).toContain('compiled');
    expect(logs.stdout).toContain('looked');
  });
});
