import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Core } from '../../../shared/src/server/index.ts';
import { json, notebook, type Started } from '../cli/slipway.ts';
import { ClusterMachine, context, profile, testCluster } from './clusterMachine.ts';
import { coreInProcess } from './coreInProcess.ts';
import { typedTo } from './typedTo.ts';

let ada: ClusterMachine;
/** Another core of hers, for what is asked about a run. */
let core: Core;

const endless = 'import time\nwhile True: time.sleep(0.2)';

beforeAll(async () => {
  const { nodeAddress } = testCluster();
  ada = await ClusterMachine.create('cancel', {
    instanceTypes: { ...profile.instanceTypes, nowhere: { cpu: '50m', memory: '64Mi', nodeSelector: { no: 'node' } } },
    // pip waits here for an answer that does not come.
    mirrors: { pipIndexUrl: `http://${nodeAddress}:8082/~hang/simple/`, pipTrustedHosts: [nodeAddress] },
  });
  core = coreInProcess(ada.machine);
  await ada.machine.write('a.ipynb', notebook(['print("first", 6 * 7)', endless]));
});

afterAll(async () => {
  await core.dispose();
  await ada.dispose();
});

/** Typed in this process. */
const ask = (args: readonly string[]) => typedTo(core, [...args, '--context', context], ada.machine.work);

/** Waits until what a started `slipway run` prints matches, and returns the run's name. */
async function reached(started: Started, pattern: RegExp): Promise<string> {
  await started.until(pattern);
  return /^run +(\S+)$/m.exec(started.output())?.[1] ?? '';
}

/** Before the test's own limit, which would not say what was printed so far. */
async function withinLimit(started: Started) {
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    limit = setTimeout(() => reject(new Error(`still not over:\n${started.output()}`)), 300_000);
  });
  return Promise.race([started.ended, late]).finally(() => clearTimeout(limit));
}

/** The run ended as cancelled: for whoever followed it, for Slipway, and for kubectl. */
async function expectsCancelled(run: string, followed?: Started) {
  if (followed !== undefined) {
    const ended = await withinLimit(followed);
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(3);
    expect(ended.stdout).toMatch(/^cancelled/m);
  }
  const watched = await ask(['watch', run, '-o', 'json']);
  expect(watched.exitCode, watched.stdout + watched.stderr).toBe(3);
  const result = json(watched);
  expect(result.state).toBe('cancelled');
  expect(result.steps.filter(({ state }) => state === 'pending' || state === 'running')).toEqual([]);
  expect(await ada.field(`pipelinerun/${run}`, '.status.conditions[0].reason')).toBe('Cancelled');
  return result;
}

async function cancel(run: string): Promise<void> {
  const ended = await ask(['cancel', run]);
  expect(ended.exitCode, ended.stderr).toBe(0);
}

/** What was written until then is in the log and in the notebook so far, or in another file. */
async function expectsWhatWasDone(run: string, step = 'notebook', file = 'a_output.ipynb'): Promise<void> {
  const logs = await ask(['logs', run, '--step', step]);
  expect(logs.exitCode, logs.stderr).toBe(0);
  expect(logs.stdout).toContain('first 42');
  const folder = await mkdtemp(join(ada.machine.folder, 'left-'));
  const got = await ask(['artifacts', 'get', run, '-d', folder]);
  expect(got.exitCode, got.stderr).toBe(0);
  expect(await readFile(join(folder, 'output', file), 'utf8')).toContain('first 42');
  expect(await readFile(join(await ada.folderOf(run), 'summary.md'), 'utf8')).toMatch(/cancelled/);
}

/** Its pods are gone, and with them whatever was at work. */
async function expectsNothingGoesOn(run: string): Promise<void> {
  await ada.until('its pods are gone', async () =>
    (await ada.names(['pod'], `tekton.dev/pipelineRun=${run}`)).length === 0 ? true : undefined,
  );
}

