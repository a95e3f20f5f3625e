/** Ping so often, ms. */
const pingMs = 5_000;
/** Without an answer for so long the connection is dead, ms. */
const deadMs = 10_000;
/** A peer that still takes what we sent may not come to answer: as long as writing goes on, wait so long, ms. */
const writingMs = 60_000;

/** What of a connection tells whether it lives; times in epoch milliseconds. */
export interface Liveness {
  readonly now: number;
  readonly lastHeard: number;
  /** When bytes were last given to the network, or were waiting for it. */
  readonly lastWriting: number;
  /** The reader has stopped taking bytes: nothing can be heard. */
  readonly paused: boolean;
}

/** Tells whether a connection is dead. Pure. */
export function isDead({ now, lastHeard, lastWriting, paused }: Liveness): boolean {
  if (paused) return false;
  return now - lastHeard > (now - lastWriting < writingMs ? writingMs : deadMs);
}

/** A connection as far as its heart goes. */
export interface Beating {
  /** False from the moment that it closes. */
  readonly isOpen: boolean;
  /** The reader has stopped taking bytes. */
  readonly isPaused: boolean;
  /** What was written and waits for the network. */
  readonly waitingBytes: number;
  ping(): void;
  /** Breaks it. */
  terminate(): void;
}

/** Pings a connection and breaks it when nothing comes back. The owner tells what it hears and writes, and stops it. */
export class Heartbeat {
  readonly #connection: Beating;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #lastHeard: number;
  #lastBeat: number;
  #lastWriting = -Infinity;

  constructor(connection: Beating, now: () => number) {
    this.#connection = connection;
    this.#now = now;
    this.#lastHeard = now();
    this.#lastBeat = this.#lastHeard;
    this.#timer = setInterval(() => this.#beat(), pingMs);
  }

  /** The peer lives; to be called when reading goes on after a pause, too. */
  heard(): void {
    this.#lastHeard = this.#now();
  }

  wrote(): void {
    this.#lastWriting = this.#now();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    const { isOpen, isPaused, waitingBytes } = this.#connection;
    if (!isOpen) return;
    const now = this.#now();
    // While this process stands still it hears nothing, and what came meanwhile is read after this.
    this.#lastHeard += Math.max(0, now - this.#lastBeat - pingMs);
    this.#lastBeat = now;
    if (waitingBytes > 0) this.#lastWriting = now;
    if (isDead({ now, lastHeard: this.#lastHeard, lastWriting: this.#lastWriting, paused: isPaused }))
      this.#connection.terminate();
    else this.#connection.ping();
  }
}
