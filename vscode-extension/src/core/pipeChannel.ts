import type { Duplex } from 'node:stream';
import type { MessageChannel } from '@slipway/shared/client';
import { FrameDecoder, frameLimitBytes } from '@slipway/shared/frames';
import { SlipwayError } from '@slipway/shared/protocol';

/** Messages over a pipe, one a line. */
export class PipeChannel implements MessageChannel {
  readonly #pipe: Duplex;
  readonly #limitBytes: number;
  /** Why the pipe is of no use any more, where this end found that out. */
  #reason: SlipwayError | undefined;

  /** @param limitBytes for one message, and for what may lie unread before the pipe is cut */
  constructor(pipe: Duplex, limitBytes: number = frameLimitBytes) {
    this.#pipe = pipe;
    this.#limitBytes = limitBytes;
    pipe.on('error', () => pipe.destroy());
  }

  send(text: string): void {
    const frame = Buffer.from(`${text}\n`);
    if (frame.length > this.#limitBytes) {
      throw new SlipwayError(
        'files.refused',
        `The message has ${frame.length} bytes, ${this.#limitBytes} are allowed.`,
        {
          action: 'Clear the outputs of the notebook.',
        },
      );
    }
    if (this.#pipe.writableLength > this.#limitBytes) this.#cut('The core does not read what it is told.');
    if (this.#pipe.destroyed) throw this.#reason ?? new SlipwayError('internal', 'The connection is closed.');
    this.#pipe.write(frame);
  }

  onMessage(listener: (text: string) => void): void {
    const decoder = new FrameDecoder(this.#limitBytes);
    this.#pipe.on('data', (chunk: Uint8Array) => {
      if (this.#reason !== undefined) return;
      try {
        for (const text of decoder.push(chunk)) listener(text);
      } catch (error) {
        this.#cut('The core sent what is no message.', error);
      }
    });
  }

  onClose(listener: (reason: SlipwayError | undefined) => void): void {
    for (const event of ['end', 'close']) this.#pipe.once(event, () => listener(this.#reason));
  }

  close(): void {
    this.#pipe.destroy();
  }

  #cut(message: string, cause?: unknown): void {
    this.#reason ??= SlipwayError.is(cause) ? cause : new SlipwayError('internal', message, { cause });
    this.#pipe.destroy();
  }
}
