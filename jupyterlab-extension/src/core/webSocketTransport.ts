import { parseMessage } from '@slipway/shared/messages';
import { SlipwayError } from '@slipway/shared/protocol';
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageReader,
  type MessageWriter,
} from 'vscode-jsonrpc';

/** Longest message in UTF-16 units; the server half and the core refuse what is longer. */
const longestMessage = 64 * 1024 * 1024;

/** Reads frames from a WebSocket: one text message, one frame. After the first broken one it reads no more. */
export class WebSocketReader extends AbstractMessageReader implements MessageReader {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
  }

  listen(callback: DataCallback): Disposable {
    const stop = (): void => this.#socket.removeEventListener('message', onMessage);
    const onMessage = ({ data }: MessageEvent<unknown>): void => {
      try {
        callback(parseMessage(typeof data === 'string' ? data : ''));
      } catch (error) {
        stop();
        this.fireError(error);
      }
    };
    this.#socket.addEventListener('message', onMessage);
    this.#socket.addEventListener('close', () => this.fireClose());
    return { dispose: stop };
  }
}

export class WebSocketWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
  }

  /** @throws SlipwayError where the message is too long or the socket is not open */
  write(message: Message): Promise<void> {
    const text = JSON.stringify(message);
    if (text.length > longestMessage) {
      return Promise.reject(
        new SlipwayError('files.refused', 'The notebook is larger than 64 MiB.', { action: 'Clear its outputs.' }),
      );
    }
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.reject(new Error('The connection is closed.'));
    this.#socket.send(text);
    return Promise.resolve();
  }

  end(): void {
    this.#socket.close();
  }
}
