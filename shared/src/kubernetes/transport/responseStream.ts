import type { IncomingMessage } from 'node:http';
import type { ApiStream } from '../api.ts';
import { TransportFailure } from './failures.ts';
import { faultOf } from './faultOf.ts';

/**
 * A long answer as it arrives. Bytes are taken from the connection only as they are asked for, so a slow reader slows the
 * server down; silence counts only while a reader waits.
 */
export class ResponseStream implements ApiStream {
  readonly #response: IncomingMessage;
  readonly #silenceMs: number | undefined;
  readonly #signal: AbortSignal;
  readonly #explain: (error: unknown) => unknown;
  #destroyed = false;

  /** @param explain makes of a TransportFailure or abort reason what is thrown to the reader */
  constructor(
    response: IncomingMessage,
    silenceMs: number | undefined,
    signal: AbortSignal,
    explain: (error: unknown) => unknown,
  ) {
    this.#response = response;
    this.#silenceMs = silenceMs;
    this.#signal = signal;
    this.#explain = explain;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    const chunks = (this.#response as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.#next(chunks);
        if (next.done === true) return;
        yield next.value;
      }
    } catch (error) {
      if (this.#destroyed) return;
      throw this.#explain(this.#signal.aborted ? this.#signal.reason : faultOf(error, { reused: false }));
    } finally {
      this.#response.destroy();
    }
  }

  destroy(): void {
    this.#destroyed = true;
    this.#response.destroy();
  }

  async #next(chunks: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array, unknown>> {
    const ms = this.#silenceMs;
    if (ms === undefined) return chunks.next();
    const timer = setTimeout(() => {
      const words = `nothing came for ${Math.round(ms / 1000)} s`;
      this.#response.destroy(new TransportFailure('timeout', words, { code: 'ETIMEDOUT' }));
    }, ms);
    try {
      return await chunks.next();
    } finally {
      clearTimeout(timer);
    }
  }
}
