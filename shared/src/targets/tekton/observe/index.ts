/**
 * What the API says about a run, as Slipway's events: pure, total, idempotent. `observeRun` for one run, `rowOf` for lists,
 * `explainPending` for why it waits, `describeForeign` for any PipelineRun. Start reading at observeRun.ts, then facts.ts.
 */
export * from './schemas/index.ts';
export { type Age, parseAge } from './age.ts';
export type { ObservedRun, RunFacts } from './facts.ts';
export { describeForeign } from './graph/describeForeign.ts';
export { givenUpPods, isBeingMade } from './givenUpPods.ts';
export { isOurs } from './identity.ts';
export { observeRun } from './observeRun.ts';
export { requestOf } from './pending/amounts.ts';
export { claimsOf, podIsPlaced, podIsTerminal, standingOf } from './conditions.ts';
export { explainPending, explainPod, type PendingFacts, type PodFacts } from './pending/explainPending.ts';
export { rowOf, rowOfTable, type TableRow, tableRowSchema } from './rowOf.ts';
export { killedCode } from './steps/stepVerdict.ts';
export { parseTerminationMessage } from './steps/terminationMessage.ts';
export { tektonLabels } from './tektonLabels.ts';
export { parseSummary, type Summary, summarySchema } from './summary.ts';
export { triggerOf } from './trigger.ts';
