import { describe, expect, it } from 'vitest';
import type { Node } from '../schemas/index.ts';
import { at, gpuPod, node, pod, startMs, unscheduled } from '../testing/objects.ts';
import { explain, gpuSpec } from '../testing/pending.ts';

const full =
  "0/4 nodes are available: 2 Insufficient nvidia.com/gpu, 1 node(s) had untolerated taint {team: vision}, 1 node(s) didn't match Pod's node affinity/selector. preemption: 0/4 nodes are available: 2 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.";
const selector = { nodeSelector: { accelerator: 'nvidia-tesla-gpu' } };
const labels = { accelerator: 'nvidia-tesla-gpu' };

describe('a pod that no node takes', () => {
  const nodes: readonly Node[] = [
    node('gpu-1', 1, { labels }),
    node('gpu-2', 1, { labels }),
    node('gpu-3', 1, { labels, taints: [{ key: 'team', value: 'vision', effect: 'NoSchedule' }] }),
    node('cpu-1', 0),
  ];
  const nodePods = [
    gpuPod('a', 'gpu-1', 1, at(-7_320)),
    gpuPod('b', 'gpu-2', 1, at(600)),
    gpuPod('other', 'gpu-3', 1, at(-90_000)),
  ];

  it('says what each node lacks, and what ends it', () => {
    expect(explain({ pod: unscheduled(full, gpuSpec(1, selector)), nodes, nodePods })).toBe(
      'GPU: 4 nodes — 2 full, 1 tainted team=vision, 1 without label accelerator=nvidia-tesla-gpu\n' +
        'frees up when a GPU job ends on gpu-1 or gpu-2 (oldest has run 3h 02m)\n' +
        'held by a and b',
    );
  });

  it('says as much as the scheduler does where nodes may not be read', () => {
    expect(explain({ pod: unscheduled(full, gpuSpec(1, selector)) })).toBe(
      'GPU: 4 nodes — 2 full, 1 tainted team=vision, 1 without label accelerator=nvidia-tesla-gpu\n' +
        'starts when enough is free on one of 2 nodes that could hold it',
    );
  });

  it('says when waiting does not help, and how much there is', () => {
    const never =
      '0/4 nodes are available: 4 Insufficient nvidia.com/gpu. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.';
    expect(explain({ pod: unscheduled(never, gpuSpec(8, selector)), nodes, nodePods })).toBe(
      'GPU: 4 nodes — 4 without 8 free\nwaiting does not help: it asks for 8 GPUs, and the largest node that takes it has a GPU',
    );
  });

  it('believes the nodes where an older scheduler says otherwise', () => {
    const old =
      '0/4 nodes are available: 4 Insufficient nvidia.com/gpu. preemption: 0/4 nodes are available: 4 No preemption victims found for incoming pod.';
    expect(explain({ pod: unscheduled(old, gpuSpec(8)), nodes, nodePods })).toContain('waiting does not help');
  });

  it('finds the taint that newer schedulers do not name', () => {
    const text = '0/1 nodes are available: 1 node(s) had untolerated taint(s).';
    const only = node('gpu-3', 1, { taints: [{ key: 'team', value: 'vision', effect: 'NoSchedule' }] });
    expect(explain({ pod: unscheduled(text, gpuSpec(1)), nodes: [only], nodePods: [] })).toBe(
      '1 node — 1 tainted team=vision\nwaiting does not help: it needs a toleration for team=vision',
    );
    const tolerations = [{ key: 'team', operator: 'Exists' }];
    expect(explain({ pod: unscheduled(text, gpuSpec(1, { tolerations })), nodes: [only], nodePods: [] })).toBe(
      '1 node — 1 tainted',
    );
  });

  it('names the values that a label has where none fits', () => {
    const text = "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.";
    const offered = [node('a', 1, { labels: { gpu: 'a100' } }), node('b', 1, { labels: { gpu: 't4' } })];
    expect(explain({ pod: unscheduled(text, { nodeSelector: { gpu: 'h100' } }), nodes: offered, nodePods: [] })).toBe(
      '2 nodes — 2 without label gpu=h100\nwaiting does not help: no node has label gpu=h100; there is gpu=a100 and gpu=t4',
    );
  });

  it('does not call a node that comes back a reason for ever', () => {
    const text = '0/1 nodes are available: 1 node(s) were unschedulable.';
    expect(explain({ pod: unscheduled(text), nodes: [node('a', 1, { unschedulable: true })], nodePods: [] })).toBe(
      '1 node — 1 closed for new pods',
    );
  });

  it('trusts no arithmetic where affinity or volumes decide too', () => {
    const text = '0/2 nodes are available: 1 Insufficient nvidia.com/gpu, 1 node(s) had volume node affinity conflict.';
    const words = explain({ pod: unscheduled(text, gpuSpec(1)), nodes, nodePods });
    expect(words).toBe('GPU: 2 nodes — 1 full, 1 where its volume cannot be\nheld by a and b');
  });

  it('says who holds the GPUs, by the names that people know, also where nodes may not be read', () => {
    const held = (name: string, metadata: Readonly<Record<string, unknown>>) => ({
      ...gpuPod(name, 'gpu-1', 1, at(-60)),
      metadata: pod(name, { metadata }).metadata,
    });
    const inOurs = [
      held('devenv-bob', {}),
      held('train-7f3a-run-pod', { labels: { 'slipway.dev/run': 'train-7f3a' } }),
      held('x', { namespace: 'vision', labels: { 'tekton.dev/pipelineRun': 'nightly' } }),
    ];
    const waiting = unscheduled('0/1 nodes are available: 1 Insufficient nvidia.com/gpu.', gpuSpec(1));
    expect(explain({ pod: waiting, nodePods: inOurs })).toBe(
      'GPU: 1 node — 1 full\nheld by devenv-bob, train-7f3a and vision/nightly',
    );
    const many = [...inOurs, held('y', {}), gpuPod('ended', 'gpu-1', 0, at(0))];
    expect(explain({ pod: waiting, nodePods: many })).toContain(
      'held by 4 pods, among them devenv-bob, train-7f3a and vision/nightly',
    );
  });

  it.each([
    ['no nodes available to schedule pods', 'no nodes available to schedule pods'],
    ['0/3 nodes are available: 3 Insufficient memory.', 'memory: 3 nodes — 3 without enough memory'],
    ['0/1 nodes are available: 1 node(s) were odd.', '1 node — 1 node(s) were odd'],
    ['0/2 nodes are available: persistentvolumeclaim "work" not found.', 'the claim work is not there'],
  ])('%s', (message, words) => {
    expect(explain({ pod: unscheduled(message) })).toBe(words);
  });

  it('names a queue that holds the pod, and a scheduler that nobody runs', () => {
    expect(
      explain({ pod: unscheduled('Scheduling is blocked due to non-empty scheduling gates', {}, 'SchedulingGated') }),
    ).toBe('a queue holds its pod back (scheduling gate)');
    const unseen = pod('p', { spec: { schedulerName: 'volcano' }, status: { phase: 'Pending' } });
    expect(explain({ pod: unseen })).toBe('no scheduler has looked at its pod yet; it asks for the scheduler volcano');
    expect(explain({ pod: unseen, now: startMs + 1_000 })).toBeUndefined();
  });
});
