import type { Pod } from '../schemas/index.ts';
import { explainPending, type PendingFacts } from '../pending/explainPending.ts';
import { condition, ourRun, startMs, taskRun } from './objects.ts';

const started = {
  conditions: [condition('Unknown', 'Running')],
  childReferences: [{ kind: 'TaskRun', name: 't', pipelineTaskName: 'run' }],
};
/** A pod's spec that asks for GPUs in its step `notebook`. */
export const gpuSpec = (
  gpus: number,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  containers: [{ name: 'step-notebook', resources: { limits: { 'nvidia.com/gpu': gpus } } }],
  ...more,
});

/** Why a run of ours waits whose TaskRun `t` has this pod `p`; an hour after it was made. */
export function explain(parts: Partial<PendingFacts> & { pod?: Pod }): string | undefined {
  const { pod: thePod, ...facts } = parts;
  return explainPending({
    now: startMs + 3_600_000,
    pipelineRun: ourRun(['prepare', 'notebook', 'collect'], started),
    taskRuns: [taskRun('t', 'run', { conditions: [condition('Unknown', 'Pending')], podName: 'p' })],
    pods: thePod === undefined ? [] : [thePod],
    events: [],
    ...facts,
  });
}
