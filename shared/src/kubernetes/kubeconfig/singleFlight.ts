/** Work that is done once for all who want it at the same time. It goes on until the last of them gives up. */
export class SingleFlight<T> {
  #current: { readonly result: Promise<T>; readonly controller: AbortController; waiting: number } | undefined;

  /**
   * Joins the work under way, or starts `work`.
   * @throws what `work` throws, and the abort reason of `signal`
   */
  async run(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const flight = (this.#current ??= this.#start(work));
    flight.waiting += 1;
    let giveUp = () => undefined as unknown;
    const given = new Promise<never>((_resolve, reject) => {
      giveUp = () => reject(signal.reason as Error);
    });
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([flight.result, given]);
    } finally {
      signal.removeEventListener('abort', giveUp);
      flight.waiting -= 1;
      if (flight.waiting === 0) this.#abandon(flight);
    }
  }

  /** Ends the work under way. */
  dispose(): void {
    if (this.#current !== undefined) this.#abandon(this.#current);
  }

  #start(work: (signal: AbortSignal) => Promise<T>) {
    const controller = new AbortController();
    const result = work(controller.signal);
    const flight = { result, controller, waiting: 0 };
    const landed = () => {
      if (this.#current === flight) this.#current = undefined;
    };
    result.then(landed, landed);
    return flight;
  }

  /** Nobody may join what is being ended. */
  #abandon(flight: { readonly controller: AbortController }): void {
    if (this.#current === flight) this.#current = undefined;
    flight.controller.abort();
  }
}
