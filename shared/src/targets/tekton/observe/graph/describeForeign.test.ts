import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepSchema, taskSchema, type Task } from '../../../../protocol/index.ts';
import { customRunSchema, type PipelineRun, pipelineRunSchema, taskRunSchema, type TaskRun } from '../schemas/index.ts';
import { at, condition, ourLabels, startMs, taskRun } from '../testing/objects.ts';
import { describeForeign } from './describeForeign.ts';

type Json = Readonly<Record<string, unknown>>;

const spec = (...steps: string[]): Json => ({ taskSpec: { steps: steps.map((name) => ({ name })) } });
const going = { conditions: [condition('Unknown', 'Running')] };

function run(pipelineSpec: Json, status: Json = going, more: Json = {}): PipelineRun {
  return pipelineRunSchema.parse({
    metadata: { name: 'r', creationTimestamp: at(0), ...more },
    spec: { pipelineSpec },
    status,
  });
}

/** What each task waits for. */
function edges(tasks: readonly Task[]): Record<string, string[]> {
  return Object.fromEntries(tasks.map(({ name, after }) => [name, after]));
}

const done = (task: string, more: Json = {}): TaskRun =>
  taskRun(`r-${task}`, task, {
    conditions: [condition('True', 'Succeeded')],
    startTime: at(1),
    completionTime: at(9),
    steps: [{ name: 'main', terminated: { exitCode: 0, startedAt: at(2), finishedAt: at(8) } }],
    ...more,
  });

