import type { ContainerStatus, Pod, StepStatus, TaskRun, Terminated } from '../schemas/index.ts';
import { podIsTerminal } from '../conditions.ts';
import { parseTerminationMessage } from './terminationMessage.ts';

/** A step as TaskRun and pod show it, before anybody says what that means. */
export interface StepSight {
  readonly name: string;
  readonly state: 'pending' | 'running' | 'ended';
  /** Epoch ms. */
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  /** The program's own; undefined where Tekton made one up. */
  readonly exitCode: number | undefined;
  /** Why it ended, where the exit code does not say. */
  readonly ending: 'skipped' | 'cancelled' | 'timeout' | 'outOfMemory' | 'notRun' | undefined;
}

/** Exit codes beside these are Tekton's, not the program's (failure-catalogue, rule 3). */
const madeUp: Readonly<Record<string, StepSight['ending']>> = {
  Skipped: 'skipped',
  TaskRunCancelled: 'cancelled',
  TaskRunTimeout: 'cancelled',
  TimeoutExceeded: 'timeout',
  TaskRunImagePullFailed: 'notRun',
  PodCreationFailed: 'notRun',
  CreateContainerConfigError: 'notRun',
};

/** One ending, from the TaskRun or from the pod's container, in the same form. */
interface Ending {
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly exitCode: number | undefined;
  readonly reason: string;
  readonly containerReason: string;
}

/**
 * The steps of a TaskRun in order. All containers of a pod start together and wait for their turn, so a step runs only
 * when all before it have ended.
 */
export function seeSteps(names: readonly string[], taskRun: TaskRun | undefined, pod: Pod | undefined): StepSight[] {
  const sights: StepSight[] = [];
  for (const name of names) {
    const status = taskRun?.status?.steps.find((step) => step.name === name);
    const container = pod?.status?.containerStatuses.find(
      ({ name: other }) => other === (status?.container ?? `step-${name}`),
    );
    sights.push(seeStep(name, status, container, sights, isGoingOn(pod)));
  }
  return sights;
}

function isGoingOn(pod: Pod | undefined): boolean {
  return pod !== undefined && !podIsTerminal(pod);
}

function seeStep(
  name: string,
  status: StepStatus | undefined,
  container: ContainerStatus | undefined,
  before: readonly StepSight[],
  podGoesOn: boolean,
): StepSight {
  const ending = endingOf(status, container);
  if (ending !== undefined) return endedSight(name, ending);
  const open = { name, startedAt: undefined, finishedAt: undefined, exitCode: undefined, ending: undefined };
  const running = container?.state?.running ?? (container === undefined || podGoesOn ? status?.running : undefined);
  const last = before.at(-1);
  if (running === undefined || (last !== undefined && last.state !== 'ended')) return { ...open, state: 'pending' };
  const startedAt = Math.max(running.startedAt ?? 0, last?.finishedAt ?? 0);
  return { ...open, state: 'running', startedAt: startedAt === 0 ? undefined : startedAt };
}

function endingOf(status: StepStatus | undefined, container: ContainerStatus | undefined): Ending | undefined {
  const byTask = status?.terminated;
  const byPod = container?.state?.terminated;
  if (byTask === undefined && byPod === undefined) return undefined;
  const message = parseTerminationMessage(byPod?.message);
  return {
    startedAt: message.startedAt ?? byTask?.startedAt ?? byPod?.startedAt,
    finishedAt: byTask?.finishedAt ?? byPod?.finishedAt,
    exitCode: byTask?.exitCode ?? message.exitCode ?? byPod?.exitCode,
    reason: status?.terminationReason ?? message.reason ?? '',
    containerReason: oomOf(byTask) ?? oomOf(byPod) ?? '',
  };
}

function oomOf(terminated: Terminated | undefined): string | undefined {
  return terminated?.reason === 'OOMKilled' ? terminated.reason : undefined;
}

function endedSight(name: string, ending: Ending): StepSight {
  const { startedAt, finishedAt } = ending;
  const known = Object.hasOwn(madeUp, ending.reason) ? madeUp[ending.reason] : undefined;
  const outOfMemory = ending.containerReason !== '' && ending.exitCode !== 0 ? 'outOfMemory' : undefined;
  return {
    name,
    state: 'ended',
    startedAt,
    finishedAt: finishedAt === undefined ? undefined : Math.max(finishedAt, startedAt ?? finishedAt),
    exitCode: known === undefined ? ending.exitCode : undefined,
    ending: known ?? outOfMemory,
  };
}
