import { describe, expect, it } from 'vitest';
import { SlipwayError, type DevEnvJob } from '../../protocol/index.ts';
import { runningJob } from '../../protocol/testing/devEnvs.ts';
import { jobEnd } from './jobEnd.ts';

const running = runningJob();
const failure = (code: 'devenv.stopped' | 'devenv.jobNotFound' | 'cluster.unreachable') =>
  new SlipwayError(code, code, { action: 'none' });

/** Answers one after the other; errors are thrown. */
function answering(...answers: (DevEnvJob | SlipwayError)[]) {
  const pauses: number[] = [];
  const clock = { now: () => 9, sleep: async (ms: number) => void pauses.push(await Promise.resolve(ms)) };
  const wait = async () => {
    const next = await Promise.resolve(answers.shift());
    if (next === undefined) throw new Error('asked once more');
    if (next instanceof SlipwayError) throw next;
    return next;
  };
  return { pauses, end: (signal = new AbortController().signal) => jobEnd({ wait }, running, clock, signal) };
}

describe('the end of a job', () => {
  it('is told however long it takes', async () => {
    const ended: DevEnvJob = { ...running, state: 'failed', exitCode: 3, endedAt: 5 };
    expect(await answering(running, running, ended).end()).toEqual(ended);
  });

  it('is told over lost connections, which are tried again with ever longer pauses', async () => {
    const lost = failure('cluster.unreachable');
    const asked = answering(lost, lost, lost, lost, lost, lost, lost, running, lost, {
      ...running,
      state: 'succeeded',
    });
    expect(await asked.end()).toMatchObject({ state: 'succeeded' });
    expect(asked.pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 1_000]);
  });

  it('is a loss where the pod is gone', async () => {
    expect(await answering(failure('devenv.stopped')).end()).toEqual({ ...running, state: 'lost', endedAt: 9 });
  });

  it('cannot be known where nobody knows the job any more', async () => {
    expect(await answering(failure('devenv.jobNotFound')).end()).toBeUndefined();
  });

  it('is waited for no longer than somebody wants to know', async () => {
    const leaving = new AbortController();
    leaving.abort(new Error('left'));
    await expect(answering(failure('cluster.unreachable')).end(leaving.signal)).rejects.toThrow('left');
  });
});
