import { readdir, readFile } from 'node:fs/promises';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';
import { SlipwayError } from '../../../protocol/index.ts';
import { errorCode, isMissing } from '../diskErrors.ts';
import { findOnPath, isExecutable } from './findOnPath.ts';
import { probePython } from './probe.ts';

/** Where kernels are looked for. */
export interface KernelSearch {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the user's home. */
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** Absolute path of the job's folder, if it is on this machine's disk. */
  readonly folder: string | undefined;
}

/** A Jupyter kernel that is installed on this machine. */
export interface Kernel {
  /** What `--kernel` takes: the folder's name, in lower case as Jupyter compares it. */
  readonly name: string;
  readonly displayName: string;
  readonly language: string;
  /** The Python that runs it; undefined for another language, or when it starts through some other program. */
  readonly interpreter: string | undefined;
  /** Where it was found, for people: `./.venv`, `/usr/share/jupyter`. */
  readonly origin: string;
}

/** A folder that may hold kernels, the most specific first. */
interface KernelPlace {
  /** The folder above `kernels/`. */
  readonly dataFolder: string;
  /** The Python installation that it belongs to, if any. */
  readonly prefix: string | undefined;
  readonly origin: string;
}

const parentLevels = 3;

/** All kernels found, one a name: the first in the order of `KernelSearch`, as Jupyter does. */
export async function listKernels(search: KernelSearch, signal: AbortSignal): Promise<readonly Kernel[]> {
  const found = new Map<string, Kernel>();
  for (const place of await kernelPlaces(search, signal)) {
    for (const folder of await foldersIn(join(place.dataFolder, 'kernels'))) {
      signal.throwIfAborted();
      const name = basename(folder).toLowerCase();
      if (found.has(name)) continue;
      const kernel = await readKernel(name, folder, place, search);
      if (kernel !== undefined) found.set(name, kernel);
    }
  }
  return [...found.values()];
}

/** Virtual environments that a person would expect to be used: beside the job, above it, or activated. */
export async function nearbyPrefixes(search: KernelSearch): Promise<readonly { prefix: string; origin: string }[]> {
  const prefixes: { prefix: string; origin: string }[] = [];
  let up = '.';
  let folder = search.folder;
  for (let level = 0; level <= parentLevels && folder !== undefined; level++) {
    for (const name of ['.venv', 'venv']) {
      prefixes.push({ prefix: join(folder, name), origin: `${up}/${name}` });
    }
    const parent = dirname(folder);
    folder = parent === folder ? undefined : parent;
    up = level === 0 ? '..' : `${up}/..`;
  }
  for (const name of ['VIRTUAL_ENV', 'CONDA_PREFIX']) {
    const prefix = search.env[name];
    if (prefix !== undefined && isAbsolute(prefix)) prefixes.push({ prefix, origin: prefix });
  }
  const usable: { prefix: string; origin: string }[] = [];
  for (const candidate of prefixes) {
    if (await isExecutable(join(candidate.prefix, 'bin', 'python'))) usable.push(candidate);
  }
  return usable;
}

async function kernelPlaces(search: KernelSearch, signal: AbortSignal): Promise<KernelPlace[]> {
  const ofPrefix = (prefix: string, origin: string): KernelPlace => ({
    dataFolder: join(prefix, 'share', 'jupyter'),
    prefix,
    origin,
  });
  const ofFolder = (dataFolder: string): KernelPlace => ({ dataFolder, prefix: undefined, origin: dataFolder });
  const jupyterPath = (search.env.JUPYTER_PATH ?? '').split(delimiter).filter(isAbsolute);
  const onPath = await prefixOnPath(search, signal);
  return [
    ...(await nearbyPrefixes(search)).map(({ prefix, origin }) => ofPrefix(prefix, origin)),
    ...jupyterPath.map(ofFolder),
    ofFolder(userDataFolder(search)),
    ...(onPath === undefined ? [] : [ofPrefix(onPath, onPath)]),
    ofPrefix('/usr/local', '/usr/local/share/jupyter'),
    ofPrefix('/usr', '/usr/share/jupyter'),
  ];
}

/** Where the `python3` on PATH is installed; it has to be asked, because what is on PATH may be a shim. */
async function prefixOnPath(search: KernelSearch, signal: AbortSignal): Promise<string | undefined> {
  const interpreter = await findOnPath('python3', search.env.PATH);
  if (interpreter === undefined) return undefined;
  try {
    return (await probePython(interpreter, search.folder ?? '/', signal)).prefix;
  } catch (error) {
    // One that is of no use has no kernels of use either.
    if (SlipwayError.is(error, 'python.unusable')) return undefined;
    throw error;
  }
}

/** Jupyter's own rule (jupyter_core `jupyter_data_dir`). */
function userDataFolder({ env, home, platform }: KernelSearch): string {
  const chosen = env.JUPYTER_DATA_DIR;
  if (chosen !== undefined && isAbsolute(chosen)) return chosen;
  if (platform === 'darwin') return join(home, 'Library', 'Jupyter');
  const data = env.XDG_DATA_HOME;
  return join(data !== undefined && isAbsolute(data) ? data : join(home, '.local', 'share'), 'jupyter');
}

async function foldersIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort().map((name) => join(folder, name));
  } catch (error) {
    if (isMissing(error) || errorCode(error) === 'EACCES') return [];
    throw error;
  }
}

/** Undefined for a folder without a kernel.json that can be read: Jupyter passes over those as well. */
async function readKernel(
  name: string,
  folder: string,
  place: KernelPlace,
  search: KernelSearch,
): Promise<Kernel | undefined> {
  let spec: unknown;
  try {
    spec = JSON.parse(await readFile(join(folder, 'kernel.json'), 'utf8'));
  } catch {
    return undefined;
  }
  if (typeof spec !== 'object' || spec === null || !('argv' in spec) || !Array.isArray(spec.argv)) return undefined;
  const argv: readonly unknown[] = spec.argv;
  const [program] = argv;
  const language = 'language' in spec && typeof spec.language === 'string' ? spec.language : '';
  return {
    name,
    displayName: 'display_name' in spec && typeof spec.display_name === 'string' ? spec.display_name : name,
    language,
    interpreter: await interpreterOf(program, language, place, search),
    origin: place.origin,
  };
}

async function interpreterOf(
  program: unknown,
  language: string,
  place: KernelPlace,
  search: KernelSearch,
): Promise<string | undefined> {
  if (language.toLowerCase() !== 'python' || typeof program !== 'string') return undefined;
  if (!/^python[\d.]*$/.test(basename(program))) return undefined;
  if (isAbsolute(program)) return program;
  // A bare name means the Python that the kernel was installed with, which need not have that very name (Debian: python3).
  const names = [basename(program), 'python3'];
  for (const name of place.prefix === undefined ? [] : names) {
    const candidate = join(place.prefix ?? '', 'bin', name);
    if (await isExecutable(candidate)) return candidate;
  }
  for (const name of names) {
    const candidate = await findOnPath(name, search.env.PATH);
    if (candidate !== undefined) return candidate;
  }
  return undefined;
}
