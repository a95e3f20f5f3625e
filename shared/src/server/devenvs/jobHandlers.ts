import { setTimeout as sleep } from 'node:timers/promises';
import type { DevEnvJobs } from '../../devenv/index.ts';
import { SlipwayError, type DevEnvJob, type RequestHandlers } from '../../protocol/index.ts';
import type { DevEnvSession } from './devEnvHandlers.ts';
import { JobPace } from './jobPace.ts';

export type JobHandlers = Pick<
  RequestHandlers,
  'devenvs/jobs' | 'devenvs/runJob' | 'devenvs/stopJob' | 'devenvs/jobLog'
>;

const defaultPieceBytes = 262_144;

interface Reference {
  readonly context: string;
  readonly name: string;
}

/** Commands that go on in a DevEnv without anybody connected. */
export function jobHandlers(session: DevEnvSession): JobHandlers {
  const { services, environment } = session;
  const ending = new AbortController();
  session.onEnd(() => ending.abort(new SlipwayError('cancelled', 'The session has ended.')));

  const jobsOf = async ({ context, name }: Reference, signal: AbortSignal): Promise<DevEnvJobs> => {
    const [{ api }, { nameMeant, openDevEnvJobs }] = await Promise.all([
      services.space(context, signal),
      import('../../devenv/index.ts'),
    ]);
    return openDevEnvJobs(api, nameMeant(api.cluster.user, name), environment.now);
  };

  /** Asks; where it is stopped, says why, or that there is none of that name. */
  const ask = async <T>(
    reference: Reference,
    signal: AbortSignal,
    question: (jobs: DevEnvJobs) => Promise<T>,
  ): Promise<T> => {
    try {
      return await question(await jobsOf(reference, signal));
    } catch (error) {
      if (!SlipwayError.is(error) || error.code !== 'devenv.stopped') throw error;
      const { name, reason } = await (await services.devEnvs()).get(reference, signal);
      if (reason === undefined) throw error;
      const why = reason.replace(/\.$/, '');
      throw new SlipwayError('devenv.stopped', `${name} does not run: ${why}.`, {
        action: `Start it: slipway devenv start ${name}.`,
      });
    }
  };
  /** The ends of those that are waited for. */
  const awaited = new Map<string, Promise<unknown>>();
  const pace = new JobPace({ now: environment.now, sleep: (ms, signal) => sleep(ms, undefined, { signal }) });
  const keyOf = (context: string, jobs: DevEnvJobs, id: string): string => JSON.stringify([context, jobs.name, id]);
  const tellEnd = async (context: string, jobs: DevEnvJobs, job: DevEnvJob): Promise<void> => {
    const ended = await jobs.end(job, ending.signal);
    if (ended !== undefined) session.notify('devenv/jobEnded', { context, name: jobs.name, job: ended });
  };
  /** Tells of its end once, as long as the session lasts. */
  const awaitEnd = (context: string, jobs: DevEnvJobs, job: DevEnvJob): void => {
    const key = keyOf(context, jobs, job.id);
    if (awaited.has(key)) return;
    // Rejects when the session ends.
    awaited.set(
      key,
      tellEnd(context, jobs, job).catch(() => undefined),
    );
  };

  return {
    'devenvs/jobs': (reference, signal) => ask(reference, signal, async (jobs) => ({ jobs: await jobs.list(signal) })),
    'devenvs/runJob': ({ command, cwd, title, ...reference }, signal) =>
      ask(reference, signal, async (jobs) => {
        const job = await jobs.start({ command, cwd, title }, signal);
        awaitEnd(reference.context, jobs, job);
        return job;
      }),
    'devenvs/stopJob': ({ id, ...reference }, signal) => ask(reference, signal, (jobs) => jobs.stop(id, signal)),
    'devenvs/jobLog': ({ id, offset, maxBytes = defaultPieceBytes, waitMs = 0, ...reference }, signal) =>
      ask(reference, signal, async (jobs) => {
        const key = keyOf(reference.context, jobs, id);
        if (waitMs > 0) await pace.turn(key, offset, awaited.get(key), signal);
        const piece = await jobs.read(id, { offset, maxBytes, waitMs }, signal);
        pace.hasRead(key, offset, piece);
        // Who waits for more follows it, and may look away.
        if (waitMs > 0 && piece.job.state === 'running') awaitEnd(reference.context, jobs, piece.job);
        return piece;
      }),
  };
}
