import { createHash } from 'node:crypto';
import { sharedConfigMaps, type RunFile, type SharedConfigMaps } from '../../../pipeline/index.ts';
import type { JobSpec } from '../../../protocol/index.ts';
import type { Pruned, PruneRequest, RunSubmission, StagedFile } from '../../runTarget.ts';
import { cancelRun, type CancelOutcome } from './cancelRun.ts';
import { prune } from './prune.ts';
import { deleteRun, type Remover } from './removeRun.ts';
import type { RenderedRun } from './renderedRun.ts';
import { RunFolders } from './runFolders.ts';
import { RunRecord } from './runRecord.ts';
import { listSecretNames } from './secretNames.ts';
import { SpaceObjects } from './spaceObjects.ts';
import { submitManifest } from './submitManifest.ts';
import { dryRunSubmission, renderSubmission, submitRun, type SubmitContext } from './submitRun.ts';
import type { SubmitterOptions } from './submitterOptions.ts';

/** Everything that writes to a cluster. Each failure is a SlipwayError; what the cluster said comes through as it is. */
export interface Submitter {
  /** The ConfigMaps that all runs of this version share. */
  readonly shared: SharedConfigMaps;
  /** See `RunTarget.submit`. @param onProgress told what is being done, for people */
  submit(submission: RunSubmission, signal: AbortSignal, onProgress?: (text: string) => void): Promise<void>;
  /** All objects of the run as they would be sent. Changes nothing. @throws SlipwayError `spec.invalid`, `retry.refused` */
  render(submission: RunSubmission, signal: AbortSignal): Promise<RenderedRun>;
  /** Has the cluster check the PipelineRun, admission and all. Changes nothing. @throws as `render`, and `cluster.*` */
  dryRun(submission: RunSubmission, signal: AbortSignal): Promise<void>;
  /** See `RunTarget.cancel`; ours or anybody's. */
  cancel(run: string, signal: AbortSignal): Promise<CancelOutcome>;
  /** See `RunTarget.delete`. @returns what could not be removed, a sentence each */
  delete(run: string, signal: AbortSignal): Promise<readonly string[]>;
  /** See `ClusterTarget.prune`. */
  prune(request: PruneRequest, signal: AbortSignal): Promise<readonly Pruned[]>;
  /** See `ClusterTarget.submitManifest`. */
  submitManifest(text: string, signal: AbortSignal): Promise<string>;
  /** See `RunTarget.runFile`. */
  runFile(run: string, signal: AbortSignal): Promise<RunFile>;
  jobSpec(run: string, signal: AbortSignal): Promise<JobSpec>;
  /** See `RunTarget.inputs`. */
  inputs(run: string, signal: AbortSignal): Promise<readonly StagedFile[]>;
  /** Names of the Secrets of the space, to choose from; their values are not read. */
  listSecretNames(signal: AbortSignal): Promise<readonly string[]>;
}

export function createSubmitter(options: SubmitterOptions): Submitter {
  const space = new SpaceObjects(options.api);
  const { steps, assets } = options.scripts;
  const shared = sharedConfigMaps(steps, assets, sha256, space.namespace);
  const context: SubmitContext = { options, space, shared };
  const record = new RunRecord(space, options.files);
  return {
    shared,
    submit: (submission, signal, onProgress = () => undefined) => submitRun(context, submission, signal, onProgress),
    render: (submission, signal) => renderSubmission(context, submission, signal),
    dryRun: (submission, signal) => dryRunSubmission(context, submission, signal),
    cancel: (run, signal) => cancelRun(space, options.clock, run, signal),
    delete: (run, signal) => withRemover(context, (remover) => deleteRun(remover, run, signal)),
    prune: (request, signal) => withRemover(context, (remover) => prune(remover, shared.scripts, request, signal)),
    submitManifest: (text, signal) => submitManifest(space, text, signal),
    runFile: (run, signal) => record.runFile(run, signal),
    jobSpec: (run, signal) => record.jobSpec(run, signal),
    inputs: (run, signal) => record.inputs(run, signal),
    listSecretNames: (signal) => listSecretNames(space, signal),
  };
}

/** How long the pods that cleaned up may take to go. */
const cleanUpMs = 10_000;

async function withRemover<T>(
  { options, space, shared }: SubmitContext,
  use: (remover: Remover) => Promise<T>,
): Promise<T> {
  const folders = new RunFolders(options, space, shared.scripts);
  try {
    return await use({ space, profile: options.profile, clock: options.clock, folders });
  } finally {
    // Also when the caller gave up: a pod that only waits is nobody's use.
    await folders.dispose(AbortSignal.timeout(cleanUpMs));
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
