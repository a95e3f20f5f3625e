import { resources, type Clock } from '../../../kubernetes/index.ts';
import { containerOf, paths } from '../../../pipeline/index.ts';
import { SlipwayError } from '../../../protocol/index.ts';
import { pipelineRunSchema, type PipelineRun, type Pod } from './clusterObjects.ts';
import { runInPod } from './podCommand.ts';
import { hasEnded, isDone, isOurs, isStopping } from './runObjects.ts';
import { podsOf, taskRunsOf } from './runPods.ts';
import type { SpaceObjects } from './spaceObjects.ts';
import { isTakenUp } from './takenUp.ts';

/** How a cancel went. */
export interface CancelOutcome {
  /**
   * `ended`: it had ended already; `asked`: its steps were told to stop and wrote down what they had; `stopped`: no step was
   * at work, or none could be told, and Tekton stopped it at once.
   */
  readonly how: 'ended' | 'asked' | 'stopped';
  /** Why the steps could not be told, where they could not. */
  readonly note?: string;
}

/** How long the steps have to stop: lib.sh gives the program 10 s after TERM, then the index is written. Seconds. */
const graceSeconds = 20;

/** Tells the steps to stop and waits until `collect` has written down what there is. The folder comes as an argument. */
const stopScript = [
  'touch "$1/cancel" || exit 4',
  'for ((i = 0; i < $2 * 10; i++)); do [ -e "$1/results/collect.json" ] && exit 0; sleep 0.1; done',
  'exit 3',
].join('\n');

/**
 * Cancels a run, ours or anybody's, and has its logs first. Idempotent; a run that has ended stays as it is.
 * Decision 10, "Cancel".
 * @throws SlipwayError `run.notFound`
 */
export async function cancelRun(
  space: SpaceObjects,
  clock: Clock,
  run: string,
  signal: AbortSignal,
): Promise<CancelOutcome> {
  const pipelineRun = await space.find(resources.pipelineRuns, run, pipelineRunSchema, signal);
  if (pipelineRun === undefined) throw noSuchRun(run, space);
  if (isDone(pipelineRun)) return { how: 'ended' };
  const told = await tell(space, pipelineRun, signal);
  await untilTaken(space, clock, pipelineRun, signal);
  if (!(await stop(space, pipelineRun, signal))) return { how: 'ended' };
  const left = await leftOver(space, clock, pipelineRun, signal);
  if (left !== undefined) return { how: 'stopped', note: left };
  if (told === 'nobody') return { how: 'stopped' };
  return told === 'all' ? { how: 'asked' } : { how: 'stopped', note: told.note };
}

export function noSuchRun(run: string, space: SpaceObjects): SlipwayError {
  const { context } = space.api.cluster;
  return new SlipwayError(
    'run.notFound',
    `There is no run ${JSON.stringify(run)} on ${context}, in ${space.namespace}.`,
    {
      action: `List the runs with slipway runs --context ${context}.`,
    },
  );
}

type Told = 'all' | 'nobody' | { readonly note: string };

/** Only our own scripts listen, and only while their container runs: before that there is nothing to lose. */
async function tell(space: SpaceObjects, run: PipelineRun, signal: AbortSignal): Promise<Told> {
  if (isStopping(run) || !isOurs(run.metadata)) return 'nobody';
  const command = ['bash', '-c', stopScript, 'slipway', paths.run, String(graceSeconds)];
  try {
    const pod = (await podsOf(space, run.metadata.name, signal)).find(listens);
    if (pod === undefined) return 'nobody';
    const { exitCode, said } = await runInPod(space, pod.metadata.name, listener, command, signal);
    if (exitCode === 0) return 'all';
    if (exitCode === 3) return { note: `the steps had not stopped after ${graceSeconds} s` };
    return { note: `the steps could not be told to stop: ${said || `exit code ${exitCode}`}` };
  } catch (error) {
    if (signal.aborted || !SlipwayError.is(error)) throw error;
    // The pod may have ended meanwhile, or the user may not look or exec: the run is stopped all the same.
    return { note: `the steps could not be told to stop: ${error.message}` };
  }
}

/** It waits for its turn as long as the pod lives. */
const listener = containerOf('collect');

function listens(pod: Pod): boolean {
  return pod.status?.containerStatuses.find(({ name }) => name === listener)?.state.running !== undefined;
}

/** How long Tekton may take to begin a task before the run is stopped all the same. */
const takenMs = 5_000;
const takenPollMs = 100;

/** Waits until Tekton has written down which TaskRuns it made, and is about to make none. */
async function untilTaken(space: SpaceObjects, clock: Clock, run: PipelineRun, signal: AbortSignal): Promise<void> {
  if (run.spec.status !== undefined) return;
  const { name } = run.metadata;
  const end = clock.now() + takenMs;
  for (;;) {
    // The tasks first: one that is made after this look is not missed in the other.
    const taskRuns = await taskRunsOf(space, name, signal);
    const seen = await space.find(resources.pipelineRuns, name, pipelineRunSchema, signal);
    if (seen === undefined || isTakenUp(seen, taskRuns) || clock.now() >= end) return;
    await clock.sleep(takenPollMs, signal);
  }
}

/**
 * Says so where a task was made in the very moment that the run was stopped, and goes on without it. Nothing but `delete` takes
 * it away: to stop a TaskRun takes a right that nothing else needs.
 */
async function leftOver(
  space: SpaceObjects,
  clock: Clock,
  run: PipelineRun,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { name } = run.metadata;
  if ((run.status?.pipelineSpec ?? run.spec.pipelineSpec)?.tasks.length === 1) return undefined;
  const end = clock.now() + takenMs;
  let seen: PipelineRun | undefined = run;
  while (seen !== undefined && !isDone(seen) && clock.now() < end) {
    await clock.sleep(takenPollMs, signal);
    seen = await space.find(resources.pipelineRuns, name, pipelineRunSchema, signal);
  }
  if (seen === undefined || !isDone(seen)) return undefined;
  const written = new Set(seen.status?.childReferences.map((child) => child.name));
  const taskRuns = await taskRunsOf(space, name, signal);
  const left = taskRuns.find((taskRun) => !hasEnded(taskRun) && !written.has(taskRun.metadata.name));
  return left === undefined
    ? undefined
    : `its task ${left.metadata.name} began in that moment and goes on: delete the run to end it`;
}

/** False when it had ended before it could be stopped. */
async function stop(space: SpaceObjects, run: PipelineRun, signal: AbortSignal): Promise<boolean> {
  if (isStopping(run)) return true;
  const { name } = run.metadata;
  const pipeline = run.status?.pipelineSpec ?? run.spec.pipelineSpec;
  const status = (pipeline?.finally.length ?? 0) > 0 ? 'CancelledRunFinally' : 'Cancelled';
  try {
    const path = space.path(resources.pipelineRuns, name);
    await space.api.patch(path, { spec: { status } }, { kind: 'merge' }, pipelineRunSchema, signal);
    return true;
  } catch (error) {
    // Tekton refuses to change a run that has ended.
    const now = await space.find(resources.pipelineRuns, name, pipelineRunSchema, signal);
    if (now === undefined || isDone(now)) return false;
    throw error;
  }
}
