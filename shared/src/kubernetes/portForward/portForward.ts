import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { SlipwayError } from '../../protocol/index.ts';
import type { KubernetesApi } from '../api.ts';
import { asSlipwayError } from '../failure.ts';
import { resources } from '../resources.ts';
import { Heartbeat } from '../webSocket/heartbeat.ts';
import { bytesOf, framed, send } from '../webSocket/socketBytes.ts';
import { connectFailure, lostConnection, portFailure, wrongPort, type PortTarget } from './portErrors.ts';
import { dataChannel, PortFrameReader, portForwardProtocol } from './portFrames.ts';

export interface PortForwardRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

const frameBytes = 32_768;
/** How long bytes that are on their way may take when our side has ended, ms. */
const lingerMs = 30_000;

/**
 * One TCP connection to a port of a pod. The stream is destroyed with a SlipwayError when the connection breaks or nothing
 * listens there, which the kubelet says only after it was opened.
 *
 * The protocol has no half-close. Ending the writable side sends what was written, waits for the other side to end, at most
 * 30 s, and closes; when the pod ends the connection, the readable side ends, and what is written after it fails. An error
 * handler is attached: a stream that nobody watches cannot crash the process.
 *
 * @throws SlipwayError: not allowed (`get` and `create` on pods/portforward), no such pod, pod not running
 */
export async function portForward(
  api: KubernetesApi,
  request: PortForwardRequest,
  signal: AbortSignal,
): Promise<Duplex> {
  const { namespace, pod, port } = request;
  const target: PortTarget = { cluster: api.cluster, namespace, pod, port };
  const path = { type: resources.pods, namespace, name: pod, subresource: 'portforward' };
  try {
    const socket = await api.connect(path, { ports: port }, [portForwardProtocol], signal);
    const stream = new PortStream(socket, target);
    stream.on('error', () => undefined);
    stream.follow(signal);
    return stream;
  } catch (error) {
    throw connectFailure(target, error);
  }
}

class PortStream extends Duplex {
  readonly #socket: WebSocket;
  readonly #target: PortTarget;
  readonly #reader = new PortFrameReader();
  readonly #heartbeat: Heartbeat;
  #refusal = '';
  #linger: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, target: PortTarget) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#target = target;
    this.#heartbeat = new Heartbeat(socket, Date.now);
    socket.on('message', (data) => this.#take(bytesOf(data)));
    socket.once('close', (code) => this.#closed(code));
    if (socket.readyState === socket.CLOSED) this.#closed(1006);
  }

  /** Breaks the connection when the signal aborts. */
  follow(signal: AbortSignal): void {
    const abort = () => this.destroy(asSlipwayError(signal.reason, 'The connection'));
    signal.addEventListener('abort', abort);
    this.once('close', () => signal.removeEventListener('abort', abort));
    if (signal.aborted) abort();
  }

  override _read(): void {
    if (!this.#socket.isPaused) return;
    this.#heartbeat.heard();
    this.#socket.resume();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#writeAll(chunk).then(
      () => done(),
      () => done(this.#failure(this.#socket.readyState === this.#socket.OPEN ? 1006 : 1001)),
    );
  }

  override _final(done: (error?: Error | null) => void): void {
    // The kubelet closes both directions at once, so closing now would cut what is still coming.
    this.#linger = setTimeout(() => this.#socket.close(1000), lingerMs);
    this.#linger.unref();
    if (this.readableEnded) this.#socket.close(1000);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#linger);
    if (this.#socket.isPaused) this.#socket.resume();
    if (error === null) this.#socket.close(1000);
    else this.#socket.terminate();
    // A peer that does not answer the closing is not waited for.
    setTimeout(() => this.#socket.terminate(), 2_000).unref();
    done(error);
  }

  async #writeAll(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; at += frameBytes) {
      this.#heartbeat.wrote();
      await send(this.#socket, framed(dataChannel, chunk.subarray(at, at + frameBytes)));
    }
  }

  #take(message: Uint8Array): void {
    for (const frame of this.#reader.read(message)) {
      switch (frame.kind) {
        case 'data':
          if (!this.push(frame.bytes)) this.#socket.pause();
          break;
        case 'error':
          this.#refused(Buffer.from(frame.bytes).toString('utf8'));
          break;
        case 'port':
          if (frame.port !== this.#target.port) this.destroy(wrongPort(this.#target, `port ${frame.port}`));
          break;
        case 'garbage':
          this.destroy(wrongPort(this.#target, 'an unknown channel'));
          break;
      }
    }
  }

  /** The text may come in pieces; the closing follows at once. */
  #refused(text: string): void {
    if (this.#refusal.length < 2_000) this.#refusal += text;
  }

  #closed(code: number): void {
    clearTimeout(this.#linger);
    if (this.#refusal !== '' || code === 1006) {
      this.destroy(this.#failure(code));
      return;
    }
    this.push(null);
    // Nobody takes what is written from now on.
    if (!this.writableEnded) this.end();
  }

  #failure(code: number): SlipwayError {
    return this.#refusal === '' ? lostConnection(this.#target, code) : portFailure(this.#target, this.#refusal);
  }
}
