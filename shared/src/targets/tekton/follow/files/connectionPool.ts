import type { Clock } from '../../../../kubernetes/index.ts';
import type { StartHelper } from '../remoteProcess.ts';
import type { PodContainer } from '../runPlace.ts';
import { FilesConnection } from './filesConnection.ts';

/** A connection that nobody uses is closed after this. */
const idleMs = 15_000;
/** More at once are asked to wait. */
const mostConnections = 4;
/**
 * Who waits so long for one in use gets another. What is soon over shares one, for each starts a program in the pod: a busy cluster takes
 * longer than this to make the first, which is no reason for a second.
 */
const worthMs = 250;

/** Connections to the files of one container, used again and again: making one costs a tenth of a second or more. */
export class ConnectionPool {
  readonly #where: PodContainer;
  readonly #start: StartHelper;
  readonly #clock: Clock;
  readonly #idle: { readonly connection: FilesConnection; readonly reused: AbortController }[] = [];
  readonly #all = new Set<FilesConnection>();
  readonly #waiting: (() => void)[] = [];
  #open = 0;
  /** When the first of those that are there was made. */
  #madeAt = 0;

  constructor(where: PodContainer, start: StartHelper, clock: Clock) {
    this.#where = where;
    this.#start = start;
    this.#clock = clock;
  }

  /** True when there is nothing that would be lost with it. */
  get isEmpty(): boolean {
    return this.#open === 0 && this.#waiting.length === 0;
  }

  /** Gives a connection, which `giveBack` returns. @throws SlipwayError `cluster.*` */
  async take(signal: AbortSignal): Promise<FilesConnection> {
    const begun = this.#clock.now();
    while (true) {
      signal.throwIfAborted();
      const idle = this.#idle.pop();
      if (idle !== undefined) {
        idle.reused.abort();
        if (!idle.connection.broken) return idle.connection;
        continue;
      }
      const leftMs = this.#waitMs(begun);
      if (leftMs !== undefined && leftMs <= 0) return this.#connect(signal);
      await this.#turn(leftMs, signal);
    }
  }

  giveBack(connection: FilesConnection): void {
    if (connection.broken) this.#forget(connection);
    else {
      const reused = new AbortController();
      this.#idle.push({ connection, reused });
      this.#clock.sleep(idleMs, reused.signal).then(
        () => this.#forget(connection),
        () => undefined, // In use again, or closed.
      );
    }
    this.#waiting.shift()?.();
  }

  close(): void {
    for (const { reused } of this.#idle.splice(0)) reused.abort();
    for (const connection of this.#all) connection.close();
    this.#all.clear();
  }

  /** How long who asked at `begun` waits until another is made; undefined where none is. */
  #waitMs(begun: number): number | undefined {
    if (this.#open === 0) return 0;
    const isFirstBeingMade = this.#all.size === 0;
    if (isFirstBeingMade || this.#open === mostConnections) return undefined;
    return Math.max(begun, this.#madeAt) + worthMs - this.#clock.now();
  }

  async #connect(signal: AbortSignal): Promise<FilesConnection> {
    this.#open += 1;
    try {
      // The connection outlives the request that it is made for.
      const connection = new FilesConnection(
        await this.#start(this.#where, 'files', new AbortController().signal),
        this.#clock,
      );
      if (this.#all.size === 0) this.#madeAt = this.#clock.now();
      this.#all.add(connection);
      // From now on their time counts.
      for (const go of this.#waiting.splice(0)) go();
      if (!signal.aborted) return connection;
      this.#forget(connection);
      this.#open += 1;
      throw signal.reason;
    } catch (error) {
      this.#open -= 1;
      this.#waiting.shift()?.();
      throw error;
    }
  }

  #forget(connection: FilesConnection): void {
    connection.close();
    if (!this.#all.delete(connection)) return;
    this.#open -= 1;
    const index = this.#idle.findIndex((idle) => idle.connection === connection);
    if (index >= 0) this.#idle.splice(index, 1);
  }

  /** Resolves when one was given back, the time is over, or the signal aborts. */
  async #turn(ms: number | undefined, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    await new Promise<void>((resolve) => {
      const go = (): void => resolve();
      signal.addEventListener('abort', go, { once: true, signal: over.signal });
      this.#waiting.push(go);
      if (ms !== undefined) this.#clock.sleep(ms, over.signal).then(go, () => undefined);
      over.signal.addEventListener('abort', () => {
        const index = this.#waiting.indexOf(go);
        if (index >= 0) this.#waiting.splice(index, 1);
      });
    });
    over.abort();
  }
}
