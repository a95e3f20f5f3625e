import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { formatSpec, inferParameters, parseSpecText, readNotebook, specJsonSchema } from '../../jobs/index.ts';
import { SlipwayError, type JobSpec } from '../../protocol/index.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import { count } from '../../views/index.ts';
import type { OutputFormat, Session } from '../session.ts';
import { plain } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { formatPath } from '../view/values.ts';
import { defaultSpecFile, describeProblem, kindOf } from './jobFile.ts';

/** `slipway spec schema`: for editors and programs. */
export function specSchema(session: Session): number {
  printJson(session, specJsonSchema());
  return exitCodes.passed;
}

/** `slipway spec validate`: what is wrong with a job spec, and on which line. */
export async function specValidate(session: Session, file: string | undefined, format: OutputFormat): Promise<number> {
  const name = file ?? defaultSpecFile;
  const { problems } = parseSpecText(await readText(resolve(session.io.cwd, name), name));
  if (format === 'json') printJson(session, { valid: problems.length === 0, problems });
  else if (problems.length === 0) session.out.writeLines([[plain(`${oneLine(name)} is valid`)]]);
  else session.err.writeLines(problems.map((problem) => [plain(describeProblem(oneLine(name), problem))]));
  return problems.length === 0 ? exitCodes.passed : exitCodes.usage;
}

/** `slipway spec init`: writes a slipway.yaml for a notebook, with its parameters at their defaults. */
export async function specInit(session: Session, notebook: string | undefined, force: boolean): Promise<number> {
  const { cwd, home } = session.io;
  const path = resolve(cwd, notebook ?? (await onlyNotebook(cwd)));
  const target = join(dirname(path), defaultSpecFile);
  const text = formatSpec(await specFor(path));
  try {
    await writeFile(target, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const place = formatPath(target, cwd, home);
    if (error.code === 'EEXIST') {
      throw new SlipwayError('usage', `${place} is there already.`, { action: 'Write over it with --force.' });
    }
    throw new SlipwayError('disk.denied', `${place} cannot be written: ${error.message}.`, { cause: error });
  }
  session.out.writeLines([
    [plain(`wrote ${formatPath(target, cwd, home)}`)],
    [plain('run it  slipway run'), plain(dirname(path) === cwd ? '' : ` ${formatPath(target, cwd, home)}`)],
  ]);
  return exitCodes.passed;
}

async function specFor(path: string): Promise<JobSpec> {
  const name = basename(path);
  let ids = 0;
  const nextId = (): string => {
    ids += 1;
    return `cell-${ids}`;
  };
  const document = readNotebook(await readText(path, name), nextId, name);
  const known = inferParameters(document).flatMap(({ name: parameter, defaultValue }) =>
    defaultValue === undefined ? [] : [[parameter, defaultValue] as const],
  );
  const folder = dirname(path);
  const has = async (entry: string): Promise<boolean> => (await kindOf(join(folder, entry))) !== 'missing';
  return {
    notebook: name,
    ...(known.length === 0 ? {} : { parameters: Object.fromEntries(known) }),
    ...((await has('requirements.txt')) ? { requirements: 'requirements.txt' } : {}),
    ...((await has('tests')) ? { tests: { path: 'tests' } } : {}),
  };
}

async function onlyNotebook(folder: string): Promise<string> {
  const notebooks = (await readdir(folder)).filter((name) => name.endsWith('.ipynb')).sort();
  const [first, ...others] = notebooks;
  if (first !== undefined && others.length === 0) return first;
  const found = first === undefined ? 'There is no notebook' : `There are ${count(notebooks.length, 'notebook')}`;
  const list = notebooks.slice(0, 5).map(oneLine).join(', ');
  throw new SlipwayError('usage', `${found} in this folder, so it is not clear which one is meant.`, {
    action: `Name it: slipway spec init FILE${first === undefined ? '' : ` (${list})`}`,
  });
}

async function readText(path: string, name: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const why = error instanceof Error ? error.message : 'unknown reason';
    throw new SlipwayError(
      'usage',
      isMissing ? `There is no file ${oneLine(name)}.` : `${oneLine(name)} cannot be read: ${why}.`,
      {
        action: 'Check the name.',
        cause: error,
      },
    );
  }
}
