import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFailedCell, parseCobertura, parseJUnit, readExecutedNotebook } from './index.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-readers-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the readers, on what the tools of today write', () => {
  it('finds the failing cell behind injected parameters and error markers', async () => {
    const sources = ['n = 1', 'def f(d):\n    return d["pca"]', 'x = n\n\nf({"X_pca": x})', 'print("never")'];
    const cells = sources.map((source, at) => ({
      cell_type: 'code',
      id: `own-${at}`,
      metadata: at === 0 ? { tags: ['parameters'] } : {},
      source,
      outputs: [],
      execution_count: null,
    }));
    const title = { cell_type: 'markdown', id: 'title', metadata: {}, source: '# Title' };
    const metadata = { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } };
    await writeFile(
      join(folder, 'in.ipynb'),
      JSON.stringify({ cells: [title, ...cells], metadata, nbformat: 4, nbformat_minor: 5 }),
    );
    const code = await runPython(['-m', 'papermill', 'in.ipynb', 'out.ipynb', '-p', 'n', '2', '--report-mode']);
    expect(code).toBe(1);
    const executed = readExecutedNotebook(await readFile(join(folder, 'out.ipynb'), 'utf8'));
    const submitted = cells.map(({ id }) => ({ id, label: '' }));
    expect(findFailedCell(executed, submitted)).toMatchObject({
      id: 'own-2',
      index: 3,
      number: 3,
      errorName: 'KeyError',
      errorValue: "'pca'",
      line: 3,
    });
  });

  it('reads what pytest and pytest-cov write', async () => {
    await writeFile(join(folder, 'lib.py'), 'def add(a, b):\n    return a + b\n\n\ndef unused():\n    return 1\n');
    await writeFile(
      join(folder, 'test_lib.py'),
      'import lib\n\n\ndef test_good():\n    assert lib.add(1, 1) == 2\n\n\ndef test_bad():\n    assert lib.add(1, 1) == 3, "<&>"\n',
    );
    const options = ['--cov=lib', '--cov-report=xml:coverage.xml', '--junitxml=results.xml', '-p', 'no:cacheprovider'];
    expect(await runPython(['-m', 'pytest', ...options, 'test_lib.py'])).toBe(1);
    const report = parseJUnit(await readFile(join(folder, 'results.xml'), 'utf8'));
    expect(report).toMatchObject({ passed: 1, failed: 1, errors: 0, skipped: 0 });
    expect(report.cases[1]).toMatchObject({ name: 'test_bad', suite: 'test_lib', file: 'test_lib.py', line: 9 });
    expect(report.cases[1]?.message).toContain('<&>');
    const coverage = parseCobertura(await readFile(join(folder, 'coverage.xml'), 'utf8'));
    expect(coverage).toMatchObject({ linesValid: 4, linesCovered: 3, lineRate: 0.75 });
    expect(coverage.files.map(({ path }) => path)).toEqual(['lib.py']);
  });
});

/** Runs the Python of the tests in the folder and gives its exit code. */
async function runPython(args: readonly string[]): Promise<number> {
  const python = process.env.SLIPWAY_TEST_PYTHON;
  if (python === undefined) throw new Error('SLIPWAY_TEST_PYTHON has to name a Python with papermill and pytest');
  return new Promise((resolve, reject) => {
    const child = execFile(python, args, { cwd: folder, timeout: 120_000 }, (error) => {
      if (error === null || typeof error.code === 'number') resolve(child.exitCode ?? -1);
      else reject(new Error('Python could not be run', { cause: error }));
    });
  });
}
