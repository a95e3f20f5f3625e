import type { ChildProcess, SpawnOptions } from 'node:child_process';

export type Spawn = (command: string, args: readonly string[], options: SpawnOptions) => ChildProcess;

export interface ProgramResult {
  /** `exited 0`, `exited 3`, `was ended by SIGKILL`, `did not end within 180 s`. */
  readonly outcome: string;
  readonly output: string;
  /** The last line on stderr that says something, without control characters. */
  readonly lastErrorLine: string;
}

/** Most of a program's output that is kept, in bytes. */
const outputLimit = 1024 * 1024;
/** How long after SIGTERM a program is killed, in milliseconds. */
const graceMs = 2000;

/**
 * Runs a program without a shell, with nothing on its stdin but `input`, in a process group of its own that ends with it.
 * @throws the spawn error, and the abort reason of `signal`
 */
export function runProgram(
  spawn: Spawn,
  command: string,
  args: readonly string[],
  options: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly timeLimitMs: number;
    readonly input?: string;
  },
  signal: AbortSignal,
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(command, args, {
      env: { ...options.env },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    // A program that does not read it says so by how it ends.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input);
    let late = false;
    let killing: NodeJS.Timeout | undefined;
    let closing: NodeJS.Timeout | undefined;
    const end = () => {
      killGroup(child, 'SIGTERM');
      killing ??= setTimeout(() => killGroup(child, 'SIGKILL'), graceMs);
    };
    const timer = setTimeout(() => {
      late = true;
      end();
    }, options.timeLimitMs);
    signal.addEventListener('abort', end, { once: true });
    const output = collect(child.stdout, 'head');
    const errors = collect(child.stderr, 'tail');
    const settle = (act: () => void) => {
      clearTimeout(timer);
      clearTimeout(killing);
      clearTimeout(closing);
      signal.removeEventListener('abort', end);
      if (signal.aborted) reject(signal.reason as Error);
      else act();
    };
    child.on('error', (error) => settle(() => reject(error)));
    // A program that it left behind may hold its output open.
    child.on('exit', () => {
      closing = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, graceMs);
    });
    child.on('close', (code, endedBy) => {
      const limit = `did not end within ${Math.round(options.timeLimitMs / 1000)} s`;
      const outcome = late ? limit : endedBy === null ? `exited ${code ?? 0}` : `was ended by ${endedBy}`;
      settle(() => resolve({ outcome, output: output(), lastErrorLine: lastLine(errors()) }));
    });
  });
}

/** Gathers the first or last bytes of a stream. */
function collect(stream: NodeJS.ReadableStream | null, part: 'head' | 'tail'): () => string {
  let kept = Buffer.alloc(0);
  stream?.on('data', (chunk: Buffer) => {
    if (part === 'head') kept = Buffer.concat([kept, chunk.subarray(0, outputLimit - kept.length)]);
    else kept = Buffer.concat([kept, chunk]).subarray(-16_384);
  });
  stream?.on('error', () => undefined);
  return () => kept.toString('utf8');
}

function lastLine(text: string): string {
  const lines = text
    .replaceAll(/\u001b\[[0-?]*[ -/]*[@-~]/g, '')
    .split(/[\r\n]+/)
    .map((line) => line.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').trim())
    .filter((line) => line !== '');
  return (lines.at(-1) ?? '').slice(0, 500);
}

function killGroup(child: ChildProcess, how: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(how);
    else process.kill(-child.pid, how);
  } catch {
    // It has ended already.
  }
}
