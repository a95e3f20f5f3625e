import type { DevEnvSpec, TeamProfile } from '../../../protocol/index.ts';
import { settleDevEnv } from '../settledDevEnv.ts';
import type { DevEnvInput } from '../objects.ts';

export const exampleProfile: TeamProfile = {
  image: 'registry.example.org/team/runner:1',
  securityContext: { runAsUser: 1001, fsGroup: 1001 },
  devEnv: { image: 'registry.example.org/team/devenv:1' },
};

interface Example {
  readonly name?: string;
  readonly user?: string;
  readonly spec?: DevEnvSpec;
  readonly profile?: TeamProfile;
}

const team = (more: Partial<TeamProfile>): TeamProfile => ({ ...exampleProfile, ...more });

/** DevEnvs of every kind, each with a golden file of its name. */
export const exampleDevEnvs: Readonly<Record<string, Example>> = {
  'as-the-profile-says': {},
  'profile-without-dev-env': { profile: { image: 'registry.example.org/team/devenv:1' } },
  'size-spelled-out': { spec: { instanceType: 'gpu-1x-16c-32g-1gpu', diskSize: '200Gi', idleStop: '90m' } },
  'gpus-overruled': { spec: { instanceType: 'cpu-4c-8g', gpus: 2 } },
  'gpus-taken-away': { spec: { instanceType: 'gpu-1x-16c-32g-1gpu', gpus: 0 } },
  'never-idle': { spec: { idleStop: 'never' } },
  volumes: {
    spec: {
      volumes: [
        { claimName: 'atlas-v1', mountPath: '/data/atlas', readOnly: true },
        { claimName: 'team-data', mountPath: '/data/team' },
        { claimName: 'team-data', mountPath: '/data/team-again', readOnly: true },
      ],
    },
  },
  'image-by-digest': { spec: { image: `registry.example.org:5000/team/devenv@sha256:${'a'.repeat(64)}` } },
  'storage-of-the-profile': {
    profile: team({
      devEnv: {
        ...exampleProfile.devEnv,
        diskSize: '100Gi',
        storageClassName: 'fast',
        accessMode: 'ReadWriteMany',
        idleStop: '2h',
      },
    }),
  },
  'named-size': {
    spec: { instanceType: 'a100' },
    profile: team({
      nodeSelector: { accelerator: 'nvidia-tesla-gpu' },
      sharedMemory: '24Gi',
      instanceTypes: {
        a100: {
          cpu: '8',
          memory: '64Gi',
          gpus: 1,
          resources: { 'nvidia.com/gpumem': '8000' },
          tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
        },
      },
    }),
  },
  'everything-of-the-profile': {
    profile: team({
      imagePullSecrets: ['registry'],
      imagePullPolicy: 'Always',
      schedulerName: 'hami-scheduler',
      priorityClassName: 'batch-low',
      runtimeClassName: 'nvidia',
      serviceAccountName: 'pipeline.runner',
      stepLimits: true,
      mirrors: { pipIndexUrl: 'https://pypi.example/simple', condaChannels: ['https://conda.example/forge'] },
    }),
  },
  'arbitrary-user': { profile: team({ securityContext: { runAsUser: 1000650000, runAsGroup: 0 } }) },
  'user-of-image': { profile: { image: exampleProfile.image } },
  unrestricted: { profile: team({ restricted: false }) },
  'ugly-names': {
    user: `oidc:$(HOME) "爱丽丝" {{x}} # - [a] &b *c !d %e @f \u2028 ☃`,
    name: 'devenv-user-0123456789-gpu',
  },
};

/** @throws Error for a name that there is not */
export function exampleInput(name: string, namespace = 'team-a'): DevEnvInput {
  const example = exampleDevEnvs[name];
  if (example === undefined) throw new Error(`there is no example ${name}`);
  const { spec = {}, profile = exampleProfile, user = 'alice' } = example;
  return { name: example.name ?? 'devenv-alice', namespace, user, spec, settled: settleDevEnv(spec, profile), profile };
}
