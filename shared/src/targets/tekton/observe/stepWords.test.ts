import { describe, expect, it } from 'vitest';
import { observeRun } from './observeRun.ts';
import { ourRun, startMs } from './testing/objects.ts';
import { ended, line, nothing, observe, runningPod, runOf, stateOf, steps, task } from './testing/observing.ts';

describe('a run whose steps say more than the API', () => {
  it('does not say that a step failed before it is known why, be it at the end', () => {
    const going = { taskRuns: task([[0, 1, 2], [124, 2, 9], 9]), pods: [runningPod] };
    expect(stateOf(runOf(observe(going)), 'notebook')?.state).toBe('running');
    const words = { step: 'notebook', state: 'failed', exitCode: 124, reason: 'the time limit of 1m was reached' };
    const said = { state: 'failed', exitCode: 124, reason: 'the time limit of 1m was reached' };
    const read = observe(going, { ...going, progress: [line('stepFinished', words, startMs + 8_900)] });
    expect(stateOf(runOf(read), 'notebook')).toMatchObject(said);
    const collected = { version: 1, verdict: 'timedOut', steps: { notebook: said } };
    const summary = { results: [{ name: 'summary', value: JSON.stringify(collected) }] };
    const over = {
      pipelineRun: ourRun(steps, ended('False', 'Failed')),
      taskRuns: task(
        [
          [0, 1, 2],
          [124, 2, 9],
          [0, 9, 10],
        ],
        { ...ended('False', 'Failed'), ...summary },
      ),
      pods: [],
    };
    expect(stateOf(runOf(observe(going, over)), 'notebook')).toMatchObject(said);
    // What never said why has failed all the same.
    const unsaid = {
      ...over,
      taskRuns: task(
        [
          [0, 1, 2],
          [124, 2, 9],
          [0, 9, 10],
        ],
        ended('False', 'Failed'),
      ),
    };
    expect(stateOf(runOf(observe(going, unsaid)), 'notebook')).toMatchObject({ state: 'failed', exitCode: 124 });
  });

  it('waits a few seconds for the last words of its steps, which come over another connection', () => {
    const over = {
      ...nothing,
      pipelineRun: ourRun(steps, ended('False', 'Failed')),
      taskRuns: task(
        [
          [0, 1, 2],
          [1, 2, 9],
        ],
        ended('False', 'Failed'),
      ),
      pods: [],
    };
    const waiting = observeRun(undefined, { ...over, progressGoesOn: true });
    expect(waiting).toMatchObject({ final: false, recheckAt: nothing.now + 5_000 });
    const later = { ...over, now: nothing.now + 3_000 };
    expect(observeRun(waiting, { ...later, progressGoesOn: true })).toMatchObject({
      final: false,
      recheckAt: nothing.now + 5_000,
    });
    const time = startMs + 8_000;
    const words = { step: 'notebook', state: 'failed', exitCode: 124, reason: 'the time limit of 1m was reached' };
    const progress = [line('stepFinished', words, time)];
    const told = observeRun(waiting, { ...later, progress, progressGoesOn: false });
    expect(told.final).toBe(true);
    expect(stateOf(runOf(told), 'notebook')?.reason).toBe('the time limit of 1m was reached');
    // A connection that hangs keeps nobody.
    expect(observeRun(waiting, { ...over, now: nothing.now + 5_000, progressGoesOn: true }).final).toBe(true);
  });
});
