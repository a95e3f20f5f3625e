import type { RunEvent } from '../../../protocol/index.ts';
import type { Claim, ClusterEvent, CustomRun, Node, PipelineRun, Pod, TaskRun } from './schemas/index.ts';
import type { Summary } from './summary.ts';

/** What is known of one run at a moment. The lists hold what belongs to this run; more does no harm, less is gone. */
export interface RunFacts {
  /** Slipway's name of the cluster and space. */
  readonly context: string;
  /** Epoch ms. */
  readonly now: number;
  /** Undefined when there is none (any more). */
  readonly pipelineRun: PipelineRun | undefined;
  readonly taskRuns: readonly TaskRun[];
  readonly customRuns: readonly CustomRun[];
  /** Undefined where pods may not be read. */
  readonly pods: readonly Pod[] | undefined;
  /** Events of the pods, claims and runs. */
  readonly events: readonly ClusterEvent[];
  /** PipelineRuns that tasks of this one stand for. */
  readonly childRuns?: readonly PipelineRun[];
  readonly claims?: readonly Claim[];
  /** Nodes of the cluster, where they may be read. */
  readonly nodes?: readonly Node[];
  /** Pods of all spaces, where they may be read: who holds what the run waits for. */
  readonly nodePods?: readonly Pod[];
  /** All lines of progress.jsonl since its beginning, whole ones. */
  readonly progress: readonly string[];
  /** True while a connection is open from which more of it may come. */
  readonly progressGoesOn?: boolean;
  /** From the run's folder, where it was read there; the TaskRun's result is found without. */
  readonly summary?: Summary | undefined;
  /** True when a cancel was asked for by a way that the PipelineRun does not show (yet). */
  readonly cancelRequested?: boolean;
  /** True while steps of its pod are run in the stead of Tekton, which has forgotten them: however long they take. */
  readonly turnsAreGiven?: boolean;
}

/** A run as told so far. Hand it back to `observeRun` with newer facts. */
export interface ObservedRun {
  readonly context: string;
  /** The PipelineRun's name; empty until one was seen. */
  readonly name: string;
  /** Only ever grows: what was told stays as it was told. */
  readonly events: readonly RunEvent[];
  /** True when nothing more will come. */
  readonly final: boolean;
  /** Epoch ms at which the same facts would tell more, by time alone; look again then. */
  readonly recheckAt: number | undefined;
  readonly memory: Memory;
}

/** What was seen and told before; nobody's business but `observeRun`'s. */
export interface Memory {
  readonly pipelineRun: PipelineRun | undefined;
  readonly taskRuns: ReadonlyMap<string, TaskRun>;
  readonly customRuns: ReadonlyMap<string, CustomRun>;
  readonly pods: ReadonlyMap<string, Pod>;
  /** Epoch ms (of `now`) at which the PipelineRun was first seen done. */
  readonly doneSince: number | undefined;
  /** Epoch ms (of `now`) at which all its objects were first seen to have ended, while progress may still have come. */
  readonly overSince: number | undefined;
  readonly told: Told;
}

/** What the events have said. */
export interface Told {
  readonly submitted: boolean;
  readonly cancelRequested: boolean;
  readonly phase: 'queued' | 'staging' | undefined;
  readonly waiting: string | undefined;
  readonly started: ReadonlySet<string>;
  readonly ended: ReadonlySet<string>;
  readonly notes: ReadonlyMap<string, string>;
  /** Steps that the run has, told by `submitted` or `tasks`. */
  readonly steps: ReadonlySet<string>;
  readonly tasks: string | undefined;
  readonly results: string | undefined;
  /** How many lines of `progress` were read. */
  readonly lines: number;
  /** How steps ended by their own words, from progress lines. */
  readonly endings: ReadonlyMap<string, StepEnding>;
}

/** How a step's script says that it ended. */
export interface StepEnding {
  readonly time: number;
  readonly state: 'succeeded' | 'failed' | 'skipped';
  readonly exitCode: number | undefined;
  readonly reason: string | undefined;
  readonly note: string | undefined;
}
