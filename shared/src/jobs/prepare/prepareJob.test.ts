import { describe, expect, it } from 'vitest';
import { runFileSchema } from '../../pipeline/index.ts';
import { jobSpecSchema, runPlanSchema, SlipwayError } from '../../protocol/index.ts';
import type { JobSpec, PythonChoice } from '../../protocol/index.ts';
import { memoryFolder } from '../testing/memoryFolder.ts';
import type { MemoryFile } from '../testing/memoryFolder.ts';
import { codeCell, countingIds, markdownCell, notebookText, parametersCellOf } from '../testing/notebooks.ts';
import { buildRunFile } from './buildRunFile.ts';
import { prepareJob } from './prepareJob.ts';
import type { JobSubmission, PreparedJob } from './preparedJob.ts';

const signal = new AbortController().signal;
const notebook = notebookText([
  markdownCell('# Title', { id: 'm' }),
  parametersCellOf('n_pcs: int = 20  # components\nlabel = "x"'),
  codeCell('import numpy', { id: 'c' }),
]);

function prepare(
  spec: JobSpec,
  files: Readonly<Record<string, MemoryFile>> = {},
  more: Partial<JobSubmission> = {},
): Promise<PreparedJob> {
  const folder = memoryFolder({ 'nb.ipynb': notebook, ...files }, 'the folder');
  return prepareJob({ spec, ...more }, folder, { newCellId: countingIds() }, signal);
}

async function errorOf(prepared: Promise<PreparedJob>): Promise<SlipwayError> {
  const caught: unknown = await prepared.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (caught instanceof SlipwayError) return caught;
  throw new Error(`no SlipwayError but ${String(caught)}`);
}

const python: PythonChoice = {
  interpreter: '/usr/bin/python3',
  version: '3.11.7',
  origin: 'kernel',
  kernel: 'python3',
  language: 'python',
  environment: 'asIs',
  explanation: 'kernel python3',
};
const inputHashes = { notebook: 'a', requirements: '', tests: 'b' };

