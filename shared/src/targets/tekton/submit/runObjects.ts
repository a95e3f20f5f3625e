import { labels, managedBy, paths, type RunVolume } from '../../../pipeline/index.ts';
import type { Metadata, PipelineRun, TaskRun } from './clusterObjects.ts';

/** What has no run may be pruned after so long. A submission that takes longer, because it uploads, renews its inputs. */
export const orphanMs = 15 * 60_000;

export function isOurs(metadata: Metadata): boolean {
  return metadata.labels[labels.managedBy] === managedBy;
}

/** The run that an object belongs to, where Slipway made it. */
export function runOf(metadata: Metadata): string | undefined {
  return isOurs(metadata) ? metadata.labels[labels.run] : undefined;
}

/** Tekton is through with it, one way or the other; its pod may still be ending. */
export function isDone(run: PipelineRun): boolean {
  return isSettled(run.status?.conditions);
}

/** Tekton was told to stop it, whether or not it has. */
export function isStopping(run: PipelineRun): boolean {
  return run.spec.status === 'Cancelled' || run.spec.status === 'CancelledRunFinally';
}

/** The same as `isDone` of one of its tasks. */
export function hasEnded(taskRun: TaskRun): boolean {
  return isSettled(taskRun.status?.conditions);
}

function isSettled(conditions: readonly { readonly type: string; readonly status: string }[] = []): boolean {
  const succeeded = conditions.find(({ type }) => type === 'Succeeded');
  return succeeded?.status === 'True' || succeeded?.status === 'False';
}

/** The volume that holds the run's folder, by the PipelineRun itself: what the profile says may have changed since. */
export function volumeOf(run: PipelineRun): RunVolume | undefined {
  for (const { taskSpec } of run.spec.pipelineSpec?.tasks ?? []) {
    if (taskSpec === undefined) continue;
    const mounts = [
      ...(taskSpec.stepTemplate?.volumeMounts ?? []),
      ...taskSpec.steps.flatMap((step) => step.volumeMounts),
    ];
    const mount = mounts.find(({ mountPath }) => mountPath === paths.run);
    const volume = taskSpec.volumes.find(({ name }) => name === mount?.name);
    const claimName = volume?.persistentVolumeClaim?.claimName;
    if (claimName !== undefined) return { claimName, subPath: prefixOf(mount?.subPath, run.metadata.name) };
  }
  return undefined;
}

/** `team/runs/R` lies below `team`. */
function prefixOf(subPath: string | undefined, run: string): string | undefined {
  const folder = `runs/${run}`;
  if (!subPath?.endsWith(`/${folder}`)) return undefined;
  return subPath.slice(0, -folder.length - 1);
}
