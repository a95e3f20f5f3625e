import { describe, expect, it } from 'vitest';
import type { LogBatch, LogPage, Run, StepName } from '../../protocol/index.ts';
import { asked, slipway, start } from '../testing/commandLine.ts';
import { FakeCore } from '../testing/fakeCore.ts';
import { settle, submittedRun } from '../testing/runs.ts';

function batch(step: StepName, offset: number, data: string, time = Date.UTC(2026, 0, 2)): LogBatch {
  return { step, offset, length: Buffer.byteLength(data), encoding: 'utf8', data, times: [[offset, time]] };
}

function page(batches: readonly LogBatch[], end = false): LogPage {
  return { batches: [...batches], next: `after ${batches.length}`, end };
}

function coreWith(...pages: LogPage[]): FakeCore {
  const core = new FakeCore();
  core.set({ ...submittedRun, state: 'running' });
  core.logPages = pages;
  return core;
}

const begunRun: Run = {
  ...submittedRun,
  state: 'running',
  steps: submittedRun.steps.map((step) =>
    step.name === 'prepare' ? { ...step, state: 'running', startedAt: submittedRun.createdAt } : step,
  ),
};

describe('the merged log', () => {
  it('has a step before each line', async () => {
    const core = coreWith(
      page([batch('prepare', 0, 'ready\n'), batch('notebook', 0, 'hello\nwor')]),
      page([batch('notebook', 9, 'ld\n')], true),
    );
    const { stdout, exitCode } = await slipway(['logs', 'last'], { core });
    expect(stdout).toBe('[prepare] ready\n[notebook] hello\n[notebook] world\n');
    expect(exitCode).toBe(0);
  });

  it('has times where they are asked for, and the end of a last line', async () => {
    const core = coreWith(page([batch('notebook', 0, 'no line end')], true));
    const { stdout } = await slipway(['logs', 'last', '--timestamps', '--step', 'notebook'], { core });
    expect(stdout).toBe('2026-01-02T00:00:00.000Z no line end\n');
  });

  it('stops at what is there, unless it is followed', async () => {
    const core = coreWith(page([batch('notebook', 0, 'one\n')]), page([]), page([batch('notebook', 4, 'two\n')], true));
    expect((await slipway(['logs', 'last', '--step', 'notebook'], { core })).stdout).toBe('one\n');
    const followed = coreWith(
      page([batch('notebook', 0, 'one\n')]),
      page([]),
      page([batch('notebook', 4, 'two\n')], true),
    );
    expect((await slipway(['logs', 'last', '-f', '--step', 'notebook'], { core: followed })).stdout).toBe('one\ntwo\n');
    expect(followed.requested('logs/read').map(({ position }) => position)).toEqual(['', 'after 1', 'after 0']);
  });

  it('waits for the first words of a step that has run, and for no others', async () => {
    const begun = coreWith(page([]), page([batch('notebook', 0, 'one\n')]), page([]));
    begun.set(begunRun);
    expect((await slipway(['logs', 'last'], { core: begun })).stdout).toBe('[notebook] one\n');
    expect(begun.requested('logs/read').map(({ waitMs }) => waitMs)).toEqual([undefined, 5_000, undefined]);
    const silent = coreWith(page([]), page([]), page([batch('notebook', 0, 'late\n')]));
    silent.set(begunRun);
    expect((await slipway(['logs', 'last'], { core: silent })).stdout).toBe('');
    const waiting = coreWith(page([]), page([batch('notebook', 0, 'late\n')]));
    expect((await slipway(['logs', 'last'], { core: waiting })).stdout).toBe('');
    expect(waiting.requested('logs/read')).toHaveLength(1);
  });

  it('waits for the first words of the last lines, too', async () => {
    const core = coreWith(page([]), page([batch('notebook', 0, 'o')]), page([batch('notebook', 0, 'one\n')]));
    core.set(begunRun);
    expect((await slipway(['logs', 'last', '--tail', '5'], { core })).stdout).toBe('[notebook] one\n');
  });

  it('begins with the last lines', async () => {
    const core = coreWith(page([batch('notebook', 90, 'tail\n')]), page([batch('notebook', 95, 'new\n')], true));
    const { stdout } = await slipway(['logs', 'last', '-f', '--tail', '5'], { core });
    expect(stdout).toBe('[notebook] tail\n[notebook] new\n');
    expect(core.requested('logs/tail')).toEqual([{ run: 'analysis-7f3a', context: 'local', lines: 5 }]);
    expect(core.requested('logs/read').map(({ position }) => position)).toEqual(['after 1']);
  });
});

