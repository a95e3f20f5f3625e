import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { matching } from './matching.ts';
import { StepRuns, testPython, type RunInput, type StepRun } from './stepRunner.ts';

const runs = new StepRuns();
const make = (input: RunInput, base?: string): Promise<StepRun> => runs.make(input, base);
afterEach(() => runs.dispose());

const environmentTool = join(import.meta.dirname, '../../../shared/src/pipeline/steps/slipway_steps/environment.py');

/** A package that pip builds without any network: its build backend lies in it. */
function tinyPackage(answer: number): Record<string, string> {
  return {
    'tiny/pyproject.toml': '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
    'tiny/tiny.py': `ANSWER = ${String(answer)}\n`,
    'tiny/backend.py': [
      'import os, zipfile',
      'META = "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n"',
      'WHEEL = "Wheel-Version: 1.0\\nGenerator: here\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"',
      'def build_wheel(directory, config_settings=None, metadata_directory=None):',
      '    name = "tiny-1.0-py3-none-any.whl"',
      '    with zipfile.ZipFile(os.path.join(directory, name), "w") as wheel:',
      '        wheel.write("tiny.py")',
      '        wheel.writestr("tiny-1.0.dist-info/METADATA", META)',
      '        wheel.writestr("tiny-1.0.dist-info/WHEEL", WHEEL)',
      '        wheel.writestr("tiny-1.0.dist-info/RECORD", "")',
      '    return name',
    ].join('\n'),
  };
}

const withTiny = { requirements: 'requirements.txt', base: 'interpreter' } as const;

