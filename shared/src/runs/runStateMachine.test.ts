import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runSchema, stepNames, stepStateSchema, terminalStates, type Run, type RunEvent } from '../protocol/index.ts';
import { foldEvents, reduceRun, type RunProgress } from './runStateMachine.ts';

const run: Run = {
  name: 'analysis-7f3a',
  context: 'local',
  title: 'analysis.ipynb',
  state: 'submitting',
  createdAt: 1_000,
  cancelRequested: false,
  steps: [
    { name: 'prepare', state: 'pending' },
    { name: 'notebook', state: 'pending' },
    { name: 'report', state: 'pending' },
    { name: 'collect', state: 'pending' },
  ],
};

const submitted: RunEvent = { type: 'submitted', time: 1_000, run };
const cells = ['a', 'b', 'c'].map((id) => ({ id, label: `cell ${id}` }));
const started: RunEvent[] = [
  submitted,
  { type: 'staging', time: 1_100 },
  { type: 'stepStarted', time: 1_200, step: 'prepare' },
  { type: 'stepFinished', time: 1_300, step: 'prepare', state: 'succeeded', exitCode: 0, note: 'environment reused' },
  { type: 'stepStarted', time: 1_400, step: 'notebook' },
  { type: 'cellsCounted', time: 1_500, cells },
  { type: 'cellStarted', time: 1_600, id: 'a' },
];

function fold(...events: RunEvent[]): Run {
  const folded = foldEvents(events);
  if (folded === undefined) throw new Error('nothing was submitted');
  return folded;
}

describe('the way of a run', () => {
  it('goes from the queue over staging to running, and forgets its place in the queue', () => {
    expect(fold(submitted, { type: 'queued', time: 1_050, position: 2 })).toMatchObject({
      state: 'queued',
      queuePosition: 2,
    });
    const staging = fold(submitted, { type: 'queued', time: 1_050, position: 0 }, { type: 'staging', time: 1_100 });
    expect(staging.state).toBe('staging');
    expect(staging).not.toHaveProperty('queuePosition');
    expect(fold(...started)).toMatchObject({ state: 'running', startedAt: 1_200 });
  });

  it('does not go back to the queue once a step has started', () => {
    const late = fold(...started, { type: 'queued', time: 9_000, position: 1 }, { type: 'staging', time: 9_000 });
    expect(late).toEqual(fold(...started));
  });

  it('tells the cell that runs by its number among the code cells', () => {
    expect(fold(...started).cells).toEqual({
      total: 3,
      finished: 0,
      current: { id: 'a', number: 1, startedAt: 1_600, label: 'cell a' },
    });
    const second = fold(
      ...started,
      { type: 'cellFinished', time: 1_700, id: 'a', failed: false },
      { type: 'cellStarted', time: 1_800, id: 'c' },
    );
    expect(second.cells).toMatchObject({ finished: 1, current: { id: 'c', number: 3 } });
  });

  it('ignores cells it does not know, cells that start again, and a second count', () => {
    const events: RunEvent[] = [
      ...started,
      { type: 'cellFinished', time: 1_700, id: 'a', failed: false },
      { type: 'cellStarted', time: 1_800, id: 'a' },
      { type: 'cellStarted', time: 1_800, id: 'unheard' },
      { type: 'cellFinished', time: 1_900, id: 'unheard', failed: true },
      { type: 'cellsCounted', time: 1_900, cells: [] },
    ];
    expect(fold(...events).cells).toEqual({ total: 3, finished: 1 });
  });

  it('has no current cell when the notebook step has ended, and still counts cells told late', () => {
    const ended = fold(
      ...started,
      { type: 'stepFinished', time: 2_000, step: 'notebook', state: 'failed' },
      { type: 'cellStarted', time: 2_000, id: 'b' },
    );
    expect(ended.cells).toEqual({ total: 3, finished: 0 });
    const told = foldEvents([
      ...started,
      { type: 'stepFinished', time: 2_000, step: 'notebook', state: 'succeeded' },
      { type: 'cellFinished', time: 2_000, id: 'a', failed: false },
    ]);
    expect(told?.cells).toEqual({ total: 3, finished: 1 });
  });

  it('keeps how a step ended, whatever is said of it later', () => {
    const again = fold(...started, {
      type: 'stepFinished',
      time: 9_000,
      step: 'prepare',
      state: 'failed',
      reason: 'late',
    });
    expect(again.steps[0]).toEqual({
      name: 'prepare',
      state: 'succeeded',
      startedAt: 1_200,
      finishedAt: 1_300,
      exitCode: 0,
      note: 'environment reused',
    });
  });

  it('leaves reused steps alone', () => {
    const reused: Run = { ...run, steps: [{ name: 'prepare', state: 'reused' }, ...run.steps.slice(1)] };
    const folded = fold({ ...submitted, run: reused }, { type: 'stepStarted', time: 1_200, step: 'prepare' });
    expect(folded.steps[0]).toEqual({ name: 'prepare', state: 'reused' });
    expect(folded.state).toBe('submitting');
  });

  it('knows nothing before the submission and ignores a second one', () => {
    expect(foldEvents([{ type: 'staging', time: 1 }])).toBeUndefined();
    expect(fold(...started, { ...submitted, run: { ...run, title: 'other' } })).toEqual(fold(...started));
  });
});

