/**
 * Processes: who they are, which still live, and what several of them share through a folder without a daemon. Touches the
 * process table and the folders that it is given; knows nothing of what they are for.
 * Start reading at numberedStates.ts, then leaseLock.ts.
 */
export { coreCopyOf, keepCoreInUse } from './coreInUse.ts';
export { identify, isProcessIdentity, liveness, type Liveness, type ProcessIdentity } from './identity.ts';
export { acquireLease, type Lease, type LeaseOptions } from './leaseLock.ts';
export { NumberedStates, type NumberedState } from './numberedStates.ts';
export { parseStat, processesOfRun, psEnvironment, readProcessTable, type ProcessEntry } from './processTable.ts';
