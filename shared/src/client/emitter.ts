export interface Disposable {
  dispose(): void;
}

/** Tells listeners of values. No host's own, so that what uses it runs in each of them and is tested without any. */
export class Emitter<Value> {
  readonly #listeners = new Set<(value: Value) => void>();

  readonly on = (listener: (value: Value) => void): Disposable => {
    // A wrapper, so that the same function may listen twice.
    const own = (value: Value): void => listener(value);
    this.#listeners.add(own);
    return { dispose: () => this.#listeners.delete(own) };
  };

  /** Who begins to listen meanwhile hears of the next value; who leaves meanwhile hears no more. */
  fire(value: Value): void {
    for (const listener of [...this.#listeners]) if (this.#listeners.has(listener)) listener(value);
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
