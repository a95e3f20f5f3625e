import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { matching } from './matching.ts';
import { slowTimeout } from './slowTimeout.ts';
import { StepRuns, isRunning, testPython, type RunInput, type StepRun } from './stepRunner.ts';

const runs = new StepRuns();
const make = (input: RunInput): Promise<StepRun> => runs.make(input);
afterEach(() => runs.dispose());

describe('the command step', () => {
  it("runs the arguments literally, in work/, with the job's environment", async () => {
    const awkward = ['$(touch pwned)', 'a b', '', '-n', "it's", 'two\nlines', '单', 'x=y'];
    const run = await make({
      command: ['python', 'show.py', ...awkward],
      files: {
        'show.py':
          'import json, os, sys\njson.dump([sys.argv[1:], os.environ["A"], os.getcwd()], open(os.environ["SLIPWAY_OUTPUT"] + "/out.json", "w"))\n',
      },
      change: { env: { A: 'x $(id) "quoted"\nline', SLIPWAY_OUTPUT: '/nowhere' } },
    });
    const results = await run.all();
    expect(results.command).toMatchObject({ state: 'succeeded', exitCode: 0 });
    expect(JSON.parse(await run.text('output', 'out.json'))).toEqual([
      awkward,
      'x $(id) "quoted"\nline',
      run.path('work'),
    ]);
    expect((await run.artifacts()).map(({ path }) => path)).toEqual([
      'output/out.json',
      'output/environment.json',
      'output/requirements.lock.txt',
    ]);
  });

  it.each([
    [['sh', '-c', 'echo out; echo err >&2; exit 3'], { exitCode: 3, reason: 'exit code 3' }],
    [
      ['no-such-program'],
      { exitCode: 127, reason: 'exit code 127: no-such-program was not found, or something that it starts' },
    ],
    [['sh', '-c', 'kill -9 $$'], { exitCode: 137, reason: 'exit code 137 (killed; often for want of memory)' }],
    [['sh', '-c', 'kill -SEGV $$'], { exitCode: 139, reason: 'exit code 139 (ended by signal SEGV)' }],
    [['a=b'], { exitCode: 127, reason: 'exit code 127: a=b was not found, or something that it starts' }],
  ])('fails with the exit code of %j', async (command, expected) => {
    const run = await make({ command, change: { env: { A: '1' } } });
    const results = await run.all();
    expect(results.command).toMatchObject({ state: 'failed', ...expected });
    expect(results.collect).toMatchObject({ verdict: 'failed', reason: expected.reason });
  });

  it('keeps its time limit for everything that the command started', async () => {
    const run = await make({
      command: ['bash', '-c', 'sleep 600 & echo $! > pid; wait'],
      change: { timeouts: { command: 5 } },
    });
    const results = await run.all();
    expect(results.command).toMatchObject({
      exitCode: 124,
      reasonCode: 'timeout',
      reason: 'the time limit of 5s was reached',
    });
    const sleeping = Number(await run.text('work', 'pid'));
    expect(await isRunning(sleeping)).toBe(false);
  });

  it('is told once that its time is over, so that it can save what it has', async () => {
    const run = await make({
      command: ['python', 'train.py'],
      files: {
        'train.py': `import signal, time
told = []
signal.signal(signal.SIGINT, lambda *_: told.append("INT"))
while not told:
    time.sleep(0.05)
time.sleep(0.5)
open("told.txt", "w").write(" ".join(told))
`,
      },
      change: { timeouts: { command: 3 } },
    });
    const results = await run.all({ PATH: await slowTimeout(run.base) });
    expect(results.command).toMatchObject({ exitCode: 124, reason: 'the time limit of 3s was reached' });
    expect(await run.text('work', 'told.txt')).toBe('INT');
  });

  it('has tests, too', async () => {
    const run = await make({
      command: ['sh', '-c', 'echo 42 > answer.txt'],
      files: { 'tests/test_it.py': 'def test_it():\n    assert open("answer.txt").read() == "42\\n"\n' },
      change: { tests: { path: 'tests', always: false, asked: true } },
    });
    const results = await run.all();
    expect(results.test).toMatchObject({ state: 'succeeded', note: matching(/^1 passed/) });
  });
});

describe('the collect step', () => {
  it('indexes what is new or changed, keeps what outputs name, and follows no links', async () => {
    const run = await make({
      command: [
        'sh',
        '-c',
        'echo new > new.txt; echo changed > changed.txt; printf samf > same-size.txt; mkdir -p __pycache__ .venv figs;' +
          'echo x > __pycache__/x.pyc; touch .venv/pyvenv.cfg; echo x > .coverage; echo x > figs/a.png;' +
          'mkdir env2 && touch env2/pyvenv.cfg env2/lib.py; ln -s /etc/passwd link.txt; ln -s /etc linked',
      ],
      files: {
        'kept.txt': 'kept',
        'changed.txt': 'before',
        'same.txt': 'same',
        'same-size.txt': 'same',
        'data/a.csv': 'a',
      },
      change: { outputs: ['data/*.csv', '**/*.pyc', '../**'] },
    });
    await symlink('/etc/passwd', run.path('output', 'leak'));
    const results = await run.all();
    const artifacts = await run.artifacts();
    expect(artifacts.map(({ path }) => path)).toEqual([
      'work/__pycache__/x.pyc',
      'work/changed.txt',
      'work/data/a.csv',
      'work/figs/a.png',
      'work/new.txt',
      'work/same-size.txt',
      'output/environment.json',
      'output/requirements.lock.txt',
    ]);
    expect(artifacts.find(({ path }) => path === 'work/new.txt')).toEqual({
      path: 'work/new.txt',
      bytes: 4,
      sha256: '7aa7a5359173d05b63cfd682e3c38487f3cb4f7f1d60659fe59fab1505977d4c',
      mediaType: 'text/plain',
      role: 'file',
    });
    expect(results.collect?.note).toMatch(/^8 artifacts, /);
  });

  it('takes results of reused steps as they are', async () => {
    const run = await make({ cells: ['raise RuntimeError("must not run")'] });
    await mkdir(run.path('results'), { recursive: true });
    for (const step of ['prepare', 'notebook', 'report'] as const) {
      await writeFile(run.path('results', `${step}.json`), JSON.stringify({ step, state: 'succeeded', exitCode: 0 }));
    }
    await writeFile(run.path('python'), `${testPython()}\n`);
    await run.step('test');
    await run.step('collect');
    expect(await run.result('collect')).toMatchObject({ verdict: 'succeeded' });
  });

  it('indexes 10,000 files', async () => {
    const run = await make({
      command: ['python', '-c', 'for i in range(10_000):\n    open(f"f{i}.txt", "w").write(str(i))'],
    });
    const results = await run.all();
    expect(results.collect?.note).toMatch(/^10002 artifacts, /);
    expect((await run.text('summary.md')).length).toBeLessThan(20_000);
  });
});
