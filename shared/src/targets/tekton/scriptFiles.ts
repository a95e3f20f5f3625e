import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { stepFiles } from '../stepFiles.ts';

/** The files that all runs of this version share, by path below `/slipway/steps` and `/slipway/assets`. */
export interface ScriptFiles {
  readonly steps: ReadonlyMap<string, Uint8Array>;
  readonly assets: ReadonlyMap<string, Uint8Array>;
}

/** Larger files travel compressed: a ConfigMap holds 1 MiB. */
const compressedBytes = 256 * 1024;
const assetsFolder = 'assets/';

/**
 * Reads the step scripts and the scripts that reports carry inside.
 * @param stepsDir absolute path; `assets/` lies in it where the bundle was built, large files compressed beside themselves
 */
export async function readScriptFiles(stepsDir: string): Promise<ScriptFiles> {
  const paths = await stepFiles(stepsDir);
  const there = new Set(paths);
  const files = await Promise.all(
    paths
      // What is compressed already need not be read, and compressed again at every start.
      .filter((path) => !(path.startsWith(assetsFolder) && there.has(`${path}.gz`)))
      .map(async (path) => [path, await readFile(join(stepsDir, path))] as const),
  );
  const steps = new Map<string, Uint8Array>();
  const assets = new Map<string, Uint8Array>();
  for (const [path, bytes] of files) {
    const name = path.slice(assetsFolder.length);
    if (!path.startsWith(assetsFolder)) steps.set(path, bytes);
    else if (bytes.length <= compressedBytes || path.endsWith('.gz')) assets.set(name, bytes);
    // The same bytes every time, so that all runs of a version share one ConfigMap.
    else assets.set(`${name}.gz`, await promisify(gzip)(bytes, { level: 9 }));
  }
  return { steps, assets };
}
