import type { PreparedJob } from '../jobs/index.ts';
import { buildRunFile, prepareJob, runName } from '../jobs/index.ts';
import type { RunFile } from '../pipeline/index.ts';
import type { Companion, JobSpec, PipelineStepName, PythonChoice, Run, RunPlan, Step } from '../protocol/index.ts';
import { SlipwayError } from '../protocol/index.ts';
import { isClusterTarget, type RunSubmission, type RunTarget } from '../targets/index.ts';
import { hashInputs } from './inputHashes.ts';
import { stageFiles, stageText, type HashedStagedFile, type StagingSource } from './stagedInputs.ts';
import { TemporaryFiles } from './temporaryFiles.ts';

/** What a submission needs from outside. */
export interface SubmissionOptions {
  /** Epoch ms. */
  readonly now: () => number;
  readonly randomHex: (bytes: number) => string;
  /** Absolute path of a folder for files that a host hands over; each submission removes its own. */
  readonly temporaryFolder: string;
}

/** What to run and where its files are. */
export interface JobRequest {
  readonly source: StagingSource;
  readonly spec: JobSpec;
  readonly notebookText?: string | undefined;
  readonly unsaved?: boolean | undefined;
  /** Absolute path of the folder in which an environment is looked for; by default the source's own. */
  readonly pythonFolder?: string | undefined;
}

/** A job that may run: everything checked, nothing changed yet. */
export interface ReadyJob {
  readonly source: StagingSource;
  readonly job: PreparedJob;
  /** Undefined where only the run's image can tell. */
  readonly python: PythonChoice | undefined;
  readonly warnings: readonly string[];
}

/** What is known of a run before its inputs are read. */
export interface SubmitDetails {
  readonly origin: RunFile['source'] | undefined;
  /** Given the hashes of the inputs, what to take over from another run. @throws SlipwayError to refuse */
  readonly reuse?: (hashes: RunFile['inputHashes']) => {
    readonly run: Run;
    readonly steps: readonly PipelineStepName[];
  };
}

/** Checks a job and finds its Python. @throws SlipwayError for every mistake in the input */
export async function readyJob(target: RunTarget, request: JobRequest, signal: AbortSignal): Promise<ReadyJob> {
  const warnings = checkSupport(target, request.spec);
  const { source, spec, notebookText, unsaved } = request;
  const job = await prepareJob(
    { spec, ...(notebookText !== undefined && { notebookText }), ...(unsaved !== undefined && { unsaved }) },
    source.folder,
    { newCellId: cellIds() },
    signal,
  );
  const python = await target.choosePython(
    {
      python: job.spec.python,
      kernel: job.kernel,
      language: job.language,
      requirements: job.requirements?.text,
      needsTests: job.tests !== undefined,
      folder: request.pythonFolder ?? source.folder.diskPath,
    },
    signal,
  );
  return { source, job, python, warnings: [...warnings, ...job.warnings] };
}

/** The plan as it is shown before the run. */
export async function describePlan(
  target: RunTarget,
  { job, python, warnings }: ReadyJob,
  signal: AbortSignal,
): Promise<RunPlan> {
  const files = [...job.companions.files, ...job.testFiles];
  return {
    context: target.context,
    spec: job.spec,
    title: job.title,
    steps: [...job.steps],
    unsaved: job.unsaved,
    ...(python !== undefined && { python }),
    ...(isClusterTarget(target) && { cluster: await target.describe({ spec: job.spec, files }, signal) }),
    parameters: [...job.parameters],
    companions: job.companions,
    ...(job.tests !== undefined && { tests: job.tests }),
    ...(job.codeCells !== undefined && { codeCells: job.codeCells }),
    warnings: [...warnings],
  };
}

/**
 * Stages a job's inputs and starts the run; however it ends, nothing is left behind but the run.
 * @param onProgress what is being done, for people
 * @returns the run's name
 */
