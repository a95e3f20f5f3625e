import type { Comparison } from '../statistics.ts';
import { devEnvConnect } from './devenvConnect.ts';
import { devEnvTransfer } from './devenvTransfer.ts';
import { largeSpace } from './largeSpace.ts';
import { logLatency } from './logLatency.ts';
import { mergedLog } from './mergedLog.ts';
import { preflightTime } from './preflight.ts';
import { singleCell } from './singleCell.ts';
import { statusLatency } from './statusLatency.ts';
import { submission } from './submission.ts';
import { waitingRuns } from './waiting.ts';

export interface ClusterSizes {
  /** How often each side is measured; a good number for each figure where none is given. */
  readonly pairs: number | undefined;
  /** How many PipelineRuns the large space has. */
  readonly runs: number | undefined;
}

/** The figures of the test cluster by name; what disturbs others comes last. */
export function clusterBenches({
  pairs,
  runs,
}: ClusterSizes): Readonly<Record<string, () => Promise<readonly Comparison[]>>> {
  return {
    preflight: async () => [await preflightTime(pairs ?? 20)],
    submit: () => submission(pairs ?? 20),
    latency: () => logLatency(pairs ?? 400),
    merged: () => mergedLog(pairs ?? 3),
    waiting: async () => [await waitingRuns(pairs ?? 3)],
    status: () => statusLatency(pairs ?? 100),
    cell: () => singleCell(pairs ?? 3),
    connect: () => devEnvConnect(pairs ?? 10),
    transfer: () => devEnvTransfer(pairs ?? 3),
    space: () => largeSpace(runs ?? 30_000),
  };
}
