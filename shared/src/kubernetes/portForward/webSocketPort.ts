import type { WebSocket } from 'ws';
import type { Heartbeat } from '../timing/heartbeat.ts';
import { bytesOf, framed, heartbeatOf, send } from '../webSocket/socketBytes.ts';
import { wrongPort, type PortTarget } from './portErrors.ts';
import { dataChannel, PortFrameReader } from './portFrames.ts';
import { closingMs, lingerMs, PortStream } from './portStream.ts';

const frameBytes = 32_768;

/** A port of a pod over a WebSocket; see `portForward`. */
export class WebSocketPort extends PortStream {
  readonly #socket: WebSocket;
  readonly #reader = new PortFrameReader();
  readonly #heartbeat: Heartbeat;
  #linger: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, target: PortTarget) {
    super(target);
    this.#socket = socket;
    this.#heartbeat = heartbeatOf(socket);
    socket.on('message', (data) => this.#take(bytesOf(data)));
    socket.once('close', (code) => this.#closed(code));
    if (socket.readyState === socket.CLOSED) this.#closed(1006);
  }

  override _read(): void {
    if (!this.#socket.isPaused) return;
    this.#heartbeat.heard();
    this.#socket.resume();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#writeAll(chunk).then(
      () => done(),
      () => done(this.failure(this.#socket.readyState === this.#socket.OPEN ? 1006 : 1001)),
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
    setTimeout(() => this.#socket.terminate(), closingMs).unref();
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
          this.refused(frame.bytes);
          break;
        case 'port':
          if (frame.port !== this.target.port) this.destroy(wrongPort(this.target, `port ${frame.port}`));
          break;
        case 'garbage':
          this.destroy(wrongPort(this.target, 'an unknown channel'));
          break;
      }
    }
  }

  #closed(code: number): void {
    clearTimeout(this.#linger);
    if (this.isRefused || code === 1006) {
      this.destroy(this.failure(code));
      return;
    }
    this.push(null);
    // Nobody takes what is written from now on.
    if (!this.writableEnded) this.end();
  }
}
