import type { JobFolder } from '../jobs/index.ts';
import type { RunFile } from '../pipeline/index.ts';
import type {
  Check,
  Folder,
  LogPage,
  LogScan,
  Run,
  RunLink,
  RunPlan,
  StepName,
  Submission,
  RequestResult,
} from '../protocol/index.ts';
import { SlipwayError, terminalStates } from '../protocol/index.ts';
import {
  isClusterTarget,
  type ClusterTarget,
  type Disposable,
  type PruneRequest,
  type Pruned,
  type RunSubmission,
  type RunTarget,
  type WatchScope,
} from '../targets/index.ts';
import { followLog, type FollowedLog, type ReadLogRequest } from './logFollow.ts';
import { scanLog, type LogScanRequest } from './logScan.ts';
import { readLogTail } from './logTail.ts';
import { rerun, retry, type RepeatOptions, type SpecChanges } from './repeat.ts';
import { RunCatalogue, type FoundRun, type ListRequest } from './runCatalogue.ts';
import type { RunListener } from './runWatcher.ts';
import { describePlan, readyJob, submitJob, withSubmission, type ReadyJob } from './submission.ts';

export interface RunServiceOptions extends RepeatOptions {
  /** The targets by context name; may change, which `contextsChanged` has to be told. */
  readonly targets: ReadonlyMap<string, RunTarget>;
  /** How to read a job's folder. */
  readonly openFolder: (folder: Folder) => JobFolder;
  /** Told of failures that no caller waits for: a run that cannot be read while it is watched or listed. */
  readonly onError: (error: unknown) => void;
  /** How many runs are kept in memory as last read; 2,000 if not given. */
  readonly cachedRuns?: number;
  /** What is wrong with the file of contexts now, which may be why one is not among the targets. */
  readonly contextsFault?: () => SlipwayError | undefined;
}

/** A run as a person names it: its name, the beginning of its name, or `last`; in any context unless one is given. */
export interface RunReference {
  readonly run: string;
  readonly context?: string | undefined;
}

/**
 * Everything that can be done with runs, in any context. Methods that take a reference throw SlipwayError
 * `run.notFound`, `usage` (ambiguous) and `context.unknown`.
 */
