import { describe, expect, it, vi } from 'vitest';
import { SlipwayError, type DevEnv, type NotificationParams, type RequestResult } from '../../protocol/index.ts';
import { slipway, start, type Ended } from '../testing/commandLine.ts';
import { FakeCore } from '../testing/fakeCore.ts';
import { startTime, type FakeIoOptions } from '../testing/fakeIo.ts';

const alice: DevEnv = {
  context: 'team-a',
  namespace: 'ds-team',
  name: 'devenv-alice',
  owner: 'alice',
  mine: true,
  state: 'running',
  image: 'registry.example/team/devenv:1',
  instanceType: 'gpu-1x-16c-32g-1gpu',
  cpu: '16',
  memory: '32Gi',
  gpus: 1,
  disk: { claimName: 'devenv-alice', size: '100Gi', usedBytes: 42_000_000_000, totalBytes: 105_000_000_000 },
  volumes: [{ claimName: 'atlas-v1', mountPath: '/data/atlas', readOnly: true }],
  idle: { stopAfterMs: 4 * 3_600_000, idleMs: 12 * 60_000 },
  spec: {},
  createdAt: startTime - 86_400_000,
  startedAt: startTime - 3 * 3_600_000,
  host: 'devenv-alice.team-a',
};
const stopped: DevEnv = {
  ...alice,
  name: 'devenv-alice-cpu',
  state: 'stopped',
  reason: 'stopped after 2 h idle',
  gpus: 0,
  instanceType: 'cpu-4c-8g',
  disk: { claimName: 'devenv-alice-cpu', size: '20Gi' },
  idle: { stopAfterMs: 7_200_000 },
  volumes: [],
  host: 'devenv-alice-cpu.team-a',
};
const failed: DevEnv = {
  ...stopped,
  name: 'devenv-bob',
  owner: 'bob',
  mine: false,
  state: 'failed',
  reason: 'image registry.example/team/devenv:2: the registry does not have it: look at its name and tag',
  action: 'Name another image with resize, and start it again.',
  idle: { stopAfterMs: 0 },
  host: 'devenv-bob.team-a',
};
const lastEnd = { reason: 'its node put it out: The node was low on resource: memory.', at: startTime - 3 * 3_600_000 };
const evicted: DevEnv = {
  ...stopped,
  reason: lastEnd.reason,
  action: 'Start it again: /workspace is as it was.',
  lastEnd,
};
const waiting: DevEnv = {
  ...stopped,
  state: 'starting',
  reason:
    'GPU: 2 nodes — 2 full\nfrees up when a GPU job ends on gpu-1 (oldest has run 3h 02m)\nheld by devenv-bob and train-7f3a',
  startingSince: startTime - 12 * 60_000,
};
const ugly: DevEnv = {
  ...stopped,
  context: 'archive',
  name: 'devenv-a-name-that-is-as-long-as-a-name-may-be-0123456789-fifteen',
  owner: 'oidc:爱丽丝\u001b[31m@example.com',
  mine: false,
  state: 'starting',
  reason: 'GPU: 4 nodes — 4 full\nstarts when enough is free',
};

function coreWith(...devEnvs: readonly DevEnv[]): FakeCore {
  const core = new FakeCore();
  const answer: RequestResult<'devenvs/list'> = { devEnvs: [...devEnvs], problems: [] };
  core.handlers['devenvs/list'] = () => Promise.resolve(answer);
  core.handlers['devenvs/get'] = ({ name }) => {
    const found = devEnvs.find((devEnv) => devEnv.name === name);
    return found === undefined ? Promise.reject(new SlipwayError('devenv.notFound', 'no')) : Promise.resolve(found);
  };
  return core;
}

const devenv = (argv: readonly string[], options: FakeIoOptions): Promise<Ended> =>
  slipway(['devenv', ...argv], options);
const golden = (name: string): string => `../__golden__/devenv-${name}.txt`;

