import { createHash, randomUUID } from 'node:crypto';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SlipwayError } from '../../protocol/index.ts';
import { launcherCommand, launcherScript } from './launcherScript.ts';
import type { MachineFiles } from './machineFiles.ts';
import { codeOf, replaceFile } from './replaceFile.ts';
import type { SshState } from './sshState.ts';

export interface CoreFiles {
  /** Of Slipway. */
  readonly version: string;
  /** The folder of the bundle: `slipway.js` and what it loads. */
  readonly folder: string;
  /** What runs this core. */
  readonly runtime: { readonly path: string; readonly electron: boolean };
}

/** Core files that nothing uses for so long are removed, ms; what runs from them says so each hour (`keepCoreInUse`). */
const unusedMs = 30 * 24 * 3_600_000;
/** So many programs are remembered that may run the core. */
const mostRuntimes = 4;
const script = 'slipway.js';
const proxyScript = 'sshProxy.cjs';

/**
 * Copies the core's files to where they stay, once for each version and content, and writes the launcher. The lock has to be held.
 * @returns the programs to remember
 * @throws SlipwayError `ssh.config`
 */
export async function installLauncher(
  machine: MachineFiles,
  core: CoreFiles,
  known: SshState['runtimes'],
): Promise<SshState['runtimes']> {
  const { paths, platform, files } = machine;
  const runtimes = [core.runtime, ...known.filter(({ path }) => path !== core.runtime.path)].slice(0, mostRuntimes);
  try {
    const folder = await copyCore(paths.core, core);
    const options = { script: join(folder, script), proxyScript: join(folder, proxyScript), runtimes };
    const text = platform === 'win32' ? launcherCommand(options) : launcherScript(options);
    await mkdir(dirname(paths.launcher), { recursive: true, mode: 0o700 });
    const before = await readFile(paths.launcher, 'utf8').catch(() => undefined);
    if (before !== text) {
      await useOnceMore(paths.core, before ?? '');
      await replaceFile(files, paths.launcher, text, { mode: 0o755 });
    }
    await removeUnused(paths.core, folder);
  } catch (error) {
    if (SlipwayError.is(error)) throw error;
    throw new SlipwayError(
      'ssh.config',
      `The program that ssh starts could not be put into ${paths.core}: ${codeOf(error)}.`,
      {
        action: 'Check the folder and the space on its disk.',
        cause: error,
      },
    );
  }
  return runtimes;
}

/** The folder with the copy. In development one version has many contents: none of them runs in place of another. */
async function copyCore(into: string, { version, folder }: CoreFiles): Promise<string> {
  const names = await contents(folder);
  if (!names.includes(script)) {
    throw new SlipwayError(
      'ssh.config',
      `The program that ssh starts is not built: there is no ${script} in ${folder}.`,
      {
        action: 'Install Slipway from its package; in a checkout run "npm run build".',
      },
    );
  }
  const target = join(into, `${version}-${await contentHash(folder, names)}`);
  await mkdir(into, { recursive: true, mode: 0o700 });
  const now = new Date();
  if ((await stat(join(target, script)).catch(() => undefined)) === undefined) {
    const partial = join(into, `.${process.pid}-${randomUUID().slice(0, 8)}.partial`);
    try {
      await cp(folder, partial, { recursive: true, dereference: true });
      await letRemove(partial);
      await rename(partial, target);
    } catch (error) {
      await rm(partial, { recursive: true, force: true });
      // Somebody else was as fast.
      if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
    }
  }
  await utimes(target, now, now);
  return target;
}

/** An installation that nobody may write to is copied with its modes; the copy has to go again one day. */
async function letRemove(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await letRemove(join(folder, entry.name));
  }
}

async function contents(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

async function contentHash(folder: string, names: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const name of names) {
    const bytes = await readFile(join(folder, name));
    hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex').slice(0, 12);
}

/** What the launcher has started so far may live on, and load more of its files: their month begins now. */
async function useOnceMore(folder: string, launcher: string): Promise<void> {
  const now = new Date();
  for (const name of await readdir(folder)) {
    if (!name.startsWith('.') && launcher.includes(name)) await utimes(join(folder, name), now, now);
  }
}

/** What was written before and long since not used, and what was never finished. */
async function removeUnused(folder: string, current: string): Promise<void> {
  const limit = Date.now() - unusedMs;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    // What cannot be removed now is tried again at the next connecting, which works all the same.
    if (path !== current && mtimeMs < limit) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
