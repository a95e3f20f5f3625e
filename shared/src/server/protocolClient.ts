import {
  type CancellationToken,
  createMessageConnection,
  type MessageConnection,
  type MessageReader,
  type MessageWriter,
  type NotificationMessage,
  NullLogger,
} from 'vscode-jsonrpc';
import type { z } from 'zod';
import {
  type CallbackName,
  callbacks,
  type CallbackResult,
  type NotificationName,
  type NotificationParams,
  notifications,
  type RequestName,
  type RequestParams,
  type RequestResult,
  requests,
  SlipwayError,
} from '../protocol/index.ts';
import type { Disposable } from '../targets/index.ts';
import { call, cancelled, checked } from './calls.ts';
import type { HostFiles } from './session.ts';
import { fromResponseError, toResponseError } from './wireErrors.ts';

/**
 * The host's end of a connection to the core: typed, and checked by the same schemas. Needs a reader and a writer of the
 * host's own transport and nothing else of Node, so that a browser can use it.
 */
export class ProtocolClient {
  readonly #connection: MessageConnection;
  readonly #closed: Promise<SlipwayError>;
  readonly #onProblem: (error: SlipwayError) => void;
  readonly #listeners = new Map<NotificationName, Set<(params: unknown) => void>>();
  /** Why the connection is broken, as far as anyone said so. */
  #reason: SlipwayError | undefined;

  /** @param onProblem hears of notifications that break their schema; they are dropped */
  constructor(reader: MessageReader, writer: MessageWriter, onProblem: (error: SlipwayError) => void) {
    this.#onProblem = onProblem;
    this.#connection = createMessageConnection(endingInOrder(reader), writer, NullLogger);
    this.#closed = new Promise((resolve) => {
      this.#connection.onError(([error]) => {
        this.#reason ??= fromResponseError(error);
      });
      const onEnd = (): void => {
        this.#reason ??= new SlipwayError('internal', 'The core closed the connection.');
        resolve(this.#reason);
        this.#connection.end();
        this.#connection.dispose();
      };
      this.#connection.onNotification(endOfMessages, onEnd);
      this.#connection.onDispose(onEnd);
    });
    this.#connection.listen();
  }

  /** Resolves, with the reason, when the connection has ended. */
  get closed(): Promise<SlipwayError> {
    return this.#closed;
  }

  /** @throws SlipwayError as the core names it; `cancelled` at once when `signal` aborts */
  async request<Name extends RequestName>(
    name: Name,
    params: RequestParams<Name>,
    signal: AbortSignal,
  ): Promise<RequestResult<Name>> {
    const result: z.ZodType<RequestResult<Name>> = results[name].result;
    try {
      return await call(this.#connection, name, params, result, signal);
    } catch (error) {
      throw this.#reason !== undefined && !SlipwayError.is(error, 'cancelled') ? this.#reason : error;
    }
  }

  /** Calls `listener` for every notification of that name, beside all listeners that were there before. */
  onNotification<Name extends NotificationName>(
    name: Name,
    listener: (params: NotificationParams<Name>) => void,
  ): Disposable {
    const schema: z.ZodType<NotificationParams<Name>> = notices[name];
    return this.#listen(name, (params) => {
      const outcome = schema.safeParse(params);
      if (outcome.success) listener(outcome.data);
      else
        this.#onProblem(
          new SlipwayError('protocol.invalid', `The core sent a malformed ${name}.`, { cause: outcome.error }),
        );
    });
  }

  /** The connection itself keeps one listener a method and forgets the one before. */
  #listen(name: NotificationName, listener: (params: unknown) => void): Disposable {
    const known = this.#listeners.get(name);
    const listeners = known ?? new Set<(params: unknown) => void>();
    if (known === undefined) {
      this.#listeners.set(name, listeners);
      this.#connection.onNotification(name, (params: unknown) => {
        for (const one of listeners) one(params);
      });
    }
    listeners.add(listener);
    return { dispose: () => listeners.delete(listener) };
  }

  /** Answers the core's questions about the folder beside the notebook. */
  serveFiles(files: HostFiles): Disposable {
    const served = [
      this.#serve('files/list', callbackShapes['files/list'], files),
      this.#serve('files/stat', callbackShapes['files/stat'], files),
      this.#serve('files/read', callbackShapes['files/read'], files),
    ];
    return {
      dispose: () => {
        for (const one of served) one.dispose();
      },
    };
  }

  dispose(): void {
    this.#connection.end();
    this.#connection.dispose();
  }

  #serve<Name extends CallbackName>(name: Name, shape: CallbackShape<Name>, files: HostFiles): Disposable {
    return this.#connection.onRequest(name, async (params: unknown, token: CancellationToken) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort(cancelled(name)));
      try {
        return await files[name](checked(shape.params, params, `The request ${name}`), controller.signal);
      } catch (error) {
        const named = SlipwayError.is(error)
          ? error
          : new SlipwayError('internal', `The host failed to answer ${name}.`, { cause: error });
        throw toResponseError(named);
      }
    });
  }
}

const endOfMessages = '$/endOfMessages';

/**
 * The connection queues what it reads and would drop the queue when the stream closes, last answers included. So the
 * close comes as a last message through the same queue.
 */
function endingInOrder(reader: MessageReader): MessageReader {
  return {
    onError: reader.onError,
    onClose: reader.onClose,
    onPartialMessage: reader.onPartialMessage,
    listen: (callback) => {
      const end: NotificationMessage = { jsonrpc: '2.0', method: endOfMessages };
      reader.onClose(() => callback(end));
      return reader.listen(callback);
    },
    dispose: () => reader.dispose(),
  };
}

interface CallbackShape<Name extends CallbackName> {
  readonly params: z.ZodType<z.output<(typeof callbacks)[Name]['params']>>;
  readonly result: z.ZodType<CallbackResult<Name>>;
}
// The schemas as mapped types, so that a generic name keeps its own.
const callbackShapes: { readonly [Name in CallbackName]: CallbackShape<Name> } = callbacks;
const results: { readonly [Name in RequestName]: { readonly result: z.ZodType<RequestResult<Name>> } } = requests;
const notices: { readonly [Name in NotificationName]: z.ZodType<NotificationParams<Name>> } = notifications;
