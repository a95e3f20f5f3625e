import { once } from 'node:events';
import { chmod, mkdir, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { containing, matching } from './matching.ts';
import { PodRuns, ended, type PodInput, type PodRun } from './podRunner.ts';
import { isRunning } from './stepRunner.ts';

const runs = new PodRuns();
const make = (input: PodInput): Promise<PodRun> => runs.make(input);
afterEach(() => runs.dispose());

const notebook = ['print("one")', 'import os; print(os.environ["HOME"]); open(os.path.expanduser("~/x"), "w")', '3'];

describe('a run in a pod', () => {
  it('makes its own folder, private, as a uid that nobody knows and without a home', async () => {
    const run = await make({ cells: notebook, files: { 'data/a.csv': 'a' }, uploaded: { 'big/b.bin': 'b' } });
    const results = await run.all();
    expect(results).toMatchObject({
      prepare: { state: 'succeeded', note: matching(/^python 3\.\d+\.\d+ as it is$/) },
      notebook: { state: 'succeeded' },
      report: { state: 'succeeded' },
      test: { state: 'skipped' },
      collect: { state: 'succeeded', verdict: 'succeeded' },
    });
    expect(await run.text('work/data/a.csv')).toBe('a');
    expect(await run.text('work/big/b.bin')).toBe('b');
    for (const folder of ['inputs', 'logs', 'output', 'results', 'work']) {
      expect((await stat(run.path(folder))).mode & 0o777).toBe(0o700);
    }
    expect(await run.text('logs/notebook.log')).toContain('/slipway-home-');
    expect(await run.text('output/analysis_output.html')).toContain('one');
    expect(JSON.parse(await run.text('output/environment.json'))).toMatchObject({ image: 'registry.example/runner:1' });
    expect(await run.summary()).toMatchObject({
      version: 1,
      verdict: 'succeeded',
      steps: { prepare: { state: 'succeeded', exitCode: 0 }, test: { state: 'skipped', exitCode: 0 } },
      cells: { total: 3, finished: 3 },
      logs: { notebook: (await stat(run.path('logs/notebook.log'))).size },
    });
  });

  it('ends with the verdict as its exit code, and names the cell that failed in the result', async () => {
    const run = await make({ cells: ['1', 'raise KeyError("pca")'] });
    await run.all();
    expect((await run.step('collect')).exitCode).toBe(1);
    expect(await run.summary()).toMatchObject({
      verdict: 'failed',
      reason: "KeyError 'pca' in cell 2",
      failedCell: { number: 2, errorName: 'KeyError', errorValue: "'pca'", source: 'raise KeyError("pca")' },
      cells: { total: 2, finished: 2 },
    });
  });

  it.each([
    ['was not uploaded', { 'b.bin': undefined }, 'b.bin was not uploaded (No such file or directory)'],
    ['has another length', { 'b.bin': 'longer' }, 'b.bin did not arrive whole: 6 of 2 bytes'],
    ['has another content', { 'b.bin': 'no' }, 'b.bin did not arrive as it was submitted: its sha256 is another one'],
  ])('refuses to run when a file %s', async (_, changed, reason) => {
    const run = await make({ command: ['true'], uploaded: { 'b.bin': 'ok' } });
    for (const [path, text] of Object.entries(changed)) {
      if (text === undefined) await rm(run.path('inputs', path));
      else await run.upload(path, text);
    }
    const results = await run.all();
    expect(results.prepare).toMatchObject({ state: 'failed', reasonCode: 'environment', reason });
    expect(results.command).toMatchObject({ state: 'skipped', reason: 'the environment was not prepared' });
    expect(results.collect).toMatchObject({ verdict: 'failed', reason });
    expect(await run.summary()).toMatchObject({ verdict: 'failed', reason });
  });

  it('removes what was not submitted from inputs/, links unfollowed', async () => {
    const run = await make({ command: ['true'], uploaded: { 'kept/b.bin': 'ok' } });
    await run.upload('kept/extra', 'x');
    await symlink('/etc', run.path('inputs/kept/link'));
    const results = await run.all();
    expect(results.prepare).toMatchObject({ state: 'succeeded' });
    expect(await readdir(run.path('inputs/kept'))).toEqual(['b.bin']);
    expect((await stat('/etc/passwd')).isFile()).toBe(true);
  });

  it('says who owns a folder that cannot be written, in every step and in the result', async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'only root can make a folder that is not the own one');
    const run = await make({ command: ['true'] });
    await rm(run.folder, { recursive: true });
    await mkdir(run.folder, { mode: 0o755 });
    const reason = "the run's folder cannot be written as uid 123456 (owned by 0:0, mode 755)";
    for (const step of run.steps) {
      const end = await run.step(step);
      expect(end).toEqual({ exitCode: 1, output: `failed: ${reason}\n` });
    }
    expect(await run.summary()).toMatchObject({ verdict: 'failed', reason });
  });

  it('keeps temporary files in its folder where there is no other place, and removes its home', async () => {
    const run = await make({
      command: ['python', '-c', 'import os, tempfile; print(os.environ["HOME"], tempfile.gettempdir(), sep="\\n")'],
    });
    const results = await run.all({ TMPDIR: '/nowhere' });
    expect(results.collect).toMatchObject({ verdict: 'succeeded' });
    const [home = '', temporary] = (await run.text('logs/command.log')).split('\n');
    expect(temporary).toBe(run.path('tmp'));
    expect(home).toContain(run.path('tmp', 'slipway-home-'));
    expect(await readdir(run.path('tmp'))).toEqual([]);
  });

  it('says so where the image has no Python', async () => {
    const run = await make({ command: ['true'] });
    await mkdir(join(run.base, 'bin'));
    for (const tool of ['bash', 'mkdir', 'rm', 'id', 'mktemp', 'chmod', 'stat', 'rmdir']) {
      await symlink(`/bin/${tool}`, join(run.base, 'bin', tool));
    }
    const PATH = join(run.base, 'bin');
    const reason = 'the image has no python3 on its PATH; the steps need Python 3.9 or newer';
    expect((await run.step('prepare', { PATH })).output).toBe(`failed: ${reason}\n`);
    expect(await run.result('prepare')).toMatchObject({ state: 'failed', reasonCode: 'environment', reason });
    await run.step('collect', { PATH });
    expect(await run.summary()).toMatchObject({ verdict: 'failed', reason });
  });

  it('ends in words when nothing was mounted, and when prepare never ran', async () => {
    const run = await make({ command: ['true'] });
    const nothing = { SLIPWAY_INPUTS: join(run.base, 'nowhere') };
    await run.step('prepare', nothing);
    expect(await run.result('prepare')).toMatchObject({
      state: 'failed',
      reason: containing('inputs are not mounted'),
    });
    await rm(run.path('results/prepare.json'));
    await run.step('command');
    expect(await run.result('command')).toMatchObject({ state: 'skipped', reason: 'the environment was not prepared' });
    await run.step('collect');
    expect(await run.summary()).toMatchObject({ verdict: 'failed', reason: 'the step prepare was killed' });
  });

  it('keeps its log when the notebook removes the folder it is in', async () => {
    const remove = 'import shutil, os; shutil.rmtree(os.environ["SLIPWAY_RUN_DIR"] + "/logs")';
    const run = await make({
      command: ['python', '-c', `print("before", flush=True); ${remove}; import time; time.sleep(1.2); print("after")`],
    });
    const results = await run.all();
    expect(results.command).toMatchObject({ state: 'succeeded' });
    expect(await run.text('logs/command.log')).toBe('before\nafter\n');
  });
});

