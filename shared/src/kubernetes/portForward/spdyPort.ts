import type { Duplex } from 'node:stream';
import { Heartbeat } from '../timing/heartbeat.ts';
import { wrongPort, type PortTarget } from './portErrors.ts';
import { closingMs, lingerMs, PortStream } from './portStream.ts';
import { dataFrames, finFrame, pingFrame, SpdyFrameReader, synStreamFrame, type SpdyFrame } from './spdyFrames.ts';

/** What asks for it: kubectl's protocol of version 1, whose streams are SPDY's. */
export const spdyHeaders = {
  connection: 'Upgrade',
  upgrade: 'SPDY/3.1',
  'x-stream-protocol-version': 'portforward.k8s.io',
} as const;

const errorStream = 1;
const dataStream = 3;
/** Bytes that may wait for the network before a writer has to. */
const maxWaitingBytes = 1_048_576;

/** A port of a pod over SPDY; see `portForward`. */
export class SpdyPort extends PortStream {
  readonly #socket: Duplex;
  readonly #reader = new SpdyFrameReader();
  readonly #heartbeat: Heartbeat;
  #isOpened = false;
  /** A write that waits: for the stream to be opened, or for the network. */
  #waiting: (() => void) | undefined;
  /** The streams that the other side has ended. */
  readonly #ended = new Set<number>();
  #isEnded = false;
  #pings = 0;
  #linger: NodeJS.Timeout | undefined;

  constructor(socket: Duplex, target: PortTarget) {
    super(target);
    this.#socket = socket;
    this.#heartbeat = new Heartbeat(this.#beating(), Date.now);
    socket.on('data', (piece: Uint8Array) => this.#take(piece));
    socket.on('drain', () => this.#goOn());
    socket.once('close', () => this.#closed());
    this.#open();
    if (socket.destroyed) this.#closed();
  }

  override _read(): void {
    if (!this.#socket.isPaused()) return;
    this.#heartbeat.heard();
    this.#socket.resume();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#writeAll([chunk], done);
  }

  /** What was written meanwhile goes into few frames: each costs the cluster something. */
  override _writev(chunks: readonly { readonly chunk: Uint8Array }[], done: (error?: Error | null) => void): void {
    this.#writeAll(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  #writeAll(pieces: readonly Uint8Array[], done: (error?: Error | null) => void): void {
    if (this.#isEnded || this.#socket.destroyed) {
      done(this.failure());
      return;
    }
    // The kubelet drops what comes before it has taken the stream.
    if (!this.#isOpened) {
      this.#waiting = () => this.#writeAll(pieces, done);
      return;
    }
    this.#send(pieces);
    if (this.#socket.writableLength < maxWaitingBytes) done();
    else this.#waiting = () => done(this.#isEnded || this.#socket.destroyed ? this.failure() : null);
  }

  override _final(done: (error?: Error | null) => void): void {
    // The kubelet ends both directions a second after the first, which would cut what is still coming.
    this.#linger ??= setTimeout(() => this.destroy(), lingerMs).unref();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#linger);
    this.#heartbeat.stop();
    this.#isEnded = true;
    const socket = this.#socket;
    if (error === null && !socket.destroyed) {
      socket.resume();
      socket.end();
      setTimeout(() => socket.destroy(), closingMs).unref();
    } else socket.destroy();
    this.#goOn();
    done(error);
  }

  /** The stream for errors first, as the kubelet waits for both; we say nothing on it. */
  #open(): void {
    const common = { port: String(this.target.port), requestid: '0' };
    this.#socket.write(
      Buffer.concat([
        synStreamFrame(errorStream, { streamtype: 'error', ...common }, { isFirst: true }),
        finFrame(errorStream),
        synStreamFrame(dataStream, { streamtype: 'data', ...common }, { isFirst: false }),
      ]),
    );
  }

  #send(pieces: readonly Uint8Array[]): void {
    this.#heartbeat.wrote();
    this.#socket.cork();
    for (const part of dataFrames(dataStream, pieces)) this.#socket.write(part);
    this.#socket.uncork();
  }

  #goOn(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }

  #take(piece: Uint8Array): void {
    this.#heartbeat.heard();
    for (const frame of this.#reader.read(piece)) this.#takeFrame(frame);
  }

  #takeFrame(frame: SpdyFrame): void {
    switch (frame.kind) {
      case 'data':
        if (frame.stream === dataStream) this.#takeData(frame.bytes);
        else this.refused(frame.bytes);
        break;
      case 'reply':
        if (frame.stream !== dataStream) break;
        this.#isOpened = true;
        this.#goOn();
        break;
      case 'end':
        this.#ended.add(frame.stream);
        this.#end();
        break;
      case 'reset':
        this.destroy(this.failure());
        break;
      case 'ping':
        // The others answer ours.
        if (frame.id % 2 === 0) this.#socket.write(pingFrame(frame.id));
        break;
      case 'goAway':
        break;
      case 'garbage':
        this.destroy(wrongPort(this.target, 'what is no frame of SPDY'));
        break;
    }
  }

  #takeData(bytes: Uint8Array): void {
    if (this.#isEnded) return;
    if (!this.push(bytes)) this.#socket.pause();
  }

  /** The other side may say why after it has ended the data: it has ended well when both streams have. */
  #end(): void {
    if (this.#isEnded || !this.#ended.has(dataStream)) return;
    if (!this.#ended.has(errorStream)) {
      this.#linger ??= setTimeout(() => this.#socket.destroy(), closingMs);
      return;
    }
    this.#isEnded = true;
    if (this.isRefused) {
      this.destroy(this.failure());
      return;
    }
    clearTimeout(this.#linger);
    this.push(null);
    this.#goOn();
    // Nobody takes what is written from now on.
    if (!this.writableEnded) this.end();
  }

  #closed(): void {
    this.#heartbeat.stop();
    if (!this.#isEnded) this.destroy(this.failure());
  }

  #beating() {
    const socket = this.#socket;
    return {
      get isOpen() {
        return !socket.destroyed && !socket.writableEnded;
      },
      get isPaused() {
        return socket.isPaused();
      },
      get waitingBytes() {
        return socket.writableLength;
      },
      ping: () => {
        this.#pings += 1;
        socket.write(pingFrame(this.#pings * 2 - 1));
      },
      terminate: () => void socket.destroy(),
    };
  }
}
