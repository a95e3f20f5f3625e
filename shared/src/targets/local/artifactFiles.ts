import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { artifactIndexSchema, type Artifact } from '../../protocol/index.ts';
import { openContained, readRange } from './containment.ts';
import { walkTree } from './copyTree.ts';
import { errorCode, isMissing } from './diskErrors.ts';
import type { RunPaths } from './runFolder.ts';

const mediaTypes: Readonly<Record<string, string>> = {
  '.ipynb': 'application/x-ipynb+json',
  '.html': 'text/html',
  '.txt': 'text/plain',
  '.log': 'text/plain',
  '.csv': 'text/csv',
  '.json': 'application/json',
  '.xml': 'application/xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.svg': 'image/svg+xml',
  '.pdf': 'application/pdf',
};

const roles: Readonly<Record<string, Artifact['role']>> = {
  'papermill.log': 'log',
  'jupyter_nbconvert.log': 'log',
  'environment.json': 'environment',
  'requirements.lock.txt': 'requirementsLock',
  'pytest_results.xml': 'junit',
  'coverage.xml': 'coverage',
  'pytest_report.html': 'testReport',
};

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
    artifacts.push({
      path: `output/${entry.path}`,
      ...hashed,
      mediaType: mediaTypes[extname(entry.path).toLowerCase()] ?? 'application/octet-stream',
      role: roleOf(entry.path, notebookName),
    });
  }
  return artifacts;
}

function roleOf(path: string, notebookName: string | undefined): Artifact['role'] {
  if (notebookName !== undefined && path === `${notebookName}_output.ipynb`) return 'executedNotebook';
  if (notebookName !== undefined && path === `${notebookName}_output.html`) return 'report';
  return Object.hasOwn(roles, path) ? (roles[path] ?? 'file') : 'file';
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