describe('the graph of a pipeline', () => {
  const reads = (name: string, value: unknown): Json => ({ name, ...spec('main'), params: [{ name: 'p', value }] });

  it.each<[what: string, task: Json, after: string[]]>([
    ['runAfter', { runAfter: ['a', 'b'] }, ['a', 'b']],
    ['a result in a parameter', { params: [{ name: 'p', value: 'x-$(tasks.a.results.sha)' }] }, ['a']],
    [
      'a list of results',
      { params: [{ name: 'p', value: ['$(tasks.a.results.l[*])', '$(tasks.b.results.o.key)'] }] },
      ['a', 'b'],
    ],
    ['an object of results', { params: [{ name: 'p', value: { k: '$(tasks.b.results.x[0])' } }] }, ['b']],
    ["a result's name in brackets", { params: [{ name: 'p', value: "$(tasks.a.results['na.me'])" }] }, ['a']],
    [
      'a condition',
      { when: [{ input: '$(tasks.a.results.ok)', operator: 'in', values: ['$(tasks.b.results.ok)'] }] },
      ['a', 'b'],
    ],
    ['a condition in CEL', { when: [{ cel: "'$(tasks.b.results.ok)' == 'yes'" }] }, ['b']],
    ['a matrix', { matrix: { params: [{ name: 'p', value: '$(tasks.a.results.list[*])' }] } }, ['a']],
    [
      'a matrix with include',
      { matrix: { include: [{ name: 'i', params: [{ name: 'p', value: '$(tasks.b.results.v)' }] }] } },
      ['b'],
    ],
    ['an embedded script', { taskSpec: { steps: [{ name: 'main', script: 'echo $(tasks.a.results.sha)' }] } }, ['a']],
    [
      'a sidecar',
      { taskSpec: { steps: [{ name: 'main' }], sidecars: [{ image: '$(tasks.b.results.image)' }] } },
      ['b'],
    ],
    [
      'parameters of a resolver',
      { taskRef: { resolver: 'git', params: [{ name: 'revision', value: '$(tasks.a.results.sha)' }] } },
      ['a'],
    ],
    ['a sub-path', { workspaces: [{ name: 'w', subPath: '$(tasks.a.results.folder)' }] }, ['a']],
    ['both, told once', { runAfter: ['a'], params: [{ name: 'p', value: '$(tasks.a.results.sha)' }] }, ['a']],
    [
      'parameters and contexts alone',
      { params: [{ name: 'p', value: '$(params.a) $(context.pipelineRun.name) $(tasks.status)' }] },
      [],
    ],
    ['a task that is not there', { runAfter: ['gone'], params: [{ name: 'p', value: '$(tasks.gone.results.x)' }] }, []],
  ])('%s', (_what, task, after) => {
    const { tasks } = describeForeign(
      run({ tasks: [reads('a', 'x'), reads('b', 'y'), { name: 'c', ...task }] }),
      [],
      [],
    );
    expect(edges(tasks)).toEqual({ a: [], b: [], c: after });
  });

  it('tells what runs at the end, and what it reads', () => {
    const { tasks } = describeForeign(
      run({
        tasks: [reads('a', 'x')],
        finally: [reads('tidy', '$(tasks.a.status)'), reads('notify', '$(tasks.status)')],
      }),
      [],
      [],
    );
    expect(tasks.map(({ name, finally: atEnd, after }) => [name, atEnd, after])).toEqual([
      ['a', false, []],
      ['tidy', true, ['a']],
      ['notify', true, []],
    ]);
  });

  it('takes the pipeline as it was resolved, where it is referred to', () => {
    const referred = pipelineRunSchema.parse({
      metadata: { name: 'r' },
      spec: { pipelineRef: { name: 'build' } },
      status: { ...going, pipelineSpec: { tasks: [{ name: 'a', taskRef: { name: 'make' } }] } },
    });
    const before = describeForeign(referred, [], []);
    expect(before.tasks).toMatchObject([{ name: 'a', kind: 'task', state: 'pending', steps: [] }]);
    const started = taskRun('r-a', 'a', {
      ...going,
      taskSpec: { steps: [{ name: 'compile' }, {}] },
      steps: [{ name: 'compile', running: { startedAt: at(3) } }],
    });
    expect(describeForeign(referred, [started], []).tasks).toMatchObject([
      { state: 'running', steps: ['a/compile', 'a/unnamed-1'] },
    ]);
  });

  it('knows custom tasks and pipelines in pipelines', () => {
    const pipelineRun = run(
      {
        tasks: [
          { name: 'wait', taskRef: { apiVersion: 'example.dev/v1', kind: 'Wait' } },
          { name: 'inner', pipelineSpec: { tasks: [] } },
          { name: 'embedded', taskSpec: { apiVersion: 'example.dev/v1', kind: 'Loop' } },
        ],
      },
      {
        ...going,
        childReferences: [
          { kind: 'CustomRun', name: 'r-wait', pipelineTaskName: 'wait' },
          { kind: 'PipelineRun', name: 'r-inner', pipelineTaskName: 'inner' },
        ],
      },
    );
    const custom = customRunSchema.parse({
      metadata: { name: 'r-wait' },
      status: {
        conditions: [condition('True', 'Done')],
        startTime: at(1),
        completionTime: at(4),
        results: [{ name: 'n', value: 7 }],
      },
    });
    const child = pipelineRunSchema.parse({
      metadata: { name: 'r-inner' },
      status: { conditions: [condition('False', 'Failed', 'it broke')] },
    });
    expect(describeForeign(pipelineRun, [], [custom], [child]).tasks).toMatchObject([
      {
        name: 'wait',
        kind: 'custom',
        state: 'succeeded',
        results: { n: '7' },
        startedAt: startMs + 1_000,
        finishedAt: startMs + 4_000,
      },
      { name: 'inner', kind: 'pipeline', state: 'failed', reason: 'it broke' },
      { name: 'embedded', kind: 'custom', state: 'pending' },
    ]);
  });
});

