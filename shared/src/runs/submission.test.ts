import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runFileSchema } from '../pipeline/index.ts';
import { runPlanSchema, runSchema, SlipwayError, type ErrorCode, type JobSpec } from '../protocol/index.ts';
import { MemoryTarget } from './testing/memoryTarget.ts';
import { diskFolder, never, notebookText, ServiceHarness } from './testing/serviceHarness.ts';

let harness: ServiceHarness;
beforeEach(() => {
  harness = new ServiceHarness();
});
afterEach(() => {
  harness.close();
});

/** Too large to be kept in memory between two readings. */
const large = `# 1\n${'x'.repeat(300_000)}\n`;
const host = { kind: 'host', id: 'f1', label: 'Drive: cells' } as const;

async function refusal(work: Promise<unknown>): Promise<SlipwayError> {
  const error = await work.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  if (!SlipwayError.is(error)) throw error;
  return error;
}

async function code(work: Promise<unknown>): Promise<ErrorCode> {
  return (await refusal(work)).code;
}

function staged(run: string): Record<string, string> {
  const files = harness.target.runs.get(run)?.files ?? new Map<string, Buffer>();
  return Object.fromEntries([...files].map(([path, content]) => [path, content.toString()]));
}

describe('a plan', () => {
  it('shows what would run, with all defaults filled in, and starts nothing', async () => {
    const plan = await harness.service.plan(
      harness.submission({}, { notebook: './analysis.ipynb', parameters: { n_pcs: 30 } }),
      never,
    );
    expect(runPlanSchema.parse(plan)).toEqual(plan);
    expect(plan).toMatchObject({
      context: 'local',
      title: 'analysis.ipynb',
      steps: ['prepare', 'notebook', 'report', 'test', 'collect'],
      unsaved: false,
      codeCells: 3,
      tests: { path: 'tests', asked: false },
      python: { kernel: 'python3' },
      parameters: [{ name: 'n_pcs', type: 'int', defaultSource: '20', value: 30 }],
      companions: { files: [{ path: 'helpers.py' }] },
    });
    expect(plan.spec.notebook).toBe('analysis.ipynb');
    expect(harness.target.runs.size).toBe(0);
    expect(harness.temporaryFiles).toEqual([]);
  });

  it('asks the target for the Python of this notebook and folder', async () => {
    await harness.service.plan(harness.submission({}, { notebook: 'analysis.ipynb', python: 'managed' }), never);
    expect(harness.target.pythonRequests).toEqual([
      {
        python: 'managed',
        kernel: 'python3',
        language: 'python',
        requirements: 'scipy\n',
        needsTests: true,
        folder: diskFolder,
      },
    ]);
  });

  it('names the contexts that there are', async () => {
    const error = await refusal(harness.service.plan(harness.submission({ context: 'team-b' }), never));
    expect([error.code, error.action]).toEqual(['context.unknown', 'The contexts here are: local.']);
  });

  it.each<[string, Partial<JobSpec>]>([
    ['dataset', { dataset: { url: 'https://example.org/cells.h5' } }],
    ['repository', { repository: { url: 'https://example.org/cells.git' } }],
    ['secrets', { secrets: [{ env: 'TOKEN', secret: 's', key: 'k' }] }],
    ['tests.repository', { tests: { repository: 'https://example.org/tests.git' } }],
  ])('is refused on this machine for a job with %s', async (field, spec) => {
    const submission = harness.submission({}, { notebook: 'analysis.ipynb', ...spec });
    for (const work of [
      harness.service.plan(submission, never),
      harness.service.submit(submission, () => undefined, never),
    ]) {
      const error = await refusal(work);
      expect([error.code, error.message]).toEqual(['target.unsupported', expect.stringContaining(field)]);
    }
  });

  it('warns of what means nothing on this machine, and only there', async () => {
    const spec = { notebook: 'analysis.ipynb', image: 'rapids', instanceType: 'gpu-1x' };
    const here = await harness.service.plan(harness.submission({}, spec), never);
    expect(here.warnings).toEqual(['image is ignored on this machine.', 'instanceType is ignored on this machine.']);
    const cluster = new ServiceHarness([], new MemoryTarget('team-a'));
    const there = await cluster.service.plan(cluster.submission({ context: 'team-a' }, spec), never);
    expect(there.warnings).toEqual([]);
    cluster.close();
  });
});

