import type { Clock } from '../../../../kubernetes/index.ts';

/** Something to wait for that happens, or has happened already. */
export class Gate {
  #open = false;
  readonly #waiting = new Set<() => void>();

  get isOpen(): boolean {
    return this.#open;
  }

  open(): void {
    this.#open = true;
    for (const go of [...this.#waiting]) go();
  }

  shut(): void {
    this.#open = false;
  }

  /** Resolves when it is open, or after `ms` milliseconds. @throws when aborted */
  async wait(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#open) return;
    const done = new AbortController();
    const opened = new Promise<void>((resolve) => {
      this.#waiting.add(resolve);
      done.signal.addEventListener('abort', () => {
        this.#waiting.delete(resolve);
        resolve();
      });
    });
    const late = clock.sleep(ms, AbortSignal.any([signal, done.signal])).catch(() => undefined);
    await Promise.race([opened, late]);
    done.abort();
    signal.throwIfAborted();
  }
}
