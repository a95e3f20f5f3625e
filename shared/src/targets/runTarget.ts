import type { KubernetesApi } from '../kubernetes/index.ts';
import type {
  Artifact,
  Check,
  JobSpec,
  PythonChoice,
  Run,
  RunEvent,
  RunLink,
  RunPlan,
  Space,
  StepName,
  TeamProfile,
  Whoami,
} from '../protocol/index.ts';
import type { InputFile, RunFile } from '../pipeline/index.ts';

/** A file to stage: its bytes come from memory, from disk, or from a host through callbacks, a chunk at a time. */
export interface StagedFile {
  /** Relative to the run's `inputs` folder, forward slashes, already checked by `jobs`. */
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal, where it is known already. */
  readonly sha256?: string | undefined;
  /** Yields the content from its start; may be called again, for a transfer that broke off. */
  open(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** A run ready to go: the files that its steps read, and `run.json` which says what to do with them. */
export interface RunSubmission {
  readonly runFile: RunFile;
  /** The run as it is first shown: state `submitting`, steps `pending` (or `reused`). */
  readonly run: Run;
  readonly files: readonly StagedFile[];
  /** What `choosePython` answered for this run; targets that run on an image need none. */
  readonly python?: PythonChoice;
}

export interface Disposable {
  dispose(): void;
}

/**
 * What changed in a target. `changed` names a run whose events or log have grown; read them with `events`. `connection`:
 * what is known of all runs is as of `since` (epoch ms) and may be out of date, or is up to date again.
 */
export type TargetChange =
  | { readonly kind: 'changed'; readonly run: string }
  | { readonly kind: 'deleted'; readonly run: string }
  | {
      readonly kind: 'connection';
      readonly state: 'live' | 'stale';
      readonly since: number;
      readonly reason?: string;
      /** The cluster is there, and does not let this person. */
      readonly forbidden?: true;
    };

/** `asked`: those whose events are asked for, where following all of them would cost more than is wanted. */
export type WatchScope = 'all' | 'asked';

/** A piece of one step's log, as the target has it. */
export interface StepLogChunk {
  /** Byte offset of the first byte. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** [byte offset, epoch ms] marks that cover the chunk; see protocol `logBatchSchema`. */
  readonly times: readonly (readonly [number, number])[];
}

/** How long one step's log is, as the target knows it now. */
export interface LogSize {
  readonly bytes: number;
  /** False where only a part may be at hand for the moment: another time there may be more, or less. */
  readonly whole: boolean;
}

/**
 * Where runs go. `local` runs them as processes of this machine, `tekton` as PipelineRuns. A target moves bytes and
 * starts and stops things; it takes no decision about what a run means (that is `runs`).
 */
export interface RunTarget {
  /** The context's name: `local`, `team-a`. */
  readonly context: string;
  readonly kind: 'local' | 'cluster';

  /**
   * Finds the Python and kernel that a notebook would get. Changes nothing. Undefined where only the run's image can tell.
   * @throws SlipwayError `kernel.unknown`, `python.unusable`
   */
  choosePython(request: PythonRequest, signal: AbortSignal): Promise<PythonChoice | undefined>;

  /**
   * Stages the inputs and starts the run. Afterwards it goes on without the caller. Submitting the same name with the
   * same run file again is the same run.
   * @param onProgress what is being done, for people
   * @throws SlipwayError `disk.full`, `disk.denied`, `run.conflict`, `supervisor.failed`, `cluster.*`; then nothing is left behind.
   */
  submit(submission: RunSubmission, signal: AbortSignal, onProgress?: (text: string) => void): Promise<void>;

  /**
   * Names of all runs that the target knows, newest first.
   * @param limit so many will do, where the others take longer; more may come
   */
  list(signal: AbortSignal, limit?: number): Promise<readonly string[]>;

  /**
   * All events of a run so far, with a final `finished`/`lost` added where the target knows that nobody drives it any more.
   * @throws SlipwayError `run.notFound`
   */
  events(run: string, signal: AbortSignal): Promise<readonly RunEvent[]>;

  /**
   * Calls `listener` on changes, from any process, until disposed.
   * @param scope which runs have to be told of, by default all; others may be told of too
   */
  watch(listener: (change: TargetChange) => void, scope?: WatchScope): Disposable;

  /** The run file as submitted. @throws SlipwayError `run.notFound` */
  runFile(run: string, signal: AbortSignal): Promise<RunFile>;

  /** Reads one step's log from a byte offset: up to `maxBytes`, empty when nothing is there (yet). */
  readLog(run: string, step: StepName, offset: number, maxBytes: number, signal: AbortSignal): Promise<StepLogChunk>;
  /** How long a step's log is now; 0 bytes when there is none. */
  logSize(run: string, step: StepName, signal: AbortSignal): Promise<LogSize>;

  /** Asks the run to stop: TERM, after a grace period KILL; no child is left. Idempotent. */
  cancel(run: string, signal: AbortSignal): Promise<void>;
  /**
   * Removes a final run and everything it left; waits half a minute for one that was cancelled.
   * @throws SlipwayError `run.conflict` while it is not final
   */
  delete(run: string, signal: AbortSignal): Promise<void>;

  /** The artifacts: the index if there is one, else what is there now. */
  artifacts(run: string, signal: AbortSignal): Promise<readonly Artifact[]>;
  /**
   * Streams a file of the run's folder, or a byte range of it.
   * @throws SlipwayError `artifact.notFound`, `path.refused` for a path that leaves the folder
   */
  openFile(run: string, path: string, range: ByteRange | undefined, signal: AbortSignal): Promise<OpenedFile>;
  /** The staged input files, to stage them again ("rerun", "retry"). */
  inputs(run: string, signal: AbortSignal): Promise<readonly StagedFile[]>;
}

/** Is told of each check when it begins and when it is over. */
export interface DoctorProgress {
  looking(name: string): void;
  checked(check: Check): void;
}

/** What only a cluster can do. */
export interface ClusterTarget extends RunTarget {
  readonly kind: 'cluster';
  /** Names among which a run is that is called or begins so: itself alone where there is one, else those of all runs. */
  candidates(run: string, signal: AbortSignal): Promise<readonly string[]>;
  /** An ended run as far as a list knows it, without reading it; undefined where it has to be read. */
  row(run: string): Run | undefined;
  /** What a job would take of the cluster. Sends nothing. @throws SlipwayError `spec.invalid`, `kubeconfig.invalid` */
  describe(
    job: { readonly spec: JobSpec; readonly files: readonly InputFile[] },
    signal: AbortSignal,
  ): Promise<NonNullable<RunPlan['cluster']>>;
  /** Pages about a run that the team's profile names. @throws SlipwayError `kubeconfig.invalid` */
  links(run: Run, signal: AbortSignal): Promise<readonly RunLink[]>;
  /** The manifest as it would be sent: YAML with comments for a platform engineer. Changes nothing. */
  manifest(submission: RunSubmission, signal: AbortSignal): Promise<string>;
  /** What would keep the submission from running. Changes nothing. */
  preflight(submission: RunSubmission, signal: AbortSignal): Promise<readonly Check[]>;
  /** Everything from the API to a one-cell run, each with time and outcome. */
  doctor(signal: AbortSignal, progress?: DoctorProgress): Promise<readonly Check[]>;
  /** Creates a hand-written PipelineRun as it is, after the checks that need no knowledge of it; returns its name. */
  submitManifest(manifest: string, signal: AbortSignal): Promise<string>;
  /** The cluster itself, for what is no run: over the same connections, as the same person. */
  access(): Promise<{ readonly api: KubernetesApi; readonly profile: TeamProfile }>;
  /** The name that runs of this person carry as their user; known once the cluster was asked for something. */
  user(): Promise<string>;
  /** Who the cluster thinks that we are. */
  whoAmI(signal: AbortSignal): Promise<NonNullable<Whoami['cluster']>>;
  /**
   * The spaces that this person may use, each with what can be done there.
   * @param groups of the person, as the identity provider tells: where spaces may not be listed, some are called so
   */
  spaces(groups: readonly string[], signal: AbortSignal): Promise<SpaceList>;
  /** Somebody has signed in: what waits for that, or for the cluster, tries again at once. */
  signedIn(): void;
  /** Somebody has signed out: nothing is seen any more with what they signed in with, and what asks is told at once. */
  signedOut(): void;
  /** Ends its connections and watches; runs go on. */
  dispose(): Promise<void>;
  /** Names of the Secrets of the space, to choose from. Their values are not read. */
  secretNames(signal: AbortSignal): Promise<readonly string[]>;
  /** Reads runs whose PipelineRun is gone from the team's volume, so that they are listed; the names of the new ones. */
  recall(signal: AbortSignal): Promise<readonly string[]>;
  /** Removes ended runs and what submissions left behind. */
  prune(request: PruneRequest, signal: AbortSignal): Promise<readonly Pruned[]>;
}

/** Spaces, and what a person should know of the list. */
export interface SpaceList {
  readonly spaces: readonly Space[];
  readonly notes: readonly string[];
}

export interface PruneRequest {
  readonly olderThanMs?: number | undefined;
  readonly keep?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface Pruned {
  readonly kind: string;
  readonly name: string;
  readonly reason: string;
  /** Why it, or a part of it, could not be removed. */
  readonly failure?: string | undefined;
}

export function isClusterTarget(target: RunTarget): target is ClusterTarget {
  return target.kind === 'cluster';
}

export interface ByteRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

export interface OpenedFile {
  /** Whole size in bytes, whatever the range. */
  readonly bytes: number;
  readonly content: AsyncIterable<Uint8Array>;
}

export interface PythonRequest {
  /** `spec.python`: a path or "managed"; undefined to let the target choose. */
  readonly python: string | undefined;
  /** `spec.kernel`, else the notebook's `metadata.kernelspec.name`, else `python3`; undefined for a command. */
  readonly kernel: string | undefined;
  readonly language: string | undefined;
  /** Content of the requirements file, if any. */
  readonly requirements: string | undefined;
  readonly needsTests: boolean;
  /** Absolute path of the job's folder where it is on this machine's disk; a `.venv` in it is looked at. */
  readonly folder: string | undefined;
}
