import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlipwayError, type Run, type StepName } from '../protocol/index.ts';
import { mergeSpec } from './repeat.ts';
import { diskFolder, never, notebookText, projectFiles, ServiceHarness } from './testing/serviceHarness.ts';

let harness: ServiceHarness;
beforeEach(() => {
  harness = new ServiceHarness();
});
afterEach(() => {
  harness.close();
});

async function refusal(work: Promise<unknown>): Promise<SlipwayError> {
  const error = await work.catch((reason: unknown) => reason);
  if (!SlipwayError.is(error)) throw error instanceof Error ? error : new Error('it was not refused');
  return error;
}

function staged(run: Run, path: string): string | undefined {
  return harness.target.runs.get(run.name)?.files.get(path)?.toString();
}

function retry(run: Run, from?: StepName): Promise<Run> {
  return harness.service.retry({ run: run.name }, from, never);
}

/** Submits a run and lets it end so. */
async function ended(ends: Parameters<ServiceHarness['finish']>[1] = {}, ...how: Parameters<ServiceHarness['submit']>) {
  const run = await harness.submit(...how);
  for (const step of run.steps) harness.target.log(run.name, step.name, `${step.name} of ${run.name}\n`, harness.clock);
  harness.finish(run.name, ends);
  return run;
}

describe('rerun', () => {
  it('runs the same inputs, whatever became of the folder, under a new name', async () => {
    const original = await ended();
    const before = projectFiles();
    harness.files = {};
    const again = await harness.service.rerun({ run: original.name }, undefined, never);
    expect(again.name).not.toBe(original.name);
    expect(again).toMatchObject({ state: 'submitting', title: 'analysis.ipynb', source: original.source });
    for (const path of Object.keys(before)) expect(staged(again, path)).toBe(staged(original, path));
    const [one, other] = [original, again].map((run) => harness.target.runFileOf(run.name));
    expect({ ...other, run: original.name }).toEqual(one);
  });

  it('may run again what has not ended yet', async () => {
    const original = await harness.submit();
    expect((await harness.service.rerun({ run: original.name }, {}, never)).state).toBe('submitting');
  });

  it('adds parameters to those of the original, and puts other fields in place of them', async () => {
    const spec = { notebook: 'analysis.ipynb', parameters: { n_pcs: 30 }, env: { A: '1' }, name: 'first' };
    const original = await ended({}, {}, spec);
    const changes = { parameters: { n_pcs: 7 }, env: { B: '2' } };
    const again = await harness.service.rerun({ run: original.name }, changes, never);
    const runFile = harness.target.runFileOf(again.name);
    expect([runFile.parameters, runFile.env]).toEqual([{ n_pcs: 7 }, { B: '2' }]);
    expect(again.name).toMatch(/^first-/);
    expect(mergeSpec({ notebook: 'a', parameters: { x: 1 } }, { parameters: { y: 2 }, env: undefined })).toEqual({
      notebook: 'a',
      parameters: { x: 1, y: 2 },
    });
    expect(mergeSpec({ notebook: 'a' }, { command: 'ls' })).toEqual({ command: 'ls' });
    expect(mergeSpec({ notebook: 'a', image: 'i', env: { A: '1' } }, { image: null, env: { B: '2' } })).toEqual({
      notebook: 'a',
      env: { B: '2' },
    });
    expect(mergeSpec({ notebook: 'a', parameters: { x: 1 } }, { parameters: null })).toEqual({ notebook: 'a' });
  });

  it('checks changed parameters like a new submission', async () => {
    const original = await ended();
    const wrong = harness.service.rerun({ run: original.name }, { parameters: { n_pc: 7 } }, never);
    const error = await refusal(wrong);
    expect([error.code, error.message]).toEqual(['parameter.invalid', expect.stringContaining('n_pc')]);
    expect(harness.target.runs.size).toBe(1);
  });

  it('of unsaved content stays unsaved, and looks for Python where the notebook was', async () => {
    const original = await ended({}, { notebookText: notebookText('only in the editor'), unsaved: true });
    const again = await harness.service.rerun({ run: original.name }, undefined, never);
    expect(again.source).toEqual({ path: 'analysis.ipynb', unsaved: true });
    expect(staged(again, 'analysis.ipynb')).toContain('only in the editor');
    expect(harness.target.pythonRequests.at(-1)?.folder).toBe(diskFolder);
  });

  it('takes along what was brought back by a file that did not travel itself', async () => {
    harness.files['.slipwayignore'] = '!reference.ipynb\n';
    harness.files['reference.ipynb'] = notebookText('reference');
    const original = await ended();
    expect([staged(original, '.slipwayignore'), staged(original, 'reference.ipynb')]).toEqual([
      undefined,
      harness.files['reference.ipynb'],
    ]);
    const again = await harness.service.rerun({ run: original.name }, undefined, never);
    expect(staged(again, 'reference.ipynb')).toBe(harness.files['reference.ipynb']);
  });

  it('can leave files out', async () => {
    const original = await ended();
    const again = await harness.service.rerun({ run: original.name }, { files: { exclude: ['*.py'] } }, never);
    expect(staged(again, 'helpers.py')).toBeUndefined();
  });
});