describe('the environment of a run', () => {
  it('is a layer over the interpreter when there are requirements, built once and reused', async () => {
    const base = await mkdtemp(join(tmpdir(), 'slipway layers '));
    const input: RunInput = {
      cells: ['import numpy, sys, tiny\nprint("answer", tiny.ANSWER, numpy.__name__, sys.prefix)'],
      files: { 'requirements.txt': '--no-index\n./tiny  # ours\n', ...tinyPackage(42) },
      change: { environment: withTiny },
    };
    const first = await make(input, base);
    const built = await first.all();
    expect(built.prepare).toMatchObject({
      state: 'succeeded',
      note: matching(/^environment built \(\d+ packages\)$/),
    });
    expect(built.notebook?.state).toBe('succeeded');
    expect(built.report?.state).toBe('succeeded');
    expect(await first.text('output', 'papermill.log')).toMatch(/answer 42 numpy .*environments/);
    expect(await first.text('output', 'requirements.lock.txt')).toMatch(/^tiny @ file:/m);
    const notes = (await first.progress()).flatMap((event) => (event.type === 'stepNote' ? [event.text] : []));
    expect(notes).toContain('building environment: installing 1 package');

    const second = await make(
      { ...input, files: { ...input.files, 'requirements.txt': '# a comment\n--no-index\n\n./tiny\n' } },
      base,
    );
    const reused = await second.only(['prepare', 'notebook']);
    expect(reused.prepare).toMatchObject({ state: 'succeeded', note: 'environment reused (requirements unchanged)' });
    expect(reused.notebook?.state).toBe('succeeded');

    const third = await make({ ...input, files: { ...input.files, ...tinyPackage(43) } }, base);
    const rebuilt = await third.only(['prepare', 'notebook']);
    expect(rebuilt.prepare?.note).toMatch(/^environment built/);
    expect(await third.text('output', 'papermill.log')).toContain('answer 43');
  });

  it('is what Python kernels start in, wherever their kernel spec points', async () => {
    const input: RunInput = {
      cells: ['import sys, tiny\nprint("answer", tiny.ANSWER, sys.executable)'],
      files: { 'requirements.txt': '--no-index\n./tiny\n', ...tinyPackage(42) },
      change: { environment: withTiny },
    };
    const kernels = { python3: '/nowhere/bin/python', team: testPython() };
    for (const [kernel, interpreter] of Object.entries(kernels)) {
      const run = await make({ ...input, kernel });
      const folder = join(run.base, 'jupyter', 'kernels', kernel);
      await mkdir(folder, { recursive: true });
      const argv = [interpreter, '-m', 'ipykernel_launcher', '-f', '{connection_file}'];
      await writeFile(join(folder, 'kernel.json'), JSON.stringify({ argv, display_name: kernel, language: 'python' }));
      const environment = { JUPYTER_PATH: join(run.base, 'jupyter') };
      await run.step('prepare', environment);
      await run.step('notebook', environment);
      expect(await run.result('notebook')).toMatchObject({ state: 'succeeded' });
      expect(await run.text('output', 'papermill.log')).toContain(`answer 42 ${(await run.text('python')).trim()}`);
    }
  });

  it('is built by one of two runs that start at once', async () => {
    const base = await mkdtemp(join(tmpdir(), 'slipway layers '));
    const input: RunInput = {
      command: ['python', '-c', 'import tiny; print(tiny.ANSWER)'],
      files: { 'requirements.txt': '--no-index\n./tiny\n', ...tinyPackage(42) },
      change: { environment: { ...withTiny, base: 'isolated' } },
    };
    const run = await make(input, base);
    const other = await make(input, await mkdtemp(join(tmpdir(), 'slipway layers ')));
    const shared = { SLIPWAY_ENVIRONMENTS: join(base, 'environments') };
    await Promise.all([run.step('prepare', shared), other.step('prepare', shared)]);
    const notes = [await run.result('prepare'), await other.result('prepare')].map(({ note }) => note);
    expect(notes).toContain('environment built (1 package)');
    expect(notes.some((note) => note?.startsWith('environment reused'))).toBe(true);
    expect((await other.step('command', shared)).output).toContain('42');
  });

  it('sees nothing of the interpreter when isolated', async () => {
    const run = await make({
      command: [
        'python',
        '-c',
        'import tiny\ntry:\n    import numpy\nexcept ImportError:\n    print("alone", tiny.ANSWER)',
      ],
      files: { 'requirements.txt': '--no-index\n./tiny\n', ...tinyPackage(7) },
      change: { environment: { ...withTiny, base: 'isolated' } },
    });
    const results = await run.all();
    expect(results.command).toMatchObject({ state: 'succeeded' });
    expect(await run.text('logs', 'command.log')).toContain('alone 7');
    expect(await run.text('output', 'requirements.lock.txt')).toMatch(/^tiny @ file:.*\n$/);
  });

  it.each([
    ['--no-index\nno-such-package-anywhere==1.0\n', /no distribution matches no-such-package-anywhere==1\.0/],
    ['--index-url http://127.0.0.1:9/simple\nsomething\n', /the package index could not be reached \(127\.0\.0\.1\)/],
    ['this is no requirement !!\n', /^the environment could not be built: Invalid requirement/],
    ['-e ./tiny\n', /editable install \(-e \.\/tiny\)/],
  ])('gives the reason why %j cannot be built, and skips the rest', async (requirements, reason) => {
    const run = await make({
      cells: ['1'],
      files: { 'requirements.txt': requirements },
      change: { environment: withTiny, tests: { path: 'tests', always: true, asked: true } },
    });
    const results = await run.all({ PIP_RETRIES: '1', PIP_TIMEOUT: '2' });
    expect(results.prepare).toMatchObject({ state: 'failed', reasonCode: 'environment' });
    expect(results.prepare?.reason).toMatch(reason);
    for (const step of ['notebook', 'report', 'test'] as const) {
      expect(results[step]).toMatchObject({ state: 'skipped', reason: 'the environment was not prepared' });
    }
    expect(results.collect).toMatchObject({ verdict: 'failed', reason: results.prepare?.reason });
  });

  it('removes what a broken build left and builds again', async () => {
    const base = await mkdtemp(join(tmpdir(), 'slipway layers '));
    const input: RunInput = {
      cells: ['import tiny'],
      files: { 'requirements.txt': '--no-index\n./tiny\n', ...tinyPackage(1) },
      change: { environment: withTiny },
    };
    const first = await make(input, base);
    await first.step('prepare');
    const built = (await readdir(join(base, 'environments'))).find((name) => !name.endsWith('.lock')) ?? '';
    await rm(join(base, 'environments', built, '.complete'));
    const second = await make(input, base);
    await second.step('prepare');
    expect(await second.result('prepare')).toMatchObject({ note: matching(/^environment built/) });
  });

  it('is told before the run, by the same code', async () => {
    const base = await mkdtemp(join(tmpdir(), 'slipway layers '));
    const input: RunInput = {
      cells: ['1'],
      files: { 'requirements.txt': '--no-index\n./tiny\n', ...tinyPackage(42) },
      change: { environment: withTiny },
    };
    const run = await make(input, base);
    const request = {
      environments: join(base, 'environments'),
      base: 'interpreter',
      runs: 'notebook',
      tests: false,
      language: 'python',
      requirements: input.files?.['requirements.txt'],
      folder: run.path('work'),
    };
    expect(await plan({ ...request, requirements: null })).toMatchObject({
      mode: 'asIs',
      path: testPython(),
      missing: [],
    });
    expect(await plan(request)).toMatchObject({ mode: 'toBuild' });
    await run.step('prepare');
    const answer = await plan({ ...request, folder: run.path('inputs') });
    expect(answer).toMatchObject({ mode: 'reused', interpreterVersion: matching(/^3\.\d+\.\d+/) });
    expect(await run.text('python')).toBe(`${answer.path}\n`);
    const managed = await plan({ ...request, base: 'isolated', requirements: null });
    expect(managed.mode).toBe('toBuild');
    expect(managed.missing.map((tool) => tool.replace(/[<>=].*/, '')).sort()).toEqual([
      'ipykernel',
      'nbclient',
      'nbconvert',
      'papermill',
      'pytest',
      'pytest-cov',
      'pytest-html',
    ]);
  });

  it('keeps the time limit of prepare', async () => {
    const run = await make({
      command: ['true'],
      files: {
        'requirements.txt': '--no-index\n./tiny\n',
        ...tinyPackage(1),
        'tiny/backend.py': 'import time\ntime.sleep(600)\n',
      },
      change: { environment: { ...withTiny, base: 'isolated' }, timeouts: { prepare: 4 } },
    });
    const results = await run.all();
    expect(results.prepare).toMatchObject({ state: 'failed', reasonCode: 'timeout' });
    expect(results.collect?.verdict).toBe('timedOut');
  });
});

const planSchema = z.strictObject({
  mode: z.enum(['asIs', 'reused', 'toBuild']),
  path: z.string(),
  interpreterVersion: z.string(),
  missing: z.array(z.string()),
});

async function plan(request: unknown): Promise<z.infer<typeof planSchema>> {
  const answer = promisify(execFile)(testPython(), [environmentTool, 'plan']);
  answer.child.stdin?.end(JSON.stringify(request));
  return planSchema.parse(JSON.parse((await answer).stdout));
}
