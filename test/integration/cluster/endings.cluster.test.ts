import { mkdtemp, readFile, readdir, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Core } from '../../../shared/src/server/index.ts';
import { json, notebook, type Ended, type JsonResult, type Started } from '../cli/slipway.ts';
import { ClusterMachine, context } from './clusterMachine.ts';
import { coreInProcess } from './coreInProcess.ts';
import { typedTo } from './typedTo.ts';

let ada: ClusterMachine;
/** Hers, for whom commands are typed in this process: what is shown is how runs end. */
let core: Core;
/** The same person where a run's volume holds 64 MiB. */
let narrow: ClusterMachine;
let coreOfNarrow: Core;

beforeAll(async () => {
  ada = await ClusterMachine.create('endings');
  core = coreInProcess(ada.machine);
  narrow = await ClusterMachine.create('endings-full', {
    volume: { kind: 'perRun', size: '64Mi', storageClassName: 'tiny' },
  });
  coreOfNarrow = coreInProcess(narrow.machine);
});

afterAll(async () => {
  await core.dispose();
  await coreOfNarrow.dispose();
  await ada.dispose();
  await narrow.dispose();
});

/** Whose run it is, and the core to ask about it; hers, unless a test says otherwise. */
type Asked = readonly [core: Core, machine: ClusterMachine];

/** Typed in this process. */
const ask = (args: readonly string[], [of, { machine }]: Asked = [core, ada]) =>
  typedTo(of, [...args, '--context', context], machine.work);

/** Runs a folder's job spec, or its notebook, and returns what is printed for programs. */
async function runIn(
  folder: string,
  files: Readonly<Record<string, string>>,
  args: readonly string[],
  [of, { machine }]: Asked = [core, ada],
) {
  for (const [name, content] of Object.entries(files)) await machine.write(join(folder, name), content);
  const argv = ['run', '-o', 'json', '--context', context, ...args];
  const ended = await typedTo(of, argv, join(machine.work, folder));
  return { ended, result: json(ended) };
}

function statesOf(result: JsonResult): Readonly<Record<string, string>> {
  return Object.fromEntries(result.steps.map(({ name, state }) => [name, state]));
}

/** Downloads everything the run left; the reader of a path in it. */
async function left(run: string, asked: Asked = [core, ada]): Promise<(path: string) => Promise<string>> {
  const folder = await mkdtemp(join(ada.machine.folder, 'left-'));
  const got = await ask(['artifacts', 'get', run, '-d', folder], asked);
  expect(got.exitCode, got.stderr).toBe(0);
  return (path) => readFile(join(folder, path), 'utf8');
}

/** A file of the run's folder that is no artifact, on its volume. */
async function inFolder(run: string, path: string, at = ada): Promise<string> {
  return readFile(join(await at.folderOf(run), path), 'utf8');
}

/** The report, every step's log and the summary are promised however the notebook ended. */
async function expectsAllButVerdict(
  ended: Ended,
  result: JsonResult,
  marker: string,
  inSummary: RegExp,
  asked: Asked = [core, ada],
) {
  expect(ended.exitCode, ended.stdout + ended.stderr).toBe(1);
  expect(statesOf(result)).toMatchObject({ prepare: 'succeeded', notebook: 'failed', report: 'succeeded' });
  const read = await left(result.run, asked);
  expect(await read('output/a_output.html')).toContain(marker);
  expect(await read('output/a_output.ipynb')).toContain(marker);
  expect(await inFolder(result.run, 'summary.md', asked[1])).toMatch(inSummary);
  for (const step of ['prepare', 'notebook', 'report']) {
    const { stdout } = await ask(['logs', result.run, '--step', step], asked);
    expect(stdout, step).toBe(await inFolder(result.run, `logs/${step}.log`, asked[1]));
    if (step === 'notebook') expect(stdout).toContain(marker);
  }
}

/**
 * Lets a notebook's container without memory lose Tekton's entrypoint first, and with it, its first process, all others: as each
 * such container does at once where control groups are of version 2.
 */
