import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SlipwayError, type RunEvent } from '../../protocol/index.ts';
import { asked, eventually, slipway, start } from '../testing/commandLine.ts';
import { FakeCore } from '../testing/fakeCore.ts';
import {
  exampleArtifacts,
  examplePlan,
  failure,
  settle,
  startOfNotebook,
  submittedRun,
  success,
} from '../testing/runs.ts';

let cwd = '';
let core = new FakeCore();

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'slipway-run-'));
  await mkdir(join(cwd, 'sub/checks'), { recursive: true });
  await mkdir(join(cwd, 'tests'));
  for (const file of ['a.ipynb', 'sub/b.ipynb', 'train.py', '-x.py', 'slipway.yaml', 'notes.txt', 'python3.99']) {
    await writeFile(join(cwd, file), '');
  }
  await writeFile(join(cwd, 'parameters.yaml'), 'n_pcs: 7\nmarkers: [CD3E, CD4]\n');
  await writeFile(join(cwd, 'list.yaml'), '- 1\n');
});
afterAll(() => rm(cwd, { recursive: true }));
beforeEach(() => {
  core = new FakeCore();
  core.plan = examplePlan;
  core.submitted = submittedRun;
  core.artifactList = exampleArtifacts;
});

/** What is submitted for a command line. */
async function submission(...argv: string[]) {
  const ended = await slipway(['run', '--detach', ...argv], { core, cwd, env: { PATH: cwd } });
  expect(ended.stderr).toBe('');
  expect(ended.exitCode).toBe(0);
  const [submitted] = core.requested('runs/submit');
  if (submitted === undefined) throw new Error('nothing was submitted');
  return submitted;
}

describe('what is submitted', () => {
  it('a notebook, with its own folder', async () => {
    expect(await submission('sub/b.ipynb')).toEqual({
      context: 'local',
      folder: { kind: 'disk', path: join(cwd, 'sub') },
      spec: { notebook: 'b.ipynb' },
    });
  });

  it('a script, a shell command, a job spec', async () => {
    expect((await submission('train.py')).spec).toEqual({ command: ['python', 'train.py'] });
    core.requests.length = 0;
    expect((await submission('./-x.py')).spec).toEqual({ command: ['python', './-x.py'] });
    core.requests.length = 0;
    expect((await submission('--', 'sh', '-c', 'echo $(id)', '--', '-x')).spec).toEqual({
      command: ['sh', '-c', 'echo $(id)', '--', '-x'],
    });
    core.requests.length = 0;
    expect((await submission()).spec).toEqual({ notebook: 'analysis.ipynb' });
    core.requests.length = 0;
    expect((await submission('-y', 'slipway.yaml')).spec).toEqual({ notebook: 'analysis.ipynb' });
  });

  it('options, paths made relative to the notebook', async () => {
    const { spec } = await submission(
      ...['sub/b.ipynb', '--tests', 'sub/checks', '--marker', 'fast and not gpu', '--kernel', 'ir'],
      ...['--python', './python3.99', '--cell-timeout', '90', '--requirements', 'requirements.txt'],
    );
    expect(spec).toEqual({
      notebook: 'b.ipynb',
      tests: { path: 'checks', marker: 'fast and not gpu' },
      kernel: 'ir',
      python: join(cwd, 'python3.99'),
      timeouts: { cell: 90 },
      requirements: 'requirements.txt',
    });
  });

  it('tests named from the folder of the notebook', async () => {
    expect((await submission('sub/b.ipynb', '--tests', 'checks')).spec.tests).toEqual({ path: 'checks' });
  });

  it('no tests, another context, a Python from the PATH', async () => {
    const { spec, context } = await submission(
      'a.ipynb',
      '--no-tests',
      '--context',
      'team-a',
      '--python',
      'python3.99',
    );
    expect(spec).toEqual({ notebook: 'a.ipynb', tests: false, python: join(cwd, 'python3.99') });
    expect(context).toBe('team-a');
  });

  it('parameters of the declared types, -p over -y', async () => {
    const { spec } = await submission(
      ...['a.ipynb', '-y', 'parameters.yaml', '-p', 'n_pcs=30', '-p', 'sample=007', '-p', 'new=1e3', '-p', 'eq=a=b'],
    );
    expect(spec.parameters).toEqual({ n_pcs: 30, markers: ['CD3E', 'CD4'], sample: '007', new: 1000, eq: 'a=b' });
  });
});

