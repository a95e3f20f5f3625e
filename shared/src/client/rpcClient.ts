import {
  type CallbackName,
  type NotificationName,
  type NotificationParams,
  type RequestName,
  type RequestParams,
  type RequestResult,
  SlipwayError,
} from '../protocol/index.ts';
import type { Client } from './coreConnection.ts';
import type { Disposable } from './emitter.ts';
import type { HostFiles } from './hostFiles.ts';
import { NotificationEmitters } from './notificationEmitters.ts';
import { errorBody, type Incoming, readMessage, recordOf, rpcCodes, type RpcId } from './rpcMessage.ts';

/** Carries whole messages in both directions, in order. */
export interface MessageChannel {
  /** @throws SlipwayError for a message that is too long, or where the channel is closed */
  send(text: string): void;
  onMessage(listener: (text: string) => void): void;
  /** Calls back when nothing comes any more, with the reason where the channel knows one. */
  onClose(listener: (reason: SlipwayError | undefined) => void): void;
  close(): void;
}

export interface RpcClientOptions {
  readonly channel: MessageChannel;
  /** Answers for folders that are on no disk of the core. */
  readonly files: HostFiles;
  /** Hears of messages that nothing could be done with. */
  readonly onProblem: (error: SlipwayError) => void;
}

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: SlipwayError) => void;
}

/**
 * A host's end of the protocol over any channel, small enough for a page. It checks that messages are messages; that what is
 * in them has its shape is the core's word, which comes out of the same package.
 */
export class RpcClient implements Client {
  readonly closed: Promise<SlipwayError>;
  readonly #options: RpcClientOptions;
  readonly #notifications = new NotificationEmitters();
  readonly #pending = new Map<RpcId, Pending>();
  readonly #serving = new Map<RpcId, AbortController>();
  #last = 0;
  /** Why the connection ends, as far as anyone said so. */
  #reason: SlipwayError | undefined;
  #resolveClosed: (reason: SlipwayError) => void = () => undefined;
  #isOver = false;

  constructor(options: RpcClientOptions) {
    this.#options = options;
    const { channel } = options;
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    channel.onClose((reason) => this.#end(reason));
    channel.onMessage((text) => this.#receive(text));
  }

  /** @throws SlipwayError as the core names it; `cancelled` at once when `signal` aborts */
  request<Name extends RequestName>(
    name: Name,
    params: RequestParams<Name>,
    signal: AbortSignal,
  ): Promise<RequestResult<Name>> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(cancelled(name));
        return;
      }
      this.#last += 1;
      const id = this.#last;
      const onAbort = (): void => {
        if (!this.#pending.has(id)) return;
        this.#take(id)?.reject(cancelled(name));
        this.#post({ method: '$/cancelRequest', params: { id } });
      };
      const done = (): void => signal.removeEventListener('abort', onAbort);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#pending.set(id, {
        resolve: (result) => {
          done();
          resolve(result);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      const failure = this.#isOver ? (this.#reason ?? ended()) : this.#post({ id, method: name, params });
      if (failure !== undefined) this.#take(id)?.reject(failure);
    });
  }

  onNotification<Name extends NotificationName>(
    name: Name,
    listener: (params: NotificationParams<Name>) => void,
  ): Disposable {
    return this.#notifications.on(name, listener);
  }

  dispose(): void {
    // At once: a channel may take its time to close.
    this.#end(undefined);
    this.#options.channel.close();
  }

  /** @returns why it could not be sent */
  #post(message: object): SlipwayError | undefined {
    try {
      this.#options.channel.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
      return undefined;
    } catch (error) {
      return SlipwayError.is(error)
        ? error
        : new SlipwayError('internal', 'The connection to the core failed.', { cause: error });
    }
  }

  #receive(text: string): void {
    if (this.#isOver) return;
    let message: Incoming;
    try {
      message = readMessage(text);
    } catch (error) {
      // After a message that is none nothing can be relied on.
      this.#reason ??= SlipwayError.is(error) ? error : ended();
      this.dispose();
      return;
    }
    switch (message.kind) {
      case 'result':
        this.#take(message.id)?.resolve(message.result as never);
        break;
      case 'error':
        if (message.id === undefined) this.#reason ??= message.error;
        else this.#take(message.id)?.reject(message.error);
        break;
      case 'request':
        void this.#answer(message.id, message.method, message.params);
        break;
      case 'notification':
        this.#hear(message.method, message.params);
    }
  }

  #hear(method: string, params: unknown): void {
    if (method === '$/cancelRequest') {
      const id = recordOf(params)?.id;
      if (typeof id === 'string' || typeof id === 'number') this.#serving.get(id)?.abort(cancelled('The request'));
      return;
    }
    try {
      // A method that a later core tells of and this client does not know is none of its business.
      if (this.#notifications.has(method)) this.#notifications.fire(method, params as never);
    } catch (error) {
      this.#options.onProblem(
        new SlipwayError('protocol.invalid', `The news ${method} of the core cannot be used.`, { cause: error }),
      );
    }
  }

  async #answer(id: RpcId, method: string, params: unknown): Promise<void> {
    const { files, onProblem } = this.#options;
    if (!isCallback(files, method)) {
      const message = `The host does not know the method ${method.slice(0, 100)}.`;
      this.#post({ id, error: { code: rpcCodes.methodNotFound, message, data: { code: 'protocol.invalid' } } });
      return;
    }
    const controller = new AbortController();
    this.#serving.set(id, controller);
    const answer = await answerOf(files, method, params, controller.signal);
    this.#serving.delete(id);
    if (this.#isOver) return;
    const failure = this.#post({ id, ...answer });
    if (failure !== undefined) onProblem(failure);
  }

  #take(id: RpcId): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #end(reason: SlipwayError | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reason ??= reason ?? ended();
    for (const controller of this.#serving.values()) controller.abort(this.#reason);
    for (const id of [...this.#pending.keys()]) this.#take(id)?.reject(this.#reason);
    this.#resolveClosed(this.#reason);
  }
}

function isCallback(files: HostFiles, method: string): method is CallbackName {
  return Object.hasOwn(files, method);
}

async function answerOf(files: HostFiles, method: CallbackName, params: unknown, signal: AbortSignal): Promise<object> {
  try {
    return { result: await files[method](params as never, signal) };
  } catch (error) {
    const failure = SlipwayError.is(error)
      ? error
      : new SlipwayError('internal', `The host failed to answer ${method}.`, { cause: error });
    return { error: errorBody(failure) };
  }
}

function cancelled(what: string): SlipwayError {
  return new SlipwayError('cancelled', `${what} was cancelled.`);
}

function ended(): SlipwayError {
  return new SlipwayError('internal', 'The core closed the connection.');
}
