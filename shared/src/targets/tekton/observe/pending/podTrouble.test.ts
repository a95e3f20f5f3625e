import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimSchema, type ClusterEvent, type Pod, podSchema, taskRunSchema } from '../schemas/index.ts';
import { at, condition, event, node, pod, startMs, unscheduled } from '../testing/objects.ts';
import { explain } from '../testing/pending.ts';

describe('claims', () => {
  const unbound = unscheduled('0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.', {
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'work' } }],
  });
  const claims = [claimSchema.parse({ metadata: { name: 'work' }, status: { phase: 'Pending' } })];
  const about = { kind: 'PersistentVolumeClaim', name: 'work' };

  it.each<[reason: string, message: string, words: string]>([
    [
      'ProvisioningFailed',
      'storageclass.storage.k8s.io "fast" not found',
      'claim work has no volume: there is no storage class fast',
    ],
    [
      'FailedBinding',
      'no persistent volumes available for this claim and no storage class is set',
      'claim work has no volume: it names no storage class, and the cluster has no default one',
    ],
    ['ProvisioningFailed', 'quota of the array is used up', 'claim work has no volume: quota of the array is used up'],
    [
      'ExternalProvisioning',
      'Waiting for a volume to be created either by the external provisioner',
      'a volume is being made for claim work',
    ],
  ])('%s: %s', (reason, message, words) => {
    expect(explain({ pod: unbound, claims, events: [event(about, reason, message)] })).toBe(words);
  });

  it('says nothing of a claim that waits for its pod, as it should', () => {
    const waits = event(about, 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
    expect(explain({ pod: unbound, claims, events: [waits] })).toBe(
      '1 node — pod has unbound immediate PersistentVolumeClaims',
    );
  });
});

/** A pod on a node whose first container waits for this. */
function creating(reason: string, message?: string, image = 'registry.example/team/base:1'): Pod {
  return pod('p', {
    spec: { nodeName: 'n', containers: [{ name: 'step-prepare', image }] },
    status: {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'True' }],
      containerStatuses: [{ name: 'step-prepare', state: { waiting: { reason, message } } }],
    },
  });
}

