import { SlipwayError, type RequestHandlers } from '../../protocol/index.ts';
import type { DevEnvSession } from './devEnvHandlers.ts';

export type LifecycleHandlers = Pick<
  RequestHandlers,
  | 'devenvs/list'
  | 'devenvs/get'
  | 'devenvs/watch'
  | 'devenvs/unwatch'
  | 'devenvs/options'
  | 'devenvs/manifest'
  | 'devenvs/create'
  | 'devenvs/start'
  | 'devenvs/stop'
  | 'devenvs/restart'
  | 'devenvs/resize'
  | 'devenvs/delete'
>;

/** From making a DevEnv to deleting it. */
export function lifecycleHandlers(_session: DevEnvSession): LifecycleHandlers {
  const missing = (): Promise<never> => Promise.reject(new SlipwayError('internal', 'This is not there yet.'));
  return {
    'devenvs/list': missing,
    'devenvs/get': missing,
    'devenvs/watch': missing,
    'devenvs/unwatch': missing,
    'devenvs/options': missing,
    'devenvs/manifest': missing,
    'devenvs/create': missing,
    'devenvs/start': missing,
    'devenvs/stop': missing,
    'devenvs/restart': missing,
    'devenvs/resize': missing,
    'devenvs/delete': missing,
  };
}