describe('how tasks stand', () => {
  const one = (status: Json, ...taskRuns: TaskRun[]): Task | undefined =>
    describeForeign(run({ tasks: [{ name: 'a', ...spec('main') }] }, status), taskRuns, []).tasks[0];

  it.each<[what: string, status: Json, taskRuns: TaskRun[], wanted: Json]>([
    ['not begun', going, [], { state: 'pending' }],
    [
      'waiting for a node',
      going,
      [taskRun('r-a', 'a', { conditions: [condition('Unknown', 'ExceededNodeResources')] })],
      { state: 'pending' },
    ],
    [
      'at work',
      going,
      [taskRun('r-a', 'a', { ...going, startTime: at(3) })],
      { state: 'running', startedAt: startMs + 3_000 },
    ],
    ['done', going, [done('a')], { state: 'succeeded', startedAt: startMs + 1_000, finishedAt: startMs + 9_000 }],
    [
      'failed',
      going,
      [taskRun('r-a', 'a', { conditions: [condition('False', 'StepFailed', '"step-main" exited with code 2')] })],
      { state: 'failed', reason: '"step-main" exited with code 2' },
    ],
    [
      'failed and ignored',
      going,
      [taskRun('r-a', 'a', { conditions: [condition('False', 'FailureIgnored', 'exit 2')] })],
      { state: 'failed', reason: 'the pipeline went on without it: exit 2' },
    ],
    [
      'cancelled',
      going,
      [taskRun('r-a', 'a', { conditions: [condition('False', 'TaskRunCancelled')] })],
      { state: 'cancelled' },
    ],
    [
      'over its time',
      going,
      [taskRun('r-a', 'a', { conditions: [condition('False', 'TaskRunTimeout')] })],
      { state: 'failed', reason: 'its time limit was reached' },
    ],
    [
      'skipped by its condition',
      { ...going, skippedTasks: [{ name: 'a', reason: 'When Expressions evaluated to false' }] },
      [],
      { state: 'skipped', reason: 'its condition was not met' },
    ],
    [
      'skipped with its parents',
      { ...going, skippedTasks: [{ name: 'a', reason: 'Parent Tasks were skipped' }] },
      [],
      { state: 'skipped', reason: 'a task before it was skipped' },
    ],
    [
      'never begun, and the run was cancelled',
      { conditions: [condition('False', 'Cancelled')] },
      [],
      { state: 'cancelled' },
    ],
    ['never begun, and the run failed', { conditions: [condition('False', 'Failed')] }, [], { state: 'skipped' }],
    [
      'pruned',
      {
        conditions: [condition('True', 'Succeeded')],
        childReferences: [{ kind: 'TaskRun', name: 'r-a', pipelineTaskName: 'a' }],
      },
      [],
      { state: 'succeeded' },
    ],
    ['tried again', going, [done('a', { retriesStatus: [{}, {}] })], { state: 'succeeded', retries: 2 }],
  ])('%s', (_what, status, taskRuns, wanted) => {
    expect(one(status, ...taskRuns)).toMatchObject(wanted);
  });

  const each = (index: number, status: string, reason: string): TaskRun => {
    const { metadata, status: whole } = done('a', {
      conditions: [condition(status === 'going' ? 'Unknown' : status === 'ok' ? 'True' : 'False', reason, 'it broke')],
      results: [{ name: 'n', value: `${index}` }],
    });
    return taskRunSchema.parse({
      metadata: { ...metadata, name: `r-a-${index}` },
      status: JSON.parse(JSON.stringify({ ...whole, startTime: at(1), completionTime: at(2), steps: [] })) as unknown,
    });
  };

  it.each([
    [['ok', 'ok', 'ok'], 'succeeded', undefined],
    [['ok', 'going', 'ok'], 'running', undefined],
    [['ok', 'failed', 'going'], 'running', undefined],
    [['failed', 'failed', 'ok'], 'failed', '2 of 3 failed: it broke'],
  ])('a matrix of %j is %s', (states, state, reason) => {
    const children = states.map((_state, index) => ({ kind: 'TaskRun', name: `r-a-${index}`, pipelineTaskName: 'a' }));
    const pipelineRun = run(
      { tasks: [{ name: 'a', ...spec('main'), matrix: { params: [] } }] },
      { ...going, childReferences: children },
    );
    const taskRuns = states.map((each_, index) => each(index, each_, each_ === 'going' ? 'Running' : 'Failed'));
    const { tasks, steps } = describeForeign(pipelineRun, taskRuns.toReversed(), []);
    expect(tasks[0]).toMatchObject({
      state,
      ...(reason !== undefined && { reason }),
      results: { 'n[0]': '0', 'n[1]': '1', 'n[2]': '2' },
    });
    expect(steps.map(({ name }) => name)).toEqual(['a/0/main', 'a/1/main', 'a/2/main']);
  });
});

