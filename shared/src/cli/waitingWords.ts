/** At once on a terminal; elsewhere a program waits, which need not know of what is over within so long, ms. */
const quietMs = 2_000;

/** Tells on stderr what an ssh client waits for, until it is served. */
export class WaitingWords {
  readonly #tell: (text: string) => void;
  #last: string | undefined;
  #isLoud: boolean;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(isTerminal: boolean, tell: (text: string) => void) {
    this.#tell = tell;
    this.#isLoud = isTerminal;
    if (!isTerminal) this.#timer = setTimeout(() => this.#speakUp(), quietMs);
  }

  say(text: string): void {
    this.#last = text;
    if (this.#isLoud) this.#tell(text);
  }

  /** There is nothing to wait for any more. */
  end(): void {
    clearTimeout(this.#timer);
  }

  #speakUp(): void {
    this.#isLoud = true;
    if (this.#last !== undefined) this.#tell(this.#last);
  }
}
