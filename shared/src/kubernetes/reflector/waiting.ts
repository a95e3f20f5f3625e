/** Those that wait for one thing; each may give up. */
export class Waiting {
  readonly #waiting = new Set<(error?: Error) => void>();

  /** Resolves or rejects as `settle` says. @throws the reason of `signal` */
  async wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const abort = () => settle(signal.reason as Error);
      const settle = (error?: Error) => {
        this.#waiting.delete(settle);
        signal.removeEventListener('abort', abort);
        if (error === undefined) resolve();
        else reject(error);
      };
      signal.addEventListener('abort', abort);
      this.#waiting.add(settle);
    });
  }

  /** Ends the waiting of all that wait now, with an error where there is one. */
  settle(error?: Error): void {
    for (const settle of [...this.#waiting]) settle(error);
  }
}
