import type { PipelineRun, TaskRun } from './clusterObjects.ts';
import { hasEnded, isDone } from './runObjects.ts';

/**
 * Whether Tekton has written down every TaskRun that it made, and is about to make none. Stopped between the making of one and
 * that, a PipelineRun ends as cancelled and that TaskRun goes on for good, with what its pod holds. Pure.
 */
export function isTakenUp(run: PipelineRun, taskRuns: readonly TaskRun[]): boolean {
  if (isDone(run)) return true;
  const written = new Set(run.status?.childReferences.map(({ name }) => name));
  if (written.size === 0 || taskRuns.some(({ metadata }) => !written.has(metadata.name))) return false;
  // All that there is has ended, and the whole has not: the next one is under way.
  const ended = new Set(taskRuns.filter(hasEnded).map(({ metadata }) => metadata.name));
  return [...written].some((name) => !ended.has(name));
}
