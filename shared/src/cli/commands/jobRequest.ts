import type { JobSpec, RunPlan, Submission } from '../../protocol/index.ts';
import { SlipwayError } from '../../protocol/index.ts';
import type { CliCore } from '../cliCore.ts';
import type { CliIo } from '../io.ts';
import { commandJob, pathInJob, readJobFile, resolvePython, type JobFile } from './jobFile.ts';
import { readParameterArguments, readParameterFile, typeParameters, type ParameterTexts } from './parameters.ts';

/** What to run, as it was typed. */
export interface JobOptions {
  readonly file: string | undefined;
  /** After `--`; undefined when there was none. */
  readonly command: readonly string[] | undefined;
  readonly context: string;
  /** `name=value` each. */
  readonly parameters: readonly string[];
  readonly parameterFile: string | undefined;
  /** False for `--no-tests`. */
  readonly tests: string | false | undefined;
  readonly marker: string | undefined;
  readonly python: string | undefined;
  readonly kernel: string | undefined;
  readonly requirements: string | undefined;
  readonly cellTimeout: string | undefined;
  /** Container image, on a cluster. */
  readonly image: string | undefined;
  /** Named size, on a cluster. */
  readonly instanceType: string | undefined;
}

/** A job whose parameters have the types that its notebook declares, and its plan. */
export interface PlannedJob {
  readonly submission: Submission;
  readonly plan: RunPlan;
}

/** What was typed, read; what parameters are, only the notebook can tell. */
export interface JobRequest {
  /** With parameters as texts where they were typed as arguments. */
  readonly submission: Submission;
  readonly texts: ParameterTexts;
  /** With these parameters in the place of those texts. */
  readonly submit: (parameters: NonNullable<JobSpec['parameters']>) => Submission;
}

/** Reads what was typed and asks the core for the plan. Changes nothing. */
export async function planJob(core: CliCore, io: CliIo, options: JobOptions, signal: AbortSignal): Promise<PlannedJob> {
  return planRequest(core, await readRequest(core, io, options, signal), signal);
}

/** Reads files that options name. @throws SlipwayError `usage`, `spec.invalid` */
export async function readRequest(
  core: CliCore,
  io: CliIo,
  options: JobOptions,
  signal: AbortSignal,
): Promise<JobRequest> {
  const { job, parameterFile } = await chooseJob(core, io, options, signal);
  const texts = readParameterArguments(options.parameters);
  const spec = await completeSpec(job, io, options);
  const fromFile = parameterFile === undefined ? {} : await readParameterFile(io.cwd, parameterFile);
  const base = { ...spec.parameters, ...fromFile };
  const withParameters = (parameters: NonNullable<JobSpec['parameters']>): Submission => ({
    context: options.context,
    folder: { kind: 'disk', path: job.folder },
    spec: Object.keys(parameters).length === 0 ? spec : { ...spec, parameters },
  });
  return {
    submission: withParameters({ ...base, ...Object.fromEntries(texts) }),
    texts,
    submit: (typed) => withParameters({ ...base, ...typed }),
  };
}

/** The core reads texts as the declared types; where nothing is declared, that is for us to do. */
export async function planRequest(core: CliCore, request: JobRequest, signal: AbortSignal): Promise<PlannedJob> {
  const { submission, texts, submit } = request;
  const plan = await core.handlers['jobs/plan'](submission, signal);
  if (texts.size === 0) return { submission, plan };
  const typed = typeParameters(texts, plan.parameters);
  return { submission: submit(typed), plan: withValues(plan, texts, typed) };
}

function withValues(plan: RunPlan, texts: ParameterTexts, typed: NonNullable<JobSpec['parameters']>): RunPlan {
  const parameters = plan.parameters.map((parameter) => {
    const value = typed[parameter.name];
    return texts.has(parameter.name) && value !== undefined ? { ...parameter, value } : parameter;
  });
  return { ...plan, parameters, spec: { ...plan.spec, parameters: { ...plan.spec.parameters, ...typed } } };
}

/** `-y FILE` alone names the job spec; beside a notebook, a file with its parameters. */
async function chooseJob(
  core: CliCore,
  io: CliIo,
  { file, command, parameterFile }: JobOptions,
  signal: AbortSignal,
): Promise<{ job: JobFile; parameterFile: string | undefined }> {
  if (command !== undefined) {
    if (file !== undefined) {
      throw new SlipwayError('usage', `Both a file (${file}) and a command after "--" were given.`, {
        action: 'Give one of them.',
      });
    }
    return { job: commandJob(io.cwd, command), parameterFile };
  }
  if (file === undefined && parameterFile !== undefined) {
    return { job: await readJobFile(core, io.cwd, parameterFile, signal), parameterFile: undefined };
  }
  return { job: await readJobFile(core, io.cwd, file, signal), parameterFile };
}

/** The job's spec with what the options add or replace. */
async function completeSpec(job: JobFile, io: CliIo, options: JobOptions): Promise<JobSpec> {
  const { python, kernel, requirements, cellTimeout, image, instanceType } = options;
  const tests = await testsOf(job, io, options);
  return {
    ...job.spec,
    ...(python === undefined ? {} : { python: await resolvePython(python, io) }),
    ...(kernel === undefined ? {} : { kernel }),
    ...(image === undefined ? {} : { image }),
    ...(instanceType === undefined ? {} : { instanceType }),
    ...(requirements === undefined ? {} : { requirements: await pathInJob(job, io.cwd, requirements) }),
    ...(cellTimeout === undefined ? {} : { timeouts: { ...job.spec.timeouts, cell: durationOf(cellTimeout) } }),
    ...(tests === undefined ? {} : { tests }),
  };
}

async function testsOf(job: JobFile, io: CliIo, { tests, marker }: JobOptions): Promise<JobSpec['tests']> {
  if (tests === false) {
    if (marker === undefined) return false;
    throw new SlipwayError('usage', '--marker chooses tests, but --no-tests runs none.', { action: 'Leave one out.' });
  }
  if (tests === undefined && marker === undefined) return undefined;
  const given = job.spec.tests;
  const base = typeof given === 'object' ? given : typeof given === 'string' ? { path: given } : {};
  return {
    ...base,
    ...(tests === undefined ? {} : { path: await pathInJob(job, io.cwd, tests) }),
    ...(marker === undefined ? {} : { marker }),
  };
}

/** Seconds as a number, or text such as `1h30m`. @throws SlipwayError `usage` */
function durationOf(text: string): number | string {
  if (/^\d+(\.\d+)?$/.test(text) && Number(text) > 0) return Number(text);
  if (/^(\d+(\.\d+)?(h|m|s))+$/.test(text)) return text;
  throw new SlipwayError('usage', `--cell-timeout ${JSON.stringify(text)} is not a duration.`, {
    action: 'Give seconds above zero, or text such as 90s, 10m or 1h30m.',
  });
}
