import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';

/** All programs of that name on a PATH, in its order; relative entries are left out, as they depend on the caller's folder. */
export async function findAllOnPath(name: string, path: string | undefined): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of (path ?? '').split(':')) {
    if (!isAbsolute(folder)) continue;
    const candidate = join(folder, name);
    if (!found.includes(candidate) && (await isExecutable(candidate))) found.push(candidate);
  }
  return found;
}

/** The first program of that name on a PATH. */
export async function findOnPath(name: string, path: string | undefined): Promise<string | undefined> {
  return (await findAllOnPath(name, path))[0];
}

export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
