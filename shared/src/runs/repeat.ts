import type { JobFolder } from '../jobs/index.ts';
import type { RunFile } from '../pipeline/index.ts';
import type { Folder, JobSpec, Run, StepName } from '../protocol/index.ts';
import type { RunTarget } from '../targets/index.ts';
import { InputsFolder } from './inputsFolder.ts';
import { checkReusable, planRetry } from './retryPlan.ts';
import type { StagingSource } from './stagedInputs.ts';
import { readyJob, submitJob, type ReadyJob, type SubmissionOptions } from './submission.ts';

export interface RepeatOptions extends SubmissionOptions {
  readonly openFolder: (folder: Folder) => JobFolder;
}

/**
 * Changes to a job spec: parameters are added to those of the original, any other field takes the original's place, and `null`
 * takes a field away (as in JSON Merge Patch, RFC 7396).
 */
export type SpecChanges = { readonly [Field in keyof JobSpec]?: JobSpec[Field] | null | undefined };

/** Runs the same inputs again, with changes to the spec. Returns the new run's name. */
export async function rerun(
  target: RunTarget,
  run: string,
  changes: SpecChanges,
  options: RepeatOptions,
  signal: AbortSignal,
): Promise<string> {
  const runFile = await target.runFile(run, signal);
  const ready = await fromInputs(target, runFile, changes, signal);
  return submitJob(target, ready, { origin: runFile.source }, options, () => undefined, signal);
}

/**
 * Runs the steps from `from` on again and takes over what the steps before it left. Files are read anew from the folder
 * they came from, as far as it is on this machine's disk and nothing unsaved was run; else the original's inputs are.
 * @throws SlipwayError `run.conflict`, `retry.refused`
 */
export async function retry(
  target: RunTarget,
  original: Run,
  from: StepName | undefined,
  options: RepeatOptions,
  signal: AbortSignal,
): Promise<string> {
  const plan = planRetry(original, from);
  const runFile = await target.runFile(original.name, signal);
  const folder = await sourceFolder(runFile, options, signal);
  const ready =
    folder === undefined
      ? await fromInputs(target, runFile, {}, signal)
      : await readyJob(target, { source: { folder, rereadable: true }, spec: runFile.spec }, signal);
  const reuse = (hashes: RunFile['inputHashes']) => {
    checkReusable(original, plan, runFile.inputHashes, hashes);
    return { run: original, steps: plan.reused };
  };
  const details = { origin: runFile.source, ...(plan.reused.length > 0 && { reuse }) };
  return submitJob(target, ready, details, options, () => undefined, signal);
}

/** The spec of a new run. A notebook takes the place of a command, and the other way round. */
export function mergeSpec(spec: JobSpec, changes: SpecChanges): JobSpec {
  const { parameters, command, notebook } = changes;
  const kept = Object.entries(spec).filter(([field]) => changes[field as keyof JobSpec] !== null);
  const given = Object.entries(changes).filter(([, value]) => isGiven(value));
  const merged: JobSpec = Object.fromEntries([...kept, ...given]);
  if (isGiven(parameters)) merged.parameters = { ...spec.parameters, ...parameters };
  if (isGiven(command) && !isGiven(notebook)) delete merged.notebook;
  if (isGiven(notebook) && !isGiven(command)) delete merged.command;
  return merged;
}

function isGiven<Value>(value: Value | null | undefined): value is Value {
  return value !== undefined && value !== null;
}

async function fromInputs(
  target: RunTarget,
  runFile: RunFile,
  changes: SpecChanges,
  signal: AbortSignal,
): Promise<ReadyJob> {
  const folder = await InputsFolder.open(target, runFile.run, signal);
  const source: StagingSource = { folder, rereadable: true };
  const ready = await readyJob(
    target,
    {
      source,
      spec: mergeSpec(runFile.spec, changes),
      unsaved: runFile.source?.unsaved,
      pythonFolder: runFile.source?.folder,
    },
    signal,
  );
  return isGiven(changes.files) ? ready : takeAll(ready, folder);
}

/** All that was chosen once travels again: the rules that chose it may have looked at files which did not travel. */
function takeAll(ready: ReadyJob, folder: InputsFolder): ReadyJob {
  const { job } = ready;
  const elsewhere = new Set([job.spec.notebook, job.requirements?.path, ...job.testFiles.map((file) => file.path)]);
  const files = folder.files.filter((file) => !elsewhere.has(file.path));
  const totalBytes = files.reduce((total, file) => total + file.bytes, 0);
  return { ...ready, job: { ...job, companions: { ...job.companions, files: [...files], totalBytes, ignored: [] } } };
}

/** The folder that a run's files came from, where it is still as good as the inputs that were taken from it. */
async function sourceFolder(
  runFile: RunFile,
  options: RepeatOptions,
  signal: AbortSignal,
): Promise<JobFolder | undefined> {
  const { source, spec } = runFile;
  if (source?.folder === undefined || source.unsaved) return undefined;
  const folder = options.openFolder({ kind: 'disk', path: source.folder });
  const { kind } = await folder.stat(spec.notebook ?? '', signal);
  return kind === (spec.notebook === undefined ? 'folder' : 'file') ? folder : undefined;
}
