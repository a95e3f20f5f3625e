import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunFile } from '../../pipeline/index.ts';
import { slipway } from '../testing/commandLine.ts';
import { FakeCore } from '../testing/fakeCore.ts';
import { submittedRun } from '../testing/runs.ts';

const runFile: RunFile = {
  version: 1,
  run: 'analysis-7f3a',
  spec: { notebook: 'analysis.ipynb', parameters: { n_pcs: 20 }, timeouts: { cell: '5m' } },
  steps: ['prepare', 'notebook', 'report', 'test', 'collect'],
  notebook: { path: 'analysis.ipynb', name: 'analysis', kernel: 'python3', language: 'python', cells: [] },
  parameters: { n_pcs: 20 },
  env: {},
  environment: { base: 'interpreter' },
  timeouts: {},
  outputs: [],
  inputHashes: { notebook: '', requirements: '', tests: '' },
};
const notebook = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: [
    { id: 'p', cell_type: 'code', metadata: { tags: ['parameters'] }, source: 'n_pcs = 20\nsample = "a"', outputs: [] },
  ],
};

let core = new FakeCore();
beforeEach(() => {
  core = new FakeCore();
  core.set({ ...submittedRun, state: 'failed' });
  core.submitted = { ...submittedRun, name: 'analysis-9999', createdAt: submittedRun.createdAt + 1 };
  core.files.set('analysis-7f3a/run.json', JSON.stringify(runFile));
  core.files.set('analysis-7f3a/inputs/analysis.ipynb', JSON.stringify(notebook));
});

/** Puts `edit` of the text in place of the text, as an editor would. */
function editor(edit: (text: string) => string) {
  const files: string[] = [];
  const run = async (file: string): Promise<number> => {
    files.push(file);
    await writeFile(file, edit(await readFile(file, 'utf8')));
    return 0;
  };
  return { run, files };
}

describe('slipway rerun', () => {
  it('runs the same again', async () => {
    const { stdout, exitCode } = await slipway(['rerun', 'analysis', '-d'], { core });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('reruns     analysis-7f3a\nrun        analysis-9999\n');
    expect(core.requested('runs/rerun')).toEqual([{ run: 'analysis-7f3a', context: 'local' }]);
  });

  it('gives changed parameters the types that the notebook declares', async () => {
    await slipway(['rerun', 'analysis', '-d', '-p', 'n_pcs=50', '-p', 'sample=7'], { core });
    expect(core.requested('runs/rerun')).toMatchObject([{ changes: { parameters: { n_pcs: 50, sample: '7' } } }]);
    const wrong = await slipway(['rerun', 'analysis', '-d', '-p', 'n_pcs=many'], { core });
    expect(wrong.exitCode).toBe(2);
  });

  it('with --edit sends the fields that were changed, and removes the file', async () => {
    const { run, files } = editor((text) => text.replace('n_pcs: 20', 'n_pcs: 30').replace('5m', '9m'));
    const { exitCode } = await slipway(['rerun', 'analysis', '-d', '--edit'], { core, editor: run });
    expect(exitCode).toBe(0);
    expect(core.requested('runs/rerun')).toMatchObject([
      { changes: { parameters: { n_pcs: 30 }, timeouts: { cell: '9m' } } },
    ]);
    await expect(stat(dirname(files[0] ?? ''))).rejects.toThrow(/ENOENT/);
  });

  it('with --edit and nothing changed runs nothing and says so', async () => {
    const { exitCode, stderr } = await slipway(['rerun', 'analysis', '--edit'], {
      core,
      editor: editor((text) => text).run,
    });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/Nothing was changed/);
    expect(core.requested('runs/rerun')).toEqual([]);
  });

  it.each([
    ['is no YAML', () => 'notebook: [', /slipway\.yaml:1/],
    ['has an unknown field', (text: string) => text.replace('timeouts', 'timeout'), /timeout/],
    [
      'lacks a parameter that the run had',
      (text: string) => text.replace(/ {2}n_pcs: 20\n/, '  other: 1\n'),
      /parameters\.n_pcs/,
    ],
  ])('an edited job spec that %s is refused and kept', async (_what, edit, reason) => {
    const { run, files } = editor(edit);
    const { exitCode, stderr } = await slipway(['rerun', 'analysis', '--edit'], { core, editor: run });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(reason);
    expect(stderr.replaceAll(/\n */g, '')).toContain(files[0]);
    expect(core.requested('runs/rerun')).toEqual([]);
    await rm(dirname(files[0] ?? ''), { recursive: true });
  });

  it('with --edit runs again without a field that was taken out', async () => {
    const { exitCode, stdout } = await slipway(['rerun', 'analysis', '-d', '--edit'], {
      core,
      editor: editor((text) => text.replace(/timeouts:\n.*\n/, '')).run,
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('without timeouts');
    expect(core.requested('runs/rerun')).toMatchObject([{ changes: {}, unset: ['timeouts'] }]);
  });

  it('an editor that fails runs nothing', async () => {
    const { exitCode, stderr } = await slipway(['rerun', 'analysis', '--edit'], {
      core,
      editor: () => Promise.resolve(1),
      env: { VISUAL: 'broken-editor' },
    });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/"broken-editor" ended with 1/);
  });
});

describe('slipway retry', () => {
  it('names what it reuses', async () => {
    core.submitted = {
      ...submittedRun,
      name: 'analysis-9999',
      createdAt: 9e12,
      reuses: { run: 'analysis-7f3a', steps: ['prepare', 'notebook'] },
    };
    const { stdout } = await slipway(['retry', 'analysis-7', '--from', 'report', '-d'], { core });
    expect(stdout).toContain('reuses     prepare, notebook of analysis-7f3a');
    expect(core.requested('runs/retry')).toEqual([{ run: 'analysis-7f3a', context: 'local', from: 'report' }]);
  });

  it('leaves the choice of the step to the core', async () => {
    await slipway(['retry', 'analysis', '-d'], { core });
    expect(core.requested('runs/retry')).toEqual([{ run: 'analysis-7f3a', context: 'local' }]);
  });
});

describe('slipway cancel', () => {
  it('asks a run that goes on', async () => {
    core.set({ ...submittedRun, state: 'running' });
    const { stdout, exitCode } = await slipway(['cancel', 'last'], { core });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('cancelling analysis-7f3a');
    expect(core.requested('runs/cancel')).toHaveLength(1);
  });

  it('says of one that is over how it ended', async () => {
    const { stdout, exitCode } = await slipway(['cancel', 'last'], { core });
    expect([exitCode, stdout]).toEqual([0, 'analysis-7f3a is over: failed. Nothing was changed.\n']);
    expect(core.requested('runs/cancel')).toEqual([]);
  });
});

describe('slipway delete', () => {
  it('removes those that are named, each once', async () => {
    core.set({ ...submittedRun, name: 'other-1', state: 'succeeded' });
    const { stdout } = await slipway(['delete', 'analysis', 'other-1', 'other'], { core });
    expect(stdout).toBe('deleted analysis-7f3a\ndeleted other-1\n');
  });

  it('says what it waits for: the end of a run that is being cancelled', async () => {
    core.set({ ...submittedRun, name: 'stopping-1', state: 'running', cancelRequested: true });
    const { stdout } = await slipway(['delete', 'stopping'], { core });
    expect(stdout).toBe('waiting for stopping-1 to end\ndeleted stopping-1\n');
  });

  it('removes none when one is not there', async () => {
    const { exitCode } = await slipway(['delete', 'analysis', 'nothing'], { core });
    expect(exitCode).toBe(2);
    expect(core.requested('runs/delete')).toEqual([]);
  });
});
