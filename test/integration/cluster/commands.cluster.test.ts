import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { kubectl } from '../../cluster/cluster.mjs';
import { mistakenRuns } from '../../cluster/mistakenRuns.ts';
import { json, notebook, type Ended } from '../cli/slipway.ts';
import { adminRequest, pathOf } from './adminRequest.ts';
import { ClusterMachine, context } from './clusterMachine.ts';

interface Sent {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: object };
  readonly spec: object;
}

let ada: ClusterMachine;
/** A run with every step there is for a notebook; its tests failed. */
let failed: string;

beforeAll(async () => {
  ada = await ClusterMachine.create('commands');
  const { files, git } = ada.cluster.services;
  const cells = [
    { source: 'depth = 1', tags: ['parameters'] },
    'import os\nprint("depth is", depth, "with", sorted({"SLIPWAY_DATASET", "SLIPWAY_REPOSITORY"} & set(os.environ)))',
  ];
  await ada.machine.write('a.ipynb', notebook(cells));
  await ada.machine.write('tests/test_result.py', 'def test_result():\n    assert "first" == "second"\n');
  const stage = `dataset:\n  url: ${files}/data/20\nrepository:\n  url: ${git}/public/examples.git\n`;
  await ada.machine.write('slipway.yaml', `notebook: a.ipynb\nparameters:\n  depth: 7\n${stage}`);
  const ended = await ada.typed(['run', '-o', 'json']);
  expect(ended.exitCode, ended.stdout + ended.stderr).toBe(1);
  failed = json(ended).run;
  expect(stepsOf(ended)).toEqual({ ...all('succeeded'), test: 'failed' });
  await ada.machine.write('tests/test_result.py', 'def test_result():\n    assert "first" == "first"\n');
});

afterAll(async () => {
  await ada.dispose();
});

const steps = ['dataset', 'clone', 'prepare', 'notebook', 'report', 'test', 'collect'];
const all = (state: string): Readonly<Record<string, string>> => Object.fromEntries(steps.map((step) => [step, state]));

function stepsOf(ended: Ended): Readonly<Record<string, string>> {
  return Object.fromEntries(json(ended).steps.map(({ name, state }) => [name, state]));
}

async function notebookLog(run: string): Promise<string> {
  return (await ada.typed(['logs', run, '--step', 'notebook'])).stdout;
}

