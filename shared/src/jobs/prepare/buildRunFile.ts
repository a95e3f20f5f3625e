import type { RunFile } from '../../pipeline/index.ts';
import type { JobSpec, ParameterDeclaration, PythonChoice } from '../../protocol/index.ts';
import { parseDuration } from '../duration.ts';
import type { PreparedJob } from './preparedJob.ts';

/** In characters as JSON: `run.json` travels with every run. */
const longestDeclaration = 2000;

/** What is known of a run beside its job. */
export interface RunFileOptions {
  /** The run's name. */
  readonly run: string;
  /** Undefined where the target has none to choose (a command that needs no Python). */
  readonly python: PythonChoice | undefined;
  readonly inputHashes: RunFile['inputHashes'];
  readonly source?: RunFile['source'];
  readonly reuse?: RunFile['reuse'];
}

/** The `run.json` of a job: everything that the step scripts read. Nothing in it is text of a script. */
export function buildRunFile(job: PreparedJob, options: RunFileOptions): RunFile {
  const { spec, notebook, command, tests, requirements } = job;
  const { run, python, inputHashes, source, reuse } = options;
  const declared = declarationsOf(job.parameters);
  const isolated = spec.python === 'managed' || python?.origin === 'managed';
  return {
    version: 1,
    run,
    spec,
    steps: [...job.steps],
    ...(notebook !== undefined && {
      notebook: {
        path: spec.notebook ?? `${notebook.name}.ipynb`,
        name: notebook.name,
        kernel: python?.kernel ?? job.kernel ?? 'python3',
        language: python?.language ?? job.language ?? 'python',
        cells: notebook.cells.filter((cell) => cell.kind === 'code').map(({ id, label }) => ({ id, label })),
        ...(declared.length > 0 && { parameters: declared }),
      },
    }),
    ...(command !== undefined && { command: { argv: [...command] } }),
    parameters: { ...job.values },
    env: { ...spec.env },
    environment: {
      base: isolated ? 'isolated' : 'interpreter',
      ...(requirements !== undefined && { requirements: requirements.path }),
    },
    ...job.fetched,
    ...(tests !== undefined && { tests }),
    timeouts: secondsOf(spec.timeouts ?? {}),
    outputs: [...(spec.outputs ?? [])],
    ...(reuse !== undefined && { reuse }),
    inputHashes,
    ...(source !== undefined && { source }),
  };
}

/** What the notebook declares, without the values of this run and without defaults too long to be edited in a form. */
function declarationsOf(parameters: PreparedJob['parameters']): ParameterDeclaration[] {
  return parameters
    .map(({ name, type, defaultSource, defaultValue, help }) => ({
      name,
      type,
      defaultSource,
      ...(defaultValue !== undefined && { defaultValue }),
      ...(help !== undefined && { help }),
    }))
    .filter(
      (declaration) => declaration.defaultSource !== '' && JSON.stringify(declaration).length <= longestDeclaration,
    );
}

function secondsOf(timeouts: NonNullable<JobSpec['timeouts']>): RunFile['timeouts'] {
  const limits: readonly (readonly [string, number | string | undefined])[] = Object.entries(timeouts);
  return Object.fromEntries(
    limits.flatMap(([step, limit]) => (limit === undefined ? [] : [[step, parseDuration(limit)]])),
  );
}
