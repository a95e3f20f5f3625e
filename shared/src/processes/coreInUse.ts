import { utimesSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** How often a program that lives long says that its files are in use, ms. */
const againMs = 3_600_000;

/** As the launcher names its copies of the core: `core/<version>-<hash of the content>`. */
const copyName = /^.+-[0-9a-f]{12}$/;

/**
 * The folder of a program's script where it is a copy of the core that is removed when nothing has used it for long; undefined for any
 * other. Pure.
 */
export function coreCopyOf(script: string | undefined): string | undefined {
  if (script === undefined) return undefined;
  const folder = dirname(script);
  return copyName.test(basename(folder)) && basename(dirname(folder)) === 'core' ? folder : undefined;
}

/**
 * From now on, and as long as this process lives, the copy of the core that it was started from counts as used: what it loads later is
 * still there, whatever newer version cleans up. Time alone is compared, so that a process that was killed leaves nothing behind.
 * @param script of this process, absolute
 */
export function keepCoreInUse(script: string | undefined): void {
  const folder = coreCopyOf(script);
  if (folder === undefined) return;
  const use = (): void => {
    const now = new Date();
    try {
      utimesSync(folder, now, now);
    } catch {
      // Somebody else's folder, or a disk that nobody may write to: nobody of ours removes it then.
    }
  };
  use();
  setInterval(use, againMs).unref();
}
