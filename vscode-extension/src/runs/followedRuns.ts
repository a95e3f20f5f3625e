import { mkdir, readdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '@slipway/shared/protocol';

/**
 * The runs whose end is to be told of: an empty file each, in a folder that all windows of a user share. Who removes a
 * run's file tells of its end, so that exactly one window does, also one that was opened afterwards.
 */
export class FollowedRuns {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async follow(run: Run): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await writeFile(join(this.#folder, fileOf(run)), '');
  }

  /** True while the end of any run was not told of. */
  async any(): Promise<boolean> {
    return (await this.#names()).length > 0;
  }

  /** Those of these runs whose end this window has to tell of. */
  async claim(ended: readonly Run[]): Promise<Run[]> {
    const names = new Set(await this.#names());
    const mine: Run[] = [];
    for (const run of ended) if (names.has(fileOf(run)) && (await this.#remove(run))) mine.push(run);
    return mine;
  }

  async #remove(run: Run): Promise<boolean> {
    try {
      await unlink(join(this.#folder, fileOf(run)));
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.#folder);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }
}

function fileOf({ context, name }: Run): string {
  return encodeURIComponent(`${context}/${name}`);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
