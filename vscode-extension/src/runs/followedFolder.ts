import { mkdir, readdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FollowedRunNames } from '@slipway/shared/client';

/** Names of runs as empty files in a folder that all windows of a user share: whose file is removed once, by one of them. */
export class FollowedFolder implements FollowedRunNames {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async add(name: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await writeFile(join(this.#folder, encodeURIComponent(name)), '');
  }

  async list(): Promise<readonly string[]> {
    try {
      return (await readdir(this.#folder)).map(decoded).filter((name) => name !== undefined);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  async take(name: string): Promise<boolean> {
    try {
      await unlink(join(this.#folder, encodeURIComponent(name)));
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }
}

/** Undefined for a file that is none of ours. */
function decoded(file: string): string | undefined {
  try {
    return decodeURIComponent(file);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
