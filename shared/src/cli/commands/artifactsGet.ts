import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SlipwayError, formatBytes, type Artifact, type Run } from '../../protocol/index.ts';
import type { CliCore } from '../cliCore.ts';
import { exitCodes } from '../exitCodes.ts';
import { count } from '../../views/index.ts';
import type { Session } from '../session.ts';
import { plain } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { createActivity } from '../view/presenter.ts';
import { formatPath } from '../view/values.ts';
import { findRun, refOf, type RunReference } from './runReference.ts';

export interface GetOptions {
  /** Paths, or what people call them: `report`, `notebook`. Empty for all. */
  readonly names: readonly string[];
  /** Default: a folder named after the run. */
  readonly folder: string | undefined;
  readonly zip: boolean;
  /** Writes over files that differ. */
  readonly force: boolean;
}

/** `slipway artifacts get`: copies artifacts into a folder, or all of them into one zip file there. */
export async function getArtifacts(session: Session, reference: RunReference, options: GetOptions): Promise<number> {
  if (options.zip && options.names.length > 0) {
    throw new SlipwayError('usage', '--zip takes all artifacts, so no paths can be named with it.', {
      action: 'Leave out the paths, or --zip.',
    });
  }
  const core = await session.core();
  const run = await findRun(core, reference, session.signal);
  return options.zip ? getZip(session, core, run, options) : getFiles(session, core, run, options);
}

async function getZip(session: Session, core: CliCore, run: Run, { folder, force }: GetOptions): Promise<number> {
  const target = resolve(session.io.cwd, folder ?? '.', `${run.name}.zip`);
  if (!force && (await exists(target))) throw existsError(target);
  await saveFile(target, core.artifacts.zip(run.context, run.name, session.signal), session.signal);
  session.out.writeLines([[plain(formatPath(target, session.io.cwd, session.io.home))]]);
  return exitCodes.passed;
}

async function getFiles(session: Session, core: CliCore, run: Run, options: GetOptions): Promise<number> {
  const { io, out, signal } = session;
  const { artifacts } = await core.handlers['artifacts/list'](refOf(run), signal);
  const wanted =
    options.names.length === 0 ? artifacts : await chooseArtifacts(core, run, artifacts, options.names, signal);
  const folder = resolve(io.cwd, options.folder ?? run.name);
  const activity = createActivity({ io, output: session.err }, session.canPaint(session.err));
  let written = 0;
  try {
    for (const [index, artifact] of wanted.entries()) {
      activity.say(`${index + 1} of ${count(wanted.length, 'file')}, ${formatBytes(written)}: ${artifact.path}`);
      const target = await safeTarget(folder, artifact.path);
      if (await needsWriting(target, artifact, options.force)) {
        const { content } = await core.artifacts.open(run.context, run.name, artifact.path, signal);
        await saveFile(target, content, signal);
      }
      written += artifact.bytes;
    }
  } finally {
    activity.dispose();
  }
  const place = formatPath(folder, io.cwd, io.home);
  out.writeLines([[plain(`${count(wanted.length, 'file')}, ${formatBytes(written)} in ${place}`)]]);
  return exitCodes.passed;
}

async function chooseArtifacts(
  core: CliCore,
  run: Run,
  artifacts: readonly Artifact[],
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly Artifact[]> {
  const chosen: Artifact[] = [];
  for (const name of names) {
    const below = artifacts.filter(({ path }) => path.startsWith(`${name.replace(/\/+$/, '')}/`));
    if (below.length > 0) {
      chosen.push(...below);
      continue;
    }
    const { path } = await core.artifacts.open(run.context, run.name, name, signal);
    const artifact = artifacts.find((candidate) => candidate.path === path);
    if (artifact === undefined) {
      throw new SlipwayError('artifact.notFound', `${oneLine(name)} is no artifact of ${run.name}.`, {
        action: `List them with "slipway artifacts ${run.name}".`,
      });
    }
    chosen.push(artifact);
  }
  return [...new Set(chosen)];
}

/**
 * Where an artifact goes. Its path comes from the run, which may lie: it must stay in the folder, by its name and by the
 * links that are there.
 */
async function safeTarget(folder: string, path: string): Promise<string> {
  const parts = path.split('/');
  const isUnsafe =
    isAbsolute(path) || parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'));
  const hasSeparator = sep === '\\' && /[\\:]/.test(path);
  if (isUnsafe || hasSeparator) throw refusedError(path);
  await mkdir(folder, { recursive: true });
  const root = await realpath(folder);
  const parent = join(root, ...parts.slice(0, -1));
  await mkdir(parent, { recursive: true });
  if ((await realpath(parent)) !== parent) throw refusedError(path);
  return join(parent, parts.at(-1) ?? '');
}

function refusedError(path: string): SlipwayError {
  return new SlipwayError('path.refused', `The artifact ${JSON.stringify(path)} would be written outside the folder.`, {
    action: 'Choose an empty folder with -d, or get it with --zip.',
  });
}

/** False where the file is there already, byte for byte. @throws SlipwayError `usage` where another one is */
async function needsWriting(target: string, artifact: Artifact, force: boolean): Promise<boolean> {
  const found = await lstatOrUndefined(target);
  if (found === undefined) return true;
  if (found.isFile() && found.size === artifact.bytes && (await hashOf(target)) === artifact.sha256) return false;
  if (force && !found.isDirectory()) return true;
  throw existsError(target);
}

function existsError(target: string): SlipwayError {
  return new SlipwayError('usage', `${oneLine(target)} is there already and differs.`, {
    action: 'Choose another folder with -d, or write over it with --force.',
  });
}

async function exists(path: string): Promise<boolean> {
  return (await lstatOrUndefined(path)) !== undefined;
}

async function lstatOrUndefined(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Writes a file whole or not at all. @throws SlipwayError `disk.full`, `disk.denied` */
async function saveFile(target: string, content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  const partial = join(dirname(target), `.slipway-${randomUUID()}.part`);
  try {
    await mkdir(dirname(target), { recursive: true });
    // A stream that opens the file itself may do so after it has failed, and then after the file was removed.
    const file = await open(partial, 'wx');
    await pipeline(content, file.createWriteStream(), { signal });
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { force: true });
    throw diskError(target, error);
  }
}

function diskError(target: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || SlipwayError.is(error)) return error;
  const place = oneLine(target);
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new SlipwayError('disk.full', `There is no space left to write ${place}.`, {
        action: 'Free some, or choose another folder with -d.',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
      return new SlipwayError('disk.denied', `${place} cannot be written: ${error.message}.`, {
        action: 'Choose another folder with -d.',
        cause: error,
      });
    default:
      return error;
  }
}