describe('a job with a notebook', () => {
  const files = {
    'helpers.py': 'abc',
    'requirements.txt': 'numpy\n',
    'tests/test_nb.py': 'def test(): pass',
    'tests/data.csv': '1',
  };

  it('has the notebooks with it that its code names, and those of its text not', async () => {
    const text = notebookText([markdownCell('after b.ipynb', { id: 'm' }), codeCell('%run ./a.ipynb', { id: 'c' })]);
    const job = await prepare({ notebook: 'nb.ipynb' }, { 'nb.ipynb': text, 'a.ipynb': '{}', 'b.ipynb': '{}' });
    expect(job.companions).toMatchObject({
      files: [{ path: 'a.ipynb' }],
      ignored: [{ path: 'b.ipynb', reason: 'another notebook' }],
    });
  });

  it('is completed with what lies beside it', async () => {
    const job = await prepare({ notebook: './nb.ipynb', parameters: { n_pcs: '30' } }, files);
    expect(job).toMatchObject({
      title: 'nb.ipynb',
      steps: ['prepare', 'notebook', 'report', 'test', 'collect'],
      command: undefined,
      parameters: [
        { name: 'n_pcs', type: 'int', defaultSource: '20', defaultValue: 20, help: 'components', value: 30 },
        { name: 'label', type: 'str', defaultSource: '"x"', defaultValue: 'x' },
      ],
      values: { n_pcs: 30 },
      companions: { files: [{ path: 'helpers.py', bytes: 3 }], totalBytes: 3, ignored: [], warnings: [] },
      tests: { path: 'tests', asked: false, always: false },
      requirements: { path: 'requirements.txt', text: 'numpy\n', found: true },
      warnings: [],
      unsaved: false,
      codeCells: 2,
      kernel: 'python3',
      language: 'python',
    });
    expect(job.testFiles.map(({ path }) => path)).toEqual(['tests/data.csv', 'tests/test_nb.py']);
    expect(job.parameters[1]).not.toHaveProperty('value');
    expect(job.spec).toEqual({
      notebook: 'nb.ipynb',
      parameters: { n_pcs: 30 },
      kernel: 'python3',
      requirements: 'requirements.txt',
      mode: 'single',
    });
    expect(jobSpecSchema.parse(job.spec)).toEqual(job.spec);
  });

  it('comes to the same again from its completed spec', async () => {
    const first = await prepare({ notebook: 'nb.ipynb', parameters: { n_pcs: 3 }, tests: { marker: 'm' } }, files);
    const second = await prepare(first.spec, files);
    expect({ ...second, requirements: undefined }).toEqual({ ...first, requirements: undefined });
  });

  it('runs what the editor shows, whatever the file says', async () => {
    const folder = memoryFolder({ 'nb.ipynb': 'broken' });
    const job = await prepareJob(
      { spec: { notebook: 'nb.ipynb' }, notebookText: notebook, unsaved: true },
      folder,
      { newCellId: countingIds() },
      signal,
    );
    expect([job.unsaved, job.codeCells]).toEqual([true, 2]);
  });

  it('takes what the editor shows for saved where the file has the same cells', async () => {
    const unsaved = async (saved: string): Promise<boolean> => {
      const submission = { spec: { notebook: 'nb.ipynb' }, notebookText: notebook, unsaved: true };
      const folder = memoryFolder({ 'nb.ipynb': saved });
      return (await prepareJob(submission, folder, { newCellId: countingIds() }, signal)).unsaved;
    };
    const { cells, ...rest } = JSON.parse(notebook) as { cells: { source: unknown }[] };
    const again = { ...rest, cells: cells.map((cell, index) => ({ ...cell, id: `other-${index}`, outputs: [{}] })) };
    expect(await unsaved(JSON.stringify({ ...again, metadata: {} }))).toBe(false);
    const [first, ...others] = again.cells;
    expect(await unsaved(JSON.stringify({ ...again, cells: [{ ...first, source: 'changed' }, ...others] }))).toBe(true);
  });

  it('needs no file for what the editor shows', async () => {
    const folder = memoryFolder({});
    const job = await prepareJob(
      { spec: { notebook: 'new.ipynb' }, notebookText: notebook },
      folder,
      { newCellId: countingIds() },
      signal,
    );
    expect(job.title).toBe('new.ipynb');
  });

  it('may lie in a subfolder, whose tests and requirements count', async () => {
    const nested = Object.fromEntries(Object.entries(files).map(([path, text]) => [`sub/${path}`, text]));
    const job = await prepare(
      { notebook: 'sub/分析 "1".ipynb' },
      { ...nested, 'sub/分析 "1".ipynb': notebook, 'top.py': '' },
    );
    expect(job.tests?.path).toBe('sub/tests');
    expect(job.requirements?.path).toBe('sub/requirements.txt');
    expect(job.companions.files.map(({ path }) => path)).toEqual(['sub/helpers.py', 'top.py']);
    expect(job.notebook?.name).toBe('分析 "1"');
  });

  it('takes kernel and language from the spec before the notebook', async () => {
    expect(await prepare({ notebook: 'nb.ipynb', kernel: 'ir' })).toMatchObject({ kernel: 'ir', language: undefined });
    expect(await prepare({ notebook: 'nb.ipynb', kernel: 'python3' })).toMatchObject({
      kernel: 'python3',
      language: 'python',
    });
    const plain = notebookText([codeCell('1')], { metadata: {} });
    expect(await prepare({ notebook: 'nb.ipynb' }, { 'nb.ipynb': plain })).toMatchObject({
      kernel: 'python3',
      language: undefined,
    });
  });

  it('warns of values for a notebook without a parameters cell', async () => {
    const plain = notebookText([codeCell('1')]);
    const job = await prepare({ notebook: 'nb.ipynb', parameters: { a: 1 } }, { 'nb.ipynb': plain });
    expect(job.warnings).toEqual([expect.stringContaining('No cell is tagged "parameters"')]);
    expect(job.parameters).toEqual([{ name: 'a', type: 'unknown', defaultSource: '', value: 1 }]);
  });

  it('warns of a cell that asks the person at the keyboard, counted as a run counts cells', async () => {
    const cells = [markdownCell('input()'), codeCell('1'), codeCell('token = input("token? ")'), codeCell('input()')];
    const job = await prepare({ notebook: 'nb.ipynb' }, { 'nb.ipynb': notebookText(cells) });
    expect(job.warnings).toEqual([
      'Cell 2 calls input(), which fails in a run: take the value from a cell tagged "parameters".',
    ]);
    const metadata = { kernelspec: { display_name: 'R', language: 'R', name: 'ir' } };
    const inR = await prepare({ notebook: 'nb.ipynb' }, { 'nb.ipynb': notebookText(cells, { metadata }) });
    expect(inR.warnings).toEqual([]);
  });

  it('fits the plan that is shown', async () => {
    const job = await prepare({ notebook: 'nb.ipynb' }, files);
    const { spec, title, steps, unsaved, parameters, companions, tests, codeCells, warnings } = job;
    const plan = {
      context: 'local',
      spec,
      title,
      steps,
      unsaved,
      python,
      parameters,
      companions,
      tests,
      codeCells,
      warnings,
    };
    expect(runPlanSchema.parse(plan)).toEqual(plan);
  });
});

