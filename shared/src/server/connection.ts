import {
  createMessageConnection,
  ErrorCodes,
  type MessageConnection,
  type MessageReader,
  type MessageWriter,
  NullLogger,
  type ResponseError,
} from 'vscode-jsonrpc/node';
import type { z } from 'zod';
import { type Localizer, localizerFor } from '../localization/index.ts';
import {
  type NotificationName,
  type RequestName,
  type RequestResult,
  requests,
  SlipwayError,
} from '../protocol/index.ts';
import { cancelled, checked } from './calls.ts';
import { type Log, nameFailure, secretValues } from './failures.ts';
import { hostFilesOver } from './hostCallbacks.ts';
import { farewell } from './messages.ts';
import type { CoreSession, SessionSource } from './session.ts';
import { checkVersion } from './versions.ts';
import { rpcCodes, toResponseError, type WireErrorData } from './wireErrors.ts';

export interface ServeOptions {
  readonly log: Log;
  /** Values that must never reach the log. */
  readonly secrets?: readonly string[];
  /** Checks our own answers against their schemas too; for tests. */
  readonly checkResults?: boolean;
}

/**
 * Serves one client: checks every request, keeps `initialize` first, and takes everything back when the connection
 * closes. Resolves then, or soon after `signal` aborts; does not reject. The owner of the stream closes it.
 */
export async function serveConnection(
  core: SessionSource,
  reader: MessageReader,
  writer: MessageWriter,
  options: ServeOptions,
  signal: AbortSignal,
): Promise<void> {
  // The library's own log would tell of writes to clients that have gone, and of nothing that does not reach us anyway.
  const connection = createMessageConnection(reader, writer, NullLogger);
  const client = new ClientConnection(core, connection, writer, options);
  const served = new AbortController();
  const closed = new Promise<void>((resolve) => {
    connection.onClose(resolve);
    connection.onError(([error]) => {
      client.refuse(error);
      // A stream that failed closes by itself; after a broken frame or an abort it is for us to end it.
      writer.end();
    });
    // The core's signal outlives its connections: what listens to it would keep each of them in memory.
    signal.addEventListener('abort', () => resolve(), { once: true, signal: served.signal });
    if (signal.aborted) resolve();
  });
  connection.onRequest((method: string, params: unknown, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort(cancelled(method)));
    return client.answer(method, params, controller);
  });
  connection.listen();
  await closed;
  served.abort();
  await client.dispose();
  writer.end();
  connection.dispose();
}

class ClientConnection {
  readonly #core: SessionSource;
  readonly #connection: MessageConnection;
  readonly #writer: MessageWriter;
  readonly #options: ServeOptions;
  readonly #inFlight = new Set<AbortController>();
  /** Set by `initialize`. */
  #session: CoreSession | undefined;
  /** For clients that do not speak English; set by `initialize`. */
  #localizer: Localizer | undefined;

  constructor(core: SessionSource, connection: MessageConnection, writer: MessageWriter, options: ServeOptions) {
    this.#core = core;
    this.#connection = connection;
    this.#writer = writer;
    this.#options = options;
  }

  /** The result, or the error as it goes over the wire. */
  async answer(method: string, params: unknown, controller: AbortController): Promise<unknown> {
    if (!isRequestName(method)) {
      const error = new SlipwayError('protocol.invalid', `The core does not know the method ${method.slice(0, 100)}.`);
      return toResponseError(error, ErrorCodes.MethodNotFound);
    }
    this.#inFlight.add(controller);
    try {
      return await this.#dispatch(method, params, controller.signal);
    } catch (error) {
      return this.#wireError(error, method, params, controller.signal);
    } finally {
      this.#inFlight.delete(controller);
    }
  }

  /** Tells the client why its connection ends, where it can still be told. */
  refuse(error: Error): void {
    if (SlipwayError.is(error, 'protocol.invalid')) this.#send(this.#writer.write(farewell(toResponseError(error))));
    else this.#logOwn(error, 'a connection');
  }

  async dispose(): Promise<void> {
    for (const controller of this.#inFlight) controller.abort(cancelled('The request'));
    await this.#session?.dispose();
  }

  async #dispatch<Name extends RequestName>(
    name: Name,
    params: unknown,
    signal: AbortSignal,
  ): Promise<RequestResult<Name>> {
    const shape = shapes[name];
    if (name === 'initialize') this.#initialize(params);
    const session = this.#initialized();
    const valid = checked(shape.params, params ?? {}, `The request ${name}`);
    const answer = await session.handlers[name](valid, signal);
    const result = this.#localizer?.result(name, answer) ?? answer;
    if (name === 'shutdown') setImmediate(() => this.#writer.end());
    return this.#options.checkResults === true ? shape.result.parse(result) : result;
  }

  #initialize(params: unknown): void {
    if (this.#session !== undefined) {
      throw new SlipwayError('protocol.invalid', 'initialize was sent twice on one connection.');
    }
    const hello = checked(requests.initialize.params, params, 'The request initialize');
    this.#localizer = localizerFor(hello.locale);
    checkVersion(hello.protocolVersion, hello.host);
    const hostFiles = hello.capabilities.files ? hostFilesOver(this.#connection) : undefined;
    const session = this.#core.openSession(hostFiles);
    session.onNotification((name, content) => {
      this.#send(this.#notify(name, this.#localizer?.notification(name, content) ?? content));
    });
    this.#session = session;
  }

  /** Rejects, and does not throw, where the connection has just closed. */
  async #notify(name: NotificationName, content: object): Promise<void> {
    await this.#connection.sendNotification(name, content);
  }

  #send(writing: Promise<void>): void {
    writing.catch((error: unknown) => this.#logOwn(error, 'a message to a client'));
  }

  /** That a client has gone is no news; only what we refuse ourselves is. */
  #logOwn(error: unknown, what: string): void {
    if (SlipwayError.is(error)) nameFailure(error, what, this.#options.log, this.#options.secrets ?? []);
  }

  #initialized(): CoreSession {
    if (this.#session !== undefined) return this.#session;
    throw new SlipwayError('protocol.invalid', 'The first request on a connection must be initialize.');
  }

  #wireError(error: unknown, method: string, params: unknown, signal: AbortSignal): ResponseError<WireErrorData> {
    if (signal.aborted && !SlipwayError.is(error)) return toResponseError(cancelled(method), rpcCodes.requestCancelled);
    const secrets = [...(this.#options.secrets ?? []), ...secretValues(params)];
    const failure = nameFailure(error, method, this.#options.log, secrets);
    const named = this.#localizer?.error(failure) ?? failure;
    if (named.code !== 'protocol.invalid') return toResponseError(named);
    const early = this.#session === undefined && method !== 'initialize';
    return toResponseError(named, early ? ErrorCodes.ServerNotInitialized : ErrorCodes.InvalidParams);
  }
}

/** The schemas as a mapped type, so that a generic name keeps its own parameters. */
const shapes: {
  readonly [Name in RequestName]: {
    readonly params: z.ZodType<z.output<(typeof requests)[Name]['params']>>;
    readonly result: z.ZodType<RequestResult<Name>>;
  };
} = requests;

function isRequestName(method: string): method is RequestName {
  return Object.hasOwn(requests, method);
}
