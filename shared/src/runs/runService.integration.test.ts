import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SlipwayError, terminalStates, type LogBatch, type Run, type StepName } from '../protocol/index.ts';
import { createLocalTarget, type RunTarget } from '../targets/index.ts';
import { createLineAssembler, createRunService, type RunChange, type RunService } from './index.ts';
import { never, notebookText } from './testing/serviceHarness.ts';
import { plainFolder } from './testing/plainFolder.ts';

const count = 'import os, pathlib; pathlib.Path(os.environ["SLIPWAY_OUTPUT"], "count.txt").open("a").write("ran\\n")';
const output =
  'import helpers, time; time.sleep(1); print(helpers.greet(n_pcs)); print("Executing Cell 99---"); print("数据", end="")';

let root = '';
let target: RunTarget;
let service: RunService;
const errors: unknown[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway runs '));
  await mkdir(join(root, 'work/tests'), { recursive: true });
  await write('helpers.py', 'def greet(n):\n    return f"hello {n}"\n');
  target = createLocalTarget({
    dataDir: join(root, 'data'),
    environmentsDir: join(root, 'environments'),
    stepsDir: fileURLToPath(new URL('../pipeline/steps', import.meta.url)),
    supervisorScript: fileURLToPath(new URL('../targets/local/supervisorMain.ts', import.meta.url)),
    nodePath: process.execPath,
    env: { HOME: homedir(), ...process.env },
    now: Date.now,
  });
  service = createRunService({
    targets: new Map([['local', target]]),
    openFolder: (folder) => plainFolder(folder.kind === 'disk' ? folder.path : ''),
    now: Date.now,
    randomHex: (bytes) => randomBytes(bytes).toString('hex'),
    temporaryFolder: join(root, 'tmp'),
    onError: (error) => errors.push(error),
  });
});

