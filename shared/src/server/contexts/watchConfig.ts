import { unwatchFile, watchFile } from 'node:fs';
import type { Disposable } from '../../targets/index.ts';

/** How often the file is looked at, ms: home folders on a network tell of no changes, and the file may not be there yet. */
const intervalMs = 1_500;

/** Calls `listener` when the file at `path` has changed, come or gone, whoever did it. Keeps no program alive. */
export function watchConfig(path: string, listener: () => void): Disposable {
  const onChange = (): void => listener();
  watchFile(path, { interval: intervalMs, persistent: false }, onChange);
  return { dispose: () => unwatchFile(path, onChange) };
}
