import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DevEnvJob } from '../../../shared/src/protocol/index.ts';
import { context } from '../cluster/clusterMachine.ts';
import { TransferMachine } from './transferMachine.ts';

const never = new AbortController().signal;
const patience = { timeout: 60_000, interval: 100 };

describe('jobs of a DevEnv', () => {
  let machine: TransferMachine;
  /** Ends that the core told of. */
  const ends: DevEnvJob[] = [];

  beforeAll(async () => {
    machine = await TransferMachine.create('jobs');
    await machine.startDevEnv({});
    machine.core.onNotification((name, params) => {
      if (name === 'devenv/jobEnded' && 'job' in params) ends.push(params.job);
    });
  });
  afterAll(() => machine.dispose());

  const start = (...args: string[]) => machine.machine.machine.start(['devenv', ...args]);
  const devenv = (...args: string[]) => start(...args).ended;
  const here = ['--context', context];
  const reference = () => ({ context, name: machine.name });
  const runJob = (...command: string[]) => machine.core.handlers['devenvs/runJob']({ ...reference(), command }, never);
  const jobs = async () => (await machine.core.handlers['devenvs/jobs'](reference(), never)).jobs;
  const stateOf = async (id: string) => (await jobs()).find((job) => job.id === id)?.state;

  it('go on when the client is killed, and can be come back to', async () => {
    const script = 'for i in 1 2 3 4 5 6 7 8; do echo "step $i"; sleep 0.25; done; exit 3';
    const client = start('run', machine.name, ...here, '--title', 'count', '-f', '--', 'sh', '-c', script);
    await client.until(/step 2/);
    client.child.kill('SIGKILL');
    await client.ended;
    const back = await devenv('logs', 'last', machine.name, ...here, '-f');
    expect(back.stdout.split('\n').filter((line) => line !== '')).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8].map((step) => `step ${step}`),
    );
    expect(back.stderr).toMatch(/failed with exit code 3 after \d/);
    expect(back.exitCode).toBe(1);
  });

  it('say at once how to come back, are listed, and keep the DevEnv from stopping', async () => {
    const started = await devenv('run', machine.name, ...here, '--', 'sleep', '1000');
    expect(started.exitCode, started.stdout + started.stderr).toBe(0);
    const id = /^\d{8}-\d{6}-[0-9a-f]{6}/.exec(started.stdout)?.[0] ?? '';
    expect(started.stdout).toContain(`slipway devenv logs -f ${id} ${machine.name}`);
    expect((await devenv('jobs', machine.name, ...here)).stdout).toMatch(new RegExp(`${id} +running .* sleep 1000`));
    await expect
      .poll(async () => JSON.parse(await machine.inside('cat /run/slipway/status.json')) as object, patience)
      .toMatchObject({ runningJobs: 1 });
    const stopped = await devenv('stop-job', id, machine.name, ...here);
    expect(stopped.stdout).toMatch(/stopped after/);
    expect(await stateOf(id)).toBe('stopped');
  });

  it('are left with a second Ctrl-C, and go on', async () => {
    const client = start('run', machine.name, ...here, '-f', '--', 'sh', '-c', 'echo begun; exec sleep 1000');
    await client.until(/begun/);
    client.child.kill('SIGINT');
    await client.until(/Ctrl-C again leaves; the job goes on/);
    client.child.kill('SIGINT');
    const left = await client.ended;
    expect(left.exitCode).toBe(3);
    expect(left.stderr).toMatch(/goes on in devenv-/);
    expect(left.stderr).toContain('slipway devenv logs -f');
    const [job] = await jobs();
    expect(job?.state).toBe('running');
    await machine.core.handlers['devenvs/stopJob']({ ...reference(), id: job?.id ?? '' }, never);
  });

  it('take any arguments as they are, and give any bytes back', async () => {
    const args = ['a b', '', '"$HOME"', '中', 'x\ny', '--flag', '*'];
    const job = await runJob('printf', '%s|', ...args);
    await expect.poll(() => ends.map(({ id }) => id), patience).toContain(job.id);
    const log = await machine.core.handlers['devenvs/jobLog']({ ...reference(), id: job.id, offset: 0 }, never);
    expect(Buffer.from(log.data, 'base64').toString('utf8')).toBe(`${args.join('|')}|`);
  });

  it('are told of when they end, over a connection that broke meanwhile', async () => {
    const job = await runJob('sh', '-c', 'sleep 2; exit 4');
    await expect.poll(() => machine.proxy.cut(/\/exec/), patience).toBeGreaterThan(0);
    await expect
      .poll(() => ends.find(({ id }) => id === job.id), patience)
      .toMatchObject({
        state: 'failed',
        exitCode: 4,
      });
    expect(ends.filter(({ id }) => id === job.id)).toHaveLength(1);
  });

  it('are told of when they end, once, to who followed them and looked away', async () => {
    const started = await devenv('run', machine.name, ...here, '--', 'sh', '-c', 'echo begun; sleep 3');
    const id = /^\d{8}-\d{6}-[0-9a-f]{6}/.exec(started.stdout)?.[0] ?? '';
    const read = (offset: number) =>
      machine.core.handlers['devenvs/jobLog']({ ...reference(), id, offset, waitMs: 300 }, never);
    await read((await read(0)).offset);
    await expect
      .poll(() => ends.filter((job) => job.id === id).map(({ state }) => state), patience)
      .toEqual(['succeeded']);
  });

  it('are refused where they cannot be started, with what to do', async () => {
    const nowhere = await devenv('run', machine.name, ...here, '--cwd', 'no/such/folder', '--', 'true');
    expect(nowhere.stderr).toContain('There is no folder /workspace/no/such/folder');
    expect(nowhere.exitCode).toBe(2);
    const nothing = await devenv('run', machine.name, ...here, '--', 'no-such-program');
    expect(nothing.stdout).toMatch(/failed with exit code 127/);
    expect(nothing.exitCode).toBe(1);
    const unknown = await devenv('logs', '2020', machine.name, ...here);
    expect(unknown.stderr).toContain('There is no job 2020');
  });

  it('are lost with their pod, which is told, and known after the next start', async () => {
    const job = await runJob('sleep', '1000');
    await expect.poll(() => machine.inside('pgrep -fc "[j]ob wait" || true'), patience).not.toBe('0\n');
    await machine.core.handlers['devenvs/stop'](reference(), never);
    await expect.poll(() => ends.find(({ id }) => id === job.id), patience).toMatchObject({ state: 'lost' });
    await expect(jobs()).rejects.toMatchObject({ code: 'devenv.stopped' });
    await machine.core.handlers['devenvs/start'](reference(), never);
    expect(await stateOf(job.id)).toBe('lost');
  });

  it('leave no program waiting in the pod when nobody waits any more', async () => {
    await runJob('sleep', '1000');
    const waiting = () => machine.inside('pgrep -fc "[j]ob wait" || true');
    await expect.poll(waiting, patience).not.toBe('0\n');
    await machine.core.dispose();
    await expect.poll(waiting, patience).toBe('0\n');
  });
});
