import { vi } from 'vitest';
import { main } from '../main.ts';
import type { FakeCore } from './fakeCore.ts';
import { FakeIo, type FakeIoOptions } from './fakeIo.ts';

export interface Ended {
  readonly io: FakeIo;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Types a command and waits for its end. */
export async function slipway(argv: readonly string[], options: FakeIoOptions = {}): Promise<Ended> {
  const io = new FakeIo(options);
  const exitCode = await main(argv, io);
  return { io, exitCode, stdout: io.written.stdout, stderr: io.written.stderr };
}

/** Types a command that goes on; `ended` is its exit code. */
export function start(argv: readonly string[], options: FakeIoOptions): { io: FakeIo; ended: Promise<number> } {
  const io = new FakeIo(options);
  return { io, ended: main(argv, io) };
}

/** Waits until the command has asked the core for something, which takes as long as its parts take to load. */
export async function asked(core: FakeCore, name: Parameters<FakeCore['requested']>[0], times = 1): Promise<void> {
  await eventually(() => core.requested(name).length >= times, `the core was not asked for ${name}`);
}

export async function eventually(holds: () => boolean, otherwise: string): Promise<void> {
  await vi.waitFor(
    () => {
      if (!holds()) throw new Error(otherwise);
    },
    { timeout: 60_000, interval: 5 },
  );
}
