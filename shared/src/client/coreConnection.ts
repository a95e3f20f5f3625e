import {
  type NotificationName,
  type NotificationParams,
  protocolVersion,
  type RequestName,
  type RequestParams,
  type RequestResult,
  SlipwayError,
} from '../protocol/index.ts';
import { type Disposable, Emitter } from './emitter.ts';
import { NotificationEmitters } from './notificationEmitters.ts';

/** A connection as `ProtocolClient` is one, and the core at its other end. */
export interface Client {
  /** Resolves with the reason when the connection has ended, also by `dispose`. */
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
  readonly connect: (signal: AbortSignal) => Client | Promise<Client>;
  /** Who speaks, for the core. */
  readonly host: { readonly name: string; readonly version: string };
  readonly locale: string;
  /**
   * What becomes of a connection that nobody holds. `keep`: once something was asked for, it stays and is made again when
   * it breaks. `leave`: it ends after a while, so that the core may leave, and is made again when something is asked for.
   */
  readonly whenIdle: 'keep' | 'leave';
  /** Runs `work` after so many milliseconds, unless disposed before. */
  readonly after: (delayMs: number, work: () => void) => Disposable;
}

/** One try for a connection, until it fails, breaks or is let go. */
interface Attempt {
  readonly client: Promise<Client>;
  readonly ending: AbortController;
}

const firstPauseMs = 250;
const longestPauseMs = 30_000;
/** How long a connection that nobody needs stays, in milliseconds. */
const lingerMs = 30_000;
/** A connection that lasted so long was a good one, in milliseconds: the next pause is the shortest again. */
const steadyMs = 10_000;

/**
 * The one connection of a window or a tab to the core. It is made when something is first asked for or it is held, and again
 * when it breaks; who watches runs hears of that and asks anew. Runs do not depend on it.
 */
export class CoreConnection {
  readonly #options: CoreConnectionOptions;
  readonly #notifications = new NotificationEmitters();
  readonly #connections = new Emitter<boolean>();
  #attempt: Attempt | undefined;
  #open: Client | undefined;
  #holders = 0;
  #requests = 0;
  #asked = false;
  /** Until the next try where there is no connection, until it is let go where there is one. */
  #timer: Disposable | undefined;
  #steady: Disposable | undefined;
  #failures = 0;
  #contexts: readonly string[] = [];
  #failure: SlipwayError | undefined;
  #disposed = false;

  constructor(options: CoreConnectionOptions) {
    this.#options = options;
  }

  /** As the core named them when the connection was made. */
  get contexts(): readonly string[] {
    return this.#contexts;
  }

  get connected(): boolean {
    return this.#open !== undefined;
  }

  /** Why there is no connection, where one was tried for. */
  get failure(): SlipwayError | undefined {
    return this.#failure;
  }

