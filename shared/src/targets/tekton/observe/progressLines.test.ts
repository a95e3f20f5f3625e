import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runEventSchema } from '../../../protocol/index.ts';
import { ourRun, startMs } from './testing/objects.ts';
import { ended, line, nothing, observe, runningPod, runOf, stateOf, steps, task } from './testing/observing.ts';

describe('progress lines', () => {
  const cells = [
    { id: 'a', label: 'x = 1' },
    { id: 'b', label: 'y' },
  ];
  const counted = line('cellsCounted', { cells });

  it('become cells of the notebook, and start it before the API knows', () => {
    const progress = [
      counted,
      line('cellStarted', { id: 'a' }),
      line('cellFinished', { id: 'a', failed: false }),
      line('cellStarted', { id: 'b' }),
    ];
    const run = runOf(observe({ taskRuns: task([1, 1, 1, 1, 1]), pods: [runningPod], progress }));
    expect(run.cells).toMatchObject({ total: 2, finished: 1, current: { id: 'b', number: 2, label: 'y' } });
    expect(stateOf(run, 'notebook')?.state).toBe('running');
  });

  it('are read once, also when the copy was thrown away and is read again', () => {
    const progress = [counted, line('cellStarted', { id: 'a' })];
    const facts = { taskRuns: task([[0, 1, 2], 1]), pods: [runningPod] };
    const observed = observe(
      { ...facts, progress },
      { ...facts, progress: [] },
      { ...facts, progress: [counted] },
      { ...facts, progress },
    );
    expect(observed.events.filter(({ type }) => type === 'cellsCounted')).toHaveLength(1);
  });

  it('say how a step ended, why, and with what', () => {
    const progress = [
      line(
        'stepFinished',
        { step: 'prepare', state: 'succeeded', exitCode: 0, note: 'environment reused' },
        startMs + 2_400,
      ),
      line('stepFinished', { step: 'notebook', state: 'failed', exitCode: 1, reason: 'cell 1 raised KeyError' }),
      line('stepFinished', { step: 'report', state: 'skipped', exitCode: 0, reason: 'no notebook' }),
    ];
    const run = runOf(observe({ taskRuns: task([[0, 1, 2], [1, 2, 4], [0, 4, 5], 1]), pods: [runningPod], progress }));
    expect(run.steps.slice(0, 3)).toMatchObject([
      { state: 'succeeded', note: 'environment reused', finishedAt: startMs + 2_400 },
      { state: 'failed', exitCode: 1, reason: 'cell 1 raised KeyError' },
      { state: 'skipped', reason: 'no notebook' },
    ]);
  });

  it('are waited for where an exit code of 0 may be a step that was skipped', () => {
    const facts = { taskRuns: task([[0, 1, 2], [0, 2, 4], [0, 4, 5], 1]), pods: [runningPod] };
    expect(stateOf(runOf(observe(facts)), 'report')?.state).toBe('running');
    const done = {
      pipelineRun: ourRun(steps, ended('True', 'Succeeded')),
      taskRuns: task(
        [
          [0, 1, 2],
          [0, 2, 4],
          [0, 4, 5],
        ],
        ended('True', 'Succeeded'),
      ),
    };
    expect(stateOf(runOf(observe(facts, done)), 'report')?.state).toBe('succeeded');
  });

  it('are notes of steps, each text once', () => {
    const progress = ['installing', 'installing', 'checking'].map((text) =>
      line('stepNote', { step: 'prepare', text }),
    );
    const { events } = observe({ taskRuns: task([1]), pods: [runningPod], progress });
    expect(events.flatMap((event) => (event.type === 'stepNote' ? [event.text] : []))).toEqual([
      'installing',
      'checking',
    ]);
  });

  it('never throw, whatever a program writes there, and are in the time of the run', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('a', 'prepare', cells, 1e300, -5, true));
    const object = fc.record(
      {
        type: fc.constantFrom('cellsCounted', 'cellStarted', 'cellFinished', 'stepNote', 'stepFinished', 'finished'),
        id: value,
        cells: value,
        step: value,
        state: value,
        text: value,
        time: value,
        failed: value,
      },
      { requiredKeys: ['type'] },
    );
    const hostile = fc.oneof(
      fc.string(),
      object.map((each) => JSON.stringify(each)),
      fc.constant('{"__proto__":{"type":"stepNote"}}'),
    );
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 12 }), (progress) => {
        const observed = observe({ taskRuns: task([[0, 1, 2], 2]), pods: [runningPod], progress });
        for (const event of observed.events) {
          expect(runEventSchema.safeParse(event).error).toBeUndefined();
          if (event.type !== 'submitted') expect(event.time).toBeLessThanOrEqual(nothing.now);
          expect(event.time).toBeGreaterThanOrEqual(startMs);
        }
        expect(runOf(observed).state).toBe('running');
      }),
      { numRuns: 200 },
    );
  });
});
