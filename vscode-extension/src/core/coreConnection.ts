import type { Disposable } from '@slipway/shared/panels';
import {
  type NotificationName,
  type NotificationParams,
  type RequestName,
  type RequestParams,
  type RequestResult,
  SlipwayError,
} from '@slipway/shared/protocol';
import { Emitter } from '../base/emitter.ts';

/** A connection as `ProtocolClient` is one, and the core at its other end. */
export interface Client {
  /** What this end speaks. */
  readonly protocolVersion: string;
  /** Resolves with the reason when the connection has ended. */
  readonly closed: Promise<SlipwayError>;
  request<Name extends RequestName>(
    name: Name,
    params: RequestParams<Name>,
    signal: AbortSignal,
  ): Promise<RequestResult<Name>>;
  onNotification<Name extends NotificationName>(
    name: Name,
    listener: (params: NotificationParams<Name>) => void,
  ): Disposable;
  dispose(): void;
}

export interface CoreConnectionOptions {
  /** Starts a core. @throws SlipwayError */
  readonly start: () => Client | Promise<Client>;
  readonly version: string;
  readonly locale: string;
  /** Runs `work` after so many milliseconds, unless disposed before. */
  readonly after: (delayMs: number, work: () => void) => Disposable;
}

type Emitters = { readonly [Name in NotificationName]: Emitter<NotificationParams<Name>> };

const firstPauseMs = 250;
const longestPauseMs = 30_000;

/**
 * The one core of this window. It starts when something is first asked for, and again when it dies; who watches runs hears
 * of that and asks anew. Runs do not depend on it.
 */
export class CoreConnection {
  readonly #options: CoreConnectionOptions;
  readonly #notifications: Emitters = {
    'run/changed': new Emitter(),
    'run/deleted': new Emitter(),
    'context/changed': new Emitter(),
    'submit/progress': new Emitter(),
  };
  readonly #connections = new Emitter<boolean>();
  readonly #ending = new AbortController();
  #client: Promise<Client> | undefined;
  #open: Client | undefined;
  #pause: Disposable | undefined;
  #failures = 0;
  #contexts: readonly string[] = [];
  #failure: SlipwayError | undefined;

  constructor(options: CoreConnectionOptions) {
    this.#options = options;
  }

  /** As the core named them when it started. */
  get contexts(): readonly string[] {
    return this.#contexts;
  }

  get connected(): boolean {
    return this.#open !== undefined;
  }

  /** Why there is no core, where one was tried for. */
  get failure(): SlipwayError | undefined {
    return this.#failure;
  }

  /** Starts the core where it does not run. @throws SlipwayError why it does not start */
  async open(): Promise<void> {
    await this.#connect();
  }

  /** @throws SlipwayError as the core names it, or why there is no core */
  async request<Name extends RequestName>(
    name: Name,
    params: RequestParams<Name>,
    signal: AbortSignal,
  ): Promise<RequestResult<Name>> {
    const client = await this.#connect();
    return client.request(name, params, signal);
  }

  onNotification<Name extends NotificationName>(
    name: Name,
    listener: (params: NotificationParams<Name>) => void,
  ): Disposable {
    const emitter: Emitter<NotificationParams<Name>> = this.#notifications[name];
    return emitter.on(listener);
  }

  /** Tells of every core that is ready (`true`) and every one that is lost or does not start (`false`). */
  onConnection(listener: (connected: boolean) => void): Disposable {
    return this.#connections.on(listener);
  }

  dispose(): void {
    this.#ending.abort(new SlipwayError('cancelled', 'The window is closing.'));
    this.#pause?.dispose();
    this.#open?.dispose();
    this.#open = undefined;
  }

  #connect(): Promise<Client> {
    this.#pause?.dispose();
    this.#pause = undefined;
    this.#client ??= this.#start();
    return this.#client;
  }

  async #start(): Promise<Client> {
    const { signal } = this.#ending;
    let client: Client | undefined;
    try {
      signal.throwIfAborted();
      client = await this.#options.start();
      const { version, locale } = this.#options;
      const { contexts } = await client.request(
        'initialize',
        {
          protocolVersion: client.protocolVersion,
          host: { name: 'vscode', version },
          capabilities: { files: true },
          locale,
        },
        signal,
      );
      this.#contexts = contexts;
      this.#open = client;
      this.#failures = 0;
      this.#failure = undefined;
      this.#listen(client);
      this.#connections.fire(true);
      return client;
    } catch (error) {
      client?.dispose();
      const reason = SlipwayError.is(error) ? await reasonOf(client, error) : undefined;
      const failure = reason ?? new SlipwayError('internal', 'The core cannot be started.', { cause: error });
      this.#lost(failure);
      throw failure;
    }
  }

  #listen(client: Client): void {
    this.#forward(client, 'run/changed', this.#notifications['run/changed']);
    this.#forward(client, 'run/deleted', this.#notifications['run/deleted']);
    this.#forward(client, 'context/changed', this.#notifications['context/changed']);
    this.#forward(client, 'submit/progress', this.#notifications['submit/progress']);
    void client.closed.then((reason) => {
      client.dispose();
      if (this.#open !== client) return;
      this.#lost(reason);
    });
  }

  #forward<Name extends NotificationName>(
    client: Client,
    name: Name,
    emitter: Emitter<NotificationParams<Name>>,
  ): void {
    client.onNotification(name, (params) => emitter.fire(params));
  }

  #lost(reason: SlipwayError): void {
    this.#failure = reason;
    this.#client = undefined;
    this.#open = undefined;
    this.#connections.fire(false);
    if (this.#ending.signal.aborted) return;
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#failures);
    this.#failures += 1;
    this.#pause = this.#options.after(pause, () => {
      // Why it failed again is kept, and told to who listens.
      this.#connect().catch(() => undefined);
    });
  }
}

/** A core that never started has its reason at the connection's end rather than in the request that broke off. */
async function reasonOf(client: Client | undefined, error: SlipwayError): Promise<SlipwayError> {
  if (client === undefined || error.code !== 'internal') return error;
  return client.closed;
}
