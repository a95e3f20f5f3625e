import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CoreEnvironment } from '../core.ts';

/** An environment in which everything that a core writes lies below `root`. */
export async function environmentIn(root: string, changes: Partial<CoreEnvironment> = {}): Promise<CoreEnvironment> {
  const home = join(root, 'home');
  const temporaryFolder = join(root, 'tmp');
  await Promise.all([home, temporaryFolder].map((folder) => mkdir(folder, { recursive: true })));
  return {
    version: '0.1.0',
    dataDir: join(root, 'data'),
    environmentsDir: join(root, 'environments'),
    configDir: join(root, 'config'),
    stepsDir: fileURLToPath(new URL('../../pipeline/steps', import.meta.url)),
    supervisorScript: fileURLToPath(new URL('../../targets/local/supervisorMain.ts', import.meta.url)),
    nodePath: process.execPath,
    env: { ...process.env, HOME: home },
    now: Date.now,
    randomHex: (bytes) => randomBytes(bytes).toString('hex'),
    temporaryFolder,
    log: () => undefined,
    ...changes,
  };
}
