import type { DevEnv, DevEnvJob } from '../devEnv.ts';

/** A DevEnv of alice's that runs, for tests. */
export function devEnvNamed(name: string, given: Partial<DevEnv> = {}): DevEnv {
  const context = given.context ?? 'team-a';
  return {
    context,
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
    host: `${name}.${context}`,
    ...given,
  };
}

/** A command that goes on in a DevEnv, for tests. */
export function runningJob(given: Partial<DevEnvJob> = {}): DevEnvJob {
  return {
    id: '20260101-000000-abcdef',
    command: ['make'],
    title: 'make',
    cwd: '/workspace',
    state: 'running',
    startedAt: 0,
    logBytes: 0,
    ...given,
  };
}