describe.concurrent('a run is cancelled', () => {
  it('while no node takes it', async () => {
    const started = ada.start(['run', 'a.ipynb', '--instance-type', 'nowhere', '--no-preflight']);
    const run = await reached(started, /without label no=node/);
    await cancel(run);
    const result = await expectsCancelled(run, started);
    expect(result.steps.every(({ state }) => state === 'cancelled')).toBe(true);
    await expectsNothingGoesOn(run);
  });

  it('while its image is pulled', async () => {
    const image = `${ada.cluster.services.registryName}/hanging/small:1`;
    const started = ada.start(['run', 'a.ipynb', '--image', image, '--no-preflight']);
    const run = await reached(started, /pulling image/);
    await cancel(run);
    const result = await expectsCancelled(run, started);
    expect(result.artifacts).toEqual([]);
    // The node does not give up on the pull for long, and the pod holds its processors until then.
    await ada.kubectl('delete', 'pod', '-l', `tekton.dev/pipelineRun=${run}`, '--grace-period=0', '--force');
  });

  it.each([
    ['dataset', 'downloading: ', (files: string) => `dataset: { url: '${files}/~slow=50000/data/100000000' }`],
    ['clone', 'cloning ', (_: string, git: string) => `repository: { url: '${git}/~slow=200/public/examples.git' }`],
  ])('while its stage is at %s: nothing of it goes on, and its log is there', async (step, said, part) => {
    const { files, git } = ada.cluster.services;
    await ada.machine.write(`${step}/slipway.yaml`, `command: [echo, never]\n${part(files, git)}\n`);
    const started = ada.start(['run', join(ada.machine.work, step, 'slipway.yaml')]);
    const run = await reached(started, new RegExp(`${step} started`));
    const log = async () => (await ask(['logs', run, '--step', step])).stdout;
    await ada.until('it is at work', async () => ((await log()).includes(said) ? true : undefined));
    await cancel(run);
    const { steps } = await expectsCancelled(run, started);
    expect(steps.find(({ name }) => name === step)?.state).toBe('cancelled');
    expect(steps.find(({ name }) => name === 'command')?.state).toBe('cancelled');
    expect(await log()).toContain(said);
    expect(await readFile(join(await ada.folderOf(run), 'logs', `${step}.log`), 'utf8')).toContain(said);
    await expectsNothingGoesOn(run);
    // What would have run afterwards was never made.
    expect(await ada.names(['taskrun'], `tekton.dev/pipelineRun=${run}`)).toEqual([`taskrun/${run}-stage`]);
  });

  it('while its environment is built', async () => {
    await ada.machine.write('building/requirements.txt', 'tiny-package==1.0\n');
    await ada.machine.write('building/b.ipynb', notebook(['import tiny_package']));
    const spec = await ada.machine.write(
      'building/slipway.yaml',
      'notebook: b.ipynb\nrequirements: requirements.txt\n',
    );
    const started = ada.start(['run', spec]);
    const run = await reached(started, /^run +(\S+)$/m);
    await ada.until('pip is at work', async () => {
      const { stdout } = await ask(['logs', run, '--step', 'prepare']);
      return /tiny-package|Collecting|Looking in indexes/.test(stdout) ? true : undefined;
    });
    await cancel(run);
    const result = await expectsCancelled(run, started);
    expect(result.steps.find(({ name }) => name === 'prepare')?.state).toBe('cancelled');
    expect(result.steps.find(({ name }) => name === 'notebook')?.state).toBe('cancelled');
  });

  it('while its notebook runs: what was done until then is there', async () => {
    const started = ada.start(['run', 'a.ipynb']);
    const run = await reached(started, /cell 2\/2/);
    await cancel(run);
    const result = await expectsCancelled(run, started);
    expect(result.steps.find(({ name }) => name === 'notebook')?.state).toBe('cancelled');
    await expectsWhatWasDone(run);
  });

  it('while its report is made: what the notebook did is there', async () => {
    // nbconvert takes minutes for so many colours.
    const colours = 'print("\\x1b[31mx\\x1b[0m " * 500_000)';
    const file = await ada.machine.write('reported/a.ipynb', notebook(['print("first", 6 * 7)', colours]));
    const started = ada.start(['run', file]);
    const run = await reached(started, /report started/);
    await cancel(run);
    const result = await expectsCancelled(run, started);
    expect(result.steps.find(({ name }) => name === 'notebook')?.state).toBe('succeeded');
    expect(result.steps.find(({ name }) => name === 'report')?.state).toBe('cancelled');
    expect(result.artifacts.map(({ role }) => role)).not.toContain('report');
    await expectsWhatWasDone(run);
  });

  it('while its tests run: the report is there', async () => {
    await ada.machine.write('checked/a.ipynb', notebook(['print("first", 6 * 7)']));
    const test =
      'import time\ndef test_endless():\n    print("testing", flush=True)\n    while True: time.sleep(0.2)\n';
    await ada.machine.write('checked/tests/test_a.py', test);
    const started = ada.start(['run', join(ada.machine.work, 'checked/a.ipynb')]);
    const run = await reached(started, /test started/);
    await cancel(run);
    const result = await expectsCancelled(run, started);
    expect(result.steps.find(({ name }) => name === 'report')?.state).toBe('succeeded');
    expect(result.steps.find(({ name }) => name === 'test')?.state).toBe('cancelled');
    await expectsWhatWasDone(run);
  });

  it('while its artifacts are collected: they are listed, the largest without its checksum', async () => {
    // A hundred gigabytes that take no space, and minutes to be hashed. On a disk, to read them would fill the node's cache.
    const bob = await ada.colleague({ volume: { kind: 'perRun', size: '64Mi', storageClassName: 'tiny' } });
    const write = 'echo first 42 | tee "$SLIPWAY_OUTPUT/a.txt"; truncate -s 100G "$SLIPWAY_OUTPUT/large.bin"';
    const started = bob.start(['run', '--', 'bash', '-c', write]);
    const run = await reached(started, /collect started/);
    await cancel(run);
    const result = await expectsCancelled(run, started);
    await bob.machine.dispose();
    expect(result.steps.find(({ name }) => name === 'command')?.state).toBe('succeeded');
    const artifact = (path: string) => result.artifacts.find((each) => each.path === path);
    expect(artifact('output/a.txt')?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(artifact('output/large.bin')).toMatchObject({ bytes: 100 * 1024 ** 3 });
    expect(artifact('output/large.bin')?.sha256).toBeUndefined();
    expect((await ask(['logs', run, '--step', 'command'])).stdout).toContain('first 42');
    expect(await readFile(join(await ada.folderOf(run), 'summary.md'), 'utf8')).toMatch(/cancelled/);
    await expectsNothingGoesOn(run);
  });

  it('when it is over already: nothing changes', async () => {
    const { run } = json(await ada.typed(['run', '-o', 'json', '--', 'true']));
    const ended = await ask(['cancel', run]);
    expect(ended.exitCode).toBe(0);
    expect(ended.stdout).toMatch(/is over: passed\. Nothing was changed/);
    expect(await ada.field(`pipelinerun/${run}`, '.status.conditions[0].reason')).toMatch(/Succeeded|Completed/);
    expect(json(await ask(['watch', run, '-o', 'json'])).state).toBe('succeeded');
  });
});

describe.concurrent('Ctrl-C', () => {
  /** Starts a command that goes on for ever; its name, once it has written something. */
  async function atWork(command: string): Promise<readonly [Started, string]> {
    const write = 'import os, signal, time\nopen(os.environ["SLIPWAY_OUTPUT"] + "/a.txt", "w").write("first 42")\n';
    const program = `${write}print("first", 6 * 7, flush=True)\n${command}`;
    const started = ada.start(['run', '--', 'python3', '-c', program]);
    const run = await reached(started, /command started/);
    await ada.until('it has written', async () => {
      const { stdout } = await ask(['logs', run, '--step', 'command']);
      return stdout.includes('first 42') ? true : undefined;
    });
    return [started, run];
  }

  it('once cancels, waits for the end and has what was done', async () => {
    const [started, run] = await atWork(endless);
    started.child.kill('SIGINT');
    await started.until(/cancelling/);
    await expectsCancelled(run, started);
    await expectsWhatWasDone(run, 'command', 'a.txt');
  });

  it('twice leaves and says how to come back; the run ends as cancelled all the same', async () => {
    // Ignores the polite signals, so that the cancel takes its whole grace.
    const ignore = 'for name in ("SIGINT", "SIGTERM"):\n    signal.signal(getattr(signal, name), signal.SIG_IGN)\n';
    const [started, run] = await atWork(ignore + endless);
    started.child.kill('SIGINT');
    await started.until(/cancelling/);
    started.child.kill('SIGINT');
    const ended = await started.ended;
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(3);
    expect(ended.stdout + ended.stderr).toContain(`slipway watch ${run}`);
    await expectsCancelled(run);
    await expectsWhatWasDone(run, 'command', 'a.txt');
  });
});
