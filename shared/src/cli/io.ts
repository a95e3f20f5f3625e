import type { Readable, Writable } from 'node:stream';
import type { CliCore } from './cliCore.ts';

export interface Disposable {
  dispose(): void;
}

export type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** How `slipway serve` reaches its host. */
export type ServeTransport =
  { readonly kind: 'descriptor'; readonly fd: number } | { readonly kind: 'socket'; readonly path: string };

/** Everything that the command knows of the process that it runs in and of the machine. bin.ts makes the real one. */
export interface CliIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly isTerminal: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** Size of the terminal now, in characters. */
  columns(): number;
  rows(): number;
  onResize(listener: () => void): Disposable;
  onSignal(listener: (signal: EndSignal) => void): Disposable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** IANA name; undefined for the machine's own. */
  readonly timeZone: string | undefined;
  /** Of slipway. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `callback` every `intervalMs` until disposed; does not keep the process alive. */
  every(intervalMs: number, callback: () => void): Disposable;
  /** Absolute path of Slipway's configuration folder. */
  configDir(): Promise<string>;
  /** Absolute path of Slipway's data folder. */
  dataDir(): Promise<string>;
  /** A core of this process. Loads the core's libraries, so ask for it only when it is needed. */
  openCore(): Promise<CliCore>;
  /** Serves other hosts until they leave; resolves to the exit code. */
  serve(transport: ServeTransport): Promise<number>;
  /** Runs a program of the user's on the terminal and waits for it; the exit code. */
  runEditor(editor: string, file: string): Promise<number>;
  /** Runs a program on the terminal and waits for it; the exit code. @throws SlipwayError where it is not there */
  runProgram(program: string, args: readonly string[]): Promise<number>;
  /** Opens a file or an address (http) with the desktop's program for it; false where there is no desktop or no such program. */
  openWithDesktop(file: string): Promise<boolean>;
}
