import { SlipwayError, type RequestHandlers } from '../../protocol/index.ts';
import type { DevEnvSession } from './devEnvHandlers.ts';

export type JobHandlers = Pick<
  RequestHandlers,
  'devenvs/jobs' | 'devenvs/runJob' | 'devenvs/stopJob' | 'devenvs/jobLog'
>;

/** Commands that go on in a DevEnv without anybody connected. */
export function jobHandlers(_session: DevEnvSession): JobHandlers {
  const missing = (): Promise<never> => Promise.reject(new SlipwayError('internal', 'This is not there yet.'));
  return {
    'devenvs/jobs': missing,
    'devenvs/runJob': missing,
    'devenvs/stopJob': missing,
    'devenvs/jobLog': missing,
  };
}
