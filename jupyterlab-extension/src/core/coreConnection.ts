import {
  type NotificationName,
  type NotificationParams,
  type RequestName,
  type RequestParams,
  type RequestResult,
  SlipwayError,
} from '@slipway/shared/protocol';
import type { Disposable } from '@slipway/shared/panels';

/** A connection as `ProtocolClient` is one, after the core was told who speaks. */
export interface Client {
  readonly contexts: readonly string[];
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
  /** Opens a connection; the core starts for it where it does not run. @throws SlipwayError */
  readonly connect: (signal: AbortSignal) => Promise<Client>;
  /** Runs `work` after so many milliseconds. */
  readonly after: (delayMs: number, work: () => void) => Disposable;
}

type Listeners = { readonly [Name in NotificationName]: Set<(params: NotificationParams<Name>) => void> };

/** How long a connection that nobody holds stays, in milliseconds. */
const lingerMs = 30_000;
const longestPauseMs = 30_000;

/**
 * The one connection of this tab to the core. It is made when something is asked for, kept while somebody holds it and
 * made again when it breaks; without a holder it ends, so that the core may leave.
 */
export class CoreConnection {
  readonly #options: CoreConnectionOptions;
  readonly #listeners: Listeners;
  readonly #watchers = new Set<(connected: boolean) => void>();
  readonly #ending = new AbortController();
  #client: Promise<Client> | undefined;
  #connected = false;
  #holders = 0;
  #requests = 0;
  #timer: Disposable | undefined;
  #failures = 0;
  #contexts: readonly string[] = [];
  #failure: SlipwayError | undefined;

  constructor(options: CoreConnectionOptions) {
    this.#options = options;
    this.#listeners = {
      'run/changed': new Set(),
      'run/deleted': new Set(),
      'context/changed': new Set(),
      'submit/progress': new Set(),
    };
  }

  /** As the core named them when the connection was made. */
  get contexts(): readonly string[] {
    return this.#contexts;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Why there is no connection, where one was tried for. */
  get failure(): SlipwayError | undefined {
    return this.#failure;
  }

  /** Keeps the connection until the result is disposed. */
  hold(): Disposable {
    this.#holders += 1;
    this.#settle();
    let held = true;
    return {
      dispose: () => {
        if (!held) return;
        held = false;
        this.#holders -= 1;
        this.#settle();
      },
    };
  }

  /** @throws SlipwayError as the core names it, or why there is no core */
  async request<Name extends RequestName>(
    name: Name,
    params: RequestParams<Name>,
    signal: AbortSignal,
  ): Promise<RequestResult<Name>> {
    this.#requests += 1;
    try {
      return await (await this.#open()).request(name, params, signal);
    } finally {
      this.#requests -= 1;
      this.#settle();
    }
  }

  onNotification<Name extends NotificationName>(
    name: Name,
    listener: (params: NotificationParams<Name>) => void,
  ): Disposable {
    const listeners: Set<(params: NotificationParams<Name>) => void> = this.#listeners[name];
    listeners.add(listener);
    return { dispose: () => listeners.delete(listener) };
  }

  /** Tells of every connection that is made and every one that breaks or ends. */
  onConnection(listener: (connected: boolean) => void): Disposable {
    this.#watchers.add(listener);
    return { dispose: () => this.#watchers.delete(listener) };
  }

  dispose(): void {
    this.#ending.abort(new SlipwayError('cancelled', 'The page is closing.'));
    this.#timer?.dispose();
    this.#close();
  }

  #open(): Promise<Client> {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#client ??= this.#connect();
    return this.#client;
  }

  async #connect(): Promise<Client> {
    const signal = this.#ending.signal;
    try {
      signal.throwIfAborted();
      const client = await this.#options.connect(signal);
      this.#contexts = client.contexts;
      this.#listen(client);
      this.#failures = 0;
      this.#failure = undefined;
      this.#tell(true);
      return client;
    } catch (error) {
      this.#failures += 1;
      this.#failure = SlipwayError.is(error)
        ? error
        : new SlipwayError('internal', 'The core cannot be reached.', { cause: error });
      this.#client = undefined;
      this.#tell(false);
      this.#settle();
      throw this.#failure;
    }
  }

  #listen(client: Client): void {
    const listeners = this.#listeners;
    this.#forward(client, 'run/changed', listeners['run/changed']);
    this.#forward(client, 'run/deleted', listeners['run/deleted']);
    this.#forward(client, 'context/changed', listeners['context/changed']);
    this.#forward(client, 'submit/progress', listeners['submit/progress']);
    void client.closed.then((reason) => {
      client.dispose();
      if (!this.#connected) return;
      this.#failure = reason;
      this.#client = undefined;
      this.#tell(false);
      this.#settle();
    });
  }

  #forward<Name extends NotificationName>(
    client: Client,
    name: Name,
    listeners: ReadonlySet<(params: NotificationParams<Name>) => void>,
  ): void {
    client.onNotification(name, (params) => {
      for (const listener of listeners) listener(params);
    });
  }

  /** Connects again where somebody waits for that, and lets go where nobody does. */
  #settle(): void {
    if (this.#ending.signal.aborted || this.#timer !== undefined) {
      if (this.#holders > 0 && this.#client !== undefined) this.#stopTimer();
      return;
    }
    if (this.#holders > 0 && this.#client === undefined) {
      const pause = this.#failures === 0 ? 0 : Math.min(longestPauseMs, 500 * 2 ** this.#failures);
      this.#timer = this.#options.after(pause, () => {
        this.#timer = undefined;
        // Why it failed is kept and told to the watchers.
        if (this.#holders > 0) this.#open().catch(() => undefined);
      });
    } else if (this.#holders === 0 && this.#requests === 0 && this.#client !== undefined) {
      this.#timer = this.#options.after(lingerMs, () => {
        this.#timer = undefined;
        if (this.#holders === 0 && this.#requests === 0) this.#close();
      });
    }
  }

  #stopTimer(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
  }

  #close(): void {
    const client = this.#client;
    this.#client = undefined;
    if (this.#connected) this.#tell(false);
    void client?.then(
      (open) => open.dispose(),
      () => undefined,
    );
  }

  #tell(connected: boolean): void {
    this.#connected = connected;
    for (const watcher of this.#watchers) watcher(connected);
  }
}