describe('a job with a command', () => {
  it('takes a list literally', async () => {
    const job = await prepare({ command: ['python', 'train.py', "it's", '$(x)'] }, { 'train.py': '' });
    expect(job).toMatchObject({
      title: "python train.py 'it'\\''s' '$(x)'",
      steps: ['prepare', 'command', 'test', 'collect'],
      command: ['python', 'train.py', "it's", '$(x)'],
      notebook: undefined,
      kernel: undefined,
      codeCells: undefined,
      parameters: [],
    });
    expect(job.companions.files.map(({ path }) => path)).toEqual(['nb.ipynb', 'train.py']);
  });

  it('gives a text to a shell', async () => {
    const job = await prepare({ command: 'echo a &&\n echo b' });
    expect([job.command, job.title]).toEqual([['bash', '-c', 'echo a &&\n echo b'], 'echo a && echo b']);
  });

  it('says that parameters are not for it', async () => {
    const job = await prepare({ command: 'x', parameters: { a: 1 } });
    expect([job.values, job.warnings]).toEqual([{}, ['Parameters are for notebooks: the command gets none.']]);
  });
});

describe('tests and requirements', () => {
  const suite = { 'suite/test_a.py': '' };

  it.each<[JobSpec['tests'], Record<string, string>, PreparedJob['tests']]>([
    [undefined, {}, undefined],
    [undefined, { 'tests/test_a.py': '' }, { path: 'tests', asked: false, always: false }],
    [undefined, { 'tests/deep/a_test.py': '' }, { path: 'tests', asked: false, always: false }],
    [undefined, { 'tests/helper.py': '' }, undefined],
    [undefined, { tests: '' }, undefined],
    [undefined, { 'tests/test_a.py': '', '.slipwayignore': 'tests\n' }, undefined],
    [false, { 'tests/test_a.py': '' }, undefined],
    ['suite/', suite, { path: 'suite', asked: true, always: false }],
    [{ path: 'suite', marker: 'm', always: true }, suite, { path: 'suite', asked: true, always: true, marker: 'm' }],
    [{ marker: 'm' }, { 'tests/test_a.py': '' }, { path: 'tests', asked: true, always: false, marker: 'm' }],
    ['.', { 'test_a.py': '' }, { path: '.', asked: true, always: false }],
    [{ repository: 'https://example.org/suite.git' }, {}, { path: '.', asked: true, always: false }],
  ])('tests: %j in %j', async (tests, files, expected) => {
    const job = await prepare({ notebook: 'nb.ipynb', ...(tests !== undefined && { tests }) }, files);
    expect(job.tests).toEqual(expected);
  });

  it.each<[JobSpec['tests'], Record<string, MemoryFile>, string]>([
    ['suite', {}, 'does not exist'],
    ['suite', { suite: '' }, 'is a file'],
    ['suite', { suite: { kind: 'link' } }, 'is a link that leaves'],
    [{ marker: 'm' }, {}, 'does not exist'],
  ])('asked for and not there: %j in %j', async (tests, files, why) => {
    const error = await errorOf(prepare({ notebook: 'nb.ipynb', ...(tests !== undefined && { tests }) }, files));
    expect([error.code, error.message]).toEqual(['tests.missing', expect.stringContaining(why)]);
  });

  it('warns when the folder that was asked for has no test', async () => {
    const job = await prepare({ notebook: 'nb.ipynb', tests: 'suite' }, { 'suite/x.py': '' });
    expect(job.tests?.asked).toBe(true);
    expect(job.warnings).toEqual(['The tests folder "suite" has no test_*.py or *_test.py file.']);
  });

  it('lets a tests folder without a test travel as any other', async () => {
    const job = await prepare({ notebook: 'nb.ipynb' }, { 'tests/helper.py': 'ab' });
    expect([job.companions.files, job.companions.totalBytes, job.testFiles]).toEqual([
      [{ path: 'tests/helper.py', bytes: 2 }],
      2,
      [],
    ]);
  });

  it('uses a found requirements.txt unless rules leave it out', async () => {
    const files = { 'requirements.txt': 'a' };
    expect((await prepare({ notebook: 'nb.ipynb' }, files)).requirements?.found).toBe(true);
    expect((await prepare({ notebook: 'nb.ipynb', files: { include: ['x'] } }, files)).requirements?.found).toBe(true);
    const ignored = { ...files, '.slipwayignore': 'requirements.txt' };
    expect((await prepare({ notebook: 'nb.ipynb' }, ignored)).requirements).toBeUndefined();
    expect(
      (await prepare({ notebook: 'nb.ipynb', files: { exclude: ['*.txt'] } }, files)).requirements,
    ).toBeUndefined();
    expect((await prepare({ notebook: 'nb.ipynb', requirements: 'requirements.txt' }, ignored)).requirements).toEqual({
      path: 'requirements.txt',
      text: 'a',
      found: false,
    });
  });

  it.each<[Record<string, MemoryFile>, string]>([
    [{}, 'does not exist'],
    [{ 'r.txt': { kind: 'link' } }, 'is not a file'],
    [{ 'r.txt': new Uint8Array([0xff]) }, 'is not UTF-8'],
    [{ 'r.txt': 'x'.repeat(1_000_001) }, 'larger than 1 MB'],
  ])('refuses a named requirements file that cannot be used', async (files, why) => {
    const error = await errorOf(prepare({ notebook: 'nb.ipynb', requirements: 'r.txt' }, files));
    expect([error.code, error.message]).toEqual(['spec.invalid', expect.stringContaining(why)]);
  });
});