describe("one step's log that is piped", () => {
  it('comes byte for byte', async () => {
    const raw = Buffer.from([0x1b, 0x5b, 0x32, 0x4a, 0xff, 0x0d, 0x0a, 0x00]);
    const core = coreWith(
      page([batch('notebook', 0, 'a\rb\n')]),
      page([{ ...batch('notebook', 4, ''), encoding: 'base64', data: raw.toString('base64'), length: 8 }], true),
    );
    const { stdout } = await slipway(['logs', 'last', '--step', 'notebook'], { core });
    expect(stdout).toBe(`a\rb\n${raw.toString('latin1')}`);
  });
});

describe('on a terminal', () => {
  const terminal = { columns: 40, rows: 10 };

  it('keeps colours and nothing else', async () => {
    const core = coreWith(
      page([batch('notebook', 0, '\u001b[31mred\u001b[0m \u001b]0;owned\u0007\u001b[2Jend\n')], true),
    );
    const { io } = await slipway(['logs', 'last', '--step', 'notebook'], { core, terminal });
    expect(io.written.stdout).toBe('\u001b[31mred\u001b[0m end\u001b[0m\n');
    const plain = await slipway(['logs', 'last', '--step', 'notebook'], {
      core: coreWith(page([batch('notebook', 0, '\u001b[31mred\u001b[0m\n')], true)),
      terminal,
      env: { NO_COLOR: '1' },
    });
    expect(plain.io.written.stdout).toBe('red\n');
  });

  it('paints the line that is still being written, and the finished one once', async () => {
    const core = coreWith(page([batch('notebook', 0, 'first\n\r 10%')]), page([batch('notebook', 11, '\r 20%')]));
    let release: () => void = () => undefined;
    const read = core.handlers['logs/read'];
    core.handlers['logs/read'] = async (params, signal) => {
      if (core.logPages.length === 0) {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return page([batch('notebook', 16, '\r100%\n')], true);
      }
      return read(params, signal);
    };
    const { io, ended } = start(['logs', 'last', '-f'], { core, terminal });
    await asked(core, 'logs/read', 2);
    await settle();
    expect(io.shown).toBe('[notebook] first\n[notebook]  20%');
    release();
    expect(await ended).toBe(0);
    expect(io.shown).toBe('[notebook] first\n[notebook] 100%');
    expect(io.screen?.cursorVisible).toBe(true);
  });
});

describe('a log with nothing in it', () => {
  const terminal = { columns: 80, rows: 10 };
  const ended: Run = { ...begunRun, state: 'succeeded', finishedAt: begunRun.createdAt + 1 };
  const said = async (run: Run, last: LogPage, ...words: readonly string[]): Promise<string> => {
    const core = coreWith(last);
    core.set(run);
    const { io } = await slipway(['logs', 'last', ...words], { core, terminal, env: { NO_COLOR: '1' } });
    expect(io.written.stdout).toBe('');
    return io.written.stderr;
  };

  it('says why to a person', async () => {
    expect(await said(ended, page([], true), '--step', 'prepare')).toBe('prepare printed nothing\n');
    expect(await said(ended, page([], true))).toBe('analysis-7f3a printed nothing\n');
    expect(await said(ended, page([], true), '--step', 'notebook')).toBe('notebook did not begin\n');
    const never = { ...submittedRun, state: 'cancelled' as const, finishedAt: submittedRun.createdAt + 1 };
    expect(await said(never, page([], true))).toBe('no step of analysis-7f3a began\n');
    const waits = { ...submittedRun, state: 'queued' as const };
    expect(await said(waits, page([]))).toBe(
      'analysis-7f3a is queued: nothing is printed yet; slipway logs analysis-7f3a -f waits for it\n',
    );
  });

  it('is just that to a program', async () => {
    const core = coreWith(page([], true));
    core.set(ended);
    const { stdout, stderr } = await slipway(['logs', 'last'], { core });
    expect([stdout, stderr]).toEqual(['', '']);
  });
});

it('a step that the run does not have is refused, naming those it has', async () => {
  const { exitCode, stderr } = await slipway(['logs', 'last', '--step', 'command'], { core: coreWith() });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('prepare, notebook, report, test, collect');
});

it('Ctrl-C leaves a log that is followed', async () => {
  const core = coreWith();
  core.handlers['logs/read'] = (params, signal) => {
    core.requests.push({ name: 'logs/read', params });
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  };
  const { io, ended } = start(['logs', 'last', '-f'], { core });
  await asked(core, 'logs/read');
  io.signal('SIGINT');
  expect(await ended).toBe(3);
  expect(io.written.stderr).toBe('');
});
