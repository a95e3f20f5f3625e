import { describe, expect, it } from 'vitest';
import { condition, ourRun, pod, startMs, taskRun } from '../testing/objects.ts';
import { explain } from '../testing/pending.ts';

describe('a run without a pod', () => {
  const refused = (reason: string, message: string): string | undefined =>
    explain({ taskRuns: [taskRun('t', 'run', { conditions: [condition('Unknown', reason, message)] })] });

  it.each<[reason: string, message: string, words: string]>([
    [
      'ExceededResourceQuota',
      'pods "x" is forbidden: exceeded quota: team, requested: requests.nvidia.com/gpu=1, used: requests.nvidia.com/gpu=4, limited: requests.nvidia.com/gpu=4',
      'quota team: it asks for a GPU, and 4 GPUs of 4 GPUs are in use\nstarts when something else in this space ends and gives enough back',
    ],
    [
      'ExceededResourceQuota',
      'exceeded quota: team, requested: limits.memory=8Gi,pods=1, used: limits.memory=30Gi,pods=2, limited: limits.memory=32Gi,pods=10',
      'quota team: it asks for 8 GiB of memory, and 30 GiB of memory of 32 GiB of memory are in use\nstarts when something else in this space ends and gives enough back',
    ],
    [
      'PodCreationFailed',
      'pods "x" is forbidden: failed quota: team: must specify limits.memory for: place-scripts,prepare',
      'quota team wants limits.memory on every container, and place-scripts,prepare has none\nan administrator can set defaults with a LimitRange',
    ],
    [
      'PodAdmissionFailed',
      'pods "x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (containers "a", "b" must set …), runAsNonRoot != true (pod or containers)',
      "the space's security level restricted:latest refuses the pod: allowPrivilegeEscalation != false, runAsNonRoot != true",
    ],
    [
      'PodCreationFailed',
      'Internal error occurred: failed calling webhook "policy.example.com": failed to call webhook: Post "https://x": context deadline exceeded',
      'the admission webhook policy.example.com does not answer: failed to call webhook: Post "https://x": context deadline exceeded\nit is asked again; tell an administrator if this goes on',
    ],
    [
      'PodCreationFailed',
      'admission webhook "validate.kyverno.svc" denied the request: images must come from our registry',
      'the policy validate.kyverno.svc refuses the pod: images must come from our registry',
    ],
    [
      'PodCreationFailed',
      `pods "p" is forbidden: ValidatingAdmissionPolicy 'owners' with binding 'owners-here' denied request: every pod has an owner`,
      'the policy owners refuses the pod: every pod has an owner',
    ],
    [
      'PodCreationFailed',
      'translating TaskSpec to Pod: serviceaccounts "x" not found',
      'the service account x is not there',
    ],
    ['Pending', 'something that nobody has seen before', 'something that nobody has seen before'],
  ])('%s: %s', (reason, message, words) => {
    expect(refused(reason, message)).toBe(words);
  });

  it('says nothing of a TaskRun that only begins', () => {
    expect(explain({ taskRuns: [taskRun('t', 'run')] })).toBeUndefined();
    expect(refused('Started', 'Not all Steps in the Task have finished executing')).toBeUndefined();
  });

  const held = (
    spec: Readonly<Record<string, unknown>>,
    status: Readonly<Record<string, unknown>> | undefined,
    now: number,
  ) => explain({ pipelineRun: ourRun(['prepare'], status, { spec }), taskRuns: [], now });

  it('tells who holds it back', () => {
    expect(held({ managedBy: 'kueue.x-k8s.io/multikueue' }, undefined, startMs)).toBe('Kueue holds it in its queue');
    expect(held({ managedBy: 'team.example/batch' }, undefined, startMs)).toBe(
      'team.example/batch holds it in its queue',
    );
    expect(
      held({ status: 'PipelineRunPending' }, { conditions: [condition('Unknown', 'PipelineRunPending')] }, startMs),
    ).toBe('it was submitted to be started later, and nobody has started it');
    const blocked =
      'persistentvolumeclaims "x" is forbidden: exceeded quota: team, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=5, limited: persistentvolumeclaims=5';
    expect(held({}, { conditions: [condition('Unknown', 'PipelineRunPending', blocked)] }, startMs)).toContain(
      'quota team',
    );
  });

  it('says after a while that Tekton does nothing', () => {
    expect(held({}, undefined, startMs + 3_000)).toBeUndefined();
    expect(held({}, undefined, startMs + 30_000)).toBe(
      'Tekton has not taken it up yet: its controller is busy, or does not run',
    );
  });

  it('says nothing of a run that has ended or is at work', () => {
    expect(explain({ pipelineRun: ourRun([], { conditions: [condition('True', 'Succeeded')] }) })).toBeUndefined();
    const running = pod('p', {
      status: { phase: 'Running', containerStatuses: [{ name: 'step-x', state: { running: {} } }] },
    });
    expect(explain({ pod: running })).toBeUndefined();
  });
});
