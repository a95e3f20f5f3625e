import { readFile, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { SlipwayError } from '../../protocol/index.ts';
import { codeOf } from '../transport/faultOf.ts';
import { invalid } from './faults.ts';
import { type Kubeconfig, mergeKubeconfigs, parseKubeconfig } from './parse.ts';

/** A kubeconfig is not larger, in bytes. */
const largest = 8 * 1024 * 1024;

export interface KubeconfigPlace {
  /** A file to use instead of what the environment says. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homedir: string;
}

/**
 * Reads the kubeconfig: the named file; else those of `KUBECONFIG`, missing ones skipped; else `~/.kube/config`. Undefined
 * when nothing was named and there is none.
 * @throws SlipwayError `kubeconfig.invalid`
 */
export async function loadKubeconfig(place: KubeconfigPlace, signal: AbortSignal): Promise<Kubeconfig | undefined> {
  if (place.file !== undefined) {
    const file = resolve(place.file.startsWith('~/') ? join(place.homedir, place.file.slice(2)) : place.file);
    const text = await readIfThere(file, signal);
    if (text === undefined) throw missing(`There is no kubeconfig ${file}.`);
    return parseKubeconfig(text, file);
  }
  const named = (place.env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  const files = named.length > 0 ? named.map((path) => resolve(path)) : [join(place.homedir, '.kube', 'config')];
  const found: Kubeconfig[] = [];
  for (const file of files) {
    const text = await readIfThere(file, signal);
    if (text !== undefined) found.push(parseKubeconfig(text, file));
  }
  if (found.length > 0) return mergeKubeconfigs(found);
  if (named.length > 0) throw missing(`None of the files in KUBECONFIG exists: ${files.join(', ')}.`);
  return undefined;
}

function missing(message: string) {
  return invalid(message, 'Name a kubeconfig that exists, or ask whoever runs the cluster for one.');
}

async function readIfThere(file: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { size } = await stat(file);
    if (size > largest) throw invalid(`The kubeconfig ${file} is larger than 8 MB.`, 'Name a kubeconfig file.');
    return await readFile(file, { encoding: 'utf8', signal });
  } catch (error) {
    signal.throwIfAborted();
    switch (codeOf(error)) {
      case 'ENOENT':
      case 'ENOTDIR':
        return undefined;
      case 'EACCES':
      case 'EPERM':
        throw invalid(
          `The kubeconfig ${file} may not be read.`,
          'Make yourself its owner: it was perhaps written with sudo.',
          error,
        );
      case 'EISDIR':
        throw invalid(`${file} is a folder, not a kubeconfig.`, 'Name a kubeconfig file.', error);
      default:
        if (error instanceof SlipwayError) throw error;
        throw invalid(`The kubeconfig ${file} cannot be read (${codeOf(error)}).`, 'Name another kubeconfig.', error);
    }
  }
}
