import { describe, expect, it } from 'vitest';
import { diagnosisSchema, type Run, type Step } from '../protocol/index.ts';
import { diagnose, diagnoseCluster } from './diagnose.ts';
import { runThat } from './testing/evidence.ts';

const skipped: Step = { name: 'prepare', state: 'skipped' };
const neverRan: Run = { ...runThat('failed'), steps: [skipped], reason: 'it did not start' };
const by = (line: string, run: Run = neverRan) => diagnoseCluster({ run, logTail: '', cluster: { lines: [line] } });

const pullFailed = (said: string): string =>
  `TaskRunImagePullFailed: the step "prepare" in TaskRun "r-run" failed to pull the image "". The pod errored with the message: "Back-off pulling image "registry.example/team/base:1": ErrImagePull: ${said}"`;

describe('what a cluster says, and what that means', () => {
  it.each<[line: string, id: string, cause: string]>([
    [
      pullFailed('unexpected status from HEAD request: 401 Unauthorized'),
      'imageDenied',
      'The registry did not give the image registry.example/team/base:1 out: it wants other credentials',
    ],
    [
      pullFailed('failed to resolve reference: registry.example/team/base:1: not found'),
      'imageNotFound',
      'The registry has no image registry.example/team/base:1',
    ],
    [
      pullFailed('tls: x509: certificate signed by unknown authority'),
      'registryUntrusted',
      'registry.example/team/base:1',
    ],
    [pullFailed('dial tcp: i/o timeout'), 'registryNotReached', 'did not answer'],
    [pullFailed('something unheard of'), 'imagePull', 'The image registry.example/team/base:1 could not be pulled'],
    [
      'InvalidImageName: Failed to apply default image tag "R/x": couldn\'t parse image name "R/x": invalid reference format',
      'imageNameInvalid',
      'The image R/x is no valid image name',
    ],
    [
      'step-notebook: OOMKilled, memory limit 4Gi',
      'outOfMemory',
      'Step notebook used more than its 4Gi of memory and was killed',
    ],
    [
      'step-notebook: Killed, memory limit 4Gi',
      'killed',
      'Step notebook was killed, most often because it used more than its 4Gi of memory',
    ],
    ['step-notebook: OOMKilled', 'outOfMemory', 'Step notebook ran out of memory and was killed'],
    [
      'Unschedulable: 0/3 nodes are available: 1 node(s) had untolerated taint {a: b}, 2 Insufficient nvidia.com/gpu.',
      'gpuExhausted',
      'No node had the GPUs (nvidia.com/gpu) that the run asks for',
    ],
    [
      'Unschedulable: 0/3 nodes are available: 3 Insufficient memory.',
      'notEnoughRoom',
      'No node had as much memory as the run asks for',
    ],
    [
      'Unschedulable: 0/3 nodes are available: 3 node(s) had untolerated taint {team: vision}.',
      'untoleratedTaint',
      'its pod does not tolerate the taint team: vision',
    ],
    [
      'Unschedulable: 0/3 nodes are available: 3 node(s) had untolerated taint(s).',
      'untoleratedTaint',
      'does not tolerate their taints',
    ],
    [
      "FailedScheduling: 0/3 nodes are available: 3 node(s) had taint {team: vision}, that the pod didn't tolerate.",
      'untoleratedTaint',
      'the taint team: vision',
    ],
    [
      "Unschedulable: 0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.",
      'noMatchingNode',
      'No node has the labels',
    ],
    [
      'ExceededResourceQuota: pods "x" is forbidden: exceeded quota: team, requested: requests.nvidia.com/gpu=1, used: requests.nvidia.com/gpu=4, limited: requests.nvidia.com/gpu=4',
      'quotaExceeded',
      'The quota team of the space is used up: requests.nvidia.com/gpu=4 of requests.nvidia.com/gpu=4, and the run asks for requests.nvidia.com/gpu=1',
    ],
    [
      'PodCreationFailed: failed quota: team: must specify limits.memory for: place-scripts',
      'quotaDemandsLimits',
      'The quota team wants limits.memory',
    ],
    [
      'PodAdmissionFailed: pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true (pod "x")',
      'podSecurity',
      'The security level restricted of the space refuses the pod: runAsNonRoot != true',
    ],
    [
      'PodCreationFailed: admission webhook "validate.kyverno.svc" denied the request: no latest tags',
      'admissionRefused',
      'validate.kyverno.svc refuses the run: no latest tags',
    ],
    [
      `PodCreationFailed: failed to create task run pod "r": pods "r-pod" is forbidden: ValidatingAdmissionPolicy 'owners' with binding 'owners-here' denied request: every pod has an owner. Maybe invalid TaskSpec`,
      'admissionRefused',
      'owners refuses the run: every pod has an owner',
    ],
    [
      'PodCreationFailed: failed calling webhook "x.example.com": context deadline exceeded',
      'webhookDown',
      'The admission webhook x.example.com did not answer',
    ],
    [
      'PodCreationFailed: translating TaskSpec to Pod: serviceaccounts "nobody" not found',
      'serviceAccountMissing',
      'The service account nobody is not there',
    ],
    [
      'PodCreationFailed: pods is forbidden: User "system:serviceaccount:a:b" cannot create resource "pods" in API group ""',
      'forbidden',
      'system:serviceaccount:a:b may not create pods in this space',
    ],
    [
      'CreateContainerConfigError: secret "my-creds" not found',
      'missingSecret',
      'The secret "my-creds", which the run needs, is not there',
    ],
    [
      "CreateContainerConfigError: couldn't find key token in Secret team-a/my-creds",
      'missingSecret',
      'Secret "my-creds" has no key "token"',
    ],
    [
      'CreateContainerConfigError: container has runAsNonRoot and image will run as root (pod: "x_team(1)", container: step-test)',
      'imageRunsAsRoot',
      'The image runs as root, which the security context of the run forbids',
    ],
    [
      'CreateContainerConfigError: container has runAsNonRoot and image has non-numeric user (jovyan), cannot verify user is non-root',
      'imageRunsAsRoot',
      'The user jovyan of the image has no number, so that nobody can tell that it is not root',
    ],
    [
      'Unschedulable: 0/1 nodes are available: persistentvolumeclaim "work" not found.',
      'claimMissing',
      'The volume claim work is not there',
    ],
    [
      'ProvisioningFailed: storageclass.storage.k8s.io "fast" not found',
      'claimUnbound',
      'there is no storage class fast',
    ],
    [
      'Unschedulable: 0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.',
      'claimUnbound',
      'The volume claim of the run got no volume',
    ],
    [
      'Evicted: The node was low on resource: ephemeral-storage.',
      'evicted',
      'The node put the pod out: The node was low on resource: ephemeral-storage.',
    ],
    [
      'PipelineRunTimeout: PipelineRun "r" failed to finish within "1h0m0s"',
      'runTimeout',
      'The time limit of the run, 1h0m0s, was reached',
    ],
    ['PipelineRunDeleted', 'deleted', 'its PipelineRun was deleted before it had ended'],
    ['PodEnded: it was deleted', 'podEnded', 'The pod of the run was ended: it was deleted'],
  ])('%s', (line, id, cause) => {
    const diagnosis = by(line);
    expect(diagnosis?.id).toBe(id);
    expect(diagnosis?.cause).toContain(cause);
    expect(diagnosisSchema.safeParse(diagnosis).error).toBeUndefined();
    expect(diagnosis?.evidence).not.toEqual([]);
    expect(diagnosis?.fixes).not.toEqual([]);
    expect(diagnosis?.fixes.join('\n')).not.toMatch(/[{}]|undefined/);
    expect(diagnose({ run: neverRan, logTail: '', cluster: { lines: [line] } })).toEqual(diagnosis);
  });

  it.each([
    'Failed: Tasks Completed: 1 (Failed: 1, Cancelled 0), Skipped: 0',
    'StepFailed: "step-collect" exited with code 1: Error',
    'Failed: the notebook says: not found',
    'Killing: Stopping container step-notebook',
    'step-notebook: Error',
    'FailedMount: error processing PVC a/b: persistentvolumeclaims "b" is forbidden: User "system:node:n" cannot get resource "persistentvolumeclaims" in API group "" in the namespace "a": no relationship found between node \'n\' and this object',
    '',
  ])('says nothing of: %s', (line) => {
    expect(by(line)).toBeUndefined();
  });

  it('says nothing of a run that did not fail, or that ran on no cluster', () => {
    expect(by('PipelineRunDeleted', runThat('succeeded'))).toBeUndefined();
    expect(by('PipelineRunDeleted', runThat('cancelled'))).toBeUndefined();
    expect(diagnoseCluster({ run: neverRan, logTail: 'PipelineRunDeleted' })).toBeUndefined();
  });

  it('takes the first line that tells, and no secret from it', () => {
    const cluster = { lines: ['Evicted: GET https://bob:hunter2-hunter2@x.example', 'step-notebook: OOMKilled'] };
    const diagnosis = diagnoseCluster({ run: neverRan, logTail: '', cluster });
    expect(diagnosis?.id).toBe('evicted');
    expect(JSON.stringify(diagnosis)).not.toContain('hunter2');
  });

  it('knows one line from the next', () => {
    const lines = ['PodCreationFailed: it says\nPipelineRunDeleted'];
    expect(diagnoseCluster({ run: neverRan, logTail: '', cluster: { lines } })).toBeUndefined();
  });

  it('leaves a cell that raised its own cause', () => {
    const failed: Step = { name: 'notebook', state: 'failed', exitCode: 1 };
    const run: Run = {
      ...runThat('failed', failed),
      failedCell: {
        id: 'a',
        index: 0,
        number: 1,
        source: 'x',
        errorName: 'KeyError',
        errorValue: "'pca'",
        traceback: [],
      },
    };
    const cluster = { lines: ['Failed: Tasks Completed: 1', 'StepFailed: "step-collect" exited with code 1'] };
    expect(diagnose({ run, logTail: '', cluster })?.id).toBe('keyError');
  });
});

describe('the volume of a run', () => {
  const prepare: Step = { name: 'prepare', state: 'failed', exitCode: 1 };
  const logOf = (logTail: string): string | undefined => diagnose({ run: runThat('failed', prepare), logTail })?.id;

  it.each([
    'mkdir: cannot create directory ‘/slipway/run/work’: Permission denied',
    'bash: /slipway/run/logs/prepare.log: Permission denied',
    'Traceback (most recent call last):\n  File "/slipway/steps/x.py", line 1, in <module>\n    f()\nPermissionError: [Errno 13] Permission denied: \'/slipway/run/inputs\'',
  ])('may not be written: %s', (logTail) => {
    expect(logOf(logTail)).toBe('volumeDenied');
  });

  it('is not at fault where another folder is', () => {
    expect(logOf('mkdir: cannot create directory ‘/data/x’: Permission denied')).toBe('permissionDenied');
  });
});
