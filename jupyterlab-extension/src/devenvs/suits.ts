import type { DevEnv } from '@slipway/shared/protocol';
import type { DevEnvAction } from '../devEnvPage.ts';

const isDown = ({ state }: DevEnv): boolean => state === 'stopped' || state === 'failed';
const isUp = ({ state }: DevEnv): boolean => state === 'running' || state === 'starting';
const runs = ({ state }: DevEnv): boolean => state === 'running';
const always = (): boolean => true;

const rules: Readonly<Record<Exclude<DevEnvAction, 'create'>, (devEnv: DevEnv) => boolean>> = {
  start: isDown,
  stop: isUp,
  restart: isUp,
  keep: (devEnv) => runs(devEnv) && devEnv.idle.stopsAt !== undefined,
  connect: always,
  test: always,
  devices: always,
  jupyter: runs,
  // Where it does not run, it is started first.
  run: ({ state }) => state !== 'stopping',
  jobs: runs,
  upload: runs,
  download: runs,
  resize: always,
  delete: always,
};

/** Whether something can be done with a DevEnv as it is now; with somebody else's, nothing. */
export function suits(action: DevEnvAction, devEnv: DevEnv): boolean {
  return action !== 'create' && devEnv.mine && rules[action](devEnv);
}
