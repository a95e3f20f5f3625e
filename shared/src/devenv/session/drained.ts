import type { Writable } from 'node:stream';

/** Waits until a stream takes more; false where it was closed first, after which nobody calls back any more. */
export function drained(stream: Writable): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (taken: boolean): void => {
      stream.removeListener('drain', onDrain);
      stream.removeListener('close', onClose);
      resolve(taken);
    };
    const onDrain = (): void => settle(true);
    const onClose = (): void => settle(false);
    stream.once('drain', onDrain);
    stream.once('close', onClose);
  });
}
