import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runEventSchema } from '../../../protocol/index.ts';
import type { ObservedRun, RunFacts } from './facts.ts';
import { observeRun } from './observeRun.ts';
import { type PipelineRun, pipelineRunSchema, podSchema, taskRunSchema } from './schemas/index.ts';
import { parseSummary } from './summary.ts';
import { at, condition, ourRun, pod, startMs, taskRun } from './testing/objects.ts';
import {
  doneFacts,
  ended,
  going,
  line,
  nothing,
  observe,
  runningPod,
  runOf,
  stateOf,
  steps,
  task,
} from './testing/observing.ts';

type Json = Readonly<Record<string, unknown>>;

describe('a run of ours', () => {
  it('is first shown with all that its object tells', () => {
    const pipelineRun = ourRun(['prepare', 'collect'], undefined, {
      annotations: {
        'slipway.dev/user': 'alice',
        'slipway.dev/created': at(-3),
        'slipway.dev/source': JSON.stringify({ path: 'a/analysis.ipynb', unsaved: true }),
        'slipway.dev/reuses': JSON.stringify({ run: 'analysis-1111', steps: ['prepare', 'notebook'] }),
      },
    });
    expect(runOf(observe({ pipelineRun, now: startMs }))).toEqual({
      name: 'analysis-7f3a',
      context: 'team-a',
      title: 'analysis.ipynb',
      state: 'submitting',
      createdAt: startMs - 3_000,
      cancelRequested: false,
      user: 'alice',
      source: { path: 'a/analysis.ipynb', unsaved: true },
      reuses: { run: 'analysis-1111', steps: ['prepare', 'notebook'] },
      trigger: { source: 'cli' },
      steps: [
        { name: 'prepare', state: 'reused' },
        { name: 'notebook', state: 'reused' },
        { name: 'collect', state: 'pending' },
      ],
    });
  });

  it('is nothing before it is seen, and lost when it goes', () => {
    const unseen = observe({ pipelineRun: undefined });
    expect(unseen).toMatchObject({ events: [], final: false, name: '' });
    const gone = observe(
      { taskRuns: task([[0, 1, 2], 2]), pods: [runningPod] },
      { pipelineRun: undefined, taskRuns: [], pods: [] },
    );
    expect(gone.final).toBe(true);
    expect(runOf(gone)).toMatchObject({ state: 'lost', diagnosis: { id: 'deleted' } });
  });

  it('is lost when another one has its name', () => {
    const again = pipelineRunSchema.parse({ metadata: { name: 'analysis-7f3a', uid: 'other' } });
    expect(runOf(observe({}, { pipelineRun: again })).state).toBe('lost');
  });

  it('keeps its verdict when it is pruned while its pod goes', () => {
    const done = {
      pipelineRun: ourRun(steps, ended('True', 'Succeeded')),
      taskRuns: task([[0, 1, 2]], ended('True', 'Succeeded')),
      pods: [runningPod],
    };
    expect(observe(done).final).toBe(false);
    expect(runOf(observe(done, { pipelineRun: undefined, taskRuns: [], pods: [] })).state).toBe('succeeded');
  });

  it('runs one step at a time, though all containers run from the beginning', () => {
    const run = runOf(observe({ taskRuns: task([[0, 3, 7], 2, 2, 2, 2]), pods: [runningPod] }));
    expect(run.steps.map(({ state }) => state)).toEqual(['succeeded', 'running', 'pending', 'pending', 'pending']);
    expect(stateOf(run, 'notebook')?.startedAt).toBe(startMs + 7_000);
    expect(run).toMatchObject({ state: 'running', startedAt: startMs + 3_000 });
  });

  it('learns of a step from its pod before its TaskRun knows', () => {
    const message = JSON.stringify([
      { key: 'StartedAt', value: at(3), type: 3 },
      { key: 'ExitCode', value: '4', type: 3 },
      { key: 'ExitCode', value: '0', type: 1 },
    ]);
    const ahead = podSchema.parse({
      metadata: { name: 'p' },
      status: {
        phase: 'Running',
        containerStatuses: [
          {
            name: 'step-prepare',
            state: { terminated: { exitCode: 0, message, startedAt: at(1), finishedAt: at(6) } },
          },
          { name: 'step-notebook', state: { running: { startedAt: at(1) } } },
        ],
      },
    });
    const words = { step: 'prepare', state: 'failed', exitCode: 4, reason: 'no' };
    const progress = [line('stepFinished', words, startMs + 6_000)];
    const run = runOf(observe({ taskRuns: task([1, 1]), pods: [ahead], progress }));
    expect(stateOf(run, 'prepare')).toMatchObject({
      state: 'failed',
      exitCode: 4,
      startedAt: startMs + 3_000,
      finishedAt: startMs + 6_000,
    });
    expect(stateOf(run, 'notebook')?.state).toBe('running');
  });

  it('tells that a cancel was asked for, once, by the object or by whoever asked', () => {
    const asked = ourRun(steps, going, { spec: { status: 'Cancelled' } });
    for (const facts of [{ pipelineRun: asked }, { cancelRequested: true }]) {
      const { events } = observe({}, facts, facts);
      expect(events.filter(({ type }) => type === 'cancelRequested')).toHaveLength(1);
    }
  });
});

