/**
 * Why a run failed: the failure catalogue as data (`catalogue/`) and its matcher, which reads what the run left.
 * Pure: no I/O, no clock, no environment. Says "unknown" and shows the evidence rather than a cause that may be wrong.
 * Start reading at diagnose.ts, then catalogue/entry.ts.
 */
export { diagnose, diagnoseCluster, type ClusterEvidence, type Evidence } from './diagnose.ts';
export { maskSecrets } from './maskSecrets.ts';
