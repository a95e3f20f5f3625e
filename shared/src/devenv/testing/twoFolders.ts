import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Two empty folders for a copy between them, in one that `dispose` removes. */
export interface TwoFolders {
  readonly folder: string;
  readonly here: string;
  readonly there: string;
  dispose(): Promise<void>;
}

export async function makeTwoFolders(): Promise<TwoFolders> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-copy-'));
  const [here, there] = [join(folder, 'here'), join(folder, 'there')];
  for (const path of [here, there]) await mkdir(path);
  return { folder, here, there, dispose: () => rm(folder, { recursive: true, force: true }) };
}
