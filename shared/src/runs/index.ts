/**
 * The run model: one state machine fed by any target, merged logs, and the service that plans, submits, lists, watches,
 * repeats and deletes runs. Touches targets, job folders and its own temporary files; never a cluster or process itself.
 * Start reading at runService.ts; the state machine is runStateMachine.ts, the logs begin at logPage.ts.
 */
export { createLineAssembler, type AssembledLine, type LineAssembler } from './lineAssembler.ts';
export type { ReadLogRequest } from './logFollow.ts';
export type { SpecChanges } from './repeat.ts';
export { createRunService, type RunReference, type RunService, type RunServiceOptions } from './runService.ts';
export { foldEvents, reduceRun, type RunProgress } from './runStateMachine.ts';
export type { RunChange, RunListener } from './runWatcher.ts';
