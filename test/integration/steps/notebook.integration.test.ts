import { access, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { containing, matching } from './matching.ts';
import { slowTimeout } from './slowTimeout.ts';
import { StepRuns, isRunning, type StepRun, type Progress, type RunInput } from './stepRunner.ts';

const runs = new StepRuns();
const make = (input: RunInput): Promise<StepRun> => runs.make(input);
afterEach(() => runs.dispose());

async function waitFor(run: StepRun, found: (events: Progress[]) => boolean): Promise<Progress[]> {
  for (;;) {
    const events = await run.progress();
    if (found(events)) return events;
    await sleep(50);
  }
}

describe('the notebook step', () => {
  it('runs a notebook in its folder, with its parameters, and leaves everything that 0002 names', async () => {
    const run = await make({
      name: 'deep/analysis',
      cells: [
        { source: 'n = 1  # how many', tags: ['parameters'] },
        'import helper\nprint("n is", n, helper.double(n))',
        // The kernel sends what is printed at moments of its own.
        'import sys, time\nprint("to", end="", flush=True)\ntime.sleep(0.5)\nprint("gether")',
        'from pathlib import Path\nPath("figures").mkdir()\n_ = Path("figures/umap.txt").write_text("map")',
        'import os\n_ = open(os.path.join(os.environ["SLIPWAY_OUTPUT"], "model.bin"), "w").write(os.environ["GREETING"])',
      ],
      files: { 'deep/helper.py': 'def double(n):\n    return 2 * n\n', 'deep/data.csv': 'a,b\n' },
      parameters: { n: 21 },
      change: { env: { GREETING: 'hello $(id)' } },
    });
    const results = await run.all();

    expect(results.prepare).toMatchObject({
      state: 'succeeded',
      note: matching(/^python 3\.\S+ as it is$/),
    });
    expect(results.notebook).toMatchObject({ state: 'succeeded', exitCode: 0, note: '5 cells' });
    expect(results.report).toMatchObject({ state: 'succeeded', note: 'analysis_output.html' });
    expect(results.test).toMatchObject({ state: 'skipped', reason: 'no tests' });
    expect(results.collect).toMatchObject({ state: 'succeeded', verdict: 'succeeded' });
    // Without an empty line after each one that a cell prints.
    expect(await run.text('output', 'papermill.log')).toContain('\nn is 21 42\nEnding Cell 3');
    expect(await run.text('output', 'papermill.log')).toContain('\ntogether\nEnding Cell 4');
    expect(await run.text('logs', 'notebook.log')).toContain('n is 21 42');
    expect(await run.text('output', 'model.bin')).toBe('hello $(id)');

    const artifacts = await run.artifacts();
    expect(Object.fromEntries(artifacts.map(({ path, role }) => [path, role]))).toEqual({
      'output/analysis_output.html': 'report',
      'output/analysis_output.ipynb': 'executedNotebook',
      'output/environment.json': 'environment',
      'output/requirements.lock.txt': 'requirementsLock',
      'output/papermill.log': 'log',
      'output/jupyter_nbconvert.log': 'log',
      'output/model.bin': 'file',
      'work/deep/figures/umap.txt': 'file',
    });
    const machine: unknown = JSON.parse(await run.text('output', 'environment.json'));
    expect(machine).toMatchObject({ kernel: { name: 'python3' }, packages: { papermill: matching(/./) } });
    expect(await run.text('output', 'requirements.lock.txt')).toMatch(/^papermill==2\./m);
    expect(await run.text('summary.md')).toContain('# analysis-7f3a: passed');
  });

  it('keeps of a bar that is drawn over itself what a terminal shows, and what is printed in a row together', async () => {
    const bar =
      'import sys, time\nfor i in range(30):\n    sys.stderr.write(f"\\r{i + 1}/30 done")\n    sys.stderr.flush()\n    time.sleep(0.02)\n_ = sys.stderr.write("\\n")';
    const pieces = 'for i in range(5):\n    print("piece", i, flush=True)\n    time.sleep(0.05)';
    const run = await make({ cells: [bar, pieces] });
    await run.all();
    const executed = JSON.parse(await run.text('output', 'analysis_output.ipynb')) as { cells: { outputs: unknown }[] };
    expect(executed.cells.map(({ outputs }) => outputs)).toEqual([
      [{ output_type: 'stream', name: 'stderr', text: ['30/30 done\n'] }],
      [{ output_type: 'stream', name: 'stdout', text: [0, 1, 2, 3, 4].map((piece) => `piece ${piece}\n`) }],
    ]);
    const drawn = (await run.text('logs', 'notebook.log')).split('\n').filter((line) => /\d\/30 done/.test(line));
    expect(drawn.map((line) => line.split('\r').at(-1))).toEqual(['30/30 done']);
    expect(drawn[0]).toContain('\r12/30 done\r13/30 done');
    expect(await run.text('output', 'analysis_output.html')).not.toContain('12/30 done');
    // papermill's own bar stands on lines of its own, too.
    expect(await run.text('logs', 'notebook.log')).toMatch(/\rExecuting: +50%\|█+ +\|[^\n]*cell\]\nExecuting Cell 2-/);
  });

  it('speaks to the kernel where nobody else of the machine can listen, and leaves nothing of that', async () => {
    const inspect = [
      'import glob, os, re, stat, ipykernel.kernelapp as k',
      'mine = set(re.findall(r"socket:\\[(\\d+)\\]", " ".join(os.readlink(f) for f in glob.glob("/proc/self/fd/*") if os.path.islink(f))))',
      'tcp = [line.split() for table in ("tcp", "tcp6") for line in open(f"/proc/net/{table}")]',
      'print("listening on", sum(row[3] == "0A" and row[9] in mine for row in tcp), "ports")',
      'folder = os.path.dirname(k.IPKernelApp.instance().abs_connection_file)',
      'print("folder", folder, oct(stat.S_IMODE(os.stat(folder).st_mode)))',
    ];
    const run = await make({ cells: [inspect.join('\n')] });
    const results = await run.all();
    expect(results.notebook, await run.text('logs', 'notebook.log')).toMatchObject({ state: 'succeeded' });
    const log = await run.text('logs', 'notebook.log');
    // One is the pipe by which ipykernel takes what its own children print; nothing can be read there.
    expect(log).toMatch(/^listening on [01] ports$/m);
    expect(log).not.toContain('without encryption');
    const [, folder = '', mode] = /^folder (\/\S+) (\S+)$/m.exec(log) ?? [];
    expect(mode).toMatch(/^0o1?700$/);
    await expect(access(folder)).rejects.toThrow('ENOENT');
  });

  it('maps a KeyError to the submitted cell although papermill inserts cells before it', async () => {
    const run = await make({
      cells: [
        { kind: 'markdown', source: '# Title' },
        { source: 'n = 1', tags: ['parameters'] },
        { kind: 'markdown', source: 'text' },
        'print(n)',
        'table = {}\n\nprint("before")\ntable["pca"]',
        'print("never")',
      ],
      parameters: { n: 2 },
    });
    const results = await run.all();

    expect(results.notebook).toMatchObject({
      state: 'failed',
      exitCode: 1,
      reason: "KeyError 'pca' in cell 3",
      reasonCode: 'cellFailed',
      note: 'cell 3 of 4 failed',
    });
    expect(results.collect).toMatchObject({ verdict: 'failed', reason: "KeyError 'pca' in cell 3" });
    expect(results.report?.note).toBe('analysis_output.html (shows the failing cell)');
    const cell = await run.failedCell();
    expect(cell).toMatchObject({
      id: 'cell-4',
      index: 4,
      number: 3,
      errorName: 'KeyError',
      errorValue: "'pca'",
      line: 4,
    });
    expect(cell.source).toContain('table["pca"]');
    expect(cell.traceback.join('\n')).not.toContain('\u001b');
    const events = await run.progress();
    expect(events.flatMap((event) => (event.type === 'cellFinished' ? [[event.id, event.failed]] : []))).toEqual([
      ['cell-1', false],
      ['cell-3', false],
      ['cell-4', true],
    ]);
  });

  it('calls the inserted parameters cell by its name when that fails', async () => {
    const run = await make({
      cells: [{ source: 'n = 1', tags: ['parameters'] }, 'print(n)'],
      parameters: { 'n-m': 1 },
    });
    const results = await run.only(['prepare', 'notebook', 'collect']);
    expect(results.notebook).toMatchObject({ state: 'failed', reasonCode: 'cellFailed' });
    expect(results.notebook?.reason).toContain('in the cell with the injected parameters');
    expect(await run.failedCell()).toMatchObject({ index: -1, number: 0, errorName: 'SyntaxError' });
  });

  it('has the outputs of finished cells in the notebook while a cell runs that prints nothing', async () => {
    const wait = 'import pathlib, time\nwhile not pathlib.Path("go").exists():\n    time.sleep(0.05)';
    const quick = Array.from({ length: 5 }, (_, index) => `print("output", ${index})`);
    const run = await make({ cells: [...quick, wait] });
    await run.step('prepare');
    const ended = run.step('notebook');
    await waitFor(run, (all) => all.some((event) => event.type === 'cellStarted' && event.id === 'cell-5'));
    await expect
      .poll(() => run.text('output', 'analysis_output.ipynb'), { timeout: 60_000 })
      .toContain(String.raw`output 4\n`);
    await writeFile(run.path('work', 'go'), '');
    expect((await ended).exitCode).toBe(0);
  });

  it('is not fooled by output that looks like papermill, and shows a cell before it ends', async () => {
    const run = await make({
      cells: [
        { kind: 'markdown', source: 'Executing Cell 7' },
        'import sys\nprint("Executing Cell 99----------")\nprint("Ending Cell 99")\nsys.stderr.write("\\rExecuting:  50%|#####     | 1/2")',
        'import pathlib, time\nwhile not pathlib.Path("go").exists():\n    time.sleep(0.05)',
      ],
    });
    await run.step('prepare');
    const ended = run.step('notebook');
    const events = await waitFor(run, (all) =>
      all.some((event) => event.type === 'cellStarted' && event.id === 'cell-2'),
    );
    expect(events.map((event) => [event.type, 'id' in event ? event.id : undefined])).toEqual([
      ['cellsCounted', undefined],
      ['cellStarted', 'cell-1'],
      ['cellFinished', 'cell-1'],
      ['cellStarted', 'cell-2'],
    ]);
    await writeFile(run.path('work', 'go'), '');
    expect((await ended).exitCode).toBe(0);
    const all = await run.progress();
    expect(all.at(-1)).toMatchObject({ type: 'cellFinished', id: 'cell-2', failed: false });
    expect(all).toHaveLength(5);
    expect(await run.text('output', 'papermill.log')).toContain('\rExecuting:  50%');
  });

  it.each([
    [
      'a missing module',
      'import no_such_module',
      { reasonCode: 'cellFailed', exitCode: 1 },
      /ModuleNotFoundError: No module named 'no_such_module' in cell 2/,
    ],
    [
      'SystemExit(0)',
      'import sys\nsys.exit(0)',
      { reasonCode: 'cellFailed', exitCode: 1 },
      /^cell 2 ended the notebook \(SystemExit\)/,
    ],
    ['SystemExit(3)', 'raise SystemExit(3)', { reasonCode: 'cellFailed', exitCode: 1 }, /SystemExit 3 in cell 2/],
    [
      'KeyboardInterrupt',
      'raise KeyboardInterrupt',
      { reasonCode: 'cellFailed', exitCode: 1 },
      /KeyboardInterrupt in cell 2/,
    ],
    [
      'os._exit',
      'import os\nos._exit(9)',
      { reasonCode: 'kernelDied', exitCode: 138 },
      /^the kernel died .* in cell 2$/,
    ],
    [
      'kill -9',
      'import os\nos.kill(os.getpid(), 9)',
      { reasonCode: 'kernelDied', exitCode: 138 },
      /^the kernel died .* in cell 2$/,
    ],
    ['input()', 'input()', { reasonCode: 'cellFailed', exitCode: 1 }, /StdinNotImplementedError.* in cell 2/],
    ['a syntax error', 'x = = 1', { reasonCode: 'cellFailed', exitCode: 1 }, /SyntaxError: .* in cell 2/],
  ])('fails on %s and says where', async (_, source, expected, reason) => {
    const run = await make({ cells: ['1', source, 'print("never")'] });
    const results = await run.only(['prepare', 'notebook', 'collect']);
    expect(results.notebook).toMatchObject({ state: 'failed', ...expected, note: 'cell 2 of 3 failed' });
    expect(results.notebook?.reason).toMatch(reason);
    expect(results.collect?.verdict).toBe('failed');
    expect(await run.failedCell()).toMatchObject({ id: 'cell-1', index: 1, number: 2, source });
    expect((await run.progress()).at(-1)).toMatchObject({ type: 'cellFinished', id: 'cell-1', failed: true });
  });

  it('fails on an error in a cell tagged raises-exception, as papermill does, after running the rest', async () => {
    const run = await make({ cells: [{ source: '1 / 0', tags: ['raises-exception'] }, 'print("went on")'] });
    const results = await run.only(['prepare', 'notebook', 'collect']);
    expect(results.notebook).toMatchObject({
      state: 'failed',
      exitCode: 1,
      reason: containing('in cell 1'),
    });
    expect(await run.text('output', 'papermill.log')).toContain('went on');
  });

  it('names the kernels that exist when the notebook wants another', async () => {
    const run = await make({ cells: ['1'], kernel: 'no-such-kernel' });
    const results = await run.only(['prepare', 'notebook', 'collect']);
    expect(results.notebook).toMatchObject({ state: 'failed', reasonCode: 'environment' });
    expect(results.notebook?.reason).toMatch(/there is no kernel 'no-such-kernel'; the kernels that exist: .*python3/);
  });

  it('keeps the limit of a cell', async () => {
    const run = await make({ cells: ['1', 'import time\ntime.sleep(600)'], change: { timeouts: { cell: 5 } } });
    const results = await run.all();
    expect(results.notebook).toMatchObject({
      state: 'failed',
      exitCode: 1,
      reasonCode: 'timeout',
      reason: 'the time limit of 5s was reached by cell 2',
    });
    expect(results.collect?.verdict).toBe('timedOut');
    expect(await run.text('output', 'analysis_output.html')).toContain('the cell ran longer than its limit of 5s');
  });

  it('keeps its own limit, shuts the kernel down and still leaves a report', async () => {
    const run = await make({
      cells: [
        'import os\nopen("pid", "w").write(str(os.getpid()))',
        'import time\nprint("asleep", flush=True)\ntime.sleep(600)',
      ],
      change: { timeouts: { notebook: 40 } },
    });
    const results = await run.all();
    expect(results.notebook).toMatchObject({
      state: 'failed',
      exitCode: 124,
      reasonCode: 'timeout',
      reason: 'the time limit of 40s was reached',
      failedCell: { id: 'cell-1', number: 2 },
    });
    expect(results.report?.state).toBe('succeeded');
    expect(results.collect?.verdict).toBe('timedOut');
    const kernel = Number(await run.text('work', 'pid'));
    expect(await isRunning(kernel)).toBe(false);
    expect(await run.text('output', 'analysis_output.ipynb')).toContain('asleep');
  });

  it('names the cell at its limit also where timeout gets no processor in between', async () => {
    const run = await make({ cells: ['import time\ntime.sleep(600)'], change: { timeouts: { notebook: 8 } } });
    const results = await run.only(['prepare', 'notebook'], { PATH: await slowTimeout(run.base, 0.001) });
    expect(results.notebook).toMatchObject({ exitCode: 124, reasonCode: 'timeout', failedCell: { number: 1 } });
  });

  it('stops on TERM, saves the notebook, leaves no kernel and says that it was stopped', async () => {
    const run = await make({
      cells: ['import os\nopen("pid", "w").write(str(os.getpid()))', 'import time\ntime.sleep(600)'],
    });
    await run.step('prepare');
    const child = run.start('notebook', { SLIPWAY_LOG: 'captured' });
    const closed = new Promise((resolve) => child.once('close', resolve));
    await waitFor(run, (all) => all.some((event) => event.type === 'cellStarted' && event.id === 'cell-1'));
    child.kill('SIGTERM');
    expect(await closed).toBe(143);
    expect(await run.result('notebook')).toMatchObject({ state: 'failed', reason: 'stopped before it was done' });
    const kernel = Number(await run.text('work', 'pid'));
    expect(await isRunning(kernel)).toBe(false);
    await run.step('report');
    await run.step('collect', { SLIPWAY_CANCELLED: '1' });
    expect(await run.result('collect')).toMatchObject({ verdict: 'cancelled' });
    expect((await run.artifacts()).map(({ path }) => path)).toContain('output/analysis_output.ipynb');
  });

  it('gives the verdict also when a step was killed without a word', async () => {
    const run = await make({ cells: ['1'] });
    await run.step('prepare');
    const end = await run.step('collect');
    expect(end.exitCode).toBe(0);
    expect(await run.result('collect')).toMatchObject({ verdict: 'failed', reason: 'the step notebook was killed' });
  });

  it('needs no locale for names and output beyond ASCII', async () => {
    const run = await make({
      name: '单细胞',
      cells: [{ source: 's = ""', tags: ['parameters'] }, 'print("输出", s)'],
      parameters: { s: 'ünï' },
    });
    const results = await run.all({ LC_ALL: 'C', LANG: '' });
    expect(results.notebook?.state).toBe('succeeded');
    expect(await run.text('output', 'papermill.log')).toContain('输出 ünï');
    expect((await run.artifacts()).map(({ path }) => path)).toContain('output/单细胞_output.html');
    expect(await run.text('summary.md')).toContain('单细胞');
  });

  it.each([
    ['quotes, shell text and a leading dash', `--it's "my" $(touch pwned) \`id\` ;&| $HOME`],
    ['a newline, Chinese and braces', 'two\nlines 单细胞 {pm} {0} {} }{'],
    ['a tilde, brackets, stars, a percent sign and a backslash', '~root a[1]*? 100%\\n'],
  ])('runs a notebook whose name has %s', async (_, name) => {
    const run = await make({
      name,
      cells: ['n = 0', 'print(n)', 'text'],
      parameters: { text: name, n: 1e-7, nothing: null, list: [true, { key: '\u{1F600}\u2028\u0000\u007f' }] },
      files: { 'tests/test_it.py': 'def test_it():\n    pass\n' },
      change: { tests: { path: 'tests', always: false, asked: true } },
    });
    const results = await run.all();
    expect(results.notebook).toMatchObject({ state: 'succeeded' });
    expect(results.report).toMatchObject({ state: 'succeeded' });
    expect(results.test).toMatchObject({ state: 'succeeded' });
    const paths = (await run.artifacts()).map(({ path }) => path);
    expect(paths).toContain(`output/${name}_output.ipynb`);
    expect(paths).toContain(`output/${name}_output.html`);
    expect(paths.filter((path) => path.startsWith('work/'))).toEqual([]);
    expect(JSON.parse(await run.text('output', `${name}_output.ipynb`))).toMatchObject({
      metadata: {
        papermill: { parameters: { text: name, n: 1e-7, list: [true, { key: '\u{1F600}\u2028\u0000\u007f' }] } },
      },
    });
  });
});

describe('a notebook with a will of its own', () => {
  it('may have the longest name that its outputs can have, and is told of a longer one at once', async () => {
    const longest = await make({ name: 'n'.repeat(255 - '_output.ipynb'.length), cells: ['print(1)'] });
    expect(await longest.only(['prepare', 'notebook'])).toMatchObject({ notebook: { state: 'succeeded' } });
    const tooLong = await make({ name: '长'.repeat(81), cells: ['print(1)'] });
    expect((await tooLong.only(['prepare'])).prepare).toMatchObject({
      state: 'failed',
      reason: matching(/name is too long/),
      reasonCode: 'environment',
    });
  });

  it('may remove the results and has its own all the same', async () => {
    const cell = 'import os, shutil\nshutil.rmtree(os.path.join(os.environ["SLIPWAY_RUN_DIR"], "results"))';
    const run = await make({ cells: [cell] });
    expect(await run.only(['prepare', 'notebook', 'collect'])).toMatchObject({
      notebook: { state: 'succeeded', note: '1 cell' },
      collect: { state: 'succeeded' },
    });
  });
});
