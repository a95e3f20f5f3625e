import type { Client } from '@slipway/shared/client';

/** How long nothing may come before the other end is asked for an answer, in milliseconds. */
const quietMs = 10_000;
/** How long that answer may take while nothing leaves this end either, in milliseconds. */
const patienceMs = 15_000;

/** The way that messages go, as far as it can be watched. */
export interface Link {
  /** Bytes that were sent and have not left the page. */
  readonly bytesWaiting: number;
  onMessage(listener: () => void): void;
  /** Ends the connection, whether or not its other end hears of it. */
  breakOff(): void;
}

const never = new AbortController().signal;

/**
 * Ends a connection that is open and carries nothing, so that the next one is made: a proxy may have lost its other end, or the
 * machine its network while it slept, and browsers tell of neither. It begins to watch with the first message, for a
 * core may take its time to start.
 */
export class KeepAlive {
  readonly #client: Client;
  readonly #link: Link;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(client: Client, link: Link) {
    this.#client = client;
    this.#link = link;
    link.onMessage(() => this.#rest());
    void client.closed.then(() => {
      this.#isOver = true;
      clearTimeout(this.#timer);
    });
  }

  #rest(): void {
    this.#wait(quietMs, () => this.#ask());
  }

  #ask(): void {
    // Whatever the answer is, even that the core is too old to know the question, it is heard as a message.
    this.#client.request('ping', {}, never).catch(() => undefined);
    this.#listen(this.#link.bytesWaiting);
  }

  #listen(waitingBefore: number): void {
    this.#wait(patienceMs, () => {
      const waiting = this.#link.bytesWaiting;
      // A large notebook on a slow line: the question is behind it.
      if (waiting < waitingBefore) this.#listen(waiting);
      else this.#link.breakOff();
    });
  }

  #wait(ms: number, work: () => void): void {
    clearTimeout(this.#timer);
    if (!this.#isOver) this.#timer = setTimeout(work, ms);
  }
}
