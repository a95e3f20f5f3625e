import { stepNameSchema } from '../../../../protocol/index.ts';
import { isDone, pipelineTaskOf } from '../conditions.ts';
import { tektonLabels } from '../tektonLabels.ts';
import { isOurs } from '../identity.ts';
import type { CustomRun, PipelineRun, PipelineTask, TaskRun } from '../schemas/index.ts';

/** One try-set of a task: a TaskRun, with what its steps are called in the run. */
export interface TaskTry {
  readonly taskRun: TaskRun | undefined;
  readonly steps: readonly NamedStep[];
}

export interface NamedStep {
  /** In the run: `notebook`, or `TASK/STEP` in a PipelineRun that is not ours. */
  readonly name: string;
  /** In the TaskRun. */
  readonly own: string;
  readonly timeout: string | undefined;
}

/** A task of the pipeline with everything that was made for it. */
export interface SeenTask {
  readonly spec: PipelineTask;
  readonly finally: boolean;
  readonly kind: 'task' | 'custom' | 'pipeline';
  readonly tries: readonly TaskTry[];
  readonly customRuns: readonly CustomRun[];
  readonly childRuns: readonly PipelineRun[];
}

/** The objects that belong to a PipelineRun. */
export interface RunObjects {
  readonly pipelineRun: PipelineRun;
  readonly taskRuns: readonly TaskRun[];
  readonly customRuns: readonly CustomRun[];
  readonly childRuns: readonly PipelineRun[];
}

/**
 * The tasks of a PipelineRun as its pipeline has them; tasks of which only a TaskRun is known come last. While the pipeline is not known
 * there are none: TaskRuns may be seen before it, and do not tell whether they are of a matrix.
 */
export function seeTasks(objects: RunObjects): SeenTask[] {
  const { pipelineRun } = objects;
  const spec = pipelineRun.status?.pipelineSpec ?? pipelineRun.spec?.pipelineSpec;
  if (spec === undefined && !isDone(pipelineRun)) return [];
  const known = [
    ...(spec?.tasks ?? []).map((task) => ({ task, finally: false })),
    ...(spec?.finally ?? []).map((task) => ({ task, finally: true })),
  ];
  const names = new Set(known.map(({ task }) => task.name));
  const others = objects.taskRuns.flatMap((taskRun) => {
    const name = pipelineTaskOf(pipelineRun, taskRun);
    if (name === undefined || names.has(name)) return [];
    names.add(name);
    return [{ task: bareTask(name), finally: false }];
  });
  return [...known, ...others].map(({ task, finally: atEnd }) => seeTask(task, atEnd, objects));
}

function bareTask(name: string): PipelineTask {
  return { name, runAfter: [] };
}

function seeTask(spec: PipelineTask, atEnd: boolean, objects: RunObjects): SeenTask {
  const { pipelineRun } = objects;
  const references = (pipelineRun.status?.childReferences ?? []).filter((each) => each.pipelineTaskName === spec.name);
  const order = new Map(references.map(({ name }, index) => [name, index]));
  const mine = <T extends { metadata: { name: string; labels: Readonly<Record<string, string>> } }>(
    all: readonly T[],
  ): T[] =>
    all
      .filter(({ metadata }) => order.has(metadata.name) || metadata.labels[tektonLabels.pipelineTask] === spec.name)
      .toSorted(
        (a, b) =>
          place(order, a.metadata.name) - place(order, b.metadata.name) || (a.metadata.name < b.metadata.name ? -1 : 1),
      );
  const taskRuns = mine(objects.taskRuns);
  const customRuns = mine(objects.customRuns);
  const kinds = references.map(({ kind }) => kind);
  return {
    spec,
    finally: atEnd,
    kind: kindOf(spec, kinds, customRuns.length > 0),
    tries:
      taskRuns.length === 0
        ? notYetTried(spec, pipelineRun)
        : taskRuns.map((taskRun, index) => tryOf(spec, taskRun, index, pipelineRun)),
    customRuns,
    childRuns: mine(objects.childRuns),
  };
}

function place(order: ReadonlyMap<string, number>, name: string): number {
  return order.get(name) ?? Number.MAX_SAFE_INTEGER;
}

function kindOf(spec: PipelineTask, kinds: readonly (string | undefined)[], hasCustomRun: boolean): SeenTask['kind'] {
  if (spec.pipelineRef !== undefined || spec.pipelineSpec !== undefined || kinds.includes('PipelineRun'))
    return 'pipeline';
  if (hasCustomRun || kinds.includes('CustomRun')) return 'custom';
  const isForeign = (apiVersion: string | undefined): boolean =>
    apiVersion !== undefined && !apiVersion.startsWith('tekton.dev/');
  return isForeign(spec.taskRef?.apiVersion) || isForeign(spec.taskSpec?.apiVersion) ? 'custom' : 'task';
}

/** A matrix makes as many TaskRuns as it has combinations, which are known when they are there. */
function notYetTried(spec: PipelineTask, pipelineRun: PipelineRun): TaskTry[] {
  if (spec.matrix !== undefined) return [];
  return [tryOf(spec, undefined, 0, pipelineRun)];
}

function tryOf(spec: PipelineTask, taskRun: TaskRun | undefined, index: number, pipelineRun: PipelineRun): TaskTry {
  const resolved = taskRun?.status?.taskSpec?.steps ?? [];
  const embedded = spec.taskSpec?.steps ?? [];
  const steps = resolved.length > 0 ? resolved : embedded;
  // Tekton calls a step without a name by its place.
  const inSpec = steps.map(({ name, timeout }, at) => ({
    own: name === undefined || name === '' ? `unnamed-${at}` : name,
    timeout,
  }));
  const inStatus = (taskRun?.status?.steps ?? []).map(({ name }) => ({ own: name, timeout: undefined }));
  const prefix = isOurs(pipelineRun.metadata)
    ? ''
    : spec.matrix === undefined
      ? `${spec.name}/`
      : `${spec.name}/${index}/`;
  const named = (inSpec.length > 0 ? inSpec : inStatus).map(({ own, timeout }) => ({
    name: `${prefix}${own}`,
    own,
    timeout,
  }));
  return { taskRun, steps: named.filter(({ name }) => stepNameSchema.safeParse(name).success) };
}
