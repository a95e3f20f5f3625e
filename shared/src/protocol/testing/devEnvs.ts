import type { DevEnv } from '../devEnv.ts';

/** A DevEnv of alice's that runs, for tests. */
export function devEnvNamed(name: string, given: Partial<DevEnv> = {}): DevEnv {
  return {
    context: 'team-a',
    namespace: 'lab',
    name,
    owner: 'alice',
    mine: true,
    state: 'running',
    image: 'testbed.local/devenv:1',
    instanceType: 'gpu',
    cpu: '16',
    memory: '32Gi',
    gpus: 1,
    disk: { claimName: name, size: '20Gi' },
    volumes: [],
    idle: { stopAfterMs: 7_200_000 },
    spec: {},
    host: `${name}.team-a`,
    ...given,
  };
}