describe('input that is refused before the core is asked to run it', () => {
  it.each([
    [['nowhere.ipynb'], /no file nowhere\.ipynb[^]*a\.ipynb/],
    [['notes.txt'], /notes\.txt is no notebook/],
    [['sub'], /no file|no slipway\.yaml/],
    [['a.ipynb', '-p', 'n_pcs'], /"n_pcs" is not a parameter/],
    [['a.ipynb', '-p', 'n_pcs=many'], /n_pcs[^]*int[^]*many/],
    [['a.ipynb', '-y', 'list.yaml'], /list\.yaml is not a mapping/],
    [['a.ipynb', '-y', 'nowhere.yaml'], /nowhere\.yaml cannot be read/],
    [['a.ipynb', '--cell-timeout', 'soon'], /"soon" is not a duration/],
    [['a.ipynb', '--no-tests', '--marker', 'x'], /--no-tests/],
  ])('%j', async (argv, reason) => {
    const ended = await slipway(['run', ...argv], { core, cwd });
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toMatch(reason);
    expect(ended.stdout).toBe('');
    expect(core.requested('runs/submit')).toEqual([]);
  });

  it('a job spec with faults, each with its line', async () => {
    core.refusals.clear();
    core.handlers['jobs/validate'] = () =>
      Promise.resolve({ problems: [{ message: '"notbook" is not a field.', path: 'notbook', line: 3 }] });
    const ended = await slipway(['run'], { core, cwd });
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toContain('slipway.yaml:3: "notbook" is not a field.');
  });

  it('what the core refuses to plan', async () => {
    core.refusals.set('jobs/plan', new SlipwayError('kernel.unknown', 'There is no kernel julia-9.'));
    const ended = await slipway(['run', 'a.ipynb'], { core, cwd });
    expect([ended.exitCode, ended.stdout]).toEqual([4, '']);
  });
});

async function running(argv: readonly string[], events: readonly RunEvent[]) {
  const { io, ended } = start(['run', 'a.ipynb', ...argv], { core, cwd });
  await asked(core, 'runs/get');
  await settle();
  for (const event of events) core.emit(submittedRun.name, event);
  await settle();
  return { io, ended };
}

describe('-o json', () => {
  it('prints one object and nothing else', async () => {
    const { io, ended } = await running(['-o', 'json', '-p', 'n_pcs=30'], failure);
    expect(await ended).toBe(1);
    expect(io.written.stderr).toBe('');
    expect(JSON.parse(io.written.stdout)).toMatchObject({
      run: 'analysis-7f3a',
      context: 'local',
      state: 'failed',
      steps: [
        { name: 'prepare', state: 'succeeded', exitCode: 0, durationMs: 800 },
        { name: 'notebook', state: 'failed', exitCode: 1, durationMs: 13_000, reason: 'a cell raised' },
        { name: 'report', state: 'succeeded', exitCode: 0, durationMs: 2100 },
        { name: 'test', state: 'skipped', exitCode: null, durationMs: null, reason: 'the notebook failed' },
        { name: 'collect', state: 'succeeded', exitCode: 0, durationMs: 100, note: '2 artifacts, 3.2 MB' },
      ],
      failedCell: { id: 'c', index: 4, number: 3, errorName: 'KeyError' },
      artifacts: exampleArtifacts,
      diagnosis: { id: 'python.keyError' },
      parameters: { n_pcs: 30 },
    });
  });

  it('has null where there is nothing', async () => {
    const { io, ended } = await running(['-o', 'json'], success);
    expect(await ended).toBe(0);
    expect(JSON.parse(io.written.stdout)).toMatchObject({ state: 'succeeded', failedCell: null, diagnosis: null });
  });
});

describe('--detach', () => {
  it('prints the name and how to come back, and does not wait', async () => {
    const ended = await slipway(['run', 'a.ipynb', '-d'], { core, cwd });
    expect(ended.exitCode).toBe(0);
    expect(ended.stdout).toContain('run        analysis-7f3a');
    expect(ended.stdout).toContain('slipway watch analysis-7f3a');
    expect(ended.stdout).not.toContain('\n\n\n');
    expect(core.requested('runs/watch')).toEqual([]);
  });
});