describe('its end', () => {
  const summary = (parts: Json): Json => ({
    results: [{ name: 'summary', value: JSON.stringify({ version: 1, ...parts }) }],
  });

  it('waits for its pod, for a TaskRun that is behind, and not for ever', () => {
    const pipelineRun = ourRun(steps, ended('True', 'Succeeded'));
    const behind = observe({ pipelineRun, taskRuns: task([[0, 1, 2]]), pods: undefined });
    expect(behind).toMatchObject({ final: false, recheckAt: nothing.now + 10_000 });
    expect(observe({ pipelineRun, taskRuns: [] }).final).toBe(false);
    expect(observeRun(behind, { ...nothing, pipelineRun, now: nothing.now + 10_000 }).final).toBe(true);
    const pods = observe({ pipelineRun, taskRuns: task([[0, 1, 2]], ended('True', 'Succeeded')), pods: [runningPod] });
    expect(pods).toMatchObject({ final: false, recheckAt: nothing.now + 120_000 });
    const stuck = { ...nothing, pipelineRun, taskRuns: task([], ended('True', 'Succeeded')), pods: [runningPod] };
    expect(observeRun(pods, { ...stuck, now: nothing.now + 120_000 }).final).toBe(true);
    expect(observeRun(pods, { ...stuck, pods: [] }).final).toBe(true);
    // Unless its steps are run by us, which may take as long as tests do.
    const now = nothing.now + 900_000;
    const given = observeRun(pods, { ...stuck, now, turnsAreGiven: true });
    expect(given).toMatchObject({ final: false, recheckAt: now + 10_000 });
    expect(observeRun(given, { ...stuck, now, turnsAreGiven: false }).final).toBe(true);
  });

  it('does not wait for the phase of a pod whose containers have all ended', () => {
    const containers = ['step-prepare', 'step-collect'];
    const podWith = (...states: readonly Json[]): RunFacts['pods'] => [
      podSchema.parse({
        metadata: { name: 'p' },
        spec: { containers: containers.map((name) => ({ name })) },
        status: {
          phase: 'Running',
          containerStatuses: states.map((state, index) => ({ name: containers[index], state })),
        },
      }),
    ];
    const done = {
      pipelineRun: ourRun(steps, ended('True', 'Succeeded')),
      taskRuns: task([[0, 1, 2]], ended('True', 'Succeeded')),
    };
    const over = { terminated: { exitCode: 0, startedAt: at(1), finishedAt: at(2) } };
    expect(observe({ ...done, pods: podWith(over, over) }).final).toBe(true);
    expect(observe({ ...done, pods: podWith(over, { running: { startedAt: at(1) } }) }).final).toBe(false);
    expect(observe({ ...done, pods: podWith(over) }).final).toBe(false);
    expect(observe({ ...done, pods: podWith() }).final).toBe(false);
  });

  it('does not wait for a pod that is taken away before a container of it ran', () => {
    const leaving = (state: Json): RunFacts['pods'] => [
      podSchema.parse({
        metadata: { name: 'p', deletionTimestamp: at(50) },
        status: { phase: 'Pending', containerStatuses: [{ name: 'step-prepare', state }] },
      }),
    ];
    const cancelled = {
      pipelineRun: ourRun(steps, ended('False', 'Cancelled')),
      taskRuns: task([], ended('False', 'TaskRunCancelled')),
    };
    const waiting = leaving({ waiting: { reason: 'PodInitializing' } });
    expect(observe({ ...cancelled, pods: waiting })).toMatchObject({ final: true });
    // What the kubelet writes of containers that it gives up before it made them.
    const given = leaving({ terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', startedAt: null } });
    expect(observe({ ...cancelled, pods: given })).toMatchObject({ final: true });
    const running = leaving({ running: { startedAt: at(3) } });
    expect(observe({ ...cancelled, pods: running })).toMatchObject({ final: false });
  });

  it('of a cancelled run shows the step that was stopped as cancelled, and those after it', () => {
    const said = {
      prepare: { state: 'succeeded', exitCode: 0 },
      notebook: { state: 'failed', exitCode: 143, reason: 'the run was cancelled' },
      report: { state: 'skipped', exitCode: 0, reason: 'the run was cancelled' },
    };
    const ends: Parameters<typeof task>[0] = [
      [0, 1, 2],
      [143, 2, 9],
      [0, 9, 9],
      [0, 9, 9],
      [1, 9, 10],
    ];
    const states = (facts: Partial<RunFacts>): string[] => runOf(observe(facts)).steps.map(({ state }) => state);
    const wanted = ['succeeded', 'cancelled', 'cancelled', 'cancelled', 'succeeded'];
    const asked = { pipelineRun: ourRun(steps, ended('False', 'Cancelled'), { spec: { status: 'Cancelled' } }) };
    expect(states({ ...doneFacts(summary({ verdict: 'cancelled', steps: said }), 'False', ends), ...asked })).toEqual(
      wanted,
    );
    // Nobody followed it, and the TaskRun was stopped before it took the summary.
    expect(states({ ...doneFacts({}, 'False', ends), ...asked }).slice(0, 4)).toEqual(wanted.slice(0, 4));
    expect(states(doneFacts({}, 'False', ends))[1]).toBe('failed');
  });

  it('is the one of the summary, with cells, failed cell and notes', () => {
    const failedCell = {
      id: 'x',
      index: 8,
      number: 7,
      line: 1,
      errorName: 'KeyError',
      errorValue: "'pca'",
      source: 'a',
    };
    const observed = observe(
      doneFacts(
        summary({
          verdict: 'failed',
          reason: 'cell 7 raised KeyError',
          cells: { total: 12, finished: 7 },
          artifacts: { count: 6, bytes: 3_200_000 },
          failedCell,
          steps: {
            prepare: { state: 'succeeded', exitCode: 0, note: 'environment reused' },
            test: { state: 'skipped', reason: 'the notebook failed' },
          },
        }),
        'False',
        [
          [0, 1, 2],
          [1, 2, 9],
          [0, 9, 10],
          [0, 10, 10],
          [1, 10, 11],
        ],
      ),
    );
    const run = runOf(observed);
    expect(run).toMatchObject({
      state: 'failed',
      reason: 'cell 7 raised KeyError',
      cells: { total: 12, finished: 7 },
      failedCell: { ...failedCell, traceback: [] },
      finishedAt: startMs + 50_000,
    });
    expect(run).not.toHaveProperty('diagnosis');
    expect(stateOf(run, 'prepare')?.note).toBe('environment reused');
    expect(stateOf(run, 'collect')).toMatchObject({ state: 'succeeded', exitCode: 0, note: '6 artifacts, 3.2 MB' });
    expect(stateOf(run, 'test')).toMatchObject({ state: 'skipped', reason: 'the notebook failed' });
    for (const event of observed.events) expect(runEventSchema.safeParse(event).error).toBeUndefined();
  });

  it('believes a summary that says it went well, and no step that does against its exit code', () => {
    const lies = summary({ verdict: 'succeeded', steps: { notebook: { state: 'succeeded' } } });
    const run = runOf(
      observe(
        doneFacts(lies, 'True', [
          [0, 1, 2],
          [3, 2, 4],
        ]),
      ),
    );
    expect(run.state).toBe('succeeded');
    expect(stateOf(run, 'notebook')).toMatchObject({ state: 'failed', exitCode: 3 });
  });

  it.each<[what: string, parts: Json]>([
    ['no JSON', { results: [{ name: 'summary', value: 'verdict: failed' }] }],
    ['another version', summary({ version: 2, verdict: 'succeeded' })],
    ['no verdict', summary({})],
    ['a list', { results: [{ name: 'summary', value: ['x'] }] }],
  ])('goes by exit codes where the summary is %s', (_what, parts) => {
    const run = runOf(
      observe(
        doneFacts(parts, 'False', [
          [0, 1, 2],
          [3, 2, 4],
          [0, 4, 5],
          [0, 5, 6],
          [1, 6, 7],
        ]),
      ),
    );
    expect(run).toMatchObject({ state: 'failed', reason: 'notebook: exit code 3' });
  });

  it('keeps what fits of a summary that is damaged', () => {
    const damaged = parseSummary(
      JSON.stringify({
        version: 1,
        verdict: 'failed',
        steps: { a: 1, b: { state: 'failed' } },
        cells: { total: -1 },
        failedCell: 3,
        logs: { x: 'y', z: 4 },
      }),
    );
    expect(damaged).toMatchObject({ verdict: 'failed', cells: undefined, failedCell: undefined });
    expect([...(damaged?.steps.keys() ?? [])]).toEqual(['b']);
    expect([...(damaged?.logs ?? [])]).toEqual([['z', 4]]);
  });

  it('takes no secret into the reason', () => {
    const run = runOf(
      observe(
        doneFacts({
          conditions: [
            condition('False', 'PodCreationFailed', 'GET https://bob:hunter2-hunter2@registry.example/v2: odd'),
          ],
        }),
      ),
    );
    expect(run.reason).toContain('registry.example/v2: odd');
    expect(JSON.stringify(run)).not.toContain('hunter2-hunter2');
  });
});

describe('two tasks of ours', () => {
  const spec = {
    pipelineSpec: {
      tasks: [
        { name: 'stage', taskSpec: { steps: [{ name: 'dataset' }] } },
        { name: 'run', runAfter: ['stage'], taskSpec: { steps: [{ name: 'prepare' }, { name: 'collect' }] } },
      ],
    },
  };
  const both: PipelineRun = ourRun([], going, { spec });

  it('have a graph, and the second says as a note why it waits', () => {
    const stage = taskRun('s', 'stage', {
      conditions: [condition('True', 'Succeeded')],
      podName: 'q',
      steps: [{ name: 'dataset', terminated: { exitCode: 0, startedAt: at(1), finishedAt: at(4) } }],
    });
    const waits = taskRun('t', 'run', { conditions: [condition('Unknown', 'ExceededNodeResources')], podName: 'p' });
    const message = '0/1 nodes are available: 1 Insufficient nvidia.com/gpu.';
    const pods = [
      pod('p', { status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', message }] } }),
    ];
    const observed = observe({ pipelineRun: both, taskRuns: [stage, waits], pods });
    const run = runOf(observed);
    expect(run.tasks?.map(({ name, state, after }) => [name, state, after])).toEqual([
      ['stage', 'succeeded', []],
      ['run', 'pending', ['stage']],
    ]);
    expect(run.state).toBe('running');
    expect(stateOf(run, 'prepare')).toEqual({ name: 'prepare', state: 'pending', note: 'waits: GPU: 1 node — 1 full' });
    expect(observeRun(observed, { ...nothing, pipelineRun: both, taskRuns: [stage, waits], pods }).events).toBe(
      observed.events,
    );
  });
});

describe('any objects at all', () => {
  it('never throw, and make events of the form that is promised', () => {
    const json = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom({ conditions: [condition('False', 'Failed', 'x')] }, { conditions: 3 }, going),
    );
    const name = fc.constantFrom('t', 'p', 'analysis-7f3a', '');
    const object = fc.record({
      metadata: fc.oneof(fc.record({ name, uid: name, creationTimestamp: json, labels: json }), json),
      spec: json,
      status: json,
    });
    const facts = fc.record({
      pipelineRun: fc.option(object, { nil: undefined }),
      taskRuns: fc.array(object, { maxLength: 2 }),
      pods: fc.option(fc.array(object, { maxLength: 2 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 4 }), (all) => {
        let observed: ObservedRun | undefined;
        for (const { pipelineRun, taskRuns, pods } of all) {
          observed = observeRun(observed, {
            ...nothing,
            pipelineRun: pipelineRun === undefined ? undefined : pipelineRunSchema.parse(pipelineRun),
            taskRuns: taskRuns.map((each) => taskRunSchema.parse(each)),
            pods: pods?.map((each) => podSchema.parse(each)),
          });
        }
        for (const event of observed?.events ?? []) expect(runEventSchema.safeParse(event).error).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});