describe('slipway devenv list', () => {
  it('of none says how to make one', async () => {
    const { io, exitCode } = await devenv(['list'], { core: coreWith() });
    expect(exitCode).toBe(0);
    await expect(io.shown).toMatchFileSnapshot(golden('list-empty.piped'));
  });

  it('shows the own ones first, with what matters of each', async () => {
    const { io, exitCode } = await devenv([], { core: coreWith(failed, stopped, alice) });
    expect(exitCode).toBe(0);
    await expect(io.shown).toMatchFileSnapshot(golden('list.piped'));
  });

  it('keeps to a line each, whatever names and reasons say', async () => {
    const { io } = await devenv(['list'], { core: coreWith(ugly, alice), terminal: { columns: 100, rows: 30 } });
    expect(io.written.stdout).not.toContain('\u001b[31m@');
    await expect(`${io.shown}\n`).toMatchFileSnapshot(golden('list-long.terminal'));
  });

  it('tells what could not be asked beside what could', async () => {
    const core = coreWith();
    const problem = { context: 'archive', message: 'The cluster does not answer.', action: 'Look at the network.' };
    core.handlers['devenvs/list'] = () => Promise.resolve({ devEnvs: [alice], problems: [problem] });
    const { io, exitCode } = await devenv(['list'], { core });
    expect(exitCode).toBe(0);
    expect(io.written.stdout).toContain('devenv-alice');
    expect(io.written.stderr).toContain('archive: The cluster does not answer.');
    core.handlers['devenvs/list'] = () => Promise.resolve({ devEnvs: [], problems: [problem] });
    expect((await devenv(['list'], { core })).exitCode).toBe(4);
  });
});

describe('slipway devenv status', () => {
  it.each([
    ['running', alice, 0],
    ['idle-stopped', stopped, 0],
    ['evicted', evicted, 0],
    ['running-again', { ...alice, lastEnd }, 0],
    ['failed', failed, 1],
    ['waiting', waiting, 0],
  ] as const)('%s', async (name, devEnv, expected) => {
    const { io, exitCode } = await devenv(['status', devEnv.name, '--context', 'team-a'], { core: coreWith(devEnv) });
    expect(exitCode).toBe(expected);
    await expect(io.shown).toMatchFileSnapshot(golden(`status-${name}.piped`));
  });

  it('needs no name where there is but one of the person’s own, and says which there are else', async () => {
    expect((await devenv(['status'], { core: coreWith(failed, alice) })).io.shown).toContain('devenv-alice  running');
    const several = await devenv(['status'], { core: coreWith(alice, stopped) });
    expect(several.exitCode).toBe(2);
    expect(several.io.written.stderr).toContain('devenv-alice --context team-a, devenv-alice-cpu --context team-a');
    const none = await devenv(['status'], { core: coreWith(failed) });
    expect(none.exitCode).toBe(2);
    expect(none.io.written.stderr).toContain('You have no DevEnv.');
  });
});

describe('slipway devenv start', () => {
  it.each([
    ['terminal', { columns: 90, rows: 20 }],
    ['piped', undefined],
  ])('waits, and says for what (%s)', async (where, terminal) => {
    const core = coreWith(alice);
    let begin: (devEnv: DevEnv) => void = () => undefined;
    core.handlers['devenvs/start'] = () => new Promise((resolve) => (begin = resolve));
    const asked = vi.spyOn(core.handlers, 'devenvs/start');
    const { io, ended } = start(['devenv', 'start', 'devenv-alice', '--context', 'team-a'], {
      core,
      ...(terminal !== undefined && { terminal }),
    });
    await vi.waitFor(() => expect(asked).toHaveBeenCalled(), { timeout: 60_000 });
    const say = (text: string): void => {
      const params: NotificationParams<'devenv/progress'> = { context: 'team-a', name: 'devenv-alice', text };
      core.notify('devenv/progress', params);
    };
    say('GPU: 4 nodes — 2 full, 2 tainted');
    io.advance(61_000);
    const waiting = io.shown;
    say('pulling image registry.example/team/devenv:1');
    begin(alice);
    expect(await ended).toBe(0);
    await expect(`${waiting}\n────────\n${io.shown}\n${io.written.stderr}`).toMatchFileSnapshot(
      golden(`start.${where}`),
    );
  });
});

