import { isDone } from '../conditions.ts';
import type { ContainerStatus, Pod, StepStatus, TaskRun, Terminated } from '../schemas/index.ts';
import { parseTerminationMessage } from './terminationMessage.ts';

/**
 * Why a step ended, where the exit code does not say.
 * - `skipped`, `cancelled`, `timeout`: by Tekton
 * - `outOfMemory`: its container went over its memory limit
 * - `killed`: by a signal
 * - `notRun`: its pod was never started
 * - `noTurn`: its pod ended while it waited for the steps before it
 * - `unknown`: nobody kept how
 */
export type StepEndingKind =
  'skipped' | 'cancelled' | 'timeout' | 'outOfMemory' | 'killed' | 'notRun' | 'noTurn' | 'unknown';

/** A step as TaskRun and pod show it, before anybody says what that means. */
export interface StepSight {
  readonly name: string;
  readonly state: 'pending' | 'running' | 'ended';
  /** Epoch ms. */
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  /** The program's own; undefined where Tekton made one up. */
  readonly exitCode: number | undefined;
  readonly ending: StepEndingKind | undefined;
  /** It failed, and its task went on as its `onError: continue` says. */
  readonly isContinued: boolean;
}

/** Exit codes beside these are Tekton's, not the program's. */
const madeUp: Readonly<Record<string, StepEndingKind>> = {
  Skipped: 'skipped',
  TaskRunCancelled: 'cancelled',
  TaskRunTimeout: 'cancelled',
  TimeoutExceeded: 'timeout',
  TaskRunImagePullFailed: 'notRun',
  PodCreationFailed: 'notRun',
  CreateContainerConfigError: 'notRun',
};

/** Times of containers are whole seconds. */
const inexactMs = 1_500;

/** One ending, from the TaskRun or from the pod's container, in the same form. */
interface Ending {
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly exitCode: number | undefined;
  readonly reason: string;
  readonly outOfMemory: boolean;
  readonly isContinued: boolean;
}

/** Where steps are seen. */
interface Scene {
  /** The TaskRun will not change any more. */
  readonly taskIsDone: boolean;
  readonly podGoesOn: boolean;
}

/**
 * The steps of a TaskRun in order. All containers of a pod start together and wait for their turn, so a step runs only
 * when all before it have ended.
 * @param pod as last seen, also when it has gone since
 * @param podGoesOn whether it is there and has not ended
 */
export function seeSteps(
  names: readonly string[],
  taskRun: TaskRun | undefined,
  pod: Pod | undefined,
  podGoesOn: boolean,
): StepSight[] {
  const scene = { taskIsDone: taskRun !== undefined && isDone(taskRun), podGoesOn };
  const sights: StepSight[] = [];
  for (const name of names) {
    const status = taskRun?.status?.steps.find((step) => step.name === name);
    const inPod = status?.container ?? `step-${name}`;
    const container = pod?.status?.containerStatuses.find((each) => each.name === inPod);
    sights.push(seeStep(name, status, container, sights.at(-1), scene));
  }
  return sights;
}

function seeStep(
  name: string,
  status: StepStatus | undefined,
  container: ContainerStatus | undefined,
  last: StepSight | undefined,
  scene: Scene,
): StepSight {
  const ending = endingOf(status, container);
  if (ending !== undefined) return endedSight(name, ending, last);
  const open = {
    name,
    startedAt: undefined,
    finishedAt: undefined,
    exitCode: undefined,
    ending: undefined,
    isContinued: false,
  };
  const running = container?.state?.running ?? status?.running;
  if (running === undefined) return { ...open, state: 'pending' };
  // Tekton ends a TaskRun at once where a container ran out of memory, and does not look at the other steps any more.
  if (scene.taskIsDone && !scene.podGoesOn) return { ...open, state: 'ended', ending: 'unknown' };
  if (last !== undefined && last.state !== 'ended') return { ...open, state: 'pending' };
  const startedAt = Math.max(running.startedAt ?? 0, last?.finishedAt ?? 0);
  return { ...open, state: 'running', startedAt: startedAt === 0 ? undefined : startedAt };
}

function endingOf(status: StepStatus | undefined, container: ContainerStatus | undefined): Ending | undefined {
  const byTask = status?.terminated;
  const byPod = container?.state?.terminated;
  if (byTask === undefined && byPod === undefined) return undefined;
  const message = parseTerminationMessage(byPod?.message);
  const reason = status?.terminationReason ?? message.reason ?? '';
  return {
    startedAt: message.startedAt ?? byTask?.startedAt ?? byPod?.startedAt,
    finishedAt: byTask?.finishedAt ?? byPod?.finishedAt,
    exitCode: byTask?.exitCode ?? message.exitCode ?? byPod?.exitCode,
    reason,
    outOfMemory: isOutOfMemory(byTask) || isOutOfMemory(byPod),
    // Its container hides the exit code; the TaskRun tells of it later than the pod.
    isContinued: reason === 'Continued' || (byPod?.exitCode === 0 && (message.exitCode ?? 0) !== 0),
  };
}

function isOutOfMemory(terminated: Terminated | undefined): boolean {
  return terminated?.reason === 'OOMKilled';
}

function endedSight(name: string, ending: Ending, last: StepSight | undefined): StepSight {
  const { startedAt, finishedAt, exitCode } = ending;
  const kind = kindOf(ending, last);
  const ownCode = kind === undefined || kind === 'outOfMemory' ? exitCode : undefined;
  return {
    name,
    state: 'ended',
    startedAt,
    finishedAt: finishedAt === undefined ? undefined : Math.max(finishedAt, startedAt ?? finishedAt),
    // The entrypoint writes -1 for a program that a signal ended.
    exitCode: ownCode === undefined || ownCode < 0 ? undefined : ownCode,
    ending: kind,
    isContinued: ending.isContinued,
  };
}

function kindOf(ending: Ending, last: StepSight | undefined): StepEndingKind | undefined {
  const known = Object.hasOwn(madeUp, ending.reason) ? madeUp[ending.reason] : undefined;
  if (known !== undefined) return known;
  const { startedAt, exitCode } = ending;
  const before = last?.finishedAt;
  // Before what times tell: an entrypoint that was killed as well has not said when its step began.
  if (ending.outOfMemory && exitCode !== 0) return 'outOfMemory';
  if (exitCode !== 0 && startedAt !== undefined && before !== undefined && startedAt + inexactMs < before)
    return 'noTurn';
  return exitCode !== undefined && exitCode < 0 ? 'killed' : undefined;
}
