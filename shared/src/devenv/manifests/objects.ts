import {
  compact,
  containerSecurityContext,
  gpuEnvironment,
  labels,
  managedBy,
  mirrorEnvironment,
  podTemplate,
  workStepResources,
  type JsonObject,
  type KubernetesObject,
  type ObjectMetadata,
} from '../../pipeline/index.ts';
import { devEnvWorkspace, type DevEnvSpec, type TeamProfile } from '../../protocol/index.ts';
import type { SshKey } from '../keys/index.ts';
import {
  devEnvAnnotations,
  devEnvContainer,
  devEnvLabel,
  secretKeys,
  secretName,
  sshPort,
} from '../names/devEnvNames.ts';
import { recordText } from './record.ts';
import type { SettledDevEnv } from './settledDevEnv.ts';
import { claimVolumes } from './volumes.ts';

/** Everything that the objects of a DevEnv are rendered from; nothing else has a say. */
export interface DevEnvInput {
  readonly name: string;
  readonly namespace: string;
  /** Whom the cluster knows. */
  readonly user: string;
  readonly spec: DevEnvSpec;
  readonly settled: SettledDevEnv;
  readonly profile: TeamProfile;
}

/** Absolute paths in the pod that the image relies on. */
const paths = { keys: '/etc/slipway/ssh', run: '/run/slipway', sharedMemory: '/dev/shm' } as const;

/** A container that is told to end gets so long to write what it has to. */
const graceSeconds = 10;

/** The Secret with the keys: at first nobody may log in. */
export function renderSecret(input: DevEnvInput, hostKey: SshKey): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadataOf(input, secretName(input.name), false),
    type: 'Opaque',
    stringData: {
      [secretKeys.authorizedKeys]: '',
      [secretKeys.hostKey]: hostKey.privateKey,
      [secretKeys.hostKeyPublic]: `${hostKey.publicKeyLine}\n`,
    },
  };
}

/** The claim: the workspace, and while there is no pod all that tells of the DevEnv. */
export function renderClaim(input: DevEnvInput): KubernetesObject {
  const { accessMode, storageClassName, diskSize } = input.settled;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: metadataOf(input, input.name, true),
    spec: compact({
      accessModes: [accessMode],
      storageClassName,
      resources: { requests: { storage: diskSize } },
    }),
  };
}

/** The pod. It has no token of the cluster: who logs in there is not the cluster's user. */
export function renderPod(input: DevEnvInput): KubernetesObject {
  const { settled, profile } = input;
  const { settings } = settled;
  const further = claimVolumes(settled.volumes);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadataOf(input, input.name, true),
    spec: compact({
      restartPolicy: 'OnFailure',
      terminationGracePeriodSeconds: graceSeconds,
      serviceAccountName: settings.serviceAccountName,
      ...podTemplate(settings, profile),
      automountServiceAccountToken: false,
      containers: [
        compact({
          name: devEnvContainer,
          image: settings.image,
          imagePullPolicy: profile.imagePullPolicy,
          ports: [{ name: 'ssh', containerPort: sshPort }],
          env: environment(input),
          resources: workStepResources(settings, profile.stepLimits ?? false),
          // Soon known to be up, and afterwards seldom asked: each question costs a process of sshd.
          startupProbe: { tcpSocket: { port: 'ssh' }, periodSeconds: 1, failureThreshold: 300 },
          readinessProbe: { tcpSocket: { port: 'ssh' }, periodSeconds: 10, failureThreshold: 3 },
          securityContext: containerSecurityContext(profile),
          volumeMounts: [
            { name: 'workspace', mountPath: devEnvWorkspace },
            { name: 'keys', mountPath: paths.keys, readOnly: true },
            { name: 'run', mountPath: paths.run },
            { name: 'shared-memory', mountPath: paths.sharedMemory },
            ...further.mounts,
          ],
        }),
      ],
      volumes: [
        { name: 'workspace', persistentVolumeClaim: { claimName: input.name } },
        { name: 'keys', secret: { secretName: secretName(input.name) } },
        { name: 'run', emptyDir: {} },
        { name: 'shared-memory', emptyDir: { medium: 'Memory', sizeLimit: settings.sharedMemory } },
        ...further.volumes,
      ],
    }),
  };
}

function environment({ name, settled, profile }: DevEnvInput): JsonObject[] {
  return [
    { name: 'SLIPWAY_DEVENV', value: name },
    { name: 'SLIPWAY_IDLE_STOP_SECONDS', value: String(settled.idleStopSeconds) },
    ...gpuEnvironment(settled.settings.hasGpu),
    ...mirrorEnvironment(profile.mirrors ?? {}),
  ];
}

function metadataOf(input: DevEnvInput, name: string, recorded: boolean): ObjectMetadata {
  const { namespace, user, spec, settled } = input;
  return {
    name,
    namespace,
    labels: { [labels.managedBy]: managedBy, [devEnvLabel]: input.name },
    annotations: {
      // Half of a surrogate pair cannot travel as UTF-8.
      [devEnvAnnotations.user]: user.replace(/\p{Cs}/gu, '\ufffd'),
      ...(recorded && { [devEnvAnnotations.spec]: recordText(spec, settled) }),
    },
  };
}
