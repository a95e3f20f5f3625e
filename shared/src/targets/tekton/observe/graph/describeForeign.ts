import type { Step, Task } from '../../../../protocol/index.ts';
import type { CustomRun, PipelineRun, Pod, TaskRun } from '../schemas/index.ts';
import { asStep, seeAllSteps } from '../steps/seenSteps.ts';
import { seeTasks } from './pipelineTasks.ts';
import { describeTasks } from './taskStates.ts';

/**
 * The graph and the steps of any PipelineRun, ours with a task `stage` among them: tasks with what they wait for, and their
 * steps, called `TASK/STEP` where the run is not ours and `TASK/NUMBER/STEP` in a matrix.
 * @param childRuns PipelineRuns that its tasks stand for
 */
export function describeForeign(
  pipelineRun: PipelineRun,
  taskRuns: readonly TaskRun[],
  customRuns: readonly CustomRun[],
  childRuns: readonly PipelineRun[] = [],
  pods: readonly Pod[] = [],
): { tasks: Task[]; steps: Step[] } {
  const seen = seeTasks({ pipelineRun, taskRuns, customRuns, childRuns });
  const there = new Set(pods.map(({ metadata }) => metadata.name));
  const sources = {
    isOurs: false,
    isCancelled: false,
    isThere: (name: string) => there.has(name),
    pods: new Map(pods.map((pod) => [pod.metadata.name, pod])),
    summary: undefined,
    endings: new Map(),
  };
  return { tasks: describeTasks(pipelineRun, seen), steps: seeAllSteps(seen, sources).map(asStep) };
}
