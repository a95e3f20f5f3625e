import type { WebSocket } from 'ws';
import { SlipwayError } from '../../protocol/index.ts';
import type { KubernetesApi } from '../api.ts';
import { ByteQueue } from '../bytes/byteQueue.ts';
import { asSlipwayError } from '../failure.ts';
import { podPath } from '../resources.ts';
import type { Heartbeat } from '../timing/heartbeat.ts';
import { bytesOf, framed, heartbeatOf, send } from '../webSocket/socketBytes.ts';
import { connectFailure, execAttempt, execFailure, lostConnection, type ExecTarget } from './execErrors.ts';
import { closeInputFrame, decodeExecFrame, execProtocols, inputChannel, parseExecEnd } from './execFrames.ts';

export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Program and arguments; no shell is between. */
  readonly command: readonly string[];
  /** Input to send, after which the input ends; `open`: the caller writes. Undefined: no input. */
  readonly stdin?: AsyncIterable<Uint8Array> | 'open' | undefined;
  /** How much of the standard error is kept, from its start, bytes. Default 64 KiB. */
  readonly maxStderrBytes?: number;
}

/** A program that runs in a container. */
export interface ExecSession {
  /** For one reader. The connection stands still while it is not read, the exit code included. */
  readonly stdout: AsyncIterable<Uint8Array>;
  /** What has come of the standard error so far. */
  readonly stderr: () => string;
  /**
   * The program ended by itself, with any exit code. Comes after all output was taken.
   * @throws SlipwayError when it was not started, or the connection broke
   */
  readonly exited: Promise<{ readonly exitCode: number }>;
  /** False with clusters before 1.30, which speak v4: `endInput` does nothing, so a protocol has to say itself where it ends. */
  readonly canEndInput: boolean;
  /** Resolves when more may be written. @throws SlipwayError when the connection is closed */
  write(bytes: Uint8Array): Promise<void>;
  /** The program reads the end of its input. */
  endInput(): Promise<void>;
  /**
   * Closes the connection. The program is not killed and may run on; where it has an input and `canEndInput`, it is sent the end of that.
   * The kubelet leaves a program with both its ends open and takes what it writes when whoever asked is gone.
   */
  close(): void;
}

/** As kubectl writes it. */
const frameBytes = 32_768;
const defaultStderrBytes = 65_536;

/**
 * Runs a program in a container. Aborting the signal closes the connection.
 * @throws SlipwayError: not allowed (`create` and `get` on pods/exec), no such pod, container not running
 */
export async function exec(api: KubernetesApi, request: ExecRequest, signal: AbortSignal): Promise<ExecSession> {
  const { namespace, pod, container, command, stdin } = request;
  const target: ExecTarget = { cluster: api.cluster, namespace, pod, container, program: command[0] ?? '' };
  const query = { container, command, stdin: stdin !== undefined, stdout: true, stderr: true, tty: false };
  try {
    const socket = await api.connect(podPath(request, 'exec'), query, execProtocols, signal);
    return new SocketSession(socket, target, request, signal);
  } catch (error) {
    throw connectFailure(target, error);
  }
}

class SocketSession implements ExecSession {
  readonly stdout: ByteQueue;
  readonly exited: Promise<{ readonly exitCode: number }>;
  readonly canEndInput: boolean;
  readonly #hasInput: boolean;
  readonly #socket: WebSocket;
  readonly #target: ExecTarget;
  readonly #heartbeat: Heartbeat;
  readonly #maxStderrBytes: number;
  readonly #stderr: Uint8Array[] = [];
  #stderrBytes = 0;
  readonly #status: Uint8Array[] = [];
  #settle: { resolve: (end: { exitCode: number }) => void; reject: (error: Error) => void } | undefined;

