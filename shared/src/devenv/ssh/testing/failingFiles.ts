import type { FileHandle } from 'node:fs/promises';
import { diskFiles, type FileOperations } from '../replaceFile.ts';

/**
 * Files that do so many operations and no more: the next one fails after it has, or has not, been done, and so does everything after
 * it, as when a process ends there.
 */
export function failingAfter(operations: number): { files: FileOperations; failed: () => boolean } {
  let left = operations;
  let hasFailed = false;
  const step = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (left <= 0) {
      hasFailed = true;
      throw Object.assign(new Error('the disk is gone'), { code: 'EIO' });
    }
    left -= 1;
    return work();
  };
  const files = Object.fromEntries(
    Object.entries(diskFiles).map(([name, operation]) => [
      name,
      typeof operation === 'function'
        ? (...args: unknown[]) => step(() => call(operation, diskFiles, args))
        : operation,
    ]),
  ) as unknown as FileOperations;
  const open = async (...args: Parameters<FileOperations['open']>): Promise<FileHandle> => {
    const handle = await step(() => diskFiles.open(...args));
    return new Proxy(handle, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        // Closing is free: a process that ends closes everything.
        if (name === 'close') return () => target.close();
        return (...words: unknown[]) => step(() => call(member, target, words));
      },
    });
  };
  return { files: { ...files, open: open }, failed: () => hasFailed };
}

function call(operation: unknown, target: object, args: readonly unknown[]): Promise<unknown> {
  if (typeof operation !== 'function') throw new Error('no operation');
  return Promise.resolve(Reflect.apply(operation, target, [...args]));
}