describe('a run on a cluster', () => {
  const task = {
    name: 'build',
    kind: 'task',
    finally: false,
    state: 'running',
    after: [],
    steps: ['build/main'],
  } as const;
  const graph = (...steps: string[]): RunEvent => ({
    type: 'tasks',
    time: 1_100,
    tasks: [{ ...task, after: [], steps }],
  });

  it('waits without a place in a queue, for a reason', () => {
    const waits = fold(
      submitted,
      { type: 'queued', time: 1_050 },
      { type: 'waiting', time: 1_060, reason: 'GPU: 2 full' },
    );
    expect(waits).toMatchObject({ state: 'queued', reason: 'GPU: 2 full' });
    expect(waits).not.toHaveProperty('queuePosition');
  });

  it('learns of steps with its graph, in its order, and forgets none', () => {
    const begun: RunEvent = { type: 'stepStarted', time: 1_200, step: 'build/main' };
    const first = fold(
      { ...submitted, run: { ...run, steps: [] } },
      graph('build/main'),
      begun,
      graph('build/fetch', 'build/main'),
    );
    expect(first.steps.map(({ name, state }) => [name, state])).toEqual([
      ['build/fetch', 'pending'],
      ['build/main', 'running'],
    ]);
    expect(fold(submitted, graph('build/main')).steps.map(({ name }) => name)).toEqual([
      'build/main',
      ...run.steps.map(({ name }) => name),
    ]);
    expect(fold(...started, graph('prepare', 'notebook')).steps).toEqual(fold(...started).steps);
  });

  it('has the cells that its end tells of, unless they were followed', () => {
    const end: RunEvent = { type: 'finished', time: 3_000, state: 'failed', cells: { total: 12, finished: 7 } };
    expect(fold(submitted, end).cells).toEqual({ total: 12, finished: 7 });
    expect(fold(...started, end).cells).toEqual({ total: 3, finished: 0 });
  });
});

describe('the end of a run', () => {
  it.each([
    ['cancelled', 'cancelled', 'cancelled'],
    ['lost', 'failed', 'skipped'],
    ['timedOut', 'failed', 'skipped'],
    ['failed', 'failed', 'skipped'],
    ['succeeded', 'succeeded', 'skipped'],
  ] as const)('%s makes a running step %s and a waiting one %s', (state, running, pending) => {
    const ended = fold(...started, { type: 'finished', time: 3_000, state, reason: 'because' });
    expect(ended).toMatchObject({ state, finishedAt: 3_000, reason: 'because' });
    expect(ended.steps.map((step) => step.state)).toEqual(['succeeded', running, pending, pending]);
    expect(ended.cells).toEqual({ total: 3, finished: 0 });
  });

  it('gives the steps of a lost run a reason', () => {
    const lost = fold(...started, { type: 'finished', time: 3_000, state: 'lost' });
    expect(lost.steps[1]).toMatchObject({ state: 'failed', finishedAt: 3_000, reason: 'the run was lost' });
  });

  it('is never before the beginning, though the clock went back', () => {
    const ended = fold(...started, { type: 'finished', time: 5, state: 'failed' });
    expect(ended.finishedAt).toBe(1_200);
    expect(ended.steps[1]?.finishedAt).toBe(1_400);
  });
});

