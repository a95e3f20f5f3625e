export interface HeartbeatOptions {
  /** Asks the extension for a sign of life. */
  readonly ask: () => void;
  /** Hears, once, that none comes any more. @param heardAt epoch ms of the last one */
  readonly onSilence: (heardAt: number) => void;
  /** Epoch ms. */
  readonly now: () => number;
}

/** A question that nobody has answered for so long tells that nobody is there, in milliseconds. */
const patienceMs = 10_000;

/**
 * Finds out that the extension no longer answers: VS Code keeps a panel on the screen when the extension host has died or
 * its server cannot be reached, and tells the panel nothing.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #heardAt: number;
  #askedAt: number | undefined;
  #isSilent = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#heardAt = options.now();
  }

  /** Something came from the extension, whatever it was. */
  heard(): void {
    this.#heardAt = this.#options.now();
    this.#askedAt = undefined;
    this.#isSilent = false;
  }

  /** To be called every few seconds. */
  beat(): void {
    const now = this.#options.now();
    if (!this.#isSilent && this.#askedAt !== undefined && now - this.#askedAt >= patienceMs) {
      this.#isSilent = true;
      this.#options.onSilence(this.#heardAt);
    }
    this.#askedAt ??= now;
    this.#options.ask();
  }
}