afterAll(async () => {
  const runs = await service.list({}, never);
  await Promise.all(runs.map((run) => service.cancel({ run: run.name }, never)));
  service.dispose();
  await rm(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
});

function write(path: string, text: string): Promise<void> {
  return writeFile(join(root, 'work', path), text);
}

function testPython(): string {
  const python = process.env.SLIPWAY_TEST_PYTHON;
  if (python === undefined) throw new Error('SLIPWAY_TEST_PYTHON must name a Python with papermill and pytest');
  return python;
}

function submit(): Promise<Run> {
  const spec = { notebook: 'analysis.ipynb', python: testPython(), parameters: { n_pcs: 7 } };
  const folder = { kind: 'disk', path: join(root, 'work') } as const;
  return service.submit({ context: 'local', folder, spec }, () => undefined, never);
}

/** Follows the log to its end, a few bytes at a time, by nothing but the position. */
async function followToEnd(run: string): Promise<LogBatch[]> {
  const batches: LogBatch[] = [];
  for (let position = ''; ;) {
    const page = await service.readLog({ run, position, maxBytes: 700, waitMs: 10_000 }, never);
    batches.push(...page.batches);
    position = page.next;
    if (page.end) return batches;
  }
}

async function fileOf(run: string, path: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  const { content } = await target.openFile(run, path, undefined, never);
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function states(run: Run): string[] {
  return run.steps.map((step) => step.state);
}

describe('a notebook on this machine', () => {
  it('is submitted, watched, read, retried from its failed test, and deleted', async () => {
    await write('analysis.ipynb', notebookText(count, output));
    await write('tests/test_report.py', 'def test_report():\n    assert False, "not yet"\n');
    const changes: RunChange[] = [];
    const watch = service.watch(undefined, (change) => changes.push(change));
    const first = await submit();
    const batches = await followToEnd(first.name);
    const ended = await service.get({ run: first.name }, never);

    expect(states(ended), JSON.stringify(ended, undefined, 1)).toEqual([
      'succeeded',
      'succeeded',
      'succeeded',
      'failed',
      'succeeded',
    ]);
    expect(ended).toMatchObject({ state: 'failed', cells: { total: 3, finished: 3 } });
    expect(ended.diagnosis?.cause).toBeTruthy();
    await checkLogs(first.name, batches);
    const lines = createLineAssembler();
    const texts = batches.flatMap((batch) => lines.push(batch)).concat(lines.end());
    expect(texts.some(({ step, text }) => step === 'notebook' && text.includes('hello 7'))).toBe(true);

    const seen = changes.flatMap((change) => (change.kind === 'changed' ? [change.run] : []));
    expect(seen.some((run) => run.cells?.current !== undefined)).toBe(true);
    expect(seen.filter((run) => terminalStates.has(run.state))).toEqual([ended]);
    watch.dispose();

    await write('tests/test_report.py', 'def test_report():\n    pass\n');
    const second = await service.retry({ run: 'last' }, undefined, never);
    expect(second.reuses).toEqual({ run: first.name, steps: ['prepare', 'notebook', 'report'] });
    const retried = await followToEnd(second.name);
    const after = await service.get({ run: second.name }, never);
    expect(states(after)).toEqual(['reused', 'reused', 'reused', 'succeeded', 'succeeded']);
    expect(after.state).toBe('succeeded');
    expect(await fileOf(second.name, 'output/count.txt'), 'no cell ran again').toBe('ran\n');
    await checkLogs(second.name, retried);
    expect(await fileOf(second.name, 'logs/notebook.log')).toBe(await fileOf(first.name, 'logs/notebook.log'));

    await write('analysis.ipynb', notebookText('print("edited")', output));
    const refused = await service.retry({ run: first.name }, 'test', never).catch((error: unknown) => error);
    expect(SlipwayError.is(refused, 'retry.refused')).toBe(true);

    const third = await service.rerun({ run: first.name }, { parameters: { n_pcs: 9 }, tests: false }, never);
    await followToEnd(third.name);
    const again = await service.get({ run: third.name }, never);
    expect([again.state, again.steps.find((step) => step.name === 'test')?.state]).toEqual(['succeeded', 'skipped']);
    expect(await fileOf(third.name, 'logs/notebook.log')).toContain('hello 9');

    await service.delete({ run: first.name }, never);
    const left = (await service.list({}, never)).map((run) => run.name);
    expect([left.slice(0, 2), left.includes(first.name)]).toEqual([[third.name, second.name], false]);
    expect(await readdir(join(root, 'work'))).toEqual(['analysis.ipynb', 'helpers.py', 'tests']);
    expect(errors).toEqual([]);
  });

  it('is cancelled in mid-cell', async () => {
    await write('analysis.ipynb', notebookText('import time\nprint("waiting", flush=True)\ntime.sleep(600)'));
    const { name } = await submit();
    const inCell = new Promise<void>((resolve) => {
      const watch = service.watch('local', (change) => {
        if (change.kind !== 'changed' || change.run.name !== name || change.run.cells?.current?.number !== 2) return;
        watch.dispose();
        resolve();
      });
    });
    await inCell;
    await service.cancel({ run: name }, never);
    await checkLogs(name, await followToEnd(name));
    const ended = await service.get({ run: name }, never);
    expect(ended).toMatchObject({ state: 'cancelled', cancelRequested: true });
    expect(states(ended).slice(0, 4)).toEqual(['succeeded', 'cancelled', 'cancelled', 'cancelled']);
    expect(ended.cells?.total).toBe(2);
    expect(ended.cells).not.toHaveProperty('current');
  });
});

/** Byte for byte what the steps wrote. */
async function checkLogs(run: string, batches: readonly LogBatch[]): Promise<void> {
  const read = new Map<StepName, string>();
  for (const batch of batches) {
    expect(batch.encoding).toBe('utf8');
    read.set(batch.step, (read.get(batch.step) ?? '') + batch.data);
  }
  for (const step of ['prepare', 'notebook', 'report', 'test', 'collect'] as const) {
    const { bytes: size } = await target.logSize(run, step, never);
    expect(read.get(step) ?? '', step).toBe(size === 0 ? '' : await fileOf(run, `logs/${step}.log`));
  }
}
