import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
export const command = join(root, 'shared/dist/slipway.js');
export const examples = join(root, 'examples');

/** The interpreter that `npm test` prepared. */
export function testPython(): string {
  const python = process.env.SLIPWAY_TEST_PYTHON;
  if (python === undefined || python === '') {
    throw new Error('SLIPWAY_TEST_PYTHON is not set: run the tests through npm test');
  }
  return python;
}

export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `slipway` process that was started and can be watched, signalled and waited for. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  output(): string;
  /** Resolves when stdout or stderr contains the pattern; rejects when the process ends without it. */
  until(pattern: RegExp): Promise<void>;
}

/** How long `until` waits, in milliseconds. */
const untilMs = 300_000;

/** One person's machine: a home, data and cache folders of its own, and a folder to work in. */
export class Machine {
  readonly folder: string;
  readonly work: string;
  readonly data: string;
  /** What a process of this person starts with. */
  readonly environment: NodeJS.ProcessEnv;

  private constructor(folder: string, extra: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.work = join(folder, 'work');
    this.data = join(folder, 'data');
    this.environment = {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      HOME: join(folder, 'home'),
      XDG_DATA_HOME: this.data,
      XDG_CONFIG_HOME: join(folder, 'config'),
      // Environments are built once and shared by all tests, as on a real machine.
      XDG_CACHE_HOME: join(root, '.cache/xdg'),
      // A command is one of hundreds: a tenth of its start is compiling.
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      ...pipSettings(),
      ...extra,
    };
  }

  static async create(extra: Readonly<Record<string, string>> = {}): Promise<Machine> {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-machine-'));
    const machine = new Machine(folder, extra);
    await mkdir(join(folder, 'home'), { recursive: true });
    await mkdir(machine.work, { recursive: true });
    return machine;
  }

  async write(path: string, content: string): Promise<string> {
    const full = join(this.work, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, content);
    return full;
  }

  start(args: readonly string[], options: { cwd?: string; env?: Readonly<Record<string, string>> } = {}): Started {
    const child = spawn(process.execPath, [command, ...args], {
      cwd: options.cwd ?? this.work,
      env: { ...this.environment, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return follow(child);
  }

  slipway(
    args: readonly string[],
    options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
  ): Promise<Ended> {
    return this.start(args, options).ended;
  }

  async dispose(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** How this machine's pip finds its index; a home of its own would hide the user's pip.conf. */
function pipSettings(): Record<string, string> {
  const names = Object.keys(process.env).filter((name) =>
    /^(PIP_|SSL_CERT|REQUESTS_CA|HTTPS?_PROXY|NO_PROXY)/i.test(name),
  );
  return Object.fromEntries(names.map((name) => [name, process.env[name] ?? '']));
}

function follow(child: ChildProcess): Started {
  const streams = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      streams[name] += text;
      for (const check of waiting) check();
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, ...streams }));
  });
  const output = (): string => streams.stdout + streams.stderr;
  const until = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      // Before the test's own limit, which would not say what was printed so far.
      const limit = setTimeout(
        () => reject(new Error(`not seen within ${untilMs / 1000} s: ${String(pattern)}\n${output()}`)),
        untilMs,
      );
      const check = (): void => {
        if (!pattern.test(output())) return;
        waiting.delete(check);
        clearTimeout(limit);
        resolve();
      };
      waiting.add(check);
      check();
      void ended.then(() => reject(new Error(`ended without ${String(pattern)}:\n${output()}`)), reject);
    });
  return { child, ended, output, until };
}

export interface NotebookCell {
  readonly kind?: 'code' | 'markdown';
  readonly source: string;
  readonly tags?: readonly string[];
  readonly id?: string;
}

/** The JSON text of a notebook; a plain string is a code cell. */
export function notebook(cells: readonly (string | NotebookCell)[], metadata: object = pythonKernel): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata,
    cells: cells.map((given, index) => {
      const cell: NotebookCell = typeof given === 'string' ? { source: given } : given;
      const kind = cell.kind ?? 'code';
      const common = {
        id: cell.id ?? `cell-${index}`,
        cell_type: kind,
        metadata: { tags: cell.tags ?? [] },
        source: cell.source,
      };
      return kind === 'code' ? { ...common, outputs: [], execution_count: null } : common;
    }),
  });
}

export const pythonKernel = {
  kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' },
  language_info: { name: 'python' },
};

/** The one object that `-o json` prints, as far as tests look at it. */
export interface JsonResult {
  readonly run: string;
  readonly state: string;
  readonly steps: readonly { name: string; state: string; exitCode?: number; reason?: string; note?: string }[];
  readonly failedCell?: {
    id: string;
    index: number;
    number: number;
    source: string;
    errorName: string;
    traceback: string[];
  };
  readonly artifacts: readonly { path: string; bytes: number; sha256: string; role: string }[];
  readonly diagnosis?: { id: string; cause: string; fixes: string[] };
}

export function json(ended: Ended): JsonResult {
  return JSON.parse(ended.stdout) as JsonResult;
}
