import type { Readable, Writable } from 'node:stream';

/** An ssh client says its version and then waits: it says no more than this before it is answered, bytes. */
const mostBeforeAnswer = 65_536;

/**
 * What an ssh client sends, on its way to a server that may have to be asked several times. What was sent before an answer came is kept
 * and sent again. Reads on all the while, so that it is seen when the client goes away.
 */
export class ClientInput {
  readonly #source: Readable;
  readonly #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #answered = false;
  #ended = false;
  #sink: Writable | undefined;
  #onGone: () => void = () => undefined;

  constructor(source: Readable) {
    this.#source = source;
    source.on('data', (chunk: Uint8Array) => this.#take(chunk));
    source.on('end', () => this.#end());
    source.on('error', () => this.#end());
    source.on('close', () => this.#end());
  }

  /** Calls `gone` when the client goes away while it has no answer. */
  onGone(gone: () => void): void {
    this.#onGone = gone;
    if (this.#ended && !this.#answered) gone();
  }

  /** From now on everything goes to `sink`, what was said before first. */
  sendTo(sink: Writable): void {
    this.#sink = sink;
    sink.on('drain', () => {
      if (this.#sink === sink) this.#source.resume();
    });
    for (const chunk of this.#kept) sink.write(chunk);
  }

  /** The server has answered: nothing has to be said again. */
  answered(): void {
    this.#answered = true;
    this.#kept.length = 0;
    if (this.#ended) this.#sink?.end();
    else if (this.#sink?.writableNeedDrain !== true) this.#source.resume();
  }

  #take(chunk: Uint8Array): void {
    if (!this.#answered) {
      this.#kept.push(chunk);
      this.#keptBytes += chunk.length;
      if (this.#keptBytes > mostBeforeAnswer) this.#source.pause();
    }
    const sink = this.#sink;
    // A connection that broke tells so itself.
    if (sink === undefined || sink.destroyed || sink.writableEnded) return;
    if (!sink.write(chunk)) this.#source.pause();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#answered) this.#sink?.end();
    else this.#onGone();
  }
}