describe('mistakes in the input', () => {
  it.each<[JobSpec, string, string]>([
    [{}, 'spec.invalid', 'needs a notebook or a command'],
    [{ notebook: 'nb.ipynb', command: 'x' }, 'spec.invalid', 'not both'],
    [{ notebook: 'nb.ipynb', timeouts: { cell: '0s' } }, 'spec.invalid', 'not a time limit'],
    [{ notebook: '../nb.ipynb' }, 'path.refused', '".."'],
    [{ notebook: '/nb.ipynb' }, 'path.refused', 'absolute'],
    [{ notebook: 'https://example.org/nb.ipynb' }, 'path.refused', 'URL'],
    [{ notebook: 'nb.ipynb', tests: '../tests' }, 'path.refused', '".."'],
    [{ notebook: 'nb.ipynb', requirements: '/r.txt' }, 'path.refused', 'absolute'],
    [{ notebook: 'nb.ipynb', outputs: ['../x'] }, 'path.refused', '".."'],
    [{ notebook: 'nb.ipynb', files: { include: ['C:\\x'] } }, 'path.refused', 'drive'],
    [{ notebook: 'missing.ipynb' }, 'notebook.unreadable', 'does not exist in the folder'],
    [{ notebook: 'dir' }, 'notebook.unreadable', 'is not a file'],
    [{ notebook: 'link.ipynb' }, 'notebook.unreadable', 'leaves the job folder'],
    [{ notebook: 'huge.ipynb' }, 'notebook.unreadable', 'larger than 500 MB'],
    [{ notebook: 'latin1.ipynb' }, 'notebook.unreadable', 'not UTF-8'],
    [{ notebook: 'empty.ipynb' }, 'notebook.unreadable', 'it is empty'],
    [{ notebook: 'script.py' }, 'usage', 'is a script'],
    [{ notebook: 'script.R' }, 'usage', 'is a script'],
    [{ notebook: 'nb.ipynb', parameters: { n_pcs: 'abc' } }, 'parameter.invalid', 'n_pcs expects a whole number'],
    [{ notebook: 'nb.ipynb', parameters: { n_pc: 1 } }, 'parameter.invalid', 'no parameter "n_pc"'],
  ])('%j', async (spec, code, message) => {
    const files: Record<string, MemoryFile> = {
      'dir/x': '',
      'link.ipynb': { kind: 'link' },
      'huge.ipynb': { bytes: 500_000_001 },
      'latin1.ipynb': new Uint8Array([0x7b, 0xe9]),
      'empty.ipynb': '',
      'script.py': 'x = 1',
    };
    const error = await errorOf(prepare(spec, files));
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(message)]);
    expect(error.action).toBeTruthy();
  });

  it('tells how to run a script', async () => {
    const error = await errorOf(prepare({ notebook: 'sub/train.py' }));
    expect(error.action).toContain('slipway run -- python sub/train.py');
  });

  it('stops when it is told to', async () => {
    const folder = memoryFolder({ 'nb.ipynb': notebook });
    const prepared = prepareJob(
      { spec: { notebook: 'nb.ipynb' } },
      folder,
      { newCellId: countingIds() },
      AbortSignal.abort(),
    );
    await expect(prepared).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('run.json', () => {
  const base = { run: 'nb-7f3a', python, inputHashes };

  it('says all that the steps of a notebook need', async () => {
    const job = await prepare(
      {
        notebook: 'nb.ipynb',
        parameters: { n_pcs: 30 },
        env: { A: '$(x)' },
        timeouts: { cell: 90, notebook: '1h30m' },
        outputs: ['figures/*.png'],
        tests: { path: 'tests', marker: 'm' },
      },
      { 'requirements.txt': '', 'tests/test_a.py': '' },
    );
    const runFile = buildRunFile(job, { ...base, source: { path: '/x/nb.ipynb', unsaved: false } });
    expect(runFileSchema.parse(runFile)).toEqual(runFile);
    expect(runFile).toEqual({
      version: 1,
      run: 'nb-7f3a',
      spec: job.spec,
      steps: ['prepare', 'notebook', 'report', 'test', 'collect'],
      notebook: {
        path: 'nb.ipynb',
        name: 'nb',
        kernel: 'python3',
        language: 'python',
        cells: [
          { id: 'params', label: 'n_pcs: int = 20 # components' },
          { id: 'c', label: 'import numpy' },
        ],
        // As the notebook declares them, not as this run has them.
        parameters: [
          { name: 'n_pcs', type: 'int', defaultSource: '20', defaultValue: 20, help: 'components' },
          { name: 'label', type: 'str', defaultSource: '"x"', defaultValue: 'x' },
        ],
      },
      parameters: { n_pcs: 30 },
      env: { A: '$(x)' },
      environment: { base: 'interpreter', requirements: 'requirements.txt' },
      tests: { path: 'tests', asked: true, always: false, marker: 'm' },
      timeouts: { cell: 90, notebook: 5400 },
      outputs: ['figures/*.png'],
      inputHashes,
      source: { path: '/x/nb.ipynb', unsaved: false },
    });
  });

  it('is isolated for the managed environment', async () => {
    const asked = await prepare({ notebook: 'nb.ipynb', python: 'managed' });
    expect(buildRunFile(asked, base).environment).toEqual({ base: 'isolated' });
    const fallen = await prepare({ notebook: 'nb.ipynb' });
    expect(buildRunFile(fallen, { ...base, python: { ...python, origin: 'managed' } }).environment.base).toBe(
      'isolated',
    );
  });

  it('takes the kernel that the target chose', async () => {
    const job = await prepare({ notebook: 'nb.ipynb' });
    const chosen = buildRunFile(job, { ...base, python: { ...python, kernel: 'ir', language: 'R' } });
    expect(chosen.notebook).toMatchObject({ kernel: 'ir', language: 'R' });
    expect(buildRunFile(job, { ...base, python: undefined }).notebook).toMatchObject({
      kernel: 'python3',
      language: 'python',
    });
  });

  it('has a command instead of a notebook, and what is reused', async () => {
    const job = await prepare({ command: 'echo' });
    const runFile = buildRunFile(job, { ...base, python: undefined, reuse: { run: 'nb-0000', steps: ['prepare'] } });
    expect(runFileSchema.parse(runFile)).toEqual(runFile);
    expect(runFile).toMatchObject({
      command: { argv: ['bash', '-c', 'echo'] },
      reuse: { run: 'nb-0000', steps: ['prepare'] },
    });
    expect(runFile).not.toHaveProperty('notebook');
    expect(runFile).not.toHaveProperty('tests');
  });
});
