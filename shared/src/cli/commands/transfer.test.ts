import { describe, expect, it, vi } from 'vitest';
import { SlipwayError, type RequestParams, type TransferOutcome, type TransferProgress } from '../../protocol/index.ts';
import { asked, slipway, start } from '../testing/commandLine.ts';
import { FakeCore } from '../testing/fakeCore.ts';
import type { FakeIo } from '../testing/fakeIo.ts';

const outcome: TransferOutcome = {
  files: 118,
  bytes: 1_100_000_000,
  unchangedFiles: 0,
  deletedFiles: 0,
  skipped: [],
  durationMs: 13_400,
};
const nothing: TransferOutcome = { ...outcome, files: 0, bytes: 0, unchangedFiles: 120, durationMs: 1_200 };
const skipped: TransferOutcome = {
  ...outcome,
  files: 115,
  unchangedFiles: 2,
  skipped: [
    { path: 'raw/counts.h5', reason: 'permission denied there' },
    { path: 'latest', reason: 'it is a link that leads out' },
    { path: 'two\nlines\u001b[31m', reason: 'it changed while it was copied, twice' },
  ],
};

const begun: TransferProgress = { files: 0, totalFiles: 118, bytes: 0, totalBytes: 1_100_000_000 };
const underWay: TransferProgress = {
  ...begun,
  files: 3,
  bytes: 41_000_000,
  bytesPerSecond: 82_000_000,
  leftMs: 13_000,
  path: 'data/single-cell/2026-01-02/atlas-\u001b[2J-of-everything.h5ad',
};
const broken: TransferProgress = { ...underWay, waiting: 'connection lost, trying again' };
const goesOn: TransferProgress = { ...underWay, files: 90, bytes: 900_000_000, leftMs: 2_500, path: 'data/big.bin' };

const inTeam = (...argv: readonly string[]): string[] => [...argv, '--context', 'team-a'];
const golden = (name: string): string => `../__golden__/transfer-${name}.txt`;
const rule = '\n────────\n';

/** A core whose transfers end as a test says. */
class TransferCore extends FakeCore {
  /** Ends what is under way. */
  end: (how: TransferOutcome | Error) => void = () => undefined;
  /** What transfers end with at once. */
  readonly endings: (TransferOutcome | Error)[];

  constructor(...endings: readonly (TransferOutcome | Error)[]) {
    super();
    this.endings = [...endings];
    for (const name of ['transfer/upload', 'transfer/download'] as const) {
      this.handlers[name] = (params, signal) => {
        this.requests.push({ name, params });
        return new Promise((resolve, reject) => {
          this.end = (how) => (how instanceof Error ? reject(how) : resolve(how));
          signal.addEventListener('abort', () => reject(new SlipwayError('cancelled', 'The transfer was cancelled.')));
          const ending = this.endings.shift();
          if (ending !== undefined) this.end(ending);
        });
      };
    }
  }

  tell(progress: TransferProgress): void {
    const [params] = this.transfers;
    if (params === undefined) throw new Error('nothing is copied');
    // Another window's transfer is none of ours.
    this.notify('transfer/progress', { id: 'another', progress: begun });
    this.notify('transfer/progress', { id: params.id, progress });
  }

  get transfers(): RequestParams<'transfer/upload'>[] {
    return [...this.requested('transfer/upload'), ...this.requested('transfer/download')];
  }
}

/** What a person sees of a command, with both outputs and the exit code. */
async function transcript(argv: readonly string[], ending: TransferOutcome | Error): Promise<string> {
  const { exitCode, stdout, stderr } = await slipway(inTeam(...argv), { core: new TransferCore(ending) });
  return [`$ slipway ${argv.join(' ')}`, stdout + stderr + `exit ${exitCode}`, ''].join('\n');
}

