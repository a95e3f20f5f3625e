import { watch, type FSWatcher } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePrivateFolder } from './privateFiles.ts';

/** How often a folder is looked at that tells of no changes, milliseconds. */
const lookMs = 5000;

/**
 * Tells the names of files in a private folder that were changed, perhaps several times for one change. Does not keep the
 * process alive. The caller disposes it.
 */
export function watchFolder(folder: string, onChange: (file: string) => void): { dispose(): void } {
  let watcher: FSWatcher | undefined;
  let timer: NodeJS.Timeout | undefined;
  let disposed = false;
  const look = () => {
    if (disposed || timer !== undefined) return;
    let before: ReadonlyMap<string, number> | undefined;
    timer = setInterval(() => {
      void changeTimes(folder).then((now) => {
        for (const file of before === undefined ? [] : changed(before, now)) if (!disposed) onChange(file);
        before = now;
      });
    }, lookMs);
    timer.unref();
  };
  const listen = () => {
    if (disposed) return;
    watcher = watch(folder, { persistent: false }, (_event, file) => {
      if (file !== null && !disposed) onChange(file);
    });
    watcher.on('error', () => {
      watcher?.close();
      look();
    });
  };
  // A folder that cannot be watched (out of watches, a network's file system) or used can still be looked at.
  ensurePrivateFolder(folder).then(listen).catch(look);
  return {
    dispose: () => {
      disposed = true;
      watcher?.close();
      clearInterval(timer);
    },
  };
}

/** When each file was changed last; nothing of a folder that cannot be read. */
async function changeTimes(folder: string): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number>();
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found !== undefined) times.set(name, found.mtimeMs);
  }
  return times;
}

function changed(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): readonly string[] {
  return [...new Set([...before.keys(), ...now.keys()])].filter((name) => before.get(name) !== now.get(name));
}
