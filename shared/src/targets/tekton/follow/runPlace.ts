import type { StepName } from '../../../protocol/index.ts';

/** A container of a pod. */
export interface PodContainer {
  readonly pod: string;
  readonly container: string;
}

export interface StepPlace extends PodContainer {
  /** `waiting`: not started yet. `gone`: its pod is no more. */
  readonly state: 'waiting' | 'running' | 'ended' | 'gone';
}

/** Where the parts of a run are at this moment, as far as the watch of its space knows. */
export interface RunPlace {
  /** Of the PipelineRun; undefined when it is gone. */
  readonly uid: string | undefined;
  /** False for a PipelineRun that Slipway did not make: it is read by the API alone. */
  readonly own: boolean;
  /** The PipelineRun is done and its pods are terminal or gone: nothing is written any more. */
  readonly final: boolean;
  /** It ended before any of its steps ran, so nothing was ever written; a pod that reads its volume may find no place either. */
  readonly neverBegan?: boolean;
  /** Where helpers can run now: the last step's container of the pod that runs, which waits for its turn. */
  readonly live: PodContainer | undefined;
  /** The steps that have, or will have, a container. */
  readonly steps: ReadonlyMap<StepName, StepPlace>;
  /** Bytes of each log at the end, as `collect` told; undefined where it did not. */
  readonly logSizes: ReadonlyMap<StepName, number> | undefined;
}

/** What follow needs to know of runs; answered from the watch of the space. */
export interface RunLocator {
  /** @throws SlipwayError `run.notFound` for a run of which nothing is known, neither now nor before */
  locate(run: string, signal: AbortSignal): Promise<RunPlace>;
}
