/**
 * What writes to a cluster: submission in an order that may break off anywhere, cancel, delete, prune, hand-written manifests.
 * It takes the objects as `pipeline` renders them, and the cluster as it finds it. Start reading at submitter.ts, then submitPlan.ts.
 */
export { createSubmitter, type Submitter } from './submitter.ts';
export type { RunFolderReader, SubmitterOptions } from './submitterOptions.ts';
export type { RenderedRun } from './renderedRun.ts';
export type { CancelOutcome } from './cancelRun.ts';
export { obstacleOf, isRunning, type PodObstacle } from './podWaiting.ts';