describe('a submission', () => {
  it('stages the notebook as shown, companions, tests and requirements, each once', async () => {
    const shown = notebookText('edited');
    const run = await harness.submit({ notebookText: shown, unsaved: true });
    expect(runSchema.parse(run)).toEqual(run);
    expect(run).toMatchObject({
      name: 'analysis-0000',
      state: 'submitting',
      source: { path: 'analysis.ipynb', unsaved: true },
      steps: ['prepare', 'notebook', 'report', 'test', 'collect'].map((name) => ({ name, state: 'pending' })),
    });
    const { 'analysis.ipynb': notebook = '', ...others } = staged(run.name);
    expect(JSON.parse(notebook)).toMatchObject({ cells: [{ id: 'params' }, { source: 'edited' }] });
    delete harness.files['analysis.ipynb'];
    expect(others).toEqual(harness.files);
  });

  it('writes a run file that says where it came from and what its steps read', async () => {
    const run = await harness.submit();
    const runFile = harness.target.runFileOf(run.name);
    expect(runFileSchema.parse(runFile)).toEqual(runFile);
    expect(runFile.source).toEqual({ path: 'analysis.ipynb', unsaved: false, folder: diskFolder });
    for (const hash of Object.values(runFile.inputHashes)) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    delete harness.files['requirements.txt'];
    delete harness.files['tests/test_report.py'];
    const bare = harness.target.runFileOf((await harness.submit()).name);
    expect(bare.inputHashes).toMatchObject({ requirements: '', tests: '' });
  });

  it.each<[string, 'notebook' | 'requirements' | 'tests', () => JobSpec]>([
    ['a cell', 'notebook', () => ((harness.files['analysis.ipynb'] = notebookText('other')), {})],
    ['a companion', 'notebook', () => ((harness.files['helpers.py'] = 'changed'), {})],
    ['a new companion', 'notebook', () => ((harness.files['more.py'] = ''), {})],
    ['a parameter', 'notebook', () => ({ parameters: { n_pcs: 7 } })],
    ['the environment', 'notebook', () => ({ env: { SEED: '1' } })],
    ['the requirements', 'requirements', () => ((harness.files['requirements.txt'] = 'numpy\n'), {})],
    ['a test', 'tests', () => ((harness.files['tests/test_report.py'] = 'changed'), {})],
  ])('%s changes the hash of %s only', async (_what, kind, change) => {
    const before = harness.target.runFileOf((await harness.submit()).name).inputHashes;
    const spec = { notebook: 'analysis.ipynb', ...change() };
    const after = harness.target.runFileOf((await harness.submit({}, spec)).name).inputHashes;
    const changed = (['notebook', 'requirements', 'tests'] as const).filter((one) => before[one] !== after[one]);
    expect(changed).toEqual([kind]);
  });

  it('finds a notebook unchanged that was only written in another way or run in the editor', async () => {
    const before = harness.target.runFileOf((await harness.submit()).name).inputHashes;
    const parsed = JSON.parse(harness.files['analysis.ipynb'] ?? '') as { cells: { source: string }[] };
    const cells = parsed.cells.map((cell) => ({
      ...cell,
      outputs: [{ output_type: 'stream', name: 'stdout', text: 'hello' }],
      execution_count: 3,
      source: cell.source.split(/(?<=\n)/),
    }));
    harness.files['analysis.ipynb'] = JSON.stringify({ ...parsed, cells }, undefined, 1);
    expect(harness.target.runFileOf((await harness.submit()).name).inputHashes).toEqual(before);
  });

  it('gives a notebook without cell ids the same ids every time', async () => {
    const old = notebookText('a', 'b')
      .replaceAll(/"id":"\w+",/g, '')
      .replace('"nbformat_minor":5', '"nbformat_minor":4');
    const runs = [await harness.submit({ notebookText: old }), await harness.submit({ notebookText: old })];
    const [one, other] = runs.map((run) => harness.target.runFileOf(run.name));
    expect(one?.notebook?.cells.map((cell) => cell.id)).toHaveLength(3);
    expect(other?.inputHashes).toEqual(one?.inputHashes);
  });

  it("reads a host's files once, and keeps nothing of them", async () => {
    const reads: string[] = [];
    harness.onRead = (path) => reads.push(path);
    const progress: string[] = [];
    const submission = harness.submission({ folder: host, notebookText: notebookText('x') });
    const run = await harness.service.submit(submission, (text) => progress.push(text), never);
    expect(reads.filter((path) => path === 'helpers.py')).toEqual(['helpers.py']);
    expect(staged(run.name)['helpers.py']).toBe(harness.files['helpers.py']);
    expect(harness.target.runFileOf(run.name).source).not.toHaveProperty('folder');
    expect(progress).toContain('reading 1 of 3 files');
    expect(harness.temporaryFiles).toEqual([]);
  });

  it.each([
    ['grew', `${large}# and more\n`],
    ['shrank', ''],
    ['became another of the same size', large.replace('# 1', '# 2')],
  ])('refuses a large file that %s while it was taken along, and starts nothing', async (_what, content) => {
    harness.files['helpers.py'] = large;
    let reads = 0;
    harness.onRead = (path) => {
      if (path !== 'helpers.py') return;
      reads += 1;
      // The first reading is for the hash; the second is the target's.
      if (reads === 2) harness.files['helpers.py'] = content;
    };
    const error = await refusal(harness.submit());
    expect([error.code, error.message]).toEqual(['files.refused', '"helpers.py" changed while it was being read.']);
    expect(harness.target.runs.size).toBe(0);
  });

  it.each(['a longer one than it was\n', ''])(
    'takes a file that became %j since it was chosen as it is now',
    async (content) => {
      harness.onRead = (path) => {
        if (path === 'helpers.py') harness.files['helpers.py'] = content;
      };
      const run = await harness.submit();
      expect(staged(run.name)['helpers.py']).toBe(content);
    },
  );

  it('refuses a file that is another one at each reading', async () => {
    let reads = 0;
    harness.onRead = (path) => {
      if (path === 'helpers.py') harness.files['helpers.py'] = 'x'.repeat((reads += 1) * 100);
    };
    const error = await refusal(harness.submit());
    expect([error.code, error.message]).toEqual(['files.refused', '"helpers.py" changed while it was being read.']);
    expect(reads).toBe(3);
    expect(harness.target.runs.size).toBe(0);
  });

  it('takes another name when one is taken', async () => {
    const first = await harness.submit();
    harness.target.runs.set('analysis-0001', harness.target.runs.get(first.name) ?? raise());
    expect((await harness.submit()).name).toBe('analysis-0002');
  });

  it('runs a command with the files beside it', async () => {
    harness.files = { 'train.py': 'print(1)\n' };
    const run = await harness.submit({}, { command: ['python', 'train.py', '--out', '$(rm -rf /)'] });
    expect(run.title).toContain('train.py');
    expect(run.steps.map((step) => step.name)).toEqual(['prepare', 'command', 'test', 'collect']);
    expect(harness.target.runFileOf(run.name).command?.argv).toEqual(['python', 'train.py', '--out', '$(rm -rf /)']);
    expect(staged(run.name)).toEqual({ 'train.py': 'print(1)\n' });
  });
});

