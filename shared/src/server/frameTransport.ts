import type { Duplex } from 'node:stream';
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageReader,
  type MessageWriter,
} from 'vscode-jsonrpc/node';
import { SlipwayError } from '../protocol/index.ts';
import { encodeFrame, FrameDecoder, frameLimitBytes } from './frames.ts';
import { parseMessage } from './messages.ts';

/** Reads frames from a stream. After the first broken frame it reports the error and reads no more. */
export class FrameReader extends AbstractMessageReader implements MessageReader {
  readonly #stream: Duplex;
  readonly #decoder: FrameDecoder;
  readonly #stops: (() => void)[] = [];

  constructor(stream: Duplex, limitBytes: number = frameLimitBytes) {
    super();
    this.#stream = stream;
    this.#decoder = new FrameDecoder(limitBytes);
  }

  listen(callback: DataCallback): Disposable {
    const stop = (): void => {
      this.#stream.off('data', onData);
    };
    const onData = (chunk: Uint8Array): void => {
      try {
        for (const text of this.#decoder.push(chunk)) callback(parseMessage(text));
      } catch (error) {
        stop();
        // What a broken peer still sends is thrown away, so that it gets to read why.
        this.#stream.resume();
        this.fireError(error);
      }
    };
    const onError = (error: Error): void => {
      this.fireError(error);
    };
    // Who has said all there is to say does not wait for answers either.
    const onEnd = (): void => {
      this.#stream.off('end', onEnd).off('close', onEnd);
      this.fireClose();
    };
    this.#stream.on('error', onError).on('end', onEnd).on('close', onEnd).on('data', onData);
    this.#stops.push(stop, () => this.#stream.off('end', onEnd).off('close', onEnd));
    return { dispose: stop };
  }

  override dispose(): void {
    for (const stop of this.#stops) stop();
    super.dispose();
  }
}

/** Writes frames to a stream; a peer that does not read them is cut off before they fill the memory. */
export class FrameWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #stream: Duplex;
  readonly #limitBytes: number;

  /** @param limitBytes for one frame, and for what may lie unread before the connection is cut */
  constructor(stream: Duplex, limitBytes: number = frameLimitBytes) {
    super();
    this.#stream = stream;
    this.#limitBytes = limitBytes;
  }

  /**
   * Resolves when the frame has left this process.
   * @throws SlipwayError `internal` where the frame is too long; the connection stays usable. Other errors mean that it has
   * ended; where the peer read too slowly, `onError` tells so.
   */
  write(message: Message): Promise<void> {
    const frame = encodeFrame(message);
    if (frame.length > this.#limitBytes) {
      return Promise.reject(
        new SlipwayError('internal', `The message has ${frame.length} bytes, ${this.#limitBytes} are allowed.`),
      );
    }
    if (this.#stream.destroyed) return Promise.reject(new Error('The connection is closed.'));
    if (this.#stream.writableLength > this.#limitBytes) {
      this.#stream.destroy();
      this.fireError(
        new SlipwayError('internal', 'The other side does not read what it asked for; the connection is cut.'),
        message,
      );
      return Promise.reject(new Error('The connection was cut.'));
    }
    return new Promise((resolve, reject) => {
      this.#stream.write(frame, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  end(): void {
    this.#stream.end();
  }
}