export function submitJob(
  target: RunTarget,
  ready: ReadyJob,
  details: SubmitDetails,
  options: SubmissionOptions,
  onProgress: (text: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const submit = async (submission: RunSubmission): Promise<string> => {
    onProgress('starting the run');
    await target.submit(submission, signal, onProgress);
    return submission.runFile.run;
  };
  return withSubmission(target, ready, details, options, onProgress, submit, signal);
}

/** Makes a job's submission, staged inputs included, for as long as `use` needs it. */
export async function withSubmission<Result>(
  target: RunTarget,
  ready: ReadyJob,
  details: SubmitDetails,
  options: SubmissionOptions,
  onProgress: (text: string) => void,
  use: (submission: RunSubmission) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const temporary = new TemporaryFiles(options.temporaryFolder);
  try {
    const { job, python } = ready;
    const inputs = await stageInputs(ready, temporary, onProgress, signal);
    const reuse = details.reuse?.(inputs.hashes);
    const run = await freeName(target, job, options, signal);
    const runFile = buildRunFile(job, {
      run,
      python,
      inputHashes: inputs.hashes,
      ...(details.origin !== undefined && { source: details.origin }),
      ...(reuse !== undefined && { reuse: { run: reuse.run.name, steps: [...reuse.steps] } }),
    });
    const notebook = runFile.notebook && job.notebook ? [stageText(runFile.notebook.path, job.notebook.text)] : [];
    const first = firstState(target.context, runFile, job, options.now(), reuse);
    const files = [...notebook, ...inputs.files];
    return await use({ runFile, run: first, files, ...(python !== undefined && { python }) });
  } finally {
    await temporary.dispose();
  }
}

/** What this machine cannot do is refused; what only means something on a cluster is named. */
function checkSupport(target: RunTarget, spec: JobSpec): string[] {
  if (isClusterTarget(target)) return checkClusterSupport(spec);
  const tests = typeof spec.tests === 'object' ? spec.tests : undefined;
  const unsupported = [
    [spec.dataset, 'dataset', 'fetches no data before a run'],
    [spec.repository, 'repository', 'clones no repository before a run'],
    [spec.secrets, 'secrets', 'has no cluster Secrets'],
    [tests?.repository, 'tests.repository', 'clones no test suite'],
  ] as const;
  for (const [value, field, why] of unsupported) {
    if (value === undefined) continue;
    throw new SlipwayError('target.unsupported', `The job asks for ${field}, but the context local ${why}.`, {
      action: `Remove ${field} from the job, or choose a cluster context.`,
    });
  }
  const ignored = (['image', 'instanceType', 'serviceAccountName'] as const).filter(
    (field) => spec[field] !== undefined,
  );
  return ignored.map((field) => `${field} is ignored on this machine.`);
}

/** What an image decides cannot be chosen from here. */
function checkClusterSupport(spec: JobSpec): string[] {
  if (spec.python === undefined || spec.python === 'managed') return [];
  return ['python is ignored on a cluster: the image brings its own.'];
}

/** The same notebook gets the same ids every time, so that a retry finds it unchanged. */
function cellIds(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `slipway-${count}`;
  };
}

interface StagedInputs {
  readonly files: readonly HashedStagedFile[];
  readonly hashes: RunFile['inputHashes'];
}

/** Reads and hashes all files but the notebook, which is in memory. */
async function stageInputs(
  ready: ReadyJob,
  temporary: TemporaryFiles,
  onProgress: (text: string) => void,
  signal: AbortSignal,
): Promise<StagedInputs> {
  const { job, source } = ready;
  const files = await stageFiles(await filesOf(ready, signal), source, temporary, onProgress, signal);
  const testPaths = new Set(job.testFiles.map((file) => file.path));
  const requirements = files.find((file) => file.path === job.requirements?.path);
  const hashes = hashInputs({
    notebookText: job.notebook?.text,
    kernel: job.kernel,
    language: job.language,
    argv: job.command,
    parameters: job.values,
    env: job.spec.env ?? {},
    companions: files.filter((file) => file !== requirements && !testPaths.has(file.path)),
    requirements,
    tests: job.tests && {
      ...job.tests,
      marker: job.tests.marker,
      files: files.filter((file) => testPaths.has(file.path)),
    },
  });
  return { files, hashes };
}

/** Every file that travels, once; what is chosen as a companion and as a test is one file. */
async function filesOf({ job, source }: ReadyJob, signal: AbortSignal): Promise<Companion[]> {
  const files = new Map<string, Companion>();
  for (const file of [...job.companions.files, ...job.testFiles]) files.set(file.path, file);
  const path = job.requirements?.path;
  if (path !== undefined && !files.has(path)) {
    const { bytes } = await source.folder.stat(path, signal);
    files.set(path, { path, bytes });
  }
  if (job.spec.notebook !== undefined) files.delete(job.spec.notebook);
  return [...files.values()];
}

const nameAttempts = 16;

async function freeName(
  target: RunTarget,
  job: PreparedJob,
  options: SubmissionOptions,
  signal: AbortSignal,
): Promise<string> {
  // A cluster may hold very many runs, and refuses a name that is taken: a longer name needs no list.
  if (isClusterTarget(target)) return runName(job, options.randomHex(3));
  const taken = new Set(await target.list(signal));
  for (let attempt = 0; attempt < nameAttempts; attempt += 1) {
    const name = runName(job, options.randomHex(2));
    if (!taken.has(name)) return name;
  }
  throw new SlipwayError('run.conflict', `There are too many runs of ${job.title} to find a free name for another.`, {
    action: 'Delete some of them, or give the job another name.',
  });
}

function firstState(
  context: string,
  runFile: RunFile,
  job: PreparedJob,
  createdAt: number,
  reuse: ReturnType<NonNullable<SubmitDetails['reuse']>> | undefined,
): Run {
  const steps = runFile.steps.map((name): Step => {
    if (reuse?.steps.includes(name) !== true) return { name, state: 'pending' };
    const note = reuse.run.steps.find((step) => step.name === name)?.note;
    return { name, state: 'reused', ...(note !== undefined && { note }) };
  });
  return {
    name: runFile.run,
    context,
    title: job.title,
    state: 'submitting',
    createdAt,
    cancelRequested: false,
    steps,
    ...(reuse !== undefined && { reuses: { run: reuse.run.name, steps: [...reuse.steps] } }),
    ...(runFile.source !== undefined && { source: { path: runFile.source.path, unsaved: runFile.source.unsaved } }),
  };
}