describe('a submission that comes to nothing', () => {
  it('leaves nothing when the target refuses', async () => {
    harness.target.submitFailure = new SlipwayError('disk.full', 'The disk is full.');
    expect(await code(harness.submit({ folder: host, notebookText: notebookText('x') }))).toBe('disk.full');
    expect([harness.target.runs.size, harness.temporaryFiles]).toEqual([0, []]);
  });

  it('leaves nothing wherever it is aborted', async () => {
    // Every place where the service waits for somebody is a place to abort at; there are fewer than 60.
    let aborted = 0;
    for (let place = 0; place < 60; place += 1) {
      const controller = new AbortController();
      let waits = 0;
      const count = (): void => {
        if (waits === place) controller.abort(new SlipwayError('cancelled', 'Stopped.'));
        waits += 1;
      };
      harness.onRead = count;
      const submission = harness.submission({ folder: host, notebookText: notebookText('x') });
      const ended = await harness.service.submit(submission, count, controller.signal).then(
        () => 'submitted',
        (error: unknown) => (SlipwayError.is(error, 'cancelled') ? 'cancelled' : error),
      );
      expect(harness.temporaryFiles, `aborted at ${place}`).toEqual([]);
      if (waits <= place) {
        expect(ended).toBe('submitted');
        break;
      }
      aborted += 1;
      expect(ended, `aborted at ${place}`).toBe('cancelled');
      expect(harness.target.runs.size, `aborted at ${place}`).toBe(0);
    }
    expect(aborted).toBeGreaterThan(5);
    expect(harness.target.runs.size).toBe(1);
  });

  it('does not go on unseen when the abort comes once it has started', async () => {
    const first = await harness.submit();
    harness.finish(first.name);
    const { service } = harness;
    const starts: ((signal: AbortSignal) => Promise<unknown>)[] = [
      (signal) => service.submit(harness.submission(), () => undefined, signal),
      (signal) => service.rerun({ run: first.name }, undefined, signal),
      (signal) => service.retry({ run: first.name }, 'prepare', signal),
    ];
    for (const start of starts) {
      const controller = new AbortController();
      const started: string[] = [];
      const watch = harness.target.watch((change) => {
        if ('run' in change) started.push(change.run);
        controller.abort(new SlipwayError('cancelled', 'Stopped.'));
      });
      expect(await code(start(controller.signal))).toBe('cancelled');
      watch.dispose();
      expect((await service.get({ run: started[0] ?? '' }, never)).cancelRequested).toBe(true);
    }
  });
});

function raise(): never {
  throw new Error('missing');
}
