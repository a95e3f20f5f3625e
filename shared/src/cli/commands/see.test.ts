import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldEvents } from '../../runs/index.ts';
import { SlipwayError, type Run } from '../../protocol/index.ts';
import { slipway } from '../testing/commandLine.ts';
import { FakeCore } from '../testing/fakeCore.ts';
import { startTime } from '../testing/fakeIo.ts';
import { failure, submittedRun, success } from '../testing/runs.ts';

function runs(count: number): FakeCore {
  const core = new FakeCore();
  for (let index = 0; index < count; index += 1) {
    core.set({ ...submittedRun, name: `run-${index}`, state: 'succeeded', createdAt: startTime - index * 60_000 });
  }
  return core;
}

const folded = (events: typeof success): Run => {
  const run = foldEvents([{ time: startTime, type: 'submitted', run: submittedRun }, ...events]);
  if (run === undefined) throw new Error('there is no run');
  return run;
};

describe('slipway runs', () => {
  it('is a table with aligned columns, wide characters and all', async () => {
    const core = new FakeCore();
    core.set({ ...folded(success), title: '细胞分析.ipynb' });
    core.set({ ...submittedRun, name: 'b', state: 'queued', queuePosition: 2, createdAt: startTime - 3_600_000 });
    core.set({ ...folded(success.slice(0, 10)), name: 'c', createdAt: startTime - 86_400_000 });
    expect((await slipway(['runs'], { core })).stdout).toBe(
      [
        'run            state                 started    took  what',
        'analysis-7f3a  passed                just now   37s   细胞分析.ipynb',
        'b              queued, 2 before it   1 h ago          analysis.ipynb',
        'c              running notebook 3/3  1 day ago  0.0s  analysis.ipynb',
        '',
      ].join('\n'),
    );
  });

  it('says how to see more than the newest 30', async () => {
    const { stdout } = await slipway(['runs'], { core: runs(40) });
    expect(stdout.split('\n')).toHaveLength(33);
    expect(stdout).toContain('the 30 newest; "slipway runs --all" lists all');
    expect((await slipway(['runs', '--all'], { core: runs(1000) })).stdout.split('\n')).toHaveLength(1002);
  });

  it('is one object for programs', async () => {
    const { stdout } = await slipway(['runs', '-o', 'json', '--limit', '2'], { core: runs(5) });
    const parsed = JSON.parse(stdout) as { runs: { name: string }[] };
    expect(parsed.runs.map(({ name }) => name)).toEqual(['run-0', 'run-1']);
  });

  it('asks for those of the person alone with --mine', async () => {
    const core = new FakeCore();
    const { stdout } = await slipway(['runs', '--mine', '--limit', '2'], { core });
    expect(core.requested('runs/list')).toEqual([{ limit: 3, mine: true }]);
    expect(stdout).toMatch(/no runs of yours.*slipway run FILE/);
  });

  it('helps who has none', async () => {
    expect((await slipway(['runs'], { core: new FakeCore() })).stdout).toMatch(/no runs yet.*slipway run FILE/);
  });
});

describe('slipway watch', () => {
  it('tells the verdict also where nothing can be read of what the run left', async () => {
    const core = new FakeCore();
    core.set(folded(failure));
    core.refusals.set('artifacts/list', new SlipwayError('cluster.refused', 'the space is being deleted.'));
    const ended = await slipway(['watch', 'analysis-7f3a'], { core });
    expect(ended.exitCode).toBe(1);
    expect(ended.stdout).toMatch(/^failed: /m);
    expect(ended.stderr).toContain('What analysis-7f3a left cannot be read now: the space is being deleted.');
  });

  it.each([
    ['passed', success, 0],
    ['failed', failure, 1],
  ] as const)('of a run that %s tells its verdict again', async (word, events, exitCode) => {
    const core = new FakeCore();
    core.set(folded([...events]));
    const ended = await slipway(['watch', 'last'], { core });
    expect(ended.exitCode).toBe(exitCode);
    expect(ended.stdout).toContain(`\n${word}`);
  });
});