async function killEntrypointFirst(run: string): Promise<void> {
  const containers = JSON.parse(await ada.field(`pod/${run}-run-pod`, '.status.containerStatuses')) as readonly {
    readonly name: string;
    readonly containerID: string;
  }[];
  const id = containers.find(({ name }) => name === 'step-notebook')?.containerID.replace(/^.*\//, '');
  if (id === undefined) throw new Error('the notebook has no container');
  // The cluster's node is this machine.
  const read = (path: string) => readFile(path, 'utf8').catch(() => '');
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const isFirst = async (pid: string) =>
    (await read(`/proc/${pid}/comm`)) === 'entrypoint\n' && (await read(`/proc/${pid}/cgroup`)).includes(id);
  const [first] = (await Promise.all(processes.map(async (pid) => ((await isFirst(pid)) ? [pid] : [])))).flat();
  await writeFile(`/proc/${first}/oom_score_adj`, '1000');
}

/** A run of a notebook whose container is killed as a whole; resolves at that moment. */
async function losesContainer(
  folder: string,
  files: Readonly<Record<string, string>> = {},
): Promise<{ readonly started: Started; readonly run: string }> {
  // In pieces that are each smaller than what is to be killed.
  const eat = 'for i in $(seq 200); do head -c 5000000 /dev/zero | tail -c 5000000 | sleep 1000 & done; wait';
  const wait = 'import os, subprocess, time\nwhile not os.path.exists("/tmp/go"): time.sleep(0.1)';
  const cells = ['print("first", 6 * 7)', `${wait}\nsubprocess.run(["bash", "-c", "${eat}"])`];
  await ada.machine.write(join(folder, 'a.ipynb'), notebook(cells));
  for (const [name, content] of Object.entries(files)) await ada.machine.write(join(folder, name), content);
  const job = 'slipway.yaml' in files ? 'slipway.yaml' : 'a.ipynb';
  const started = ada.start(['run', join(ada.machine.work, folder, job)]);
  await started.until(/cell 2\/2/);
  const [, run = ''] = /^run +(\S+)$/m.exec(started.output()) ?? [];
  await killEntrypointFirst(run);
  await ada.exec(`${run}-run-pod`, 'step-notebook', 'touch', '/tmp/go');
  return { started, run };
}

describe.concurrent('a notebook that ends badly keeps report, logs and summary, and says why', () => {
  it('a cell over its time limit', async () => {
    const cells = ['print("first", 6 * 7)', 'import time\nwhile True: time.sleep(0.1)', 'print("never")'];
    const { ended, result } = await runIn('cell', { 'a.ipynb': notebook(cells) }, ['a.ipynb', '--cell-timeout', '10s']);
    expect(result).toMatchObject({ state: 'timedOut', failedCell: { number: 2, id: 'cell-1' } });
    expect(result.diagnosis?.id).toBe('cellTimeout');
    expect(result.diagnosis?.cause).toMatch(/time limit.*10s.*cell 2/);
    await expectsAllButVerdict(ended, result, 'first 42', /limit/);
  });

  it('a step over its time limit', async () => {
    const cells = ['print("first", 6 * 7)', 'import time\nwhile True: time.sleep(0.1)'];
    const spec = 'notebook: a.ipynb\ntimeouts:\n  notebook: 60s\n';
    const { ended, result } = await runIn('step', { 'a.ipynb': notebook(cells), 'slipway.yaml': spec }, []);
    expect(result.state).toBe('timedOut');
    expect(result.diagnosis?.id).toBe('stepTimeout');
    expect(result.diagnosis?.cause).toMatch(/step notebook, 1m, was reached in cell 2/);
    await expectsAllButVerdict(ended, result, 'first 42', /limit/);
  });

  it('a kernel that the kernel of the node kills for its memory', async () => {
    const hungry = 'rows = []\nfor _ in range(100): rows.append(bytearray(b"x") * 20_000_000)';
    const files = { 'a.ipynb': notebook(['print("first", 6 * 7)', hungry]) };
    const { ended, result } = await runIn('memory', files, ['a.ipynb']);
    expect(result).toMatchObject({ state: 'failed' });
    expect(result.diagnosis?.id).toBe('outOfMemory');
    expect(result.diagnosis?.cause).toMatch(/notebook.*512\s?Mi/);
    await expectsAllButVerdict(ended, result, 'first 42', /memory|kernel/);
  });

  it('a whole container that is killed for its memory: the steps after it have their turn all the same', async () => {
    const { started, run } = await losesContainer('container');
    const ended = await started.ended;
    const result = json(await ask(['watch', run, '-o', 'json']));
    expect(result).toMatchObject({ state: 'failed' });
    expect(result.diagnosis?.id, JSON.stringify(result)).toBe('outOfMemory');
    expect(result.diagnosis?.cause).toMatch(/notebook.*512\s?Mi/);
    await expectsAllButVerdict(ended, result, 'first 42', /notebook was killed/);
    expect(statesOf(result)).toMatchObject({ test: 'skipped', collect: 'succeeded' });
    expect(result.steps.find(({ name }) => name === 'test')?.reason).toBe('no tests');
    // What it had is free again.
    expect(await ada.field(`pod/${run}-run-pod`, '.status.phase')).toBe('Failed');
  });

  it('a whole container, and the core that gives the steps after it their turn: another one goes on', async () => {
    const suite = 'import os, time\ndef test_a():\n    while not os.path.exists("/tmp/go"): time.sleep(0.1)\n';
    const { started, run } = await losesContainer('successor', {
      'checks/test_a.py': suite,
      'slipway.yaml': 'notebook: a.ipynb\ntests:\n  path: checks\n  always: true\n',
    });
    await started.until(/test started/);
    started.child.kill('SIGKILL');
    const ended = await started.ended;
    const watching = ask(['watch', run, '-o', 'json']);
    await ada.exec(`${run}-run-pod`, 'step-test', 'touch', '/tmp/go');
    const result = json(await watching);
    expect(statesOf(result)).toMatchObject({ notebook: 'failed', test: 'succeeded', collect: 'succeeded' });
    await expectsAllButVerdict({ ...ended, exitCode: 1 }, result, 'first 42', /notebook was killed/);
    expect(await ada.field(`pod/${run}-run-pod`, '.status.phase')).toBe('Failed');
  });

  it('a kernel that ends itself', async () => {
    const files = { 'a.ipynb': notebook(['print("first", 6 * 7)', 'import os, signal\nos.kill(os.getpid(), 9)']) };
    const { ended, result } = await runIn('dead', files, ['a.ipynb']);
    expect(result).toMatchObject({ state: 'failed' });
    expect(result.diagnosis?.id).toBe('kernelDied');
    expect(result.diagnosis?.cause).toMatch(/cell 2/);
    await expectsAllButVerdict(ended, result, 'first 42', /kernel/i);
  });

  it('a module that the image does not have', async () => {
    const files = { 'a.ipynb': notebook(['print("first", 6 * 7)', 'import scanpy_of_nowhere']) };
    const { ended, result } = await runIn('module', files, ['a.ipynb']);
    expect(result).toMatchObject({ state: 'failed', failedCell: { number: 2, errorName: 'ModuleNotFoundError' } });
    expect(result.diagnosis?.id).toBe('missingPackage');
    expect(result.diagnosis?.cause).toContain('scanpy_of_nowhere');
    await expectsAllButVerdict(ended, result, 'first 42', /scanpy_of_nowhere/);
  });
});

describe.concurrent('tests decide, too', () => {
  it('a failing test fails the run, though the notebook passed', async () => {
    const files = {
      'a.ipynb': notebook(['print("first", 6 * 7)']),
      'tests/test_a.py': 'def test_depth():\n    assert 1 + 1 == 3, "depth is off"\n',
    };
    const { ended, result } = await runIn('failing', files, ['a.ipynb']);
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(1);
    expect(statesOf(result)).toMatchObject({ notebook: 'succeeded', report: 'succeeded', test: 'failed' });
    expect(result).toMatchObject({ state: 'failed' });
    expect(result.diagnosis?.id).toBe('testsFailed');
    expect(result.diagnosis?.cause).toContain('test_depth');
    const roles = result.artifacts.map(({ role }) => role);
    expect(roles).toEqual(expect.arrayContaining(['report', 'junit', 'coverage', 'testReport', 'log']));
    expect(await inFolder(result.run, 'summary.md')).toMatch(/1 failed/);
  });

  it('no test where tests were asked for fails the run', async () => {
    const files = {
      'a.ipynb': notebook(['print("first", 6 * 7)']),
      'checks/test_a.py': 'def helper():\n    pass\n',
    };
    const { ended, result } = await runIn('none', files, ['a.ipynb', '--tests', 'checks']);
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(1);
    expect(statesOf(result)).toMatchObject({ notebook: 'succeeded', report: 'succeeded', test: 'failed' });
    expect(result.diagnosis?.id).toBe('noTestsCollected');
    expect(result.artifacts.map(({ role }) => role)).toContain('report');
    expect(await inFolder(result.run, 'summary.md')).toMatch(/no tests/i);
    expect((await ask(['logs', result.run, '--step', 'test'])).stdout).toMatch(/no tests ran/);
  });
});

describe.concurrent('what the cluster ends', () => {
  it('a command whose container is killed for its memory', async () => {
    const hungry =
      'print("first", 6 * 7, flush=True)\nrows = []\nfor _ in range(50): rows.append(bytearray(b"x") * 20_000_000)\n';
    const files = { 'eat.py': hungry };
    const command = ['--instance-type', 'tiny', '--', 'python3', 'eat.py'];
    const { ended, result } = await runIn('eat', files, command);
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(1);
    expect(statesOf(result)).toMatchObject({ prepare: 'succeeded', command: 'failed', collect: 'succeeded' });
    expect(result.diagnosis?.id).toBe('outOfMemory');
    expect(result.diagnosis?.cause).toMatch(/command.*128\s?Mi/);
    expect((await ask(['logs', result.run, '--step', 'command'])).stdout).toContain('first 42');
    expect(await inFolder(result.run, 'summary.md')).toMatch(/command.*memory/);
  });

  it('a pod that is deleted: the run has failed and says so, and what was written until then is there', async () => {
    const started = ada.start(['run', '--', 'bash', '-c', 'echo first 42; sleep 1000']);
    await started.until(/command started/);
    const [, run = ''] = /^run +(\S+)$/m.exec(started.output()) ?? [];
    const said = async () => (await ask(['logs', run, '--step', 'command'])).stdout;
    await ada.until('it has said something', async () => ((await said()).includes('first 42') ? true : undefined));
    await ada.kubectl('delete', 'pod', `${run}-run-pod`, '--grace-period=1', '--wait=false');
    const ended = await started.ended;
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(1);
    const result = json(await ask(['watch', run, '-o', 'json']));
    expect(result.state).toBe('failed');
    expect(result.diagnosis?.id).toBe('podEnded');
    expect(statesOf(result)).toMatchObject({ prepare: 'succeeded', command: 'failed' });
    const logs = await ask(['logs', run, '--step', 'command']);
    expect(logs.exitCode, logs.stderr).toBe(0);
    expect(logs.stdout).toContain('first 42');
  });

  it('a pod that is torn away: Tekton makes it anew, the notebook is not run twice, and its report is there', async () => {
    const cells = ['print("first", 6 * 7)', 'import time\nwhile True: time.sleep(0.1)'];
    await ada.machine.write('torn/a.ipynb', notebook(cells));
    const started = ada.start(['run', join(ada.machine.work, 'torn/a.ipynb')]);
    await started.until(/cell 2\/2/);
    const [, run = ''] = /^run +(\S+)$/m.exec(started.output()) ?? [];
    await ada.kubectl('delete', 'pod', `${run}-run-pod`, '--grace-period=0', '--force');
    const ended = await started.ended;
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(1);
    const result = json(await ask(['watch', run, '-o', 'json']));
    expect(result.state).toBe('failed');
    expect(result.diagnosis?.id, JSON.stringify(result)).toBe('podEnded');
    expect(statesOf(result)).toMatchObject({ prepare: 'succeeded', notebook: 'failed', report: 'succeeded' });
    expect(await (await left(run))('output/a_output.html')).toContain('first 42');
    expect(await inFolder(run, 'summary.md')).toMatch(/its pod was ended/);
    expect((await ask(['logs', run, '--step', 'notebook'])).stdout).toContain('first 42');
  });

  it('an error in a cell too long for what Kubernetes keeps of it, which the volume has whole', async () => {
    const lines = Array.from({ length: 80 }, (_, at) => `value_${at + 1} = "${'x'.repeat(20)}"`);
    lines[60] = '{}["pca"]';
    const source = lines.join('\n');
    const { ended, result } = await runIn('long-cell', { 'a.ipynb': notebook([source]) }, ['a.ipynb']);
    expect(result.state, ended.stderr).toBe('failed');
    const { failedCell } = result;
    expect(failedCell).toMatchObject({ number: 1, line: 61, errorName: 'KeyError', partial: true });
    expect(failedCell?.source.split('\n').slice(59, 61)).toEqual(lines.slice(59, 61));
    expect(failedCell?.source).not.toContain('value_1 =');
    const whole = await core.handlers['artifacts/failedCell'](
      { context, run: result.run },
      AbortSignal.timeout(300_000),
    );
    expect(whole).toMatchObject({ number: 1, line: 61, source });
    expect(whole).not.toHaveProperty('partial');
  });

  it('a volume that is full, which has room for the report, the logs and the summary all the same', async () => {
    const fill = 'open("big.bin", "wb").write(b"x" * 100_000_000)';
    const files = { 'a.ipynb': notebook(['print("first", 6 * 7)', fill]) };
    const hers: Asked = [coreOfNarrow, narrow];
    const { ended, result } = await runIn('full', files, ['a.ipynb'], hers);
    expect(result).toMatchObject({ state: 'failed', failedCell: { number: 2, errorName: 'OSError' } });
    expect(result.diagnosis?.id).toBe('diskFull');
    await expectsAllButVerdict(ended, result, 'first 42', /No space left on device/, hers);
    const { bavail, bsize } = await statfs(await narrow.folderOf(result.run));
    expect(bavail * bsize, 'what is free of 64 MiB').toBeLessThan(8 << 20);
  });
});
