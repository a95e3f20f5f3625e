import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

const left = /(^|\/)(tests|__pycache__|\.[^/]*|pyproject\.toml|README\.md)(\/|$)/;

/**
 * What runs need of the step scripts' folder: relative paths with forward slashes, sorted.
 * @param stepsDir absolute path
 */
export async function stepFiles(stepsDir: string): Promise<string[]> {
  const entries = await readdir(stepsDir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(stepsDir, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !left.test(path))
    .sort();
}