describe('retry', () => {
  it.each<[StepName, StepName[]]>([
    ['prepare', []],
    ['notebook', ['prepare']],
    ['report', ['prepare', 'notebook']],
    ['test', ['prepare', 'notebook', 'report']],
    ['collect', ['prepare', 'notebook', 'report', 'test']],
  ])('from %s takes over %j', async (from, reused) => {
    const original = await ended();
    const again = await retry(original, from);
    expect(again.reuses).toEqual(reused.length === 0 ? undefined : { run: original.name, steps: reused });
    expect(harness.target.runFileOf(again.name).reuse).toEqual(again.reuses);
    expect(again.steps.filter((step) => step.state === 'reused').map((step) => step.name)).toEqual(reused);
    for (const step of again.steps) {
      expect(step).toMatchObject(
        reused.includes(step.name) ? { state: 'reused', note: `${step.name} done` } : { state: 'pending' },
      );
    }
  });

  it.each<[StepName, StepName]>([
    ['prepare', 'prepare'],
    ['notebook', 'notebook'],
    ['report', 'report'],
    ['test', 'test'],
    ['collect', 'collect'],
  ])('begins with %s when that failed', async (failed, from) => {
    const original = await ended({ [failed]: 'failed' });
    const again = await retry(original);
    expect(again.steps.find((step) => step.state === 'pending')?.name).toBe(from);
  });

  it('begins where a cancel stopped the run', async () => {
    const original = await ended({ notebook: 'cancelled', report: 'cancelled', test: 'cancelled' });
    expect((await retry(original)).reuses?.steps).toEqual(['prepare']);
  });

  it('of a retry takes over what that one had taken over', async () => {
    const first = await ended({ test: 'failed' });
    const second = await retry(first);
    harness.finish(second.name, { test: 'failed' });
    const third = await retry(second);
    expect(third.reuses).toEqual({ run: second.name, steps: ['prepare', 'notebook', 'report'] });
    const log = await harness.service.readLog({ run: third.name, position: '' }, never);
    expect(log.batches.map((batch) => batch.data).join('')).toBe(
      `prepare of ${first.name}\nnotebook of ${first.name}\nreport of ${first.name}\n`,
    );
  });

  it('runs a skipped step again instead of taking it over', async () => {
    const original = await ended({ test: 'skipped', collect: 'failed' });
    expect((await retry(original)).reuses?.steps).toEqual(['prepare', 'notebook', 'report']);
  });

  it.each<[StepName, StepName]>([
    ['report', 'notebook'],
    ['test', 'notebook'],
    ['collect', 'notebook'],
    ['notebook', 'prepare'],
  ])('from %s is refused when %s failed', async (from, failed) => {
    const original = await ended({ [failed]: 'failed' });
    const error = await refusal(retry(original, from));
    expect(error.code).toBe('retry.refused');
    expect(error.action).toContain(`--from ${failed}`);
  });

  it('is refused while the run goes on, without a failure, and for a step it does not have', async () => {
    const going = await harness.submit();
    expect((await refusal(retry(going))).code).toBe('run.conflict');
    harness.finish(going.name);
    expect((await refusal(retry(going))).code).toBe('retry.refused');
    expect((await refusal(retry(going, 'command'))).code).toBe('usage');
    expect(harness.target.runs.size).toBe(1);
  });

  it('picks up an edited test, and an edited cell where the notebook runs again', async () => {
    const original = await ended({ test: 'failed' });
    harness.files['tests/test_report.py'] = 'mended';
    const again = await retry(original);
    expect(staged(again, 'tests/test_report.py')).toBe('mended');
    harness.files['analysis.ipynb'] = notebookText('mended cell');
    expect(staged(await retry(original, 'notebook'), 'analysis.ipynb')).toContain('mended cell');
    harness.files['requirements.txt'] = 'scanpy\n';
    expect(staged(await retry(original, 'prepare'), 'requirements.txt')).toBe('scanpy\n');
  });

  it.each<[string, StepName, StepName, (files: Record<string, string>) => void]>([
    ['the notebook', 'test', 'notebook', (files) => (files['analysis.ipynb'] = notebookText('edited'))],
    ['the notebook', 'report', 'notebook', (files) => (files['analysis.ipynb'] = notebookText('edited'))],
    ['a companion', 'test', 'notebook', (files) => (files['helpers.py'] = 'edited')],
    ['the requirements', 'notebook', 'prepare', (files) => (files['requirements.txt'] = 'scanpy\n')],
    ['a test', 'collect', 'test', (files) => (files['tests/test_report.py'] = 'edited')],
  ])('is refused when %s changed, from %s: retry from %s', async (_what, from, advice, edit) => {
    const original = await ended({}, {}, { notebook: 'analysis.ipynb', tests: 'tests' });
    edit(harness.files);
    const error = await refusal(retry(original, from));
    expect(error.code).toBe('retry.refused');
    expect(error.action).toContain(`--from ${advice}`);
    expect(harness.target.runs.size).toBe(1);
    expect((await retry(original, advice)).state).toBe('submitting');
  });

  it('sees a requirements file that was added', async () => {
    delete harness.files['requirements.txt'];
    const original = await ended({ notebook: 'failed' });
    harness.files['requirements.txt'] = 'scanpy\n';
    expect((await refusal(retry(original))).action).toContain('--from prepare');
    expect(staged(await retry(original, 'prepare'), 'requirements.txt')).toBe('scanpy\n');
  });

  it("runs the original's inputs when the notebook is gone, was unsaved, or came from a host", async () => {
    const saved = await ended({ test: 'failed' });
    const text = notebookText('unsaved edit');
    const unsaved = await ended({ test: 'failed' }, { notebookText: text, unsaved: true });
    const folder = { kind: 'host', id: 'f1', label: 'Drive' } as const;
    const hosted = await ended({ test: 'failed' }, { folder, notebookText: text });
    harness.files['tests/test_report.py'] = 'edited';
    for (const original of [unsaved, hosted]) {
      const again = await retry(original);
      expect(staged(again, 'analysis.ipynb')).toBe(staged(original, 'analysis.ipynb'));
      expect(staged(again, 'tests/test_report.py')).toBe('def test_report(): ...\n');
    }
    harness.files = {};
    const again = await retry(saved);
    expect(staged(again, 'tests/test_report.py')).toBe('def test_report(): ...\n');
  });

  it('of a command takes over its result', async () => {
    harness.files['train.py'] = 'print(1)';
    const original = await ended({ collect: 'failed' }, {}, { command: ['python', 'train.py'] });
    expect((await retry(original)).reuses?.steps).toEqual(['prepare', 'command', 'test']);
    harness.files['train.py'] = 'print(2)';
    expect((await refusal(retry(original))).action).toContain('--from command');
  });

  it('leaves nothing when it is aborted', async () => {
    const original = await ended({ test: 'failed' });
    const controller = new AbortController();
    harness.onRead = () => controller.abort(new SlipwayError('cancelled', 'Stopped.'));
    const error = await refusal(harness.service.retry({ run: original.name }, undefined, controller.signal));
    expect(error.code).toBe('cancelled');
    expect(harness.target.runs.size).toBe(1);
  });
});
