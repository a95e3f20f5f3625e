import { SlipwayError } from '../protocol/index.ts';
import type { CliCore } from './cliCore.ts';
import { createDeferred } from './deferred.ts';
import { exitCodes } from './exitCodes.ts';
import { createClockFormat } from '../views/index.ts';
import type { CliIo, Disposable, EndSignal } from './io.ts';
import { useColours } from './terminal/colours.ts';
import { Output } from './terminal/output.ts';

export type OutputFormat = 'text' | 'json';

/** Thrown to leave at once with an exit code and not a word: a signal to end, or a reader that went away. */
export class QuietEnd extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`ends with ${exitCode}`);
    this.name = 'QuietEnd';
    this.exitCode = exitCode;
  }
}

/** One call of the command: its streams, its core, and how it is interrupted. */
export class Session {
  readonly io: CliIo;
  readonly out: Output;
  readonly err: Output;
  readonly formatClock: (time: number) => string;
  readonly #ending = new AbortController();
  readonly #interruptHandlers: (() => void)[] = [];
  readonly #signals: Disposable;
  readonly #left = createDeferred<never>();
  #core: Promise<CliCore> | undefined;

  constructor(io: CliIo) {
    this.io = io;
    this.out = new Output(io.stdout, {
      colours: useColours(io.env, io.isTerminal.stdout),
      isTerminal: io.isTerminal.stdout,
      onFailure: (error) => this.#outputFailed(error),
    });
    this.err = new Output(io.stderr, {
      colours: useColours(io.env, io.isTerminal.stderr),
      isTerminal: io.isTerminal.stderr,
      // With no way to report left, the command itself can still be done.
      onFailure: () => undefined,
    });
    this.formatClock = createClockFormat(io.timeZone);
    this.#signals = io.onSignal((signal) => this.#onSignal(signal));
  }

  /** Aborts when the command must stop what it does; the reason is a SlipwayError or a QuietEnd. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** True where lines may be painted over: a terminal that knows how. */
  canPaint(output: Output): boolean {
    return output.isTerminal && this.io.env.TERM !== 'dumb';
  }

  /** Columns to break text at on this output; not limited where it is no terminal. */
  widthOf(output: Output): number {
    return output.isTerminal ? Math.max(20, this.io.columns()) : Number.POSITIVE_INFINITY;
  }

  core(): Promise<CliCore> {
    this.#core ??= this.io.openCore();
    return this.#core;
  }

  /** From now on, until disposed, Ctrl-C calls `handler` instead of ending the command. */
  onInterrupt(handler: () => void): Disposable {
    this.#interruptHandlers.push(handler);
    return {
      dispose: () => {
        const index = this.#interruptHandlers.lastIndexOf(handler);
        if (index >= 0) this.#interruptHandlers.splice(index, 1);
      },
    };
  }

  /** Stops everything and leaves with this exit code. */
  endQuietly(exitCode: number): void {
    const end = new QuietEnd(exitCode);
    this.#ending.abort(end);
    this.#left.reject(end);
  }

  async dispose(): Promise<void> {
    this.#signals.dispose();
    // A core that did not open has told the command so.
    const core = await this.#core?.catch(() => undefined);
    await core?.dispose();
  }

  #onSignal(signal: EndSignal): void {
    if (signal !== 'SIGINT') {
      this.endQuietly(signal === 'SIGTERM' ? 143 : 129);
      return;
    }
    const handler = this.#interruptHandlers.at(-1);
    if (handler !== undefined) handler();
    else if (this.signal.aborted) this.endQuietly(exitCodes.cancelled);
    else this.#ending.abort(new SlipwayError('cancelled', 'Stopped by Ctrl-C.'));
  }

  /** Rejects with a QuietEnd when the command must not wait for anything any more. */
  get left(): Promise<never> {
    return this.#left.promise;
  }

  #outputFailed(error: Error): void {
    if ('code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED')) {
      this.endQuietly(141);
      return;
    }
    this.#ending.abort(
      new SlipwayError('disk.full', `The output could not be written: ${error.message}.`, {
        action: 'The run, if one was started, goes on: see "slipway runs".',
        cause: error,
      }),
    );
  }
}
