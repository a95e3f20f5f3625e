import { stat } from 'node:fs/promises';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { SlipwayError, type PythonChoice } from '../../../protocol/index.ts';
import type { PythonRequest } from '../../runTarget.ts';
import type { PlanEnvironment } from './environmentPlan.ts';
import { findAllOnPath, findOnPath } from './findOnPath.ts';
import { listKernels, nearbyPrefixes, type Kernel, type KernelSearch } from './kernels.ts';
import { probePython, unusable } from './probe.ts';

export interface ChoosePythonOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the user's home. */
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** Absolute path of the folder with the built environments. */
  readonly environmentsDir: string;
  readonly planEnvironment: PlanEnvironment;
}

/** An interpreter and why it is the one. */
type Found = Pick<PythonChoice, 'interpreter' | 'version' | 'origin' | 'kernel' | 'explanation'>;

const defaultKernel = 'python3';

/**
 * The Python and kernel of a run: what the job names, else what the notebook's kernel uses, else one that Slipway keeps.
 * @throws SlipwayError `kernel.unknown`, `python.unusable`, `spec.invalid` for requirements that rule an environment out
 */
export async function choosePython(
  options: ChoosePythonOptions,
  request: PythonRequest,
  signal: AbortSignal,
): Promise<PythonChoice> {
  const search: KernelSearch = { ...options, folder: request.folder };
  const kernels = await listKernels(search, signal);
  const kernel = kernels.find((candidate) => candidate.name === request.kernel?.toLowerCase());
  const found = await findPython(options, search, request, kernels, kernel, signal);
  // The notebook's metadata may be of another time than its kernel: what runs the cells decides.
  const language = kernel === undefined ? 'python' : kernel.language.toLowerCase() || (request.language ?? 'python');
  const plan = await options.planEnvironment(
    found.interpreter,
    {
      environments: options.environmentsDir,
      base: found.origin === 'managed' ? 'isolated' : 'interpreter',
      runs: request.kernel === undefined ? 'command' : 'notebook',
      tests: request.needsTests,
      language,
      requirements: request.requirements ?? null,
      folder: request.folder ?? null,
    },
    signal,
  );
  return { ...found, language, environment: plan.mode };
}

async function findPython(
  options: ChoosePythonOptions,
  search: KernelSearch,
  request: PythonRequest,
  kernels: readonly Kernel[],
  kernel: Kernel | undefined,
  signal: AbortSignal,
): Promise<Found> {
  const named = request.python !== undefined && request.python !== 'managed';
  if (named) {
    const { interpreter, byName } = await chosenInterpreter(options, request.python, request.folder);
    const { version, executable } = await probePython(interpreter, request.folder ?? '/', signal);
    // The chosen Python brings a kernel of its own; only one that it cannot bring has to be there.
    const name = kernelName(request, kernels, kernel);
    return {
      interpreter: byName ? executable : interpreter,
      version,
      origin: 'chosen',
      kernel: name,
      explanation: 'as chosen',
    };
  }
  const name = kernelName(request, kernels, kernel);
  if (request.python === 'managed') {
    return managed(options, search, name, 'managed environment, as chosen', signal);
  }
  if (request.kernel === undefined) return forCommand(options, search, signal);
  if (kernel === undefined) {
    return managed(
      options,
      search,
      name,
      `managed environment, for no Jupyter kernel ${name} was found on this machine`,
      signal,
    );
  }
  const { interpreter, origin } = kernel;
  if (interpreter === undefined) {
    const why = `managed environment for the tools, kernel ${kernel.name} (${kernel.displayName}) of ${origin}`;
    return managed(options, search, name, why, signal);
  }
  const { version } = await probePython(interpreter, request.folder ?? '/', signal);
  return { interpreter, version, origin: 'kernel', kernel: name, explanation: `kernel ${kernel.name} of ${origin}` };
}

/** A command is to find what it finds in a terminal: the environment beside it, the activated one, `python3`. */
async function forCommand(options: ChoosePythonOptions, search: KernelSearch, signal: AbortSignal): Promise<Found> {
  const [nearby] = await nearbyPrefixes(search);
  if (nearby !== undefined) {
    const interpreter = join(nearby.prefix, 'bin', 'python');
    const { version } = await probePython(interpreter, search.folder ?? '/', signal);
    const explanation = `Python of ${nearby.origin}`;
    return { interpreter, version, origin: 'kernel', kernel: defaultKernel, explanation };
  }
  return { ...(await managed(options, search, defaultKernel, 'python3 on PATH', signal)), origin: 'kernel' };
}

/** The kernel to start. @throws SlipwayError `kernel.unknown` for one that is neither there nor a plain Python's */
function kernelName(request: PythonRequest, kernels: readonly Kernel[], kernel: Kernel | undefined): string {
  if (kernel !== undefined) return kernel.name;
  if (request.kernel === undefined || isPlainPython(request.kernel)) return defaultKernel;
  const known = kernels.map(({ name }) => name).join(', ');
  throw new SlipwayError(
    'kernel.unknown',
    `The Jupyter kernel ${JSON.stringify(request.kernel)} is not installed on this machine; ${known === '' ? 'no kernel is' : `there are: ${known}`}.`,
    {
      action:
        'Choose another with kernel: in the job spec or --kernel, or install it (python -m ipykernel install --user --name NAME).',
    },
  );
}

/** Names under which ipykernel installs itself; any Python can stand in for them. */
function isPlainPython(name: string): boolean {
  return /^python[23]?(\.\d+)?$/i.test(name);
}

/** The interpreter that isolated environments are built on: the first on PATH that is new enough. */
async function managed(
  options: ChoosePythonOptions,
  { folder }: KernelSearch,
  kernel: string,
  explanation: string,
  signal: AbortSignal,
): Promise<Found> {
  let refusal: SlipwayError | undefined;
  for (const candidate of await candidates(options.env.PATH)) {
    try {
      const { version, executable } = await probePython(candidate, folder ?? '/', signal);
      return { interpreter: executable, version, origin: 'managed', kernel, explanation };
    } catch (error) {
      if (!SlipwayError.is(error, 'python.unusable')) throw error;
      refusal ??= error;
    }
  }
  if (refusal !== undefined) throw refusal;
  throw new SlipwayError('python.unusable', 'No python3 was found on PATH.', {
    action: 'Install Python 3.9 or newer, or name one with python: in the job spec.',
  });
}

async function candidates(path: string | undefined): Promise<string[]> {
  return [...(await findAllOnPath('python3', path)), ...(await findAllOnPath('python', path))];
}

/** A path (relative to the job, or in the home folder), a virtual environment's folder, or a name on PATH. */
async function chosenInterpreter(
  options: ChoosePythonOptions,
  chosen: string,
  folder: string | undefined,
): Promise<{ readonly interpreter: string; readonly byName: boolean }> {
  const path = chosen.startsWith('~/') ? join(options.home, chosen.slice(2)) : chosen;
  const absolute = isAbsolute(path) ? path : folder === undefined ? undefined : resolve(folder, path);
  const kind = absolute === undefined ? undefined : await kindOf(absolute);
  if (absolute !== undefined && kind === 'folder')
    return { interpreter: join(absolute, 'bin', 'python'), byName: false };
  if (path.includes('/')) {
    if (absolute === undefined) throw unusable(chosen, 'the job has no folder on this disk');
    return { interpreter: absolute, byName: false };
  }
  const found = await findOnPath(basename(path), options.env.PATH);
  if (found === undefined) throw unusable(chosen, 'there is no such program on PATH');
  return { interpreter: found, byName: true };
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return undefined;
  }
}
