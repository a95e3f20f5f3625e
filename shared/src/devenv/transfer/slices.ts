/** How long the event loop may be kept from others, ms. */
const sliceMs = 8;

/**
 * Lets others have their turn now and then. Small files are read and written with synchronous calls, some 20 µs a file where those
 * with callbacks cost 200: this keeps the rest of the core alive meanwhile.
 */
export class Slices {
  #began = performance.now();

  /** Resolves at once, or after everybody else had a turn. */
  async turn(signal?: AbortSignal): Promise<void> {
    if (performance.now() - this.#began < sliceMs) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#began = performance.now();
    signal?.throwIfAborted();
  }
}