describe('slipway cp', () => {
  it.each([
    ['terminal', { columns: 96, rows: 10, stderr: true }],
    ['narrow', { columns: 48, rows: 10, stderr: true }],
  ])('shows in place how it stands, and leaves what came of it (%s)', async (where, terminal) => {
    const core = new TransferCore();
    const { io, ended } = start(inTeam('cp', 'data', 'devenv-alice:'), { core, terminal });
    await asked(core, 'transfer/upload');
    const frames = [io.shown];
    for (const progress of [begun, underWay, broken, goesOn]) {
      core.tell(progress);
      io.advance(1_000);
      frames.push(io.shown);
    }
    core.end(skipped);
    expect(await ended).toBe(1);
    expect(io.screen?.scrolledOff).toEqual([]);
    expect(io.screen?.cursorVisible).toBe(true);
    await expect(`${[...frames, io.shown].join(rule)}\n`).toMatchFileSnapshot(golden(`cp.${where}`));
  });

  it('says in lines when it waits and when it goes on, and now and then how it stands (piped)', async () => {
    const core = new TransferCore();
    const { io, ended } = start(inTeam('cp', 'data', 'devenv-alice:'), { core });
    await asked(core, 'transfer/upload');
    io.advance(31_000);
    // Several times a second, and told once in a while.
    for (let second = 0; second < 45; second++) {
      core.tell(second === 0 ? begun : underWay);
      io.advance(1_000);
    }
    for (let second = 0; second < 5; second++) {
      core.tell(broken);
      io.advance(1_000);
    }
    core.tell(goesOn);
    core.end(outcome);
    expect(await ended).toBe(0);
    await expect(`${io.written.stderr}${rule}${io.written.stdout}`).toMatchFileSnapshot(golden('cp.piped'));
  });

  it('of little is two lines, one of them only where something was there', async () => {
    const { stdout, stderr } = await slipway(inTeam('cp', 'devenv-alice:results', '.'), {
      core: new TransferCore({ ...outcome, files: 1, bytes: 4_100, unchangedFiles: 1, durationMs: 840 }),
    });
    expect(stderr).toBe('');
    expect(stdout).toBe('copied  1 file, 4.1 kB, to /home/ada/cells in 0.8s\nunchanged  1 file\n');
  });

  it('left with Ctrl-C says that the same command goes on', async () => {
    const core = new TransferCore();
    const { io, ended } = start(inTeam('cp', 'data', 'devenv-alice:'), { core });
    await asked(core, 'transfer/upload');
    io.signal('SIGINT');
    expect(await ended).toBe(3);
    expect(io.written.stderr).toBe(
      'Stopped by Ctrl-C.\nfix     The same command goes on from there: what is copied stays.\n',
    );
  });

  it('is read as scp reads it', async () => {
    const core = new TransferCore(outcome, outcome, outcome);
    await slipway(inTeam('cp', 'a.csv', 'b.csv', 'devenv-alice:input/'), { core });
    await slipway(inTeam('cp', 'a.csv', 'devenv-alice:b.csv'), { core });
    await slipway(inTeam('cp', 'devenv-alice:/data/x', '..'), { core });
    const common = { context: 'team-a', name: 'devenv-alice', sync: false, delete: false, dryRun: false };
    expect(core.transfers).toMatchObject([
      { ...common, local: ['/home/ada/cells/a.csv', '/home/ada/cells/b.csv'], remote: ['input/'], mayName: false },
      { ...common, local: ['/home/ada/cells/a.csv'], remote: ['b.csv'], mayName: true },
      { ...common, local: ['/home/ada'], remote: ['/data/x'], mayName: false },
    ]);
  });
});