export interface RunService extends Disposable {
  /** The map of targets has changed: watches of all contexts go on with what is there now. */
  contextsChanged(): void;
  /** What would run; changes nothing. */
  plan(submission: Submission, signal: AbortSignal): Promise<RunPlan>;
  /**
   * Starts a run. However it fails or is aborted, nothing is left behind; a run that had started when the abort came is
   * cancelled and stays in the list as such. So it is with `rerun` and `retry`.
   */
  submit(submission: Submission, onProgress: (text: string) => void, signal: AbortSignal): Promise<Run>;
  /** The manifest that a submission would send, as YAML. @throws SlipwayError `target.unsupported` for this machine */
  manifest(submission: Submission, signal: AbortSignal): Promise<string>;
  /** What would keep a submission from running. @throws SlipwayError `target.unsupported` for this machine */
  preflight(submission: Submission, signal: AbortSignal): Promise<readonly Check[]>;
  /** Creates a hand-written PipelineRun. @throws SlipwayError `target.unsupported` for this machine */
  submitManifest(context: string, manifest: string, signal: AbortSignal): Promise<Run>;
  /** Reads runs from the team's volume whose PipelineRun is gone. @throws SlipwayError `target.unsupported` for this machine */
  recall(context: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Names of the Secrets of a space. @throws SlipwayError `target.unsupported` for this machine */
  secretNames(context: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Removes ended runs and what submissions left behind. @throws SlipwayError `target.unsupported` for this machine */
  prune(context: string, request: PruneRequest, signal: AbortSignal): Promise<readonly Pruned[]>;
  /** Runs newest first. A run that cannot be read is left out, and `onError` told. */
  list(request: ListRequest, signal: AbortSignal): Promise<Run[]>;
  get(reference: RunReference, signal: AbortSignal): Promise<Run>;
  /**
   * Tells of every later change to runs of one context, or of all, until disposed.
   * @param scope `asked`: to those that are asked for; others may be told of too. Default `all`.
   */
  watch(context: string | undefined, listener: RunListener, scope?: WatchScope): Disposable;
  /** Asks the run to stop; a final run stays as it is. */
  cancel(reference: RunReference, signal: AbortSignal): Promise<Run>;
  rerun(reference: RunReference, changes: SpecChanges | undefined, signal: AbortSignal): Promise<Run>;
  retry(reference: RunReference, from: StepName | undefined, signal: AbortSignal): Promise<Run>;
  /** @throws SlipwayError `run.conflict` while the run is not final */
  delete(reference: RunReference, signal: AbortSignal): Promise<void>;
  readLog(request: ReadLogRequest & RunReference, signal: AbortSignal): Promise<LogPage>;
  tailLog(
    request: RunReference & { readonly lines: number; readonly steps?: readonly StepName[] | undefined },
    signal: AbortSignal,
  ): Promise<LogPage>;
  scanLog(request: LogScanRequest & RunReference, signal: AbortSignal): Promise<LogScan>;
  /** What a run was asked to do, with every default filled in, and the parameters that its notebook declares. */
  spec(reference: RunReference, signal: AbortSignal): Promise<RequestResult<'runs/spec'>>;
  /** Pages about a run that the team's profile names. */
  links(reference: RunReference, signal: AbortSignal): Promise<readonly RunLink[]>;
  /** The target and full name behind a reference, for `artifacts`. */
  find(reference: RunReference, signal: AbortSignal): Promise<{ readonly target: RunTarget; readonly run: string }>;
}

/** @param options everything from outside: targets, folders, time, randomness */
export function createRunService(options: RunServiceOptions): RunService {
  return new Service(options);
}

class Service implements RunService {
  readonly #options: RunServiceOptions;
  readonly #catalogue: RunCatalogue;

  constructor(options: RunServiceOptions) {
    this.#options = options;
    this.#catalogue = new RunCatalogue(options);
  }

  contextsChanged(): void {
    this.#catalogue.update();
  }

  async plan(submission: Submission, signal: AbortSignal): Promise<RunPlan> {
    const target = this.#catalogue.target(submission.context);
    return describePlan(target, await this.#ready(target, submission, signal), signal);
  }

  async submit(submission: Submission, onProgress: (text: string) => void, signal: AbortSignal): Promise<Run> {
    const target = this.#catalogue.target(submission.context);
    onProgress('checking the job');
    const ready = await this.#ready(target, submission, signal);
    const details = { origin: originOf(submission, ready) };
    const name = await submitJob(target, ready, details, this.#options, onProgress, signal);
    return this.#started(target, name, signal);
  }

  manifest(submission: Submission, signal: AbortSignal): Promise<string> {
    return this.#tryOut(submission, (target, made) => target.manifest(made, signal), signal);
  }

  preflight(submission: Submission, signal: AbortSignal): Promise<readonly Check[]> {
    return this.#tryOut(submission, (target, made) => target.preflight(made, signal), signal);
  }

  async submitManifest(context: string, manifest: string, signal: AbortSignal): Promise<Run> {
    const target = this.#cluster(context, 'takes no manifest');
    return this.#started(target, await target.submitManifest(manifest, signal), signal);
  }

  async recall(context: string, signal: AbortSignal): Promise<readonly string[]> {
    return this.#cluster(context, 'keeps its runs until they are deleted').recall(signal);
  }

  async secretNames(context: string, signal: AbortSignal): Promise<readonly string[]> {
    return this.#cluster(context, 'has no Secrets').secretNames(signal);
  }

  async prune(context: string, request: PruneRequest, signal: AbortSignal): Promise<readonly Pruned[]> {
    const target = this.#cluster(context, 'is not pruned: delete runs by name');
    const removed = await target.prune(request, signal);
    if (request.dryRun !== true) for (const { name } of removed) this.#catalogue.forget(target, name);
    return removed;
  }

  list(request: ListRequest, signal: AbortSignal): Promise<Run[]> {
    return this.#catalogue.list(request, signal);
  }

  async get(reference: RunReference, signal: AbortSignal): Promise<Run> {
    const { target, run } = await this.find(reference, signal);
    return this.#catalogue.load(target, run, signal);
  }

  watch(context: string | undefined, listener: RunListener, scope: WatchScope = 'all'): Disposable {
    return this.#catalogue.watch(context, listener, scope);
  }

  async cancel(reference: RunReference, signal: AbortSignal): Promise<Run> {
    const { target, run } = await this.find(reference, signal);
    const before = await this.#catalogue.load(target, run, signal);
    if (terminalStates.has(before.state)) return before;
    await target.cancel(run, signal);
    return this.#catalogue.load(target, run, signal);
  }

  async rerun(reference: RunReference, changes: SpecChanges | undefined, signal: AbortSignal): Promise<Run> {
    const { target, run } = await this.find(reference, signal);
    return this.#started(target, await rerun(target, run, changes ?? {}, this.#options, signal), signal);
  }

  async retry(reference: RunReference, from: StepName | undefined, signal: AbortSignal): Promise<Run> {
    const { target, run } = await this.find(reference, signal);
    const original = await this.#catalogue.load(target, run, signal);
    return this.#started(target, await retry(target, original, from, this.#options, signal), signal);
  }

  async delete(reference: RunReference, signal: AbortSignal): Promise<void> {
    const { target, run } = await this.find(reference, signal);
    await target.delete(run, signal);
    this.#catalogue.forget(target, run);
  }

  async readLog(request: ReadLogRequest & RunReference, signal: AbortSignal): Promise<LogPage> {
    const { target, run } = this.#catalogue.findKnown(request) ?? (await this.find(request, signal));
    const log: FollowedLog = {
      source: target,
      load: (inner) => this.#catalogue.load(target, run, inner),
      listen: (listener) => this.#catalogue.listen(target, listener),
    };
    const page = await followLog(log, { ...request, run }, signal);
    // A run that ended long ago may have been deleted meanwhile; an empty last page is no proof that it is there.
    if (page.end && page.batches.length === 0) await target.events(run, signal);
    return page;
  }

  async tailLog(
    request: RunReference & { readonly lines: number; readonly steps?: readonly StepName[] | undefined },
    signal: AbortSignal,
  ): Promise<LogPage> {
    const { target, run: name } = await this.find(request, signal);
    const run = await this.#catalogue.load(target, name, signal);
    return readLogTail(target, { run, lines: request.lines, steps: request.steps }, signal);
  }

  async scanLog(request: LogScanRequest & RunReference, signal: AbortSignal): Promise<LogScan> {
    const { target, run: name } = this.#catalogue.findKnown(request) ?? (await this.find(request, signal));
    const run = await this.#catalogue.load(target, name, signal);
    return scanLog(target, run, request, signal);
  }

  async spec(reference: RunReference, signal: AbortSignal): Promise<RequestResult<'runs/spec'>> {
    const { target, run } = await this.find(reference, signal);
    const { spec, notebook } = await target.runFile(run, signal);
    return { spec, ...(notebook?.parameters !== undefined && { parameters: notebook.parameters }) };
  }

  async links(reference: RunReference, signal: AbortSignal): Promise<readonly RunLink[]> {
    const { target, run } = await this.find(reference, signal);
    if (!isClusterTarget(target)) return [];
    return target.links(await this.#catalogue.load(target, run, signal), signal);
  }

  find(reference: RunReference, signal: AbortSignal): Promise<FoundRun> {
    return this.#catalogue.find(reference, signal);
  }

  dispose(): void {
    this.#catalogue.dispose();
  }

  /** A run that has just started. Who called it off meanwhile never learns its name and could not stop it. */
  async #started(target: RunTarget, name: string, signal: AbortSignal): Promise<Run> {
    try {
      const run = await this.#catalogue.load(target, name, signal);
      signal.throwIfAborted();
      return run;
    } catch (error) {
      if (signal.aborted) await target.cancel(name, new AbortController().signal);
      throw error;
    }
  }

  /** Makes a submission that is looked at and thrown away. */
  async #tryOut<Result>(
    submission: Submission,
    use: (target: ClusterTarget, made: RunSubmission) => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    const target = this.#cluster(submission.context, 'has no manifests');
    const ready = await this.#ready(target, submission, signal);
    const details = { origin: originOf(submission, ready) };
    return withSubmission(
      target,
      ready,
      details,
      this.#options,
      () => undefined,
      (made) => use(target, made),
      signal,
    );
  }

  #cluster(context: string, why: string): ClusterTarget {
    const target = this.#catalogue.target(context);
    if (isClusterTarget(target)) return target;
    throw new SlipwayError('target.unsupported', `The context ${context} is no cluster and ${why}.`, {
      action: 'Choose a cluster context with --context.',
    });
  }

  #ready(target: RunTarget, submission: Submission, signal: AbortSignal): Promise<ReadyJob> {
    const { folder, spec, notebookText, unsaved } = submission;
    const source = { folder: this.#options.openFolder(folder), rereadable: folder.kind === 'disk' };
    return readyJob(target, { source, spec, notebookText, unsaved }, signal);
  }
}

/** Where a submission came from, for "retry with my edit". */
function originOf({ folder }: Submission, { job }: ReadyJob): NonNullable<RunFile['source']> {
  const path = job.spec.notebook ?? job.title;
  return { path, unsaved: job.unsaved, ...(folder.kind === 'disk' && { folder: folder.path }) };
}
