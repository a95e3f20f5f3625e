import { describe, expect, it } from 'vitest';
import type { Pod, RunFacts, TaskRun } from '../observe/index.ts';
import { ourRun, pod, taskRun } from '../observe/testing/objects.ts';
import { pipelineRunSchema } from '../observe/index.ts';
import { placeOf } from './runLocation.ts';

type State = 'running' | 'terminated' | 'waiting';

function facts(more: Partial<RunFacts>): RunFacts {
  return {
    context: 'c',
    now: 0,
    pipelineRun: ourRun(['prepare', 'notebook', 'collect']),
    taskRuns: [],
    customRuns: [],
    pods: [],
    events: [],
    progress: [],
    ...more,
  };
}

/** A TaskRun whose pod is `NAME-pod`. */
function inPod(name: string, task: string, steps: readonly string[], status: object = {}): TaskRun {
  return taskRun(name, task, { podName: `${name}-pod`, steps: steps.map((step) => ({ name: step })), ...status });
}

function podOf(name: string, containers: Readonly<Record<string, State>>, phase = 'Running'): Pod {
  const containerStatuses = Object.entries(containers).map(([container, state]) => ({
    name: `step-${container}`,
    state: { [state]: state === 'terminated' ? { exitCode: 0 } : {} },
  }));
  return pod(`${name}-pod`, { status: { phase, containerStatuses } });
}

const statesOf = (given: RunFacts, final = false) =>
  Object.fromEntries([...placeOf(given, final).steps].map(([step, { state }]) => [step, state]));

const steps = ['prepare', 'notebook', 'collect'];

describe('where the steps of a run are', () => {
  it.each<[string, Pod[] | undefined, Record<string, string>]>([
    [
      'in a pod that runs',
      [podOf('r', { prepare: 'terminated', notebook: 'running', collect: 'waiting' })],
      { prepare: 'ended', notebook: 'running', collect: 'waiting' },
    ],
    ['in a pod that has no containers yet', [podOf('r', {}, 'Pending')], all('waiting')],
    ['in a pod that has failed before it told of them', [podOf('r', {}, 'Failed')], all('ended')],
    ['in a pod that is over', [podOf('r', {}, 'Succeeded')], all('ended')],
    ['in a pod that is gone', [], all('gone')],
    ['in pods that may not be looked at', undefined, all('running')],
  ])('%s', (_, pods, wanted) => {
    expect(statesOf(facts({ taskRuns: [inPod('r', 'run', steps)], pods }))).toEqual(wanted);
  });

  it('is nowhere before there is a pod', () => {
    expect(statesOf(facts({ taskRuns: [taskRun('r', 'run', {}), taskRun('s', 'run', { podName: '' })] }))).toEqual({});
  });

  it('is known from the plan before the containers are', () => {
    const planned = taskRun('r', 'run', {
      podName: 'r-pod',
      taskSpec: { steps: steps.map((name) => ({ name })) },
    });
    expect(statesOf(facts({ taskRuns: [planned], pods: [podOf('r', {}, 'Pending')] }))).toEqual(all('waiting'));
  });

  it('is told by task for a PipelineRun that is not ours, and nobody runs helpers there', () => {
    const theirs = pipelineRunSchema.parse({ metadata: { name: 'build-1', uid: 'u' } });
    const taskRuns = [inPod('a', 'build', ['collect']), inPod('b', 'check', ['look'])];
    const place = placeOf(facts({ pipelineRun: theirs, taskRuns, pods: [podOf('a', { collect: 'running' })] }), false);
    expect([...place.steps.keys()]).toEqual(['build/collect', 'check/look']);
    expect(place).toMatchObject({ uid: 'u', own: false, live: undefined, logSizes: undefined });
  });

  it('has no place any more when the PipelineRun is gone', () => {
    const place = placeOf(facts({ pipelineRun: undefined }), true);
    expect(place).toMatchObject({ uid: undefined, own: false, final: true, live: undefined });
    expect(place.steps.size).toBe(0);
  });
});

describe('a run that is over', () => {
  const step = (name: string, more: object) => taskRun('r', 'run', { podName: 'r-pod', steps: [{ name, ...more }] });
  const cancelled = { terminated: { exitCode: 1, reason: 'TaskRunCancelled', startedAt: '2026-11-25T10:00:00Z' } };
  it.each<[string, TaskRun[], boolean]>([
    ['never began where it has no TaskRun', [], true],
    ['never began where no container was made', [step('prepare', {}), step('prepare', cancelled)], true],
    ['began where a container was made', [step('prepare', { ...cancelled, imageID: 'sha256:1' })], false],
    ['began where a step went well', [step('prepare', { terminated: { exitCode: 0 } })], false],
  ])('%s', (_, taskRuns, wanted) => {
    expect(placeOf(facts({ taskRuns }), true).neverBegan).toBe(wanted);
    expect(placeOf(facts({ taskRuns }), false).neverBegan).toBe(false);
  });
});

describe('where helpers can run', () => {
  const stage = inPod('s', 'stage', ['dataset', 'clone']);
  const run = inPod('r', 'run', steps);
  const liveOf = (pods: Pod[] | undefined, taskRuns = [stage, run]) => placeOf(facts({ taskRuns, pods }), false).live;

  it('is the last container of the pod that runs', () => {
    expect(liveOf([podOf('s', { dataset: 'running', clone: 'running' })])).toEqual({
      pod: 's-pod',
      container: 'step-clone',
    });
    expect(
      liveOf([
        podOf('s', { dataset: 'terminated', clone: 'terminated' }, 'Succeeded'),
        podOf('r', { prepare: 'running', notebook: 'running', collect: 'running' }),
      ]),
    ).toEqual({ pod: 'r-pod', container: 'step-collect' });
  });

  it('is nowhere before it runs and after it has ended', () => {
    expect(liveOf([podOf('r', { collect: 'waiting' }, 'Pending')])).toBeUndefined();
    expect(liveOf([podOf('r', { notebook: 'running', collect: 'terminated' })])).toBeUndefined();
    expect(liveOf([])).toBeUndefined();
  });
});

describe('how long the logs are', () => {
  const told = (value: unknown) => {
    const status = { results: [{ name: 'summary', type: 'string', value }] };
    return placeOf(facts({ taskRuns: [inPod('r', 'run', steps, status)] }), true).logSizes;
  };
  const summary = { version: 1, verdict: 'succeeded', steps: {}, artifacts: { count: 0, bytes: 0 } };

  it('is in the summary', () => {
    expect(told(JSON.stringify({ ...summary, logs: { prepare: 12, notebook: 0 } }))).toEqual(
      new Map([
        ['prepare', 12],
        ['notebook', 0],
      ]),
    );
  });

  it.each([['not JSON'], ['{}'], [''], ['[]'], [17], [{ a: 'b' }]])('is not known from %j', (value) => {
    expect(told(value)?.size ?? 0).toBe(0);
  });
});

function all(state: string): Record<string, string> {
  return Object.fromEntries(steps.map((step) => [step, state]));
}
