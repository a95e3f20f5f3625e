import { describe, expect, it } from 'vitest';
import type { Check } from '../../protocol/index.ts';
import { createDeferred } from '../deferred.ts';
import { main } from '../main.ts';
import { asked, slipway } from '../testing/commandLine.ts';
import { FakeCore } from '../testing/fakeCore.ts';
import { FakeIo, type FakeIoOptions } from '../testing/fakeIo.ts';
import { settle } from '../testing/runs.ts';

const checks: readonly Check[] = [
  {
    name: 'API server',
    outcome: 'pass',
    detail: 'https://10.0.0.1:6443, Kubernetes 1.34.4, 38 ms, clock +0.2 s',
    durationMs: 40.4,
  },
  {
    name: 'git',
    outcome: 'warn',
    detail: 'https://gitlab.example.com/team/lib.git answers, credentials missing',
    fix: 'Make a Secret with them and name it as repository.secret.',
    durationMs: 100,
  },
  {
    name: 'GPU in a pod',
    outcome: 'fail',
    detail: 'device visible (NVIDIA A100, 535.104), CUDA not usable: the driver is older than the CUDA library',
    fix: 'Choose an image for an older CUDA, or ask for a newer driver.',
    durationMs: 12_400,
  },
  { name: 'one-cell run', outcome: 'skipped', detail: 'not tried: the workspace check failed', durationMs: 1 },
];

interface Typed {
  readonly io: FakeIo;
  readonly ended: Promise<number>;
  readonly signal: AbortSignal;
  looking(name: string): Promise<void>;
  checked(check: Check | undefined): Promise<void>;
  /** The core's answer. */
  answer(): void;
  refuse(error: unknown): void;
}

/** `slipway doctor`, and a core that is told what to find. */
async function typed(args: readonly string[], options: FakeIoOptions): Promise<Typed> {
  const core = new FakeCore();
  const answered = createDeferred<{ checks: Check[] }>();
  let id = '';
  let signal = AbortSignal.abort();
  core.handlers.doctor = (params, given) => {
    core.requests.push({ name: 'doctor', params });
    id = params.id ?? '';
    signal = given;
    return answered.promise;
  };
  const io = new FakeIo({ core, ...options });
  const ended = main(['doctor', ...args], io);
  await asked(core, 'doctor');
  return {
    io,
    ended,
    signal,
    looking: async (name) => {
      core.notify('doctor/looking', { id, name });
      core.notify('doctor/looking', { id: 'of somebody else', name: 'else' });
      await settle();
    },
    checked: async (check) => {
      if (check !== undefined) core.notify('doctor/checked', { id, check });
      await settle();
    },
    answer: () => answered.resolve({ checks: [...checks] }),
    refuse: (error) => answered.reject(error),
  };
}

describe('slipway doctor', () => {
  it.each([96, 60])(
    'shows on a terminal of %i columns each check when it is known, and what is looked at',
    async (columns) => {
      const told = await typed([], { terminal: { columns, rows: 30 } });
      const frames: string[] = [];
      for (const check of checks) {
        await told.looking(check.name);
        frames.push(told.io.shown);
        await told.checked(check);
      }
      told.answer();
      expect(await told.ended).toBe(1);
      expect(told.io.screen?.cursorVisible).toBe(true);
      const shown = [...frames.slice(2, 3), told.io.shown].join('\n────────\n');
      await expect(`${shown}\n`).toMatchFileSnapshot(`../__golden__/doctor-${columns}.terminal.txt`);
    },
  );

  it('writes a line a check to a pipe as soon as it is known', async () => {
    const told = await typed([], {});
    await told.looking('API server');
    expect(told.io.written.stdout).toBe('');
    await told.checked(checks[0]);
    expect(told.io.written.stdout).toMatch(/^✓ API server .* 40 ms\n$/);
    told.answer();
    expect(await told.ended).toBe(1);
    await expect(told.io.shown).toMatchFileSnapshot('../__golden__/doctor.piped.txt');
  });

  it('tells programs nothing but the whole', async () => {
    const told = await typed(['-o', 'json'], {});
    await told.looking('API server');
    await told.checked(checks[0]);
    expect(told.io.written).toEqual({ stdout: '', stderr: '' });
    told.answer();
    expect(await told.ended).toBe(1);
    expect(JSON.parse(told.io.written.stdout)).toEqual({ checks });
  });

  it('says on Ctrl-C that it takes back what it made, and ends when that is done', async () => {
    const told = await typed([], { terminal: { columns: 80, rows: 24 } });
    await told.looking('workspace');
    told.io.signal('SIGINT');
    await settle();
    expect(told.signal.aborted).toBe(true);
    expect(told.io.shown).toContain('stopping; what the trial made is removed');
    told.refuse(told.signal.reason);
    expect(await told.ended).toBe(3);
    expect(told.io.shown).not.toContain('stopping');
  });

  it('shows all of a core that tells of nothing before the end', async () => {
    const { stdout, exitCode } = await slipway(['doctor'], { core: new FakeCore() });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^✓ bash +GNU bash 5\.2 +3 ms\n✗ disk +full +1 ms\n +fix: free some space\n$/);
  });
});
