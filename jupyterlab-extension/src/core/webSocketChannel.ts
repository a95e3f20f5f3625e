import type { MessageChannel } from '@slipway/shared/client';
import { SlipwayError } from '@slipway/shared/protocol';
import type { ConnectionWords } from './connectionWords.ts';

/** Longest message in UTF-16 units; the server half and the core refuse what is longer. */
const longestMessage = 64 * 1024 * 1024;

/** Messages over a WebSocket, one text message each. */
export class WebSocketChannel implements MessageChannel {
  readonly #socket: WebSocket;
  readonly #words: ConnectionWords;
  readonly #onBreak = new Set<(reason: SlipwayError) => void>();

  constructor(socket: WebSocket, words: ConnectionWords) {
    this.#socket = socket;
    this.#words = words;
  }

  send(text: string): void {
    if (text.length > longestMessage) {
      throw new SlipwayError('files.refused', 'The notebook is larger than 64 MiB.', { action: 'Clear its outputs.' });
    }
    if (this.#socket.readyState !== WebSocket.OPEN) throw this.#broken();
    this.#socket.send(text);
  }

  onMessage(listener: (text: string) => void): void {
    this.#socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      listener(typeof data === 'string' ? data : '');
    });
  }

  onClose(listener: (reason: SlipwayError) => void): void {
    this.#onBreak.add(listener);
    this.#socket.addEventListener('close', () => listener(this.#broken()));
  }

  /** Bytes that were sent and have not left the page. */
  get bytesWaiting(): number {
    return this.#socket.bufferedAmount;
  }

  /** Counts as closed at once: the other end may be out of reach, and a WebSocket then takes long to close. */
  breakOff(): void {
    for (const listener of this.#onBreak) listener(this.#broken());
    this.close();
  }

  close(): void {
    this.#socket.close();
  }

  #broken(): SlipwayError {
    return new SlipwayError('internal', this.#words.connectionBroken, { action: this.#words.reconnects });
  }
}
