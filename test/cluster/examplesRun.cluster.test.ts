import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { failedStepOf, type Run } from '../../shared/src/protocol/index.ts';
import type { Core } from '../../shared/src/server/index.ts';
import { adminRequest } from '../integration/cluster/adminRequest.ts';
import { ClusterMachine, context } from '../integration/cluster/clusterMachine.ts';
import { coreInProcess } from '../integration/cluster/coreInProcess.ts';
import { sized } from '../sizes.ts';
import { exampleFiles, type ExampleFile, type ExampleObject } from './tektonExamples.ts';

const never = new AbortController().signal;

/** Each shows something else; the soak runs all that this Tekton takes. */
const usual = [
  '6139-regression.yaml',
  'beta/git-resolver.yaml',
  'beta/ignore-task-error.yaml',
  'beta/pipeline-emitting-results.yaml',
  'beta/pipelinerun-with-matrix.yaml',
  'beta/propagated-pipeline-object-param.yaml',
  'beta/using-retries-and-retry-count-variables.yaml',
  'ignore-step-error.yaml',
];
const atOnce = 4;
/** An example that has not ended by then waits for what this cluster does not have, a node with Windows, say. */
const longestMs = 180_000;

const conditionsShape = z.tuple([z.looseObject({ status: z.string(), reason: z.string() })]).rest(z.unknown());
const endShape = z.looseObject({ exitCode: z.number(), reason: z.string().optional() });
const stepShape = z.looseObject({
  name: z.string(),
  terminated: endShape.optional(),
  terminationReason: z.string().optional(),
});
const taskRunShape = z.looseObject({
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()) }),
  status: z.looseObject({ conditions: conditionsShape, steps: z.array(stepShape).default([]) }).optional(),
});
const namedShape = z.array(z.looseObject({ name: z.string() }));
const pipelineRunShape = z.looseObject({
  status: z.looseObject({
    conditions: conditionsShape,
    completionTime: z.string().optional(),
    pipelineSpec: z.looseObject({ tasks: namedShape, finally: namedShape.default([]) }).optional(),
    skippedTasks: namedShape.default([]),
    results: z.array(z.looseObject({ name: z.string(), value: z.unknown() })).default([]),
  }),
});

/** What Tekton itself says of a run, read as it is written. */
interface Truth {
  readonly run: string;
  readonly pipelineRun: z.output<typeof pipelineRunShape>;
  readonly taskRuns: readonly z.output<typeof taskRunShape>[];
}

let machine: ClusterMachine;
let core: Core;

beforeAll(async () => {
  machine = await ClusterMachine.create('examples');
  core = coreInProcess(machine.machine);
  await core.handlers['runs/watch']({ context }, never);
});
afterAll(async () => {
  await core.dispose();
  await machine.dispose();
});

/** The examples name images of registries on the internet. */
function withOurImage(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withOurImage);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === 'image' && typeof each === 'string' && !each.includes('$(')
        ? 'testbed.local/runner:1'
        : withOurImage(each),
    ]),
  );
}

/** Their scripts write where root may, which is who their images run as. */
function asRoot({ spec = {}, ...object }: ExampleObject, name: string): object {
  const podTemplate = { securityContext: { runAsUser: 0 } };
  return { ...object, metadata: { name }, spec: { taskRunTemplate: { podTemplate }, ...spec } };
}

/** Makes the objects of a file. @returns the names of its PipelineRuns that this Tekton takes: some need a feature that is off */
async function submit({ objects }: ExampleFile, prefix: string): Promise<string[]> {
  const runs: string[] = [];
  for (const [index, object] of objects.entries()) {
    const name = `${prefix}-${index}`;
    const isRun = object.kind === 'PipelineRun';
    const made = withOurImage(isRun ? asRoot(object, name) : { ...object, metadata: { name: object.metadata.name } });
    const file = await machine.machine.write(`${name}.json`, JSON.stringify(made));
    const isTaken = await machine.kubectl('apply', '-f', file).then(
      () => true,
      (error: unknown) => {
        if (process.env.SLIPWAY_TEST_FULL_SIZE !== 'true') throw error;
        return false;
      },
    );
    if (isRun && isTaken) runs.push(name);
  }
  return runs;
}

async function truthOf(run: string): Promise<Truth> {
  const { kubeconfig } = machine.cluster;
  const place = `/apis/tekton.dev/v1/namespaces/${machine.namespace}`;
  const ofRun = new URLSearchParams({ labelSelector: `tekton.dev/pipelineRun=${run}` });
  const end = Date.now() + longestMs;
  for (;;) {
    const answer = await adminRequest(kubeconfig, 'GET', `${place}/pipelineruns/${run}`);
    const pipelineRun = pipelineRunShape.safeParse(answer).data;
    const isOver = pipelineRun?.status.completionTime !== undefined || isWaiting(pipelineRun) || Date.now() > end;
    if (pipelineRun === undefined || !isOver) {
      await sleep(500);
      continue;
    }
    const list = await adminRequest(kubeconfig, 'GET', `${place}/taskruns?${ofRun.toString()}`);
    return { run, pipelineRun, taskRuns: z.object({ items: z.array(taskRunShape) }).parse(list).items };
  }
}

/** There is nothing to fetch a pipeline or a task from. */
function isWaiting(pipelineRun: Truth['pipelineRun'] | undefined): boolean {
  return pipelineRun?.status.conditions[0].reason.startsWith('Resolving') === true;
}

/** The run as the core tells of it, once it tells of what Tekton has written. */
async function shownOf({ run, pipelineRun }: Truth): Promise<Run> {
  const isOver = pipelineRun.status.completionTime !== undefined;
  return machine.until(`${run} is shown`, async () => {
    const shown = await core.handlers['runs/get']({ run, context }, never);
    return (shown.finishedAt !== undefined) === isOver && shown.tasks !== undefined ? shown : undefined;
  });
}

