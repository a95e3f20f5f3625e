import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunEvent } from '../protocol/index.ts';
import { main } from './main.ts';
import { FakeCore } from './testing/fakeCore.ts';
import { FakeIo } from './testing/fakeIo.ts';
import {
  cancelled,
  exampleArtifacts,
  examplePlan,
  failure,
  queued,
  settle,
  submittedRun,
  success,
} from './testing/runs.ts';

let cwd = '';
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'slipway-transcript-'));
  await writeFile(join(cwd, 'analysis.ipynb'), '{}');
});
afterAll(() => rm(cwd, { recursive: true }));

interface Told {
  readonly io: FakeIo;
  readonly core: FakeCore;
  readonly exitCode: number;
  /** What is seen after each event. */
  readonly frames: readonly string[];
}

interface Telling {
  readonly events: readonly RunEvent[];
  readonly columns?: number;
  /** What the person does before the event of this number. */
  readonly before?: Readonly<Record<number, (io: FakeIo) => void>>;
}

/** Runs `slipway run analysis.ipynb` while the events happen, each at its time. */
async function tell({ events, columns, before = {} }: Telling): Promise<Told> {
  const core = new FakeCore();
  const python = examplePlan.python && { ...examplePlan.python, interpreter: join(cwd, '.venv/bin/python') };
  core.plan = { ...examplePlan, ...(python && { python }) };
  core.submitted = submittedRun;
  core.artifactList = exampleArtifacts;
  const text = 'Executing Cell 3\nTraceback\n';
  const log = `${text}KeyError: 'pca'\n`;
  core.logPages = [
    {
      batches: [{ step: 'notebook', offset: 0, length: log.length, encoding: 'utf8', data: log, times: [] }],
      next: 'p',
      end: true,
    },
  ];
  const io = new FakeIo({ core, cwd, ...(columns === undefined ? {} : { terminal: { columns, rows: 30 } }) });
  const ended = main(['run', 'analysis.ipynb', '-p', 'n_pcs=30'], io);
  await watched(core);
  const frames: string[] = [];
  for (const [index, event] of events.entries()) {
    io.advance(Math.max(0, event.time - io.now()));
    before[index]?.(io);
    await settle();
    core.emit(submittedRun.name, event);
    await settle();
    // Lets the picture catch up with the time.
    io.advance(100);
    frames.push(io.shown);
  }
  return { io, core, exitCode: await ended, frames };
}

/** Until the run is watched: the command's parts are loaded first. */
async function watched(core: FakeCore): Promise<void> {
  await vi.waitFor(() => expect(core.requested('runs/get')).toHaveLength(1), { timeout: 60_000, interval: 5 });
  await settle();
}

const rule = (index: number): string => `\n──────── after event ${index + 1}\n`;

function golden(name: string): string {
  return `./__golden__/${name}.txt`;
}

describe('on a terminal', () => {
  it('a run that passes is painted in place', async () => {
    const { io, exitCode, frames } = await tell({ events: success, columns: 96 });
    expect(exitCode).toBe(0);
    expect(io.screen?.scrolledOff).toEqual([]);
    expect(io.screen?.cursorVisible).toBe(true);
    const shown = [0, 1, 5, 9, 12, 14].map((index) => rule(index) + (frames[index] ?? ''));
    await expect(`${shown.join('\n')}\n${rule(success.length - 1)}${io.shown}\n`).toMatchFileSnapshot(
      golden('success.terminal'),
    );
  });

  it('nothing scrolls, however often the spinner turns', async () => {
    const { io } = await tell({ events: success, columns: 96, before: { 9: (one) => one.advance(60_000) } });
    expect(io.screen?.scrolledOff).toEqual([]);
    expect(io.shown.match(/^. notebook {3}/gmu)).toHaveLength(1);
  });

  it('a run that fails says cause, evidence, fix', async () => {
    const { io, exitCode } = await tell({ events: failure, columns: 96 });
    expect(exitCode).toBe(1);
    await expect(`${io.shown}\n`).toMatchFileSnapshot(golden('failure.terminal'));
  });

  it('a cancelled run', async () => {
    const { io, exitCode, frames, core } = await tell({
      events: cancelled,
      columns: 96,
      before: { 10: (one) => one.signal('SIGINT') },
    });
    expect(exitCode).toBe(3);
    expect(core.requested('runs/cancel')).toHaveLength(1);
    await expect(`${frames[10] ?? ''}\n${rule(cancelled.length - 1)}${io.shown}\n`).toMatchFileSnapshot(
      golden('cancelled.terminal'),
    );
  });

  it('a queued run says what it waits for', async () => {
    const { io, frames } = await tell({ events: [...queued, ...success.map(later(30_000))], columns: 96 });
    const shown = [0, 1, 2].map((index) => rule(index) + (frames[index] ?? ''));
    expect(io.shown).not.toContain('queued');
    await expect(`${shown.join('\n')}\n`).toMatchFileSnapshot(golden('queued.terminal'));
  });

  it.each([40, 60])('%i columns are enough', async (columns) => {
    const { io, frames } = await tell({ events: success, columns });
    expect(io.screen?.scrolledOff).toEqual([]);
    const shown = [5, 9].map((index) => rule(index) + (frames[index] ?? ''));
    await expect(`${shown.join('\n')}\n`).toMatchFileSnapshot(golden(`narrow-${columns}.terminal`));
  });

  it('survives a window that changes its width', async () => {
    const { io } = await tell({
      events: success,
      columns: 96,
      before: { 6: (one) => one.resize(50), 9: (one) => one.resize(30), 12: (one) => one.resize(96) },
    });
    expect(io.shown.match(/✓ prepare/g)).toHaveLength(1);
    expect(io.shown.match(/✓ notebook/g)).toHaveLength(1);
    expect(io.shown).not.toContain('cell 2/3');
  });
});

describe('piped', () => {
  it.each([
    ['success', success, 0],
    ['failure', failure, 1],
    ['cancelled', cancelled, 3],
  ] as const)('%s is a line a change', async (name, events, expected) => {
    const { io, exitCode } = await tell({ events });
    expect(exitCode).toBe(expected);
    expect(io.written.stderr).toBe('');
    expect(io.written.stdout).not.toContain('\u001b');
    await expect(io.shown).toMatchFileSnapshot(golden(`${name}.piped`));
  });

  it('a queued run', async () => {
    const { io } = await tell({ events: [...queued, ...success.map(later(30_000))] });
    await expect(io.shown).toMatchFileSnapshot(golden('queued.piped'));
  });

  it('counts cells that came and went between two looks', async () => {
    const quick = success.filter((event) => event.type !== 'cellStarted' || event.id !== 'b');
    const { io } = await tell({ events: quick });
    expect([...io.shown.matchAll(/cell (\d)\/3/g)].map(([, number]) => number)).toEqual(['1', '2', '3']);
  });
});

function later(durationMs: number): (event: RunEvent) => RunEvent {
  return (event) => ({ ...event, time: event.time + durationMs });
}