describe('slipway cp and sync', () => {
  it('say what was skipped and why, what would be done, and that nothing was to do', async () => {
    const told = [
      await transcript(['cp', 'data', 'devenv-alice:'], skipped),
      await transcript(['sync', '.', 'devenv-alice:project', '--delete', '--dry-run'], {
        ...outcome,
        files: 2,
        bytes: 5_200,
        deletedFiles: 2,
        planned: [
          { path: 'old/notes.txt', action: 'delete' },
          { path: 'old', action: 'delete' },
          { path: 'data/counts\u001b[31m.csv', action: 'copy' },
          { path: 'train.py', action: 'copy' },
        ],
        unchangedFiles: 7,
      }),
      await transcript(['sync', '.', 'devenv-alice:project', '--dry-run'], nothing),
      await transcript(['sync', '.', 'devenv-alice:project'], nothing),
      await transcript(['sync', 'devenv-alice:empty', 'empty'], { ...nothing, unchangedFiles: 0 }),
    ];
    await expect(told.join('\n')).toMatchFileSnapshot(golden('ends.piped'));
  });

  it('say what failed, why, and what to do', async () => {
    const failures = [
      new SlipwayError(
        'disk.full',
        'There is no room left in /workspace/data of the DevEnv: 1.2 MB of 100 GB are free, 1.1 GB are to come.',
        {
          action:
            'Delete what is not needed there, or make it larger, and copy again: what is there is not copied again.',
        },
      ),
      new SlipwayError('disk.denied', 'The destination in the DevEnv cannot be used: permission denied there.', {
        action: 'Name another destination.',
      }),
      new SlipwayError('devenv.stopped', 'devenv-alice was stopped after 2 h idle.', {
        action: 'Start it: slipway devenv start devenv-alice',
      }),
      new SlipwayError('transfer.failed', 'There is no data in the DevEnv.', {
        action: 'Check the path; it is relative to /workspace.',
      }),
      new SlipwayError(
        'ssh.hostKey',
        'The server that answers for devenv-alice has another host key than the pinned one.',
        {
          action: 'Do not go on unless you know why: somebody may be in between.',
        },
      ),
    ];
    const told: string[] = [];
    for (const failure of failures) told.push(await transcript(['cp', 'devenv-alice:data', '.'], failure));
    told.push(await transcript(['cp', 'data', 'more'], outcome));
    told.push(await transcript(['cp', 'devenv-alice:a', 'devenv-bob:a'], outcome));
    await expect(told.join('\n')).toMatchFileSnapshot(golden('errors.piped'));
  });

  it('tell programs the same as JSON, and nothing beside it', async () => {
    const told: string[] = [];
    for (const ending of [skipped, new SlipwayError('disk.full', 'There is no room left.', { action: 'Delete.' })]) {
      const core = new TransferCore();
      const { io, ended } = start(inTeam('sync', 'data', 'devenv-alice:data', '-o', 'json'), { core });
      await asked(core, 'transfer/upload');
      core.tell(broken);
      io.advance(60_000);
      core.end(ending);
      told.push(`exit ${await ended}\n${io.written.stdout}`);
      expect(io.written.stderr).toBe('');
      expect(() => JSON.parse(io.written.stdout) as unknown).not.toThrow();
    }
    await expect(told.join('\n')).toMatchFileSnapshot(golden('json.piped'));
  });
});

describe('slipway sync --delete', () => {
  const argv = inTeam('sync', '.', 'devenv-alice:project', '--delete');
  const deleting: TransferOutcome = { ...outcome, files: 2, bytes: 900, deletedFiles: 23, durationMs: 2_000 };
  const planned: TransferOutcome = {
    ...deleting,
    planned: [
      ...Array.from({ length: 23 }, (_, index) => ({ path: `old/${index}`, action: 'delete' as const })),
      { path: 'new', action: 'copy' },
    ],
  };

  const answered = async (word: string): Promise<{ io: FakeIo; exitCode: number; core: TransferCore }> => {
    const core = new TransferCore(planned, deleting);
    const { io, ended } = start(argv, { core, terminal: { columns: 96, rows: 40, stderr: true } });
    await vi.waitFor(() => expect(io.shown).toContain('[y/N]'), { timeout: 60_000, interval: 5 });
    io.stdin.write(`${word}\n`);
    // The terminal's echo.
    io.screen?.write(`${word}\n`);
    return { io, exitCode: await ended, core };
  };

  it('looks first, and asks before it deletes', async () => {
    const yes = await answered('y');
    expect(yes.exitCode).toBe(0);
    expect(yes.core.transfers.map(({ dryRun }) => dryRun)).toEqual([true, false]);
    const no = await answered('');
    expect(no.exitCode).toBe(3);
    expect(no.core.transfers.map(({ dryRun }) => dryRun)).toEqual([true]);
    await expect(`${yes.io.shown}${rule}${no.io.shown}\n`).toMatchFileSnapshot(golden('sync-delete.terminal'));
  });

  it('has to be told so where nobody can be asked', async () => {
    const core = new TransferCore(deleting, deleting);
    const refused = await slipway(argv, { core });
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('23 files would be deleted in devenv-alice:project.');
    expect(core.transfers.map(({ dryRun }) => dryRun)).toEqual([true]);
    expect((await slipway([...argv, '--yes'], { core })).stdout).toContain('deleted  23 files');
  });

  it('asks nothing where nothing would be deleted', async () => {
    const core = new TransferCore(nothing, nothing);
    expect((await slipway(argv, { core })).exitCode).toBe(0);
    expect(core.transfers).toHaveLength(2);
  });
});