const time = fc.nat({ max: 5_000 });
const step = fc.constantFrom(...stepNames);
const id = fc.constantFrom('a', 'b', 'c', 'd');
const endState = fc.constantFrom('succeeded', 'failed', 'cancelled', 'timedOut', 'lost');

const anyEvent: fc.Arbitrary<RunEvent> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(submitted) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('queued'), time, position: fc.nat({ max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('staging'), time }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('stepStarted'), time, step }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('stepNote'), time, step, text: fc.string() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('cellsCounted'), time, cells: fc.subarray(cells) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('cellStarted'), time, id }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('cellFinished'), time, id, failed: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('stepFinished'),
      time,
      step,
      state: fc.constantFrom(...stepStateSchema.exclude(['pending', 'running']).options),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('cancelRequested'), time }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('finished'), time, state: endState, reason: fc.string() }) },
);

/** Any events, half of the time after those with which a run usually begins. */
const anyEvents = fc
  .tuple(fc.constantFrom([], started.slice(1)), fc.array(anyEvent, { maxLength: 40 }))
  .map(([usual, any]) => [...usual, ...any]);

/** All states on the way, from the submission on. */
function states(events: readonly RunEvent[]): RunProgress[] {
  const seen: RunProgress[] = [];
  let progress: RunProgress | undefined;
  for (const event of [submitted, ...events]) {
    progress = reduceRun(progress, event);
    if (progress !== undefined) seen.push(progress);
  }
  return seen;
}

function checkShape(state: Run): void {
  expect(runSchema.parse(state)).toEqual(state);
  expect(state.steps.map((one) => one.name)).toEqual(run.steps.map((one) => one.name));
  const notebook = state.steps.find((one) => one.name === 'notebook');
  if (state.cells?.current !== undefined) expect([state.state, notebook?.state]).toEqual(['running', 'running']);
  if (state.cells !== undefined) expect(state.cells.finished).toBeLessThanOrEqual(state.cells.total);
  if (state.queuePosition !== undefined) expect(state.state).toBe('queued');
  for (const one of state.steps) {
    expect(one.finishedAt ?? Infinity).toBeGreaterThanOrEqual(one.startedAt ?? 0);
    if (terminalStates.has(state.state)) expect(['pending', 'running']).not.toContain(one.state);
  }
}

describe('under any order of events', () => {
  it('every state is a valid run', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        for (const { run: state } of states(events)) checkShape(state);
      }),
    );
  });

  it('cells only ever count up, and their number stays', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        let before: Run['cells'];
        for (const { run: state } of states(events)) {
          if (before !== undefined) {
            expect(state.cells?.total).toBe(before.total);
            expect(state.cells?.finished).toBeGreaterThanOrEqual(before.finished);
          }
          before = state.cells;
        }
      }),
    );
  });

  it('nothing changes a final run, not even the object', () => {
    fc.assert(
      fc.property(anyEvents, endState, fc.array(anyEvent), (events, state, later) => {
        const before = states([...events, { type: 'finished', time: 9_000, state }]).at(-1);
        let after = before;
        for (const event of later) after = reduceRun(after, event);
        expect(after).toBe(before);
      }),
    );
  });

  it('an event that is told twice counts once', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const doubled = events.flatMap((event) => [event, event]);
        expect(states(doubled).at(-1)?.run).toEqual(states(events).at(-1)?.run);
      }),
    );
  });

  it('a step that has ended stays as it ended until the run is final', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const ended = new Map<string, string>();
        for (const { run: state } of states(events)) {
          for (const one of state.steps) {
            const was = ended.get(one.name);
            if (was !== undefined) expect(one.state).toBe(was);
            if (one.state !== 'pending' && one.state !== 'running') ended.set(one.name, one.state);
          }
        }
      }),
    );
  });
});
