import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SlipwayError } from '../../protocol/index.ts';
import { stepFiles } from '../stepFiles.ts';
import { errorCode, isMissing, makeFolders, onDisk, throwIfAborted } from './diskErrors.ts';
import { dataPaths } from './runFolder.ts';

export interface KeptStepsOptions {
  /** Absolute path of the folder that this version of Slipway brings. */
  readonly stepsDir: string;
  readonly dataDir: string;
  /** Epoch ms. */
  readonly now: () => number;
}

/**
 * The step scripts in the data folder, `steps/HASH`: a run goes on with those that it began with, whatever an update or an
 * uninstallation does to the folder they came in. One copy for each content, shared by all runs.
 */
export class KeptSteps {
  readonly #options: KeptStepsOptions;
  #hash: Promise<string> | undefined;

  constructor(options: KeptStepsOptions) {
    this.#options = options;
  }

  /**
   * Makes the copy where it is missing, and notes that it is in use.
   * @returns its absolute path, and whether it was made just now
   * @throws SlipwayError `disk.full`, `disk.denied`, `cancelled`; `supervisor.failed` where the scripts are gone and no copy is left
   */
  async place(signal: AbortSignal): Promise<{ readonly folder: string; readonly isNew: boolean }> {
    const known = this.#folderOf(await this.#contentHash());
    throwIfAborted(signal);
    if (await this.#isThere(known)) return { folder: known, isNew: false };
    // They may have been changed or removed since their name was found.
    const { hash, files } = await readScripts(this.#options.stepsDir);
    this.#hash = Promise.resolve(hash);
    const folder = this.#folderOf(hash);
    const isNew = folder === known || !(await this.#isThere(folder));
    if (isNew) await onDisk(this.#options.dataDir, () => copyTo(folder, files, signal));
    return { folder, isNew };
  }

  #folderOf(hash: string): string {
    return join(dataPaths(this.#options.dataDir).steps, hash);
  }

  #isThere(folder: string): Promise<boolean> {
    const { dataDir, now } = this.#options;
    return onDisk(dataDir, () => touched(folder, now()));
  }

  #contentHash(): Promise<string> {
    this.#hash ??= readScripts(this.#options.stepsDir).then(
      ({ hash }) => hash,
      (error: unknown) => {
        this.#hash = undefined;
        throw error;
      },
    );
    return this.#hash;
  }
}

interface Script {
  /** Relative to their folder, with forward slashes. */
  readonly path: string;
  readonly content: Uint8Array;
}

/** @throws SlipwayError `supervisor.failed` where they are gone */
async function readScripts(stepsDir: string): Promise<{ readonly hash: string; readonly files: readonly Script[] }> {
  try {
    const files: Script[] = [];
    for (const path of await filesOf(stepsDir)) files.push({ path, content: await readFile(join(stepsDir, path)) });
    const hash = createHash('sha256');
    for (const { path, content } of files) hash.update(`${path}\0${content.length}\0`).update(content);
    return { hash: hash.digest('hex').slice(0, 32), files };
  } catch (error) {
    throw isMissing(error) ? filesGone(stepsDir, error) : error;
  }
}

/** Under another name first, so that nobody meets half a copy. */
async function copyTo(folder: string, files: readonly Script[], signal: AbortSignal): Promise<void> {
  const draft = `${folder}.${randomBytes(6).toString('hex')}.new`;
  await makeFolders(draft);
  try {
    for (const { path, content } of files) {
      throwIfAborted(signal);
      await writeDurably(join(draft, path), content);
    }
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another process was faster.
    if (errorCode(error) !== 'ENOTEMPTY' && errorCode(error) !== 'EEXIST') throw error;
  }
}

function filesGone(stepsDir: string, cause: unknown): SlipwayError {
  return new SlipwayError(
    'supervisor.failed',
    `Slipway's own files in ${stepsDir} are gone: it was updated or removed while it ran.`,
    { action: 'Start it again: reload the window, or enter the command once more.', cause },
  );
}

/** False when the folder is missing. */
async function touched(folder: string, now: number): Promise<boolean> {
  try {
    await utimes(folder, now / 1000, now / 1000);
    return (await stat(folder)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Files that are compressed beside themselves are for ConfigMaps. */
async function filesOf(stepsDir: string): Promise<string[]> {
  const paths = await stepFiles(stepsDir);
  const there = new Set(paths);
  return paths.filter((path) => !(path.endsWith('.gz') && there.has(path.slice(0, -'.gz'.length))));
}

/** The name of the copy promises its content, also after the machine went down. */
async function writeDurably(path: string, content: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
