import { SlipwayError, type RequestHandlers } from '../../protocol/index.ts';
import type { DevEnvSession } from './devEnvHandlers.ts';

export type ConnectionHandlers = Pick<
  RequestHandlers,
  | 'devenvs/connect'
  | 'devenvs/devices'
  | 'devenvs/removeDevice'
  | 'devenvs/test'
  | 'devenvs/openJupyter'
  | 'sshConfig/remove'
>;

/** Reaching DevEnvs by SSH from this machine. */
export function connectionHandlers(_session: DevEnvSession): ConnectionHandlers {
  const missing = (): Promise<never> => Promise.reject(new SlipwayError('internal', 'This is not there yet.'));
  return {
    'devenvs/connect': missing,
    'devenvs/devices': missing,
    'devenvs/removeDevice': missing,
    'devenvs/test': missing,
    'devenvs/openJupyter': missing,
    'sshConfig/remove': missing,
  };
}