describe('Ctrl-C', () => {
  it('once asks the run to cancel and says so; twice leaves and says how to come back', async () => {
    const { io, ended } = await running([], startOfNotebook);
    io.signal('SIGINT');
    await settle();
    expect(core.requested('runs/cancel')).toEqual([{ run: 'analysis-7f3a', context: 'local' }]);
    expect(io.written.stdout).toMatch(/cancelling analysis-7f3a/);
    io.signal('SIGINT');
    expect(await ended).toBe(3);
    expect(io.written.stdout).toContain('slipway watch analysis-7f3a');
    expect(core.requested('runs/cancel')).toHaveLength(1);
    expect(core.requested('runs/unwatch')).toHaveLength(1);
    expect(core.listeners).toBe(0);
  });

  it('twice waits until the cancel has arrived: this process must not go before', async () => {
    const { io, ended } = await running([], startOfNotebook);
    let arrive: () => void = () => undefined;
    core.handlers['runs/cancel'] = () =>
      new Promise((resolve) => {
        arrive = () => resolve({ ...submittedRun, cancelRequested: true });
      });
    io.signal('SIGINT');
    io.signal('SIGINT');
    await settle();
    expect(io.written.stdout).not.toContain('slipway watch');
    arrive();
    expect(await ended).toBe(3);
    expect(io.written.stdout).toContain(
      'analysis-7f3a ends by itself now; it was asked to stop\nwatch   slipway watch',
    );
  });

  it('twice with -o json leaves one object, an error', async () => {
    const { io, ended } = await running(['-o', 'json'], startOfNotebook);
    io.signal('SIGINT');
    await settle();
    io.signal('SIGINT');
    expect(await ended).toBe(3);
    expect(io.written.stderr).toMatch(/cancelling/);
    expect(JSON.parse(io.written.stdout)).toMatchObject({
      error: { code: 'cancelled', action: expect.stringContaining('slipway watch analysis-7f3a') },
    });
  });

  it('tells of a cancel that was refused', async () => {
    core.refusals.set('runs/cancel', new SlipwayError('disk.denied', 'The cancel file cannot be written.'));
    const { io, ended } = await running([], startOfNotebook);
    io.signal('SIGINT');
    expect(await ended).toBe(4);
    expect(io.written.stderr).toContain('The cancel file cannot be written.');
  });

  it('before the run was submitted starts nothing', async () => {
    core.handlers['jobs/plan'] = (_params, signal) =>
      new Promise((_resolve, reject) => {
        core.requests.push({ name: 'jobs/plan', params: {} });
        signal.addEventListener('abort', () => reject(new SlipwayError('cancelled', 'aborted')));
      });
    const { io, ended } = start(['run', 'a.ipynb'], { core, cwd });
    await asked(core, 'jobs/plan');
    io.signal('SIGINT');
    expect(await ended).toBe(3);
    expect(core.requested('runs/submit')).toEqual([]);
    expect(io.written.stderr).toBe('Stopped by Ctrl-C.\n');
  });

  it('leaves a run that is only watched', async () => {
    core.set({ ...submittedRun, state: 'running' });
    const { io, ended } = start(['watch', 'last'], { core, cwd });
    await asked(core, 'runs/watch');
    await settle();
    io.signal('SIGINT');
    expect(await ended).toBe(3);
    expect(core.requested('runs/cancel')).toEqual([]);
    expect(io.written.stdout).toContain('slipway watch analysis-7f3a');
  });
});

describe('a notebook full of escape sequences', () => {
  it('cannot do anything to the terminal', async () => {
    const bad = '\u001b]0;owned\u0007\u001b[2J\u009b10Hx\r\n\u202e';
    const events = failure.map((event): RunEvent => {
      if (event.type === 'cellsCounted')
        return { ...event, cells: event.cells.map((cell) => ({ ...cell, label: bad + cell.label })) };
      if (event.type === 'stepFinished') return { ...event, reason: bad + (event.reason ?? ''), note: bad };
      if (event.type !== 'finished' || event.failedCell === undefined) return event;
      const cell = { ...event.failedCell, source: `${bad}\n${bad}\n${bad}`, errorName: bad, errorValue: bad, line: 2 };
      return {
        ...event,
        failedCell: cell,
        reason: bad,
        diagnosis: { id: 'x', cause: bad, evidence: [bad], fixes: [bad] },
      };
    });
    core.plan = {
      ...examplePlan,
      title: `${bad}.ipynb`,
      warnings: [bad],
      companions: {
        files: [{ path: bad, bytes: 1 }],
        totalBytes: 1,
        ignored: [{ path: bad, reason: bad }],
        warnings: [bad],
      },
    };
    // The screen refuses every sequence but those that painting needs.
    const { io, ended } = start(['run', 'a.ipynb', '-p', `n_pcs=1`], {
      core,
      cwd,
      terminal: { columns: 90, rows: 40 },
    });
    await asked(core, 'runs/get');
    await settle();
    for (const event of events) {
      core.emit(submittedRun.name, event);
      io.advance(200);
    }
    expect(await ended).toBe(1);
    expect(io.shown).not.toContain('owned');
    expect(io.shown).toMatch(/✗ notebook/);
  });
});

describe('a question', () => {
  const large = { ...examplePlan, companions: { ...examplePlan.companions, totalBytes: 120_000_000 } };
  const terminal = { columns: 90, rows: 30 };

  it('is asked before much travels, and no is respected', async () => {
    core.plan = large;
    const { io, ended } = start(['run', 'a.ipynb'], { core, cwd, terminal });
    await eventually(() => io.shown.includes('Go on?'), 'nothing was asked');
    io.stdin.write('n\n');
    expect(await ended).toBe(3);
    expect(io.shown).toContain('120 MB travel with the notebook. Go on? [Y/n]');
    expect(core.requested('runs/submit')).toEqual([]);
  });

  it('is not asked with --yes, nor where nobody can answer', async () => {
    core.plan = large;
    const ended = await slipway(['run', 'a.ipynb', '--yes', '-d'], { core, cwd, terminal });
    expect(ended.io.shown).not.toContain('Go on?');
    expect((await slipway(['run', 'a.ipynb', '-d'], { core, cwd })).stdout).not.toContain('Go on?');
    expect(core.requested('runs/submit')).toHaveLength(2);
  });
});
