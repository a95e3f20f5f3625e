import type { Clock } from '../../kubernetes/index.ts';
import { SlipwayError, type DevEnvJob } from '../../protocol/index.ts';

/** How long one waiting exec lasts: what is left in the pod of one whose end nobody saw ends by then, too. */
const oneWaitMs = 300_000;
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

/**
 * Waits until a job has ended, over lost connections, and gives what became of it; undefined where it cannot be known. One whose pod
 * is gone is lost. Rejects only when the signal aborts.
 */
export async function jobEnd(
  jobs: { wait(id: string, waitMs: number, signal: AbortSignal): Promise<DevEnvJob> },
  job: DevEnvJob,
  clock: Pick<Clock, 'now' | 'sleep'>,
  signal: AbortSignal,
): Promise<DevEnvJob | undefined> {
  for (let pauseMs = firstPauseMs; ;) {
    try {
      const now = await jobs.wait(job.id, oneWaitMs, signal);
      if (now.state !== 'running') return now;
      pauseMs = firstPauseMs;
    } catch (error) {
      signal.throwIfAborted();
      if (SlipwayError.is(error) && error.code === 'devenv.stopped') {
        return { ...job, state: 'lost', endedAt: clock.now() };
      }
      if (SlipwayError.is(error) && error.code === 'devenv.jobNotFound') return undefined;
      await clock.sleep(pauseMs, signal);
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    }
  }
}
