import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Everything of a tree that a copy keeps, a line each: names, kinds, modes, times, links, contents.
 * @param timesMs how exactly times are kept
 */
export async function inventory(folder: string, timesMs = 1): Promise<string[]> {
  const lines: string[] = [];
  for (const path of await readdir(folder, { recursive: true })) {
    const full = join(folder, path);
    const stats = await lstat(full);
    const mode = (stats.mode & 0o777).toString(8);
    if (stats.isDirectory()) lines.push(`${path} folder`);
    else if (stats.isSymbolicLink()) lines.push(`${path} -> ${await readlink(full)}`);
    else {
      const sha256 = createHash('sha256')
        .update(await readFile(full))
        .digest('hex');
      const time = Math.floor(Math.round(stats.mtimeMs) / timesMs) * timesMs;
      lines.push(`${path} ${mode} ${stats.size} ${time} ${sha256}`);
    }
  }
  return lines.sort();
}
