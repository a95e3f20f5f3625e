import { PassThrough, Writable } from 'node:stream';
import type { CliCore } from '../cliCore.ts';
import type { CliIo, Disposable, EndSignal, ServeTransport } from '../io.ts';
import { Screen } from './screen.ts';

export interface FakeIoOptions {
  readonly core?: CliCore;
  /** A terminal of this size on stdout, and with `stderr` on both; without it they are pipes. */
  readonly terminal?: { readonly columns: number; readonly rows: number; readonly stderr?: boolean };
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly editor?: (file: string) => Promise<number>;
  readonly startTime?: number;
  /** Default: a folder that is not there. */
  readonly configDir?: string;
  /** Whether the desktop opens things. */
  readonly desktop?: boolean;
}

/** 2026-01-02 12:03:00 UTC. */
export const startTime = Date.UTC(2026, 0, 2, 12, 3, 0);

/** A process to run the command in: streams that are kept, a clock that stands still, signals on request. */
export class FakeIo implements CliIo {
  readonly stdin = new PassThrough();
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly screen: Screen | undefined;
  readonly written = { stdout: '', stderr: '' };
  readonly isTerminal: CliIo['isTerminal'];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly home = '/home/ada';
  readonly platform = 'linux' as const;
  readonly timeZone = 'UTC';
  readonly version = '9.8.7';
  readonly opened: string[] = [];
  /** What was run, with its words. */
  readonly programs: string[][] = [];
  readonly served: ServeTransport[] = [];
  desktop: boolean;
  readonly #configDir: string;
  #now: number;
  #nextWriteFails: Error | undefined;
  readonly #core: CliCore | undefined;
  readonly #editor: ((file: string) => Promise<number>) | undefined;
  readonly #timers = new Set<{ readonly intervalMs: number; due: number; readonly callback: () => void }>();
  readonly #signalListeners = new Set<(signal: EndSignal) => void>();
  readonly #resizeListeners = new Set<() => void>();

  constructor(options: FakeIoOptions = {}) {
    const { terminal } = options;
    this.screen = terminal === undefined ? undefined : new Screen(terminal.columns, terminal.rows);
    this.#core = options.core;
    this.#editor = options.editor;
    this.#now = options.startTime ?? startTime;
    this.env = options.env ?? {};
    this.desktop = options.desktop ?? false;
    this.#configDir = options.configDir ?? `${this.home}/.config/slipway`;
    this.cwd = options.cwd ?? '/home/ada/cells';
    this.isTerminal = {
      stdin: terminal !== undefined,
      stdout: terminal !== undefined,
      stderr: terminal?.stderr === true,
    };
    this.stdout = this.#collect('stdout');
    this.stderr = this.#collect('stderr');
  }

  /** What a person would see: with a terminal the screen, else the piped text. */
  get shown(): string {
    return this.screen === undefined ? this.written.stdout : this.screen.transcript;
  }

  configDir(): Promise<string> {
    return Promise.resolve(this.#configDir);
  }

  dataDir(): Promise<string> {
    return Promise.resolve(`${this.home}/.local/share/slipway`);
  }

  runProgram(program: string, args: readonly string[]): Promise<number> {
    this.programs.push([program, ...args]);
    return Promise.resolve(0);
  }

  columns(): number {
    return this.screen?.columns ?? 80;
  }

  rows(): number {
    return this.screen?.height ?? 24;
  }

  now(): number {
    return this.#now;
  }

  every(intervalMs: number, callback: () => void): Disposable {
    const timer = { intervalMs, due: this.#now + intervalMs, callback };
    this.#timers.add(timer);
    return { dispose: () => this.#timers.delete(timer) };
  }

  /** Lets time pass and calls the timers that become due. */
  advance(durationMs: number): void {
    const end = this.#now + durationMs;
    for (;;) {
      const [next] = [...this.#timers].filter(({ due }) => due <= end).sort((one, other) => one.due - other.due);
      if (next === undefined) break;
      this.#now = next.due;
      next.due += next.intervalMs;
      next.callback();
    }
    this.#now = end;
  }

  get timers(): number {
    return this.#timers.size;
  }

  signal(signal: EndSignal): void {
    for (const listener of this.#signalListeners) listener(signal);
  }

  resize(columns: number): void {
    this.screen?.resize(columns);
    for (const listener of this.#resizeListeners) listener();
  }

  /** From now on the reader of stdout is gone. */
  closeStdout(): void {
    this.#nextWriteFails = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
  }

  onResize(listener: () => void): Disposable {
    this.#resizeListeners.add(listener);
    return { dispose: () => this.#resizeListeners.delete(listener) };
  }

  onSignal(listener: (signal: EndSignal) => void): Disposable {
    this.#signalListeners.add(listener);
    return { dispose: () => this.#signalListeners.delete(listener) };
  }

  openCore(): Promise<CliCore> {
    return this.#core === undefined ? Promise.reject(new Error('this test has no core')) : Promise.resolve(this.#core);
  }

  serve(transport: ServeTransport): Promise<number> {
    this.served.push(transport);
    return Promise.resolve(0);
  }

  runEditor(_editor: string, file: string): Promise<number> {
    return this.#editor === undefined ? Promise.reject(new Error('this test has no editor')) : this.#editor(file);
  }

  openWithDesktop(file: string): Promise<boolean> {
    this.opened.push(file);
    return Promise.resolve(this.desktop);
  }

  #collect(name: 'stdout' | 'stderr'): Writable {
    return new Writable({
      decodeStrings: false,
      write: (chunk: string | Uint8Array, _encoding, done) => {
        if (name === 'stdout' && this.#nextWriteFails !== undefined) {
          done(this.#nextWriteFails);
          return;
        }
        const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1');
        this.written[name] += text;
        if (this.isTerminal[name]) this.screen?.write(text);
        done();
      },
    });
  }
}
