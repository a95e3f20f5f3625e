import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { SlipwayError, type JobSpec } from '../../protocol/index.ts';
import type { CliCore } from '../cliCore.ts';
import { oneLine } from '../terminal/sanitize.ts';

/** What to run and the folder that its paths are relative to. */
export interface JobFile {
  /** Absolute. */
  readonly folder: string;
  readonly spec: JobSpec;
}

export const defaultSpecFile = 'slipway.yaml';

/**
 * Reads what the command line names: a notebook, a script, a job spec, or a folder with one; by default ./slipway.yaml.
 * @throws SlipwayError `usage` for what is none of these, `spec.invalid`
 */
export async function readJobFile(
  core: CliCore,
  cwd: string,
  file: string | undefined,
  signal: AbortSignal,
): Promise<JobFile> {
  const path = resolve(cwd, file ?? defaultSpecFile);
  const kind = await kindOf(path);
  if (kind === 'folder') return readJobFile(core, path, undefined, signal);
  if (kind === 'missing') throw await missingError(path, file);
  const folder = dirname(path);
  const name = basename(path);
  switch (extname(name).toLowerCase()) {
    case '.ipynb':
      return { folder, spec: { notebook: name } };
    case '.yaml':
    case '.yml':
    case '.json':
      return { folder, spec: await readSpec(core, path, signal) };
    case '.py':
      return { folder, spec: { command: ['python', scriptArgument(name)] } };
    case '.sh':
      return { folder, spec: { command: ['bash', scriptArgument(name)] } };
    default:
      throw new SlipwayError(
        'usage',
        `${oneLine(name)} is no notebook (.ipynb), script (.py, .sh) or job spec (.yaml).`,
        {
          action: 'To run a command, put it after "--": slipway run -- COMMAND…',
        },
      );
  }
}

/** A command that runs in the current folder. @throws SlipwayError `usage` for an empty one */
export function commandJob(cwd: string, command: readonly string[]): JobFile {
  if (command.length === 0) {
    throw new SlipwayError('usage', 'There is no command after "--".', { action: 'Write: slipway run -- COMMAND…' });
  }
  return { folder: cwd, spec: { command: [...command] } };
}

/**
 * The path of a file or folder beside the notebook, as the job spec has it. What is given is looked for from where the
 * person is, then from the job's folder.
 */
export async function pathInJob(job: JobFile, cwd: string, given: string): Promise<string> {
  const fromHere = relative(job.folder, resolve(cwd, given));
  const isInside = fromHere !== '' && !isAbsolute(fromHere) && fromHere !== '..' && !fromHere.startsWith(`..${sep}`);
  if (isAbsolute(given)) return toSlashes(fromHere);
  if (isInside && (await kindOf(resolve(cwd, given))) !== 'missing') return toSlashes(fromHere);
  return toSlashes(given);
}

/** The Python to use: `managed`, a path from here, or a program on the PATH. */
export async function resolvePython(
  given: string,
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<string> {
  if (given === 'managed') return given;
  if (given.includes('/') || given.includes(sep)) return resolve(cwd, given);
  const separator = sep === '\\' ? ';' : ':';
  for (const folder of (env.PATH ?? '').split(separator)) {
    if (isAbsolute(folder) && (await kindOf(join(folder, given))) === 'file') return join(folder, given);
  }
  return resolve(cwd, given);
}

/** @throws SlipwayError `spec.invalid` with all that is wrong and where */
async function readSpec(core: CliCore, path: string, signal: AbortSignal): Promise<JobSpec> {
  const { spec, problems } = await core.handlers['jobs/validate']({ text: await readFile(path, 'utf8') }, signal);
  if (spec !== undefined) return spec;
  const name = oneLine(basename(path));
  const list = problems.map((problem) => describeProblem(name, problem)).join('\n');
  throw new SlipwayError('spec.invalid', `${name} is not a job spec that can be run.\n${list}`, {
    action: 'Mend it and check it with "slipway spec validate"; its fields: "slipway spec schema".',
  });
}

/** `slipway.yaml:3: …` */
export function describeProblem(
  file: string,
  problem: { readonly message: string; readonly line?: number | undefined },
): string {
  const place = problem.line === undefined ? file : `${file}:${problem.line}`;
  return `${place}: ${oneLine(problem.message)}`;
}

async function missingError(path: string, given: string | undefined): Promise<SlipwayError> {
  if (given === undefined) {
    return new SlipwayError('usage', `There is no ${defaultSpecFile} in this folder, and no file was named.`, {
      action: `Name a notebook: slipway run FILE${await listNotebooks(dirname(path))}`,
    });
  }
  return new SlipwayError('usage', `There is no file ${oneLine(given)}.`, {
    action: `Check the name${await listNotebooks(dirname(path))}`,
  });
}

/** `; notebooks here: a.ipynb, b.ipynb`, or a full stop. */
async function listNotebooks(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => []);
  const notebooks = names.filter((name) => name.endsWith('.ipynb')).sort();
  if (notebooks.length === 0) return '.';
  const more = notebooks.length > 5 ? ` and ${notebooks.length - 5} more` : '';
  return `; notebooks in that folder: ${notebooks.slice(0, 5).map(oneLine).join(', ')}${more}.`;
}

export async function kindOf(path: string): Promise<'file' | 'folder' | 'missing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return 'missing';
    throw new SlipwayError(
      'usage',
      `${oneLine(path)} cannot be read: ${error instanceof Error ? error.message : 'unknown'}.`,
      {
        cause: error,
      },
    );
  }
}

/** A script's name as an argument that is not taken for an option. */
function scriptArgument(name: string): string {
  return name.startsWith('-') ? `./${name}` : name;
}

function toSlashes(path: string): string {
  return sep === '\\' ? path.replaceAll('\\', '/') : path;
}
