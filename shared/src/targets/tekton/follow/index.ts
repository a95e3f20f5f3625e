/**
 * Logs, progress and files of cluster runs: followed live by the helper in the run's pod, kept in a spool on disk, read
 * afterwards from the API or the run's volume. Touches the cluster and its cache folder; decides nothing about runs.
 * Start reading at runFiles.ts and sourceChoice.ts.
 */
export type { PodContainer, RunLocator, RunPlace, StepPlace } from './runPlace.ts';
export { createRunFiles, type RunFiles, type RunFilesOptions } from './runFiles.ts';
export type { FollowState } from './live/followState.ts';
export type { PastRun, StepResult } from './files/runFolders.ts';
