import type { Disposable } from '@slipway/shared/panels';

/** Tells listeners of values. Not VS Code's own, so that what uses it is tested without VS Code. */
export class Emitter<Value> {
  readonly #listeners = new Set<(value: Value) => void>();

  readonly on = (listener: (value: Value) => void): Disposable => {
    // A wrapper, so that the same function may listen twice.
    const own = (value: Value): void => listener(value);
    this.#listeners.add(own);
    return { dispose: () => this.#listeners.delete(own) };
  };

  fire(value: Value): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
