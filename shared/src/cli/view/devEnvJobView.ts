import type { DevEnvJob } from '../../protocol/index.ts';
import type { Tone } from '../terminal/line.ts';

/** How the states of a job look. */
export const jobTones: Readonly<Record<DevEnvJob['state'], Tone>> = {
  running: 'accent',
  succeeded: 'good',
  failed: 'bad',
  stopped: 'warn',
  lost: 'bad',
};