const tasksOf = ({ taskRuns }: Truth, task: string) =>
  taskRuns.filter(({ metadata }) => metadata.labels['tekton.dev/pipelineTask'] === task);

function taskState(truth: Truth, task: string): string {
  if (truth.pipelineRun.status.skippedTasks.some(({ name }) => name === task)) return 'skipped';
  const conditions = tasksOf(truth, task).map(({ status }) => status?.conditions[0].status);
  if (conditions.length === 0) return truth.pipelineRun.status.completionTime === undefined ? 'pending' : 'skipped';
  if (conditions.includes('False')) return 'failed';
  return conditions.every((status) => status === 'True') ? 'succeeded' : 'running';
}

function stepState({ terminated, terminationReason }: z.output<typeof stepShape>): string {
  if (terminationReason === 'Continued') return 'failed, ignored';
  // Its TaskRun is over and it was never begun, as where Tekton cannot make the pod.
  if (terminated === undefined || terminationReason === 'Skipped') return 'skipped';
  return terminated.exitCode === 0 ? 'succeeded' : 'failed';
}

/** How steps ended, by their task and own name, in any order. */
function stepsByTekton(truth: Truth): string[] {
  const ignoring = new Set(
    truth.taskRuns
      .filter(({ status }) => status?.conditions[0].reason === 'FailureIgnored')
      .map(({ metadata }) => metadata.name),
  );
  return truth.taskRuns
    .flatMap(({ metadata, status }) =>
      (status?.steps ?? []).map((step) => {
        const state = stepState(step);
        const ignored = state === 'failed' && ignoring.has(metadata.name) ? 'failed, ignored' : state;
        return `${metadata.labels['tekton.dev/pipelineTask'] ?? ''}/${step.name}: ${ignored}`;
      }),
    )
    .toSorted();
}

function stepsShown(run: Run, tasks: ReadonlySet<string>): string[] {
  return run.steps
    .flatMap(({ name, state, ignored }) => {
      const [task = '', ...rest] = name.split('/');
      return tasks.has(task) ? [`${task}/${rest.at(-1) ?? ''}: ${state}${ignored === true ? ', ignored' : ''}`] : [];
    })
    .toSorted();
}

/** Everything that is shown of a run is as Tekton has it; all that is not is told. */
function expectTrue(example: string, shown: Run, truth: Truth): void {
  const { status } = truth.pipelineRun;
  const [{ status: condition, reason }] = status.conditions;
  const label = `${example} ${truth.run}`;
  const states = { True: 'succeeded', False: reason.endsWith('Timeout') ? 'timedOut' : 'failed' };
  if (status.completionTime !== undefined)
    expect.soft([label, shown.state]).toEqual([label, states[condition as keyof typeof states]]);
  else if (!isWaiting(truth.pipelineRun)) {
    // What goes on is another thing before both have been asked; of the usual ones none does.
    expect([label, sized(1, 0)]).toEqual([label, 1]);
    return;
  }
  const tasks = [...(status.pipelineSpec?.tasks ?? []), ...(status.pipelineSpec?.finally ?? [])];
  expect
    .soft([label, shown.tasks?.map(({ name, state }) => `${name} ${state}`)])
    .toEqual([label, tasks.map(({ name }) => `${name} ${taskState(truth, name)}`)]);
  const withSteps = new Set(
    tasks
      .map(({ name }) => name)
      .filter((name) => tasksOf(truth, name).some((each) => (each.status?.steps ?? []).length > 0)),
  );
  expect.soft([label, stepsShown(shown, withSteps)]).toEqual([label, stepsByTekton(truth)]);
  // Others never ran.
  for (const step of shown.steps.filter(({ name }) => !withSteps.has(name.split('/')[0] ?? '')))
    expect
      .soft([label, step.name, step.state])
      .toEqual([label, step.name, expect.stringMatching(/^(?:skipped|pending)$/)]);
  const results = status.results.map(({ name, value }) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  expect.soft([label, shown.results ?? {}]).toEqual([label, Object.fromEntries(results)]);
  if (shown.state === 'failed' && truth.taskRuns.length > 0) expectTrueCause(label, shown, truth);
}

/** The reason names a step that failed, of a task that failed and that the pipeline did not go on without. */
function expectTrueCause(label: string, shown: Run, truth: Truth): void {
  const atFault = truth.taskRuns
    .filter(
      ({ status }) => status?.conditions[0].status === 'False' && status.conditions[0].reason !== 'FailureIgnored',
    )
    .map(({ metadata }) => metadata.labels['tekton.dev/pipelineTask'] ?? '');
  const named = /^[^/:]+/.exec(shown.reason ?? '')?.[0];
  expect.soft([label, atFault]).toEqual([label, expect.arrayContaining([named])]);
  const failed = failedStepOf(shown);
  if (failed !== undefined)
    expect.soft([label, shown.reason]).toEqual([label, `${failed.name}: ${failed.reason ?? ''}`]);
}

describe("Tekton's examples, run", () => {
  it(
    'are told as Tekton has them: states, steps, results, and which step is at fault',
    async () => {
      const files = await exampleFiles();
      const chosen = files.filter(
        ({ name }) => sized(files.length, usual.length) === files.length || usual.includes(name),
      );
      let next = 0;
      const worker = async (): Promise<void> => {
        for (let at = next; at < chosen.length; at = next) {
          next += 1;
          const file = chosen[at];
          if (file === undefined) return;
          for (const run of await submit(file, `example-${at}`)) {
            const truth = await truthOf(run);
            expectTrue(file.name, await shownOf(truth), truth);
          }
        }
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
    },
    sized(40, 10) * 60_000,
  );
});