describe('slipway devenv start, left with Ctrl-C', () => {
  it.each([
    ['starting', 'devenv-alice goes on starting.', 'to withdraw it: slipway devenv stop devenv-alice'],
    ['stopped', 'devenv-alice is not being waited for any more.', 'slipway devenv status devenv-alice'],
  ] as const)('says what becomes of one that is %s', async (state, words, action) => {
    const core = coreWith({ ...alice, state });
    core.handlers['devenvs/start'] = (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    const asked = vi.spyOn(core.handlers, 'devenvs/start');
    const { io, ended } = start(['devenv', 'start', 'devenv-alice', '--context', 'team-a'], { core });
    await vi.waitFor(() => expect(asked).toHaveBeenCalled(), { timeout: 60_000 });
    io.signal('SIGINT');
    expect(await ended).toBe(3);
    expect(io.written.stderr).toContain(words);
    expect(io.written.stderr).toContain(action);
  });
});

describe('slipway devenv delete', () => {
  it('has to be told twice to delete the files', async () => {
    const core = coreWith(alice);
    const deleted = vi.fn(() => Promise.resolve({}));
    core.handlers['devenvs/delete'] = deleted;
    const refused = await devenv(['delete', 'devenv-alice', '--context', 'team-a', '--workspace'], { core });
    expect(refused.exitCode).toBe(2);
    expect(deleted).not.toHaveBeenCalled();
    const kept = await devenv(['delete', 'devenv-alice', '--context', 'team-a'], { core });
    expect(kept.exitCode).toBe(0);
    expect(kept.io.shown).toContain('its workspace is kept as the claim devenv-alice');
    const gone = await devenv(['delete', 'devenv-alice', '--context', 'team-a', '--workspace', '--yes'], { core });
    expect(gone.exitCode).toBe(0);
    expect(deleted.mock.calls.map(([params]: unknown[]) => params)).toMatchObject([
      { workspace: false },
      { workspace: true },
    ]);
  });
});

describe('what is asked of a DevEnv', () => {
  it('is passed on as it was meant', async () => {
    const core = coreWith(alice);
    const create = vi.fn(() => Promise.resolve(stopped));
    core.handlers['devenvs/create'] = create;
    const options = [
      '--name',
      'cpu',
      '--gpus',
      '0',
      '--disk',
      '20Gi',
      '--idle-stop',
      '2h',
      '--volume',
      'atlas-v1:/data/atlas:ro',
      '--volume',
      'team:/data/team',
    ];
    const { exitCode } = await devenv(['create', ...options, '--no-start', '--context', 'team-a'], { core });
    expect(exitCode).toBe(0);
    const volumes = [
      { claimName: 'atlas-v1', mountPath: '/data/atlas', readOnly: true },
      { claimName: 'team', mountPath: '/data/team' },
    ];
    const spec = { gpus: 0, diskSize: '20Gi', idleStop: '2h', volumes };
    expect(create).toHaveBeenCalledWith({ context: 'team-a', name: 'cpu', spec, start: false }, expect.anything());
  });

  it.each([
    [['create', '--gpus', 'one'], 'is not a number of GPUs'],
    [['create', '--volume', 'atlas'], 'does not name a claim and a path'],
    [['resize', 'devenv-alice'], 'Nothing was named that is to be different'],
  ])('%j is refused', async (argv, words) => {
    const { io, exitCode } = await devenv([...argv, '--context', 'team-a'], { core: coreWith(alice) });
    expect(exitCode).toBe(2);
    expect(io.written.stderr).toContain(words);
  });
});
