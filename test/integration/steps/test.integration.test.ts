import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { containing, matching } from './matching.ts';
import { StepRuns, type RunInput, type StepRun } from './stepRunner.ts';

const runs = new StepRuns();
const make = (input: RunInput): Promise<StepRun> => runs.make(input);
afterEach(() => runs.dispose());

const withoutReport = ['prepare', 'notebook', 'test', 'collect'] as const;
const asked = { path: 'tests', always: false, asked: true };

describe('the test step', () => {
  it('gives the suite the notebook and its report, finds modules beside both, and counts', async () => {
    const run = await make({
      cells: ['import helper\nhelper.double(2)'],
      files: {
        'helper.py': 'def double(n):\n    return 2 * n\n\n\ndef unused():\n    return 1\n',
        'tests/suite_helper.py': 'ANSWER = 4\n',
        'tests/pytest.ini': '[pytest]\nmarkers =\n    fast: quick ones\n',
        'tests/input/old.txt': 'from an earlier run',
        'tests/test_it.py': [
          'import json, os, pathlib, pytest',
          'import helper, suite_helper',
          'here = pathlib.Path(__file__).parent',
          'pytestmark = pytest.mark.fast',
          'def test_input():',
          '    names = sorted(path.name for path in (here / "input").iterdir())',
          '    assert names == ["analysis_output.html", "analysis_output.ipynb"]',
          'def test_output():',
          '    assert (pathlib.Path(os.environ["SLIPWAY_OUTPUT"]) / "analysis_output.ipynb").is_file()',
          'def test_helper():',
          '    assert helper.double(2) == suite_helper.ANSWER',
          '@pytest.mark.skip',
          'def test_later():',
          '    pass',
        ].join('\n'),
        'tests/test_slow.py': 'def test_slow():\n    assert False\n',
      },
      change: { tests: { ...asked, marker: 'fast' } },
    });
    const results = await run.all();
    expect(results.test).toMatchObject({
      state: 'succeeded',
      exitCode: 0,
      note: matching(/^3 passed, 1 skipped · coverage \d+ %$/),
    });
    const artifacts = await run.artifacts();
    expect(Object.fromEntries(artifacts.map(({ path, role }) => [path, role]))).toMatchObject({
      'output/coverage.xml': 'coverage',
      'output/pytest_results.xml': 'junit',
      'output/pytest_report.html': 'testReport',
    });
    expect(artifacts.filter(({ path }) => path.startsWith('work/'))).toEqual([]);
    expect(await run.text('output', 'coverage.xml')).toContain('filename="helper.py"');
    expect(externalLoads(await run.text('output', 'pytest_report.html'))).toEqual([]);
  });

  it('fails with the names of the tests that failed', async () => {
    const run = await make({
      command: ['true'],
      files: { 'tests/test_it.py': 'def test_good(): pass\ndef test_bad(): assert 1 == 2\ndef test_worse(): 1 / 0\n' },
      change: { tests: asked },
    });
    const results = await run.all();
    expect(results.test).toMatchObject({
      state: 'failed',
      exitCode: 1,
      reasonCode: 'testsFailed',
      reason: '2 of 3 tests failed: test_bad, test_worse',
      note: matching(/^2 failed, 1 passed/),
    });
    expect(results.collect).toMatchObject({ verdict: 'failed', reason: '2 of 3 tests failed: test_bad, test_worse' });
  });

  it('says why tests could not be collected', async () => {
    const run = await make({
      command: ['true'],
      files: { 'tests/test_it.py': 'import no_such_module\n' },
      change: { tests: asked },
    });
    const results = await run.all();
    expect(results.test).toMatchObject({
      state: 'failed',
      exitCode: 2,
      reason: "the tests could not be collected: ModuleNotFoundError: No module named 'no_such_module'",
    });
  });

  it.each([
    [true, { state: 'failed', exitCode: 5, reasonCode: 'noTests', reason: 'no tests were collected' }, 'failed'],
    [false, { state: 'skipped', exitCode: 0, reasonCode: 'noTests', reason: 'no tests were collected' }, 'succeeded'],
  ])('treats an empty suite by whether it was asked for (%s)', async (wasAsked, expected, verdict) => {
    const run = await make({
      command: ['true'],
      files: { 'tests/nothing.py': 'x = 1\n' },
      change: { tests: { ...asked, asked: wasAsked } },
    });
    const results = await run.all();
    expect(results.test).toMatchObject(expected);
    expect(results.collect?.verdict).toBe(verdict);
  });

  it.each([
    [false, 'skipped'],
    [true, 'succeeded'],
  ])('runs after a failed notebook only when always is %s', async (always, state) => {
    const run = await make({
      cells: ['1 / 0'],
      files: { 'tests/test_it.py': 'def test_it(): pass\n' },
      change: { tests: { ...asked, always } },
    });
    const results = await run.only(withoutReport);
    expect(results.test?.state).toBe(state);
    if (!always) expect(results.test).toMatchObject({ reason: 'the notebook failed', reasonCode: 'previousStep' });
    expect(results.collect).toMatchObject({
      verdict: 'failed',
      reason: 'ZeroDivisionError: division by zero in cell 1',
    });
  });

  it('keeps its time limit', async () => {
    const run = await make({
      command: ['true'],
      files: { 'tests/test_it.py': 'import time\ndef test_it(): time.sleep(600)\n' },
      change: { tests: asked, timeouts: { test: 3 } },
    });
    const results = await run.all();
    expect(results.test).toMatchObject({ state: 'failed', exitCode: 124, reasonCode: 'timeout' });
    expect(results.collect?.verdict).toBe('timedOut');
  });

  it('needs poetry for a poetry project, and runs the suite through it', async () => {
    const run = await make({
      command: ['true'],
      files: {
        'tests/pyproject.toml': '[tool.poetry]\nname = "suite"\n',
        'tests/test_it.py': 'def test_it(): pass\n',
      },
      change: { tests: asked },
    });
    const results = await run.all({ PATH: '/usr/bin:/bin' });
    expect(results.test).toMatchObject({
      state: 'failed',
      reasonCode: 'environment',
      reason: 'the suite is a poetry project, and poetry was not found on PATH',
    });

    const bin = join(run.base, 'bin');
    await mkdir(bin);
    await writeFile(join(bin, 'poetry'), '#!/bin/sh\necho "poetry $1 $2 $3"\nshift 3\nexec python -m pytest "$@"\n');
    await chmod(join(bin, 'poetry'), 0o755);
    const end = await run.step('test', { PATH: `${bin}:/usr/bin:/bin` });
    expect(end.output).toContain('poetry run -- pytest');
    expect(await run.result('test')).toMatchObject({ state: 'succeeded', note: containing('1 passed') });
  });
});

/** What a page would fetch by itself: sources and style sheets that are not data URLs or anchors. */
function externalLoads(html: string): string[] {
  return [...html.matchAll(/<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)\s*=\s*["']?([^"'\s>]+)/g)]
    .map(([, url]) => url ?? '')
    .filter((url) => !url.startsWith('data:') && !url.startsWith('#'));
}
