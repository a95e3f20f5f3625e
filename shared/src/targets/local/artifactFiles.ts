import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { mediaTypeOf, roleOf } from '../../artifacts/index.ts';
import { artifactIndexSchema, type Artifact } from '../../protocol/index.ts';
import { openContained, readRange } from './containment.ts';
import { walkTree } from './copyTree.ts';
import { errorCode, isMissing } from './diskErrors.ts';
import type { RunPaths } from './runFolder.ts';

/**
 * The artifacts of a run: `collect`'s index, or what lies in `output/` now when there is none (the run still goes on, or
 * was killed before it came to that).
 */
export async function artifactsOf(
  paths: RunPaths,
  notebookName: string | undefined,
  signal: AbortSignal,
): Promise<readonly Artifact[]> {
  return (await readIndex(paths.artifactIndex)) ?? listOutput(paths, notebookName, signal);
}

async function readIndex(path: string): Promise<readonly Artifact[] | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    const parsed = artifactIndexSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.artifacts : undefined;
  } catch {
    // Cut short by a kill or a full disk: what is there is still worth listing.
    return undefined;
  }
}

async function listOutput(paths: RunPaths, notebookName: string | undefined, signal: AbortSignal): Promise<Artifact[]> {
  const artifacts: Artifact[] = [];
  for await (const entry of walkTree(paths.output, signal)) {
    if (entry.kind !== 'file') continue;
    const hashed = await hashFile(paths, entry.path, signal);
    if (hashed === undefined) continue;
    const path = `output/${entry.path}`;
    artifacts.push({ path, ...hashed, mediaType: mediaTypeOf(path), role: roleInRun(path, notebookName) });
  }
  return artifacts;
}

/** Another notebook's output that this run happened to write is not what this run is about. */
function roleInRun(path: string, notebookName: string | undefined): Artifact['role'] {
  const role = roleOf(path);
  const own = role !== 'executedNotebook' && role !== 'report';
  return own || path.startsWith(`output/${notebookName ?? ''}_output.`) ? role : 'file';
}

/** Undefined for a file that vanished or may not be read; the run may still be at work on it. */
async function hashFile(
  paths: RunPaths,
  path: string,
  signal: AbortSignal,
): Promise<{ bytes: number; sha256: string } | undefined> {
  try {
    const handle = await openContained(paths.output, path);
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of readRange(handle, { start: 0, end: Number.MAX_SAFE_INTEGER }, signal)) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    return { bytes, sha256: hash.digest('hex') };
  } catch (error) {
    if (isMissing(error) || errorCode(error) === 'EACCES' || errorCode(error) === 'artifact.notFound') return undefined;
    throw error;
  }
}
