import type { Stats } from 'node:fs';
import { copyFile, lstat, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { SlipwayError, type StepName } from '../../protocol/index.ts';
import type { RunFile } from '../../pipeline/index.ts';
import { copyTree, walkTree, type TreeEntry } from './copyTree.ts';
import { isMissing } from './diskErrors.ts';
import type { RunPaths } from './runFolder.ts';

/**
 * Puts the results of the reused steps of `original` into the folder of a new run: their logs and results, the
 * environment that `prepare` found, and what the notebook or command left in `output/` and `work/`.
 */
export async function takeOver(
  runFile: RunFile,
  steps: readonly StepName[],
  original: RunPaths,
  fresh: RunPaths,
  signal: AbortSignal,
): Promise<void> {
  for (const step of steps) {
    await copyIfThere(original.log(step), fresh.log(step));
    await copyIfThere(original.times(step), fresh.times(step));
    if (!(await copyIfThere(original.result(step), fresh.result(step)))) {
      throw new SlipwayError('retry.refused', `The ${step} step of the earlier run left no result to reuse.`, {
        action: 'Run it again from the start.',
      });
    }
  }
  if (steps.includes('prepare')) await copyIfThere(original.python, fresh.python);
  const left = outputsLeft(runFile, steps);
  await copyTree(original.output, fresh.output, (entry) => left(entry.path), signal);
  if (steps.includes('notebook') || steps.includes('command')) await takeOverWork(original, fresh, signal);
}

/** Which paths below `output/` are results of the reused steps. Who writes what: PRODUCT.md "The pipeline, exactly". */
function outputsLeft(runFile: RunFile, steps: readonly StepName[]): (path: string) => boolean {
  const writtenBy = new Map<string, StepName>([
    ['requirements.lock.txt', 'prepare'],
    ['jupyter_nbconvert.log', 'report'],
    ['coverage.xml', 'test'],
    ['pytest_results.xml', 'test'],
    ['pytest_report.html', 'test'],
  ]);
  if (runFile.notebook !== undefined) writtenBy.set(`${runFile.notebook.name}_output.html`, 'report');
  const main: StepName = runFile.notebook === undefined ? 'command' : 'notebook';
  return (path) => steps.includes(writtenBy.get(path) ?? main);
}

/** The effect of the notebook or command on its folder: what it made, changed and removed there. */
async function takeOverWork(original: RunPaths, fresh: RunPaths, signal: AbortSignal): Promise<void> {
  const isEffect = async (entry: TreeEntry): Promise<boolean> => {
    if (entry.kind === 'folder') return !(await isFolder(join(original.inputs, entry.path)));
    return !(await sameFile(join(original.inputs, entry.path), join(original.work, entry.path)));
  };
  await copyTree(original.work, fresh.work, isEffect, signal);
  for await (const entry of walkTree(original.inputs, signal)) {
    if (!(await isThere(join(original.work, entry.path)))) {
      await rm(join(fresh.work, entry.path), { recursive: true, force: true });
    }
  }
}

async function sameFile(left: string, right: string): Promise<boolean> {
  const [one, other] = await Promise.all([statOf(left), statOf(right)]);
  if (one?.isFile() !== true || other?.isFile() !== true || one.size !== other.size) return false;
  const lefts = await open(left);
  try {
    const rights = await open(right);
    try {
      return await sameBytes(lefts, rights);
    } finally {
      await rights.close();
    }
  } finally {
    await lefts.close();
  }
}

async function sameBytes(left: FileHandle, right: FileHandle): Promise<boolean> {
  const a = Buffer.alloc(1024 * 1024);
  const b = Buffer.alloc(1024 * 1024);
  for (let at = 0; ;) {
    const one = await left.read(a, 0, a.length, at);
    const other = await right.read(b, 0, b.length, at);
    if (!a.subarray(0, one.bytesRead).equals(b.subarray(0, other.bytesRead))) return false;
    if (one.bytesRead === 0) return true;
    at += one.bytesRead;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await statOf(path))?.isDirectory() === true;
}

async function isThere(path: string): Promise<boolean> {
  return (await statOf(path)) !== undefined;
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function copyIfThere(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
