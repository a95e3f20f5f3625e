import { readdir } from 'node:fs/promises';
import { isMissing } from './diskErrors.ts';

/** Names of what a folder holds; none where there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