describe('the steps', () => {
  it('are called after their task, and have their own times and exit codes', () => {
    const taskRuns = [
      done('a'),
      taskRun('r-b', 'b', {
        conditions: [condition('False', 'StepFailed')],
        steps: [
          { name: 'one', terminated: { exitCode: 3, startedAt: at(11), finishedAt: at(12) } },
          {
            name: 'two',
            terminationReason: 'Skipped',
            terminated: { exitCode: 1, startedAt: at(12), finishedAt: at(12) },
          },
        ],
      }),
    ];
    const pipelineRun = run({
      tasks: [
        { name: 'a', ...spec('main') },
        { name: 'b', ...spec('one', 'two') },
        { name: 'c', ...spec('main') },
      ],
    });
    expect(describeForeign(pipelineRun, taskRuns, []).steps).toEqual([
      { name: 'a/main', state: 'succeeded', exitCode: 0, startedAt: startMs + 2_000, finishedAt: startMs + 8_000 },
      {
        name: 'b/one',
        state: 'failed',
        exitCode: 3,
        reason: 'exit code 3',
        startedAt: startMs + 11_000,
        finishedAt: startMs + 12_000,
      },
      { name: 'b/two', state: 'skipped', reason: 'an earlier step failed' },
      { name: 'c/main', state: 'pending' },
    ]);
  });

  it('of our own run have their own names, also with a task before it', () => {
    const pipelineRun = run(
      {
        tasks: [
          { name: 'stage', ...spec('dataset', 'clone') },
          { name: 'run', runAfter: ['stage'], ...spec('prepare', 'notebook', 'collect') },
        ],
      },
      going,
      { labels: { ...ourLabels, 'slipway.dev/run': 'r' } },
    );
    const { tasks, steps } = describeForeign(pipelineRun, [], []);
    expect(steps.map(({ name }) => name)).toEqual(['dataset', 'clone', 'prepare', 'notebook', 'collect']);
    expect(tasks).toMatchObject([
      { name: 'stage', after: [], steps: ['dataset', 'clone'] },
      { name: 'run', after: ['stage'], steps: ['prepare', 'notebook', 'collect'] },
    ]);
  });
});

describe('a pipeline of any shape', () => {
  it('never throws, and what it says has the form that is promised', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const value: fc.Arbitrary<unknown> = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('$(tasks.a.results.x)', ['$(tasks.b.status)'], { k: '$(tasks.' }),
    );
    const task = fc.record(
      {
        name,
        runAfter: fc.oneof(fc.array(name), value),
        params: value,
        when: value,
        matrix: value,
        taskSpec: fc.oneof(fc.constant(spec('main', 'Not a name')), value),
        taskRef: value,
        pipelineSpec: value,
        retries: value,
      },
      { requiredKeys: [] },
    );
    const list = fc.oneof(fc.array(fc.oneof(task, value), { maxLength: 4 }), value);
    fc.assert(
      fc.property(list, list, value, fc.array(value, { maxLength: 3 }), (tasks, atEnd, status, runs) => {
        const pipelineRun = pipelineRunSchema.parse({
          metadata: { name: 'r' },
          spec: { pipelineSpec: { tasks, finally: atEnd } },
          status,
        });
        const taskRuns = runs.map((each, index) =>
          taskRunSchema.parse({
            metadata: { name: `t${index}`, labels: { 'tekton.dev/pipelineTask': 'a' } },
            status: each,
          }),
        );
        const described = describeForeign(pipelineRun, taskRuns, []);
        const names = new Set(described.tasks.map((each) => each.name));
        for (const each of described.tasks) {
          expect(taskSchema.safeParse(each).error).toBeUndefined();
          for (const other of each.after) expect(names).toContain(other);
        }
        for (const step of described.steps) expect(stepSchema.safeParse(step).error).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});

describe('a TaskRun that is seen before the pipeline of its run', () => {
  it('is no task yet: it may be one of a matrix', () => {
    const pipelineRun = pipelineRunSchema.parse({
      metadata: { name: 'r', creationTimestamp: at(0) },
      spec: { pipelineRef: { name: 'elsewhere' } },
      status: going,
    });
    expect(describeForeign(pipelineRun, [done('a')], [])).toEqual({ tasks: [], steps: [] });
  });
});
