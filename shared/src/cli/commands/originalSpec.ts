import { text as readText } from 'node:stream/consumers';
import { inferParameters, readNotebook } from '../../jobs/index.ts';
import { runFileSchema, type RunFile } from '../../pipeline/index.ts';
import { SlipwayError, type ParameterDeclaration, type Run } from '../../protocol/index.ts';
import type { CliCore } from '../cliCore.ts';

/** What a run was asked to do. @throws SlipwayError `artifact.unreadable` when its run file is damaged */
export async function readRunFile(core: CliCore, run: Run, signal: AbortSignal): Promise<RunFile> {
  const text = await readRunText(core, run, 'run.json', signal);
  try {
    return runFileSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new SlipwayError('artifact.unreadable', `The run file of ${run.name} is damaged.`, {
      action: 'Run the notebook anew with "slipway run FILE".',
      cause: error,
    });
  }
}

/** The parameters that the run's notebook declares, from the copy that was submitted. */
export async function readDeclarations(
  core: CliCore,
  run: Run,
  runFile: RunFile,
  signal: AbortSignal,
): Promise<readonly ParameterDeclaration[]> {
  if (runFile.notebook === undefined) return [];
  const text = await readRunText(core, run, `inputs/${runFile.notebook.path}`, signal);
  // The staged copy has its ids already.
  return inferParameters(readNotebook(text, () => '', runFile.notebook.path));
}

async function readRunText(core: CliCore, run: Run, path: string, signal: AbortSignal): Promise<string> {
  const { content } = await core.artifacts.open(run.context, run.name, path, signal);
  return readText(content);
}