describe('slipway manifest', () => {
  it('prints what a run sends, with comments for who reads it, and an API server takes it as it is', async () => {
    const printed = await ada.typed(['manifest']);
    expect(printed.exitCode, printed.stderr).toBe(0);
    const objects = parseAllDocuments(printed.stdout).map((document) => document.toJS() as Sent);
    expect(objects.map(({ kind }) => kind)).toEqual(['PersistentVolumeClaim', 'PipelineRun']);
    const name = objects.at(-1)?.metadata.name ?? '';
    // Nothing of it was made.
    expect(await ada.names(['pipelinerun', 'pvc', 'configmap'], `slipway.dev/run=${name}`)).toEqual([]);
    const strictly = ['create', '--dry-run=server', '--validate=strict', '-o', 'name', '-f', '-'];
    const taken = await kubectl(strictly, { input: printed.stdout });
    expect(taken.trim().split('\n')).toEqual([`persistentvolumeclaim/${name}-data`, `pipelinerun.tekton.dev/${name}`]);

    // The run of the same job spec, as the API server has it with what it added by itself.
    const sent = async (object: string): Promise<Sent> =>
      (await adminRequest(ada.cluster.kubeconfig, 'GET', pathOf(object, ada.namespace))) as Sent;
    // It writes durations its own way, and leaves out what is empty.
    const text = JSON.stringify(objects).replaceAll(name, failed);
    const likewise = JSON.parse(text.replaceAll(':"0"', ':"0s"').replaceAll(',"items":[]', '')) as Sent[];
    for (const [index, object] of [`pvc/${failed}-data`, `pipelinerun/${failed}`].entries()) {
      const { metadata, spec } = await sent(object);
      expect(spec).toMatchObject(likewise[index]?.spec ?? {});
      expect(metadata.labels).toMatchObject(likewise[index]?.metadata.labels ?? {});
    }

    // The comments are those of the golden file for such a run, but for the names in its head.
    const golden = join(import.meta.dirname, '../../../shared/src/pipeline/manifest/__golden__');
    const comments = (text: string): string[] =>
      [...new Set(text.match(/(?<=^ *)# .*/gm))].filter((line) => !line.startsWith('#  '));
    const expected = await readFile(join(golden, 'stage-clone-and-dataset.yaml'), 'utf8');
    expect(comments(printed.stdout)).toEqual([
      `# The run ${name}, as Slipway creates it.`,
      ...comments(expected).slice(1),
    ]);
  });
});

describe.concurrent('a run that failed in its last steps', () => {
  it('is retried from its tests, its report or its clone, and takes over what was before these', async () => {
    const retries = ['test', 'report', 'clone'].map(async (from) => {
      const ended = await ada.typed(['retry', failed, '--from', from, '-o', 'json']);
      expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
      const reused = steps.slice(0, steps.indexOf(from));
      expect(stepsOf(ended), from).toEqual({
        ...all('succeeded'),
        ...Object.fromEntries(reused.map((step) => [step, 'reused'])),
      });
      // What was taken over is there to read, too.
      expect(await notebookLog(json(ended).run)).toContain("depth is 7 with ['SLIPWAY_DATASET', 'SLIPWAY_REPOSITORY']");
    });
    await Promise.all(retries);
  });

  it('is run again with a job spec that was edited, from the cluster alone', async () => {
    // Not beside the notebook, where it would travel with it.
    const editor = join(ada.machine.folder, 'editor.sh');
    const edits = ['s/depth: 7$/depth: 8/', '/^dataset:/,/^ /d', '/^repository:/,/^ /d'];
    await writeFile(editor, `#!/bin/sh\nsed -i ${edits.map((edit) => `-e '${edit}'`).join(' ')} "$1"\n`, {
      mode: 0o700,
    });
    const edited = await ada.machine.slipway(['rerun', failed, '--edit', '--context', context], {
      env: { EDITOR: editor },
    });
    const [, run = ''] = /^run +(\S+)$/m.exec(edited.stdout) ?? [];
    expect(edited.stdout, edited.stderr).toMatch(/^changed +depth=8, without dataset, without repository$/m);
    // The files are those of then, and so is the test that fails.
    expect(edited.exitCode, edited.stdout + edited.stderr).toBe(1);
    expect(stepsOf(await ada.typed(['watch', run, '-o', 'json']))).toEqual({
      prepare: 'succeeded',
      notebook: 'succeeded',
      report: 'succeeded',
      test: 'failed',
      collect: 'succeeded',
    });
    expect(await notebookLog(run)).toContain('depth is 8 with []');
  });
});

describe('slipway run --bare', () => {
  const mistakes: readonly (readonly [reason: string, said: string, action: RegExp])[] = [
    [
      'InvalidWorkspaceBindings',
      'The pipeline needs the workspace "data", and the PipelineRun does not bind it.',
      /Add an entry with name: data to spec\.workspaces/,
    ],
    [
      'CreateRunFailed',
      'The task "build" uses the workspace "data", which the pipeline does not declare.',
      /Declare data in pipelineSpec\.workspaces/,
    ],
    [
      'ParameterMissing',
      'The pipeline needs the parameter "x", and the PipelineRun does not give it.',
      /Add an entry with name: x to spec\.params/,
    ],
    [
      'InvalidTaskRunSpecs',
      'spec.taskRunSpecs names the task "biuld", which the pipeline does not have.',
      /Its tasks are: build\./,
    ],
    [
      'TaskRunValidationFailed',
      'The task "build" uses 2 volumes as workspaces; Tekton allows one claim a task.',
      /mount the others as taskSpec\.volumes/,
    ],
  ];

  it.each(mistakes)('refuses what would be accepted and end as %s', async (reason, said, action) => {
    const runs = mistakenRuns(ada.namespace);
    expect(Object.keys(runs)).toEqual(mistakes.map(([each]) => each));
    const file = join(ada.machine.folder, `${reason}.yaml`);
    await writeFile(file, stringify(runs[reason]));
    const ended = await ada.typed(['run', '--bare', file]);
    const words = ended.stderr.replaceAll(/\s+/g, ' ');
    expect(words, ended.stdout).toContain(said);
    expect(words).toMatch(action);
    expect(ended.exitCode, ended.stderr).toBe(2);
    expect(ended.stdout).toBe('');
    expect(await ada.names(['pipelinerun'])).not.toContain(`pipelinerun/${runs[reason]?.metadata.name ?? ''}`);
  });
});
