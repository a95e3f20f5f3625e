import type { WebSocket } from 'ws';

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

/** Pings a WebSocket and ends it when nothing comes back. Stops by itself when the socket is closed. */
export class Heartbeat {
  readonly #socket: WebSocket;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #lastHeard: number;
  #lastWriting = -Infinity;

  constructor(socket: WebSocket, now: () => number) {
    this.#socket = socket;
    this.#now = now;
    this.#lastHeard = now();
    const heard = () => this.heard();
    socket.on('message', heard);
    socket.on('pong', heard);
    this.#timer = setInterval(() => this.#beat(), pingMs);
    socket.once('close', () => clearInterval(this.#timer));
  }

  /** The peer lives; to be called when reading goes on after a pause, too. */
  heard(): void {
    this.#lastHeard = this.#now();
  }

  wrote(): void {
    this.#lastWriting = this.#now();
  }

  #beat(): void {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    const now = this.#now();
    if (socket.bufferedAmount > 0) this.#lastWriting = now;
    if (isDead({ now, lastHeard: this.#lastHeard, lastWriting: this.#lastWriting, paused: socket.isPaused })) {
      socket.terminate();
      return;
    }
    socket.ping();
  }
}