describe('a cancel in a pod', () => {
  it('stops the program, skips what follows, and is the verdict', async () => {
    const program = 'import signal, time; print("up", flush=True); time.sleep(600)';
    const run = await make({ command: ['python', '-c', program] });
    await run.step('prepare');
    const command = run.start('command');
    const end = ended(command);
    await once(command.stdout ?? command, 'data');
    await writeFile(run.path('cancel'), '');
    expect((await end).exitCode).toBe(143);
    expect(await run.result('command')).toMatchObject({ state: 'failed', reason: 'the run was cancelled' });
    await run.step('test');
    expect(await run.result('test')).toMatchObject({ state: 'skipped', reason: 'the run was cancelled' });
    const collect = run.start('collect');
    await untilThere(run.path('results/collect.ended'));
    expect(await run.summary()).toMatchObject({ verdict: 'cancelled', reason: 'cancelled' });
    // It waits to be taken away, and goes at once when it is.
    expect(collect.exitCode).toBe(null);
    const gone = once(collect, 'close');
    collect.kill('SIGTERM');
    await gone;
  });

  it('kills a program that takes no notice', async () => {
    const program =
      'import os, signal, time; signal.signal(15, signal.SIG_IGN); print(os.getpid(), flush=True); time.sleep(600)';
    const run = await make({ command: ['python', '-c', program] });
    await run.step('prepare');
    const command = run.start('command');
    const end = ended(command);
    const [first] = (await once(command.stdout ?? command, 'data')) as [Buffer];
    await writeFile(run.path('cancel'), '');
    expect((await end).exitCode).toBe(137);
    expect(await isRunning(Number(first.toString('utf8')))).toBe(false);
  });

  it('before the first step skips all of them', async () => {
    const run = await make({ command: ['true'] });
    await writeFile(run.path('cancel'), '');
    for (const step of ['prepare', 'command', 'test'] as const) {
      await run.step(step);
      expect(await run.result(step)).toMatchObject({ state: 'skipped', reason: 'the run was cancelled' });
    }
  });
});

