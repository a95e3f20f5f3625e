import { describe, expect, it } from 'vitest';
import { runningJob } from '../../protocol/testing/devEnvs.ts';
import { JobPace } from './jobPace.ts';

const never = new AbortController().signal;
const piece = (offset: number, logBytes = offset, state: 'running' | 'succeeded' = 'running') => ({
  data: '',
  offset,
  job: { ...runningJob(), state, logBytes },
});

/** Whose pauses end when they are told to. */
function paced() {
  const pauses: { readonly ms: number; readonly end: () => void }[] = [];
  const time = { now: 10_000 };
  const sleep = (ms: number, signal: AbortSignal) =>
    new Promise<void>((end, fail) => {
      pauses.push({ ms, end });
      signal.addEventListener('abort', () => fail(signal.reason as Error));
    });
  return { pace: new JobPace({ now: () => time.now, sleep }), pauses, time };
}

describe('the pace at which a job is followed', () => {
  it('is one piece a second while it never falls silent', async () => {
    const { pace, pauses, time } = paced();
    await pace.turn('job', 0, undefined, never);
    pace.hasRead('job', 0, piece(7));
    time.now += 200;
    const turn = pace.turn('job', 7, undefined, never);
    expect(pauses.map(({ ms }) => ms)).toEqual([800]);
    pauses[0]?.end();
    await turn;
  });

  it('keeps nobody waiting after silence, behind what was said, for another job, or from elsewhere', async () => {
    const { pace, pauses, time } = paced();
    pace.hasRead('job', 0, piece(7));
    await pace.turn('other', 7, undefined, never);
    await pace.turn('job', 0, undefined, never);
    time.now += 1_000;
    await pace.turn('job', 7, undefined, never);
    pace.hasRead('job', 7, piece(9, 50));
    await pace.turn('job', 9, undefined, never);
    pace.hasRead('job', 50, piece(50));
    await pace.turn('job', 50, undefined, never);
    pace.hasRead('job', 50, piece(60, 60, 'succeeded'));
    await pace.turn('job', 60, undefined, never);
    expect(pauses).toEqual([]);
  });

  it('keeps nobody waiting once the job has ended', async () => {
    const { pace, pauses } = paced();
    pace.hasRead('job', 0, piece(7));
    await pace.turn('job', 7, Promise.resolve(), never);
    expect(pauses).toHaveLength(1);
  });

  it('is waited for no longer than somebody wants to know', async () => {
    const { pace } = paced();
    const leaving = new AbortController();
    pace.hasRead('job', 0, piece(7));
    const turn = pace.turn('job', 7, new Promise(() => undefined), leaving.signal);
    leaving.abort(new Error('left'));
    await expect(turn).rejects.toThrow('left');
  });
});