  constructor(socket: WebSocket, target: ExecTarget, request: ExecRequest, signal: AbortSignal) {
    this.#socket = socket;
    this.#target = target;
    this.#maxStderrBytes = request.maxStderrBytes ?? defaultStderrBytes;
    this.#hasInput = request.stdin !== undefined;
    this.canEndInput = socket.protocol === execProtocols[0];
    this.#heartbeat = heartbeatOf(socket);
    this.stdout = new ByteQueue({
      pause: () => socket.pause(),
      resume: () => {
        this.#heartbeat.heard();
        socket.resume();
      },
    });
    this.exited = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever is interested awaits it; for the others it is no unhandled rejection.
    this.exited.catch(() => undefined);
    this.#listen(signal);
    if (typeof request.stdin === 'object')
      this.#feed(request.stdin).catch((error: unknown) => this.#inputFailed(error));
  }

  stderr = (): string => Buffer.concat(this.#stderr).toString('utf8');

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += frameBytes) {
      await this.#send(framed(inputChannel, bytes.subarray(at, at + frameBytes)));
    }
  }

  async endInput(): Promise<void> {
    if (this.canEndInput) await this.#send(closeInputFrame);
  }

  close(): void {
    // What still comes is not kept, and an end that is known already stays as it is.
    this.#end(new SlipwayError('cancelled', `The connection to ${this.#target.program} was closed.`));
    if (this.#socket.readyState === this.#socket.OPEN) {
      if (this.#hasInput && this.canEndInput) this.#socket.send(closeInputFrame, () => undefined);
      this.#socket.close(1000);
    }
    // A peer that does not answer the closing is not waited for.
    setTimeout(() => this.#socket.terminate(), 2_000).unref();
    this.#socket.resume();
  }

  #listen(signal: AbortSignal): void {
    const socket = this.#socket;
    const abort = () => {
      this.#end(asSlipwayError(signal.reason, 'The command', execAttempt(this.#target)));
      socket.terminate();
    };
    signal.addEventListener('abort', abort);
    socket.on('message', (data) => this.#take(bytesOf(data)));
    socket.once('close', (code) => {
      signal.removeEventListener('abort', abort);
      this.#closed(code);
    });
    if (signal.aborted) abort();
    if (socket.readyState === socket.CLOSED) this.#closed(1006);
  }

  #take(message: Uint8Array): void {
    const frame = decodeExecFrame(message);
    switch (frame.channel) {
      case 'stdout':
        this.stdout.push(frame.bytes);
        return;
      case 'stderr':
        this.#keepStderr(frame.bytes);
        return;
      case 'status':
        this.#status.push(frame.bytes);
        return;
      case 'other':
        return;
    }
  }

  #keepStderr(bytes: Uint8Array): void {
    const kept = bytes.subarray(0, this.#maxStderrBytes - this.#stderrBytes);
    this.#stderrBytes += kept.length;
    if (kept.length > 0) this.#stderr.push(kept);
  }

  #closed(code: number): void {
    const text = Buffer.concat(this.#status).toString('utf8');
    if (text === '') {
      this.#end(lostConnection(this.#target, code));
      return;
    }
    const end = parseExecEnd(text);
    if (end.kind === 'failed') {
      this.#end(execFailure(this.#target, end.message));
      return;
    }
    this.stdout.end();
    this.#settle?.resolve({ exitCode: end.exitCode });
  }

  #end(error: SlipwayError): void {
    this.stdout.end(error);
    this.#settle?.reject(error);
  }

  async #send(frame: Uint8Array): Promise<void> {
    this.#heartbeat.wrote();
    try {
      await send(this.#socket, frame);
    } catch {
      // Why it is closed is what `exited` says.
      throw await this.exited.then(
        () => new SlipwayError('run.conflict', `${this.#target.program} has ended and takes no more input.`),
        (error: unknown) => error,
      );
    }
  }

  async #feed(input: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const bytes of input) await this.write(bytes);
    await this.endInput();
  }

  #inputFailed(error: unknown): void {
    // A program that has ended without reading all of its input is no failure.
    if (SlipwayError.is(error, 'run.conflict')) return;
    this.#end(asSlipwayError(error, 'The input', execAttempt(this.#target)));
    this.#socket.terminate();
  }
}