  /** Keeps the connection, and has it made again, until the result is disposed. */
  hold(): Disposable {
    this.#holders += 1;
    this.#settle();
    let isHeld = true;
    return {
      dispose: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#holders -= 1;
        this.#settle();
      },
    };
  }

  /** Connects where there is no connection. @throws SlipwayError why there is none; `cancelled` when `signal` aborts */
  async open(signal: AbortSignal): Promise<void> {
    await this.#use(() => Promise.resolve(), signal);
  }

  /** @throws SlipwayError as the core names it, or why there is no core; `cancelled` when `signal` aborts */
  request<Name extends RequestName>(
    name: Name,
    params: RequestParams<Name>,
    signal: AbortSignal,
  ): Promise<RequestResult<Name>> {
    return this.#use((client) => client.request(name, params, signal), signal);
  }

  onNotification<Name extends NotificationName>(
    name: Name,
    listener: (params: NotificationParams<Name>) => void,
  ): Disposable {
    return this.#notifications.on(name, listener);
  }

  /** Tells of every connection that is made (`true`) and every one that breaks, ends or does not come about (`false`). */
  onConnection(listener: (connected: boolean) => void): Disposable {
    return this.#connections.on(listener);
  }

  dispose(): void {
    this.#disposed = true;
    this.#close();
  }

  async #use<Result>(work: (client: Client) => Promise<Result>, signal: AbortSignal): Promise<Result> {
    this.#asked = true;
    this.#requests += 1;
    try {
      return await work(await unlessAborted(this.#connect(), signal));
    } finally {
      this.#requests -= 1;
      this.#settle();
    }
  }

  #connect(): Promise<Client> {
    if (this.#disposed) return Promise.reject(ended());
    this.#stopTimer();
    if (this.#attempt === undefined) {
      const ending = new AbortController();
      this.#attempt = { ending, client: this.#establish(ending) };
    }
    return this.#attempt.client;
  }

  async #establish(ending: AbortController): Promise<Client> {
    const { connect, host, locale } = this.#options;
    const { signal } = ending;
    let client: Client | undefined;
    try {
      client = await connect(signal);
      signal.throwIfAborted();
      // They may change in the moment in which they are told first. Whoever hears of it finds the new ones here.
      let told: readonly string[] | undefined;
      const opened = client;
      client.onNotification('contexts/changed', (params) => {
        told = params.contexts;
        if (this.#open === opened) this.#contexts = told;
      });
      const hello = { protocolVersion, host, capabilities: { files: true }, locale };
      const { contexts } = await client.request('initialize', hello, signal);
      signal.throwIfAborted();
      this.#take(client, told ?? contexts);
      return client;
    } catch (error) {
      client?.dispose();
      const failure = await reasonOf(client, error);
      if (this.#attempt?.ending === ending) this.#lose(failure);
      throw failure;
    }
  }

  #take(client: Client, contexts: readonly string[]): void {
    this.#open = client;
    this.#contexts = contexts;
    this.#failure = undefined;
    this.#steady = this.#options.after(steadyMs, () => (this.#failures = 0));
    for (const name of this.#notifications.names) this.#forward(client, name);
    void client.closed.then((reason) => {
      client.dispose();
      if (this.#open === client) this.#lose(reason);
    });
    this.#connections.fire(true);
  }

  #forward(client: Client, name: NotificationName): void {
    client.onNotification(name, (params) => {
      if (this.#open === client) this.#notifications.fire(name, params);
    });
  }

  #lose(reason: SlipwayError): void {
    this.#failure = reason;
    this.#failures += 1;
    this.#forget();
    this.#connections.fire(false);
    this.#settle();
  }

  /** Ends the connection, or the try for one, that nobody needs any more. */
  #close(): void {
    const open = this.#open;
    const attempt = this.#attempt;
    this.#forget();
    attempt?.ending.abort(ended());
    open?.dispose();
    if (open !== undefined) this.#connections.fire(false);
  }

  #forget(): void {
    this.#stopTimer();
    this.#steady?.dispose();
    this.#steady = undefined;
    this.#attempt = undefined;
    this.#open = undefined;
  }

  /** Sees to it that there is a connection where somebody waits for one, and in a while none where nobody does. */
  #settle(): void {
    if (this.#disposed) return;
    const isWanted = this.#holders > 0 || (this.#options.whenIdle === 'keep' && this.#asked);
    if (this.#attempt === undefined && isWanted) this.#timer ??= this.#after(this.#pauseMs(), () => this.#retry());
    else if (this.#attempt !== undefined && !isWanted && this.#requests === 0)
      this.#timer ??= this.#after(lingerMs, () => this.#close());
    else this.#stopTimer();
  }

  #retry(): void {
    // Why it failed is kept and told to who listens.
    this.#connect().catch(() => undefined);
  }

  #pauseMs(): number {
    return this.#failures === 0 ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** (this.#failures - 1));
  }

  #after(delayMs: number, work: () => void): Disposable {
    return this.#options.after(delayMs, () => {
      this.#timer = undefined;
      work();
    });
  }

  #stopTimer(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
  }
}

function ended(): SlipwayError {
  return new SlipwayError('cancelled', 'The connection to the core is no longer needed.');
}

/** A core that never started has its reason at the connection's end rather than in the request that broke off. */
async function reasonOf(client: Client | undefined, error: unknown): Promise<SlipwayError> {
  if (!SlipwayError.is(error)) return new SlipwayError('internal', 'The core cannot be reached.', { cause: error });
  return client === undefined || error.code !== 'internal' ? error : client.closed;
}

/** What others wait for too goes on when one of them gives up. */
function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new SlipwayError('cancelled', 'This is no longer asked for.'));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const done = (): void => signal.removeEventListener('abort', onAbort);
    work.finally(done).then(resolve, reject);
  });
}