describe('slipway why', () => {
  it('tells cause, traceback, steps and the end of the log', async () => {
    const core = new FakeCore();
    core.set(folded(failure));
    core.logPages = [
      { batches: [], next: 'x', end: true },
      {
        batches: [{ step: 'notebook', offset: 0, length: 5, encoding: 'utf8', data: 'last\n', times: [] }],
        next: 'x',
        end: true,
      },
    ];
    const { stdout, exitCode } = await slipway(['why', 'last'], { core });
    expect(exitCode).toBe(0);
    await expect(stdout).toMatchFileSnapshot('../__golden__/why.piped.txt');
  });

  it('tells what a queued run waits for', async () => {
    const core = new FakeCore();
    core.set({ ...submittedRun, state: 'queued', queuePosition: 1 });
    expect((await slipway(['why', 'last'], { core })).stdout).toMatch(/analysis-7f3a is queued: 1 run before it/);
  });

  it('has nothing to explain of one that passed', async () => {
    const core = new FakeCore();
    core.set(folded(success));
    expect((await slipway(['why', 'last'], { core })).stdout).toContain('There is nothing to explain.');
  });
});

describe('slipway serve', () => {
  it('hands the transport over', async () => {
    const { io } = await slipway(['serve', '--fd', '3'], {});
    expect(io.served).toEqual([{ kind: 'descriptor', fd: 3 }]);
    const socket = await slipway(['serve', '--socket', 's.sock'], { cwd: '/run' });
    expect(socket.io.served).toEqual([{ kind: 'socket', path: '/run/s.sock' }]);
  });
});

describe('slipway plan', () => {
  it('names everything and changes nothing', async () => {
    const { examplePlan } = await import('../testing/runs.ts');
    const core = new FakeCore();
    core.plan = examplePlan;
    const { stdout, exitCode } = await slipway(['plan', '--', 'true'], { core });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('helpers.py 3.9 kB, config/qc.yaml 200 B (2 files, 4.1 kB)');
    expect(stdout).toContain('steps      prepare, notebook, report, test, collect');
    expect(core.requests.map(({ name }) => name)).toEqual(['jobs/plan']);
    expect(JSON.parse((await slipway(['plan', '-o', 'json', '--', 'true'], { core })).stdout)).toMatchObject({
      title: 'analysis.ipynb',
    });
  });
});

describe('slipway spec', () => {
  let cwd = '';
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'slipway-spec-'));
    const cell = {
      id: 'p',
      cell_type: 'code',
      metadata: { tags: ['parameters'] },
      source: 'n_pcs = 3\npath = x()',
      outputs: [],
    };
    await writeFile(
      join(cwd, 'n.ipynb'),
      JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] }),
    );
    await writeFile(join(cwd, 'requirements.txt'), '');
  });
  afterAll(() => rm(cwd, { recursive: true }));

  it('init writes what validates, and does not write over it', async () => {
    expect((await slipway(['spec', 'init'], { cwd })).exitCode).toBe(0);
    expect(await readFile(join(cwd, 'slipway.yaml'), 'utf8')).toBe(
      'notebook: n.ipynb\nparameters:\n  n_pcs: 3\nrequirements: requirements.txt\n',
    );
    expect((await slipway(['spec', 'validate'], { cwd })).stdout).toBe('slipway.yaml is valid\n');
    const again = await slipway(['spec', 'init', 'n.ipynb'], { cwd });
    expect(again.exitCode).toBe(2);
    expect(again.stderr).toMatch(/there already[^]*--force/);
  });

  it('validate names the line', async () => {
    await writeFile(join(cwd, 'bad.yaml'), 'notebook: n.ipynb\nkernle: python3\n');
    const ended = await slipway(['spec', 'validate', 'bad.yaml'], { cwd });
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toMatch(/^bad\.yaml:2: .*kernel/);
    const json = await slipway(['spec', 'validate', 'bad.yaml', '-o', 'json'], { cwd });
    expect(JSON.parse(json.stdout)).toMatchObject({ valid: false, problems: [{ line: 2 }] });
  });

  it('schema is JSON Schema, without a core', async () => {
    const { stdout } = await slipway(['spec', 'schema'], {});
    expect(JSON.parse(stdout)).toMatchObject({ properties: { notebook: {}, command: {} } });
  });
});
