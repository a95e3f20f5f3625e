/**
 * Programs that tests take from npm and that are too large for every checkout: in the user's cache folder, by the hash of their lock file.
 * Plain JavaScript, as test/setup.mjs.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { npm, pinnedNode, run } from '../setup.mjs';

const files = ['package.json', 'package-lock.json'];

/**
 * The folder in the cache with what `make` put there, which is called once.
 * @param name of the folder that holds one for each lock file; what other lock files left goes
 * @param here where package.json and package-lock.json are
 * @param make gets the path of a folder that holds these two
 * @throws Error whatever `make` throws; then the next call begins anew
 */
export async function fromNpm(name, here, make) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of files) hash.update(readFileSync(join(here, file)));
  const home = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), name);
  const folder = join(home, hash.digest('hex').slice(0, 16));
  if (existsSync(folder)) return folder;
  mkdirSync(home, { recursive: true });
  for (const stale of readdirSync(home)) rmSync(join(home, stale), { recursive: true, force: true });
  // Under another name until it is whole, for an install that is interrupted leaves half of it.
  const unfinished = `${folder}.unfinished`;
  mkdirSync(unfinished);
  for (const file of files) copyFileSync(join(here, file), join(unfinished, file));
  await make(unfinished);
  renameSync(unfinished, folder);
  return folder;
}

/** Installs what the lock file in a folder names, without anybody's scripts (hence without a compiler). */
export function install(folder) {
  const args = ['install', '--prefix', folder, '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
  return run(npm, [...args, '--loglevel=error'], { env: pinnedNode(), quiet: true });
}
