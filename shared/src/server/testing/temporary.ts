import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

/** Makes empty folders (0700) that are gone after the test. */
export function temporaryFolders(): () => Promise<string> {
  const made: string[] = [];
  afterEach(async () => {
    await Promise.all(
      made.splice(0).map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })),
    );
  });
  return async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-server-'));
    made.push(folder);
    return folder;
  };
}