describe('a pod that is being made', () => {
  const image = 'image registry.example/team/base:1';
  it.each<[reason: string, message: string, words: string]>([
    [
      'ErrImagePull',
      'failed to resolve reference "registry.example/team/base:1": unexpected status from HEAD request to https://registry.example/v2/team/base/manifests/1: 401 Unauthorized',
      `${image}: the registry wants credentials (401 Unauthorized): name a pull secret in the profile`,
    ],
    [
      'ErrImagePull',
      'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
      `${image}: the registry refuses access: it is not there, or the pull secret may not read it`,
    ],
    [
      'ErrImagePull',
      'failed to resolve reference "registry.example/team/base:1": registry.example/team/base:1: not found',
      `${image}: the registry does not have it: look at its name and tag`,
    ],
    [
      'ErrImagePull',
      'failed to do request: Head "https://registry.example/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      `${image}: the node does not trust the registry's certificate`,
    ],
    [
      'ErrImagePull',
      'unexpected status: 429 Too Many Requests',
      `${image}: the registry limits how often it is asked (429): it goes on later`,
    ],
    ['ErrImagePull', 'dial tcp: lookup registry.example: no such host', `${image}: the registry does not answer`],
    [
      'ErrImagePull',
      'failed to extract layer: write /x: no space left on device',
      `${image}: the disk of the node is full`,
    ],
    ['ErrImagePull', 'the moon is in the wrong house', `${image} cannot be pulled: the moon is in the wrong house`],
    [
      'ErrImageNeverPull',
      'Container image is not present with pull policy of Never',
      `${image}: it is not on the node, and may not be pulled`,
    ],
    ['CreateContainerConfigError', 'secret "my-token" not found', 'Secret "my-token" is not there'],
    ['CreateContainerConfigError', 'configmap "settings" not found', 'ConfigMap "settings" is not there'],
    [
      'CreateContainerConfigError',
      "couldn't find key token in Secret team-a/my-token",
      'Secret "my-token" has no key "token"',
    ],
    [
      'CreateContainerConfigError',
      'container has runAsNonRoot and image will run as root (pod: "x")',
      'the image runs as root, which its security context forbids: name a user in the profile',
    ],
    ['CreateContainerError', 'context deadline exceeded', 'step prepare cannot be started: context deadline exceeded'],
  ])('%s: %s', (reason, message, words) => {
    expect(explain({ pod: creating(reason, message) })).toBe(words);
  });

  it('takes the reason of a back-off from the event before it', () => {
    const about = { kind: 'Pod', name: 'p' };
    const failed = event(
      about,
      'Failed',
      'Failed to pull image "registry.example/team/base:1": rpc error: 401 Unauthorized',
    );
    const back = creating('ImagePullBackOff', 'Back-off pulling image "registry.example/team/base:1"');
    expect(explain({ pod: back, events: [failed] })).toContain('401 Unauthorized');
    expect(explain({ pod: back })).toBe(
      `${image} cannot be pulled: Back-off pulling image "registry.example/team/base:1"`,
    );
  });

  it('does not take the name of a registry for what it says', () => {
    const odd = 'not-found.example/403:401';
    const pending = creating('ErrImagePull', `failed to pull "${odd}": the registry is closed`, odd);
    expect(explain({ pod: pending })).toBe(
      `image ${odd} cannot be pulled: failed to pull "${odd}": the registry is closed`,
    );
  });

  it('tells what is pulled, and for how long', () => {
    const about = { kind: 'Pod', name: 'p' };
    const pulling = event(about, 'Pulling', 'Pulling image "registry.example/team/base:1"', { type: 'Normal' });
    const made = creating('PodInitializing');
    expect(explain({ pod: made, events: [pulling], now: startMs + 20_000 })).toBe(
      'pulling image registry.example/team/base:1',
    );
    expect(explain({ pod: made, events: [pulling], now: startMs + 190_000 })).toBe(
      'pulling image registry.example/team/base:1 (for 3m)',
    );
    const pulled = event(about, 'Pulled', 'Successfully pulled image "registry.example/team/base:1" in 20s', {
      lastTimestamp: at(30),
    });
    expect(explain({ pod: made, events: [pulled, pulling] })).toBeUndefined();
  });

  it('tells of volumes that cannot be mounted, but not of one that came through at the second try', () => {
    const about = { kind: 'Pod', name: 'p' };
    const made = creating('ContainerCreating');
    const missing = event(
      about,
      'FailedMount',
      'MountVolume.SetUp failed for volume "x" : configmap "run-inputs" not found',
    );
    expect(explain({ pod: made, events: [missing] })).toBe('ConfigMap "run-inputs" is not there');
    const attach = event(
      about,
      'FailedAttachVolume',
      'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) devenv-0',
    );
    expect(explain({ pod: made, events: [attach] })).toBe(
      'its volume is in use on another node (Volume is already used by pod(s) devenv-0)',
    );
    const passing = event(about, 'FailedMount', 'timed out', { count: 1 });
    expect(explain({ pod: made, events: [passing], now: startMs + 11_000 })).toBeUndefined();
    expect(explain({ pod: made, events: [{ ...passing, count: 4 }] })).toBe('its volume cannot be mounted: timed out');
    const pulling = event(about, 'Pulling', 'Pulling image "a:1"', { lastTimestamp: at(12) });
    expect(explain({ pod: made, events: [{ ...passing, count: 4 }, pulling], now: startMs + 20_000 })).toBe(
      'pulling image a:1',
    );
  });

  it('does not blame events of an older pod of the same name', () => {
    const stale = event({ kind: 'Pod', name: 'p' }, 'FailedMount', 'secret "x" not found');
    const made = podSchema.parse({ ...creating('ContainerCreating'), metadata: { name: 'p', uid: 'new' } });
    expect(
      explain({ pod: made, events: [{ ...stale, involvedObject: { kind: 'Pod', name: 'p', uid: 'old' } }] }),
    ).toBeUndefined();
  });
});

describe('anything that an API may say', () => {
  it('never throws, and never shows a control character', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '0/3 nodes are available: 3 Insufficient nvidia.com/gpu.\u001b[31m',
        'exceeded quota: a, requested: x=1, used: , limited: y',
        'secret "\u0007" not found',
      ),
    );
    const aPod = fc
      .record({
        message: text,
        reason: text,
        waiting: text,
        image: text,
        key: text,
        quantity: fc.oneof(text, fc.integer()),
      })
      .map(({ message, reason, waiting, image, key, quantity }) =>
        podSchema.parse({
          metadata: { name: 'p' },
          spec: {
            containers: [{ name: 'step-x', image, resources: { limits: { [key]: quantity } } }],
            nodeSelector: { [key]: image },
          },
          status: {
            phase: 'Pending',
            conditions: [{ type: 'PodScheduled', status: 'False', reason, message }],
            containerStatuses: [{ name: 'step-x', state: { waiting: { reason: waiting, message } } }],
          },
        }),
      );
    const anEvent: fc.Arbitrary<ClusterEvent> = fc
      .record({ reason: fc.oneof(text, fc.constantFrom('Pulling', 'FailedMount', 'Failed')), message: text })
      .map(({ reason, message }) => event({ kind: 'Pod', name: 'p' }, reason, message));
    const aTaskRun = fc.record({ reason: text, message: text }).map(({ reason, message }) =>
      taskRunSchema.parse({
        metadata: { name: 't' },
        status: { podName: 'p', conditions: [condition('Unknown', reason, message)] },
      }),
    );
    fc.assert(
      fc.property(
        fc.array(aPod, { maxLength: 1 }),
        fc.array(anEvent, { maxLength: 3 }),
        aTaskRun,
        (pods, events, each) => {
          const words = explain({ pods, events, taskRuns: [each], nodes: [node('n', 1)], nodePods: pods });
          expect(words ?? '').not.toMatch(/[^\P{Cc}\n]/u);
        },
      ),
      { numRuns: 300 },
    );
  });
});