describe('a retry in a pod', () => {
  it('takes over what is reused, and its steps do nothing', async () => {
    const first = await make({
      command: [
        'sh',
        '-c',
        'echo made > made.txt; echo changed > data.txt; rm gone.txt; echo out > "$SLIPWAY_OUTPUT/o.txt"',
      ],
      files: { 'data.txt': 'data', 'gone.txt': 'gone', 'tests/test_it.py': 'def test_it():\n    assert False\n' },
      change: { tests: { path: 'tests', always: false, asked: true } },
    });
    expect((await first.all()).test).toMatchObject({ state: 'failed' });
    const again = await make({
      command: ['sh', '-c', 'exit 9'],
      files: { 'data.txt': 'data', 'gone.txt': 'gone', 'tests/test_it.py': 'def test_it():\n    open("made.txt")\n' },
      change: {
        tests: { path: 'tests', always: false, asked: true },
        reuse: { run: 'first-1', steps: ['prepare', 'command'] },
      },
    });
    const results = await again.all({ SLIPWAY_REUSE: first.folder });
    expect(results).toMatchObject({
      prepare: { state: 'succeeded' },
      command: { state: 'succeeded', note: 'exit code 0' },
      test: { state: 'succeeded' },
      collect: { verdict: 'succeeded' },
    });
    expect(await again.text('work/made.txt')).toBe('made\n');
    expect(await again.text('work/data.txt')).toBe('changed\n');
    expect(await again.text('output/o.txt')).toBe('out\n');
    expect(await readdir(again.path('work'))).not.toContain('gone.txt');
    expect(await again.text('logs/prepare.log')).toBe(await first.text('logs/prepare.log'));
    expect((await again.step('command', { SLIPWAY_REUSE: first.folder })).exitCode).toBe(0);
  });

  it('fails in words where there is nothing to reuse', async () => {
    const first = await make({ command: ['true'] });
    await mkdir(first.path('results'));
    await chmod(first.path('results'), 0o755);
    const again = await make({ command: ['true'], change: { reuse: { run: 'first-1', steps: ['prepare'] } } });
    const results = await again.all({ SLIPWAY_REUSE: first.folder });
    const reason = 'the prepare step of the earlier run left no result to reuse; run it again from the start';
    expect(results.prepare).toMatchObject({ state: 'failed', reason });
    expect(results.collect).toMatchObject({ verdict: 'failed', reason });
  });
});

async function untilThere(path: string): Promise<void> {
  while ((await readFile(path).catch(() => undefined)) === undefined)
    await new Promise((resolve) => setTimeout(resolve, 20));
}
