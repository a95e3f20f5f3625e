import { describe, expect, it } from 'vitest';
import { nodeSchema, podSchema, type Node, type Pod } from '../observe/index.ts';
import { judgeNodes, type NodeWish } from './nodeChecks.ts';

const wish: NodeWish = {
  nodeSelector: { accelerator: 'nvidia-tesla-gpu' },
  tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
  cpu: '4',
  memory: '16Gi',
  devices: { 'nvidia.com/gpu': '1' },
};

function node(name: string, change: { labels?: object; taints?: object[]; gpus?: number; ready?: string } = {}): Node {
  return nodeSchema.parse({
    metadata: { name, labels: change.labels ?? { accelerator: 'nvidia-tesla-gpu' } },
    spec: { taints: change.taints ?? [{ key: 'nvidia.com/gpu', effect: 'NoSchedule' }] },
    status: {
      allocatable: { cpu: '16', memory: '64Gi', 'nvidia.com/gpu': change.gpus ?? 2 },
      conditions: [{ type: 'Ready', status: change.ready ?? 'True' }],
    },
  });
}

function pod(nodeName: string, gpus: number): Pod {
  const limits = { 'nvidia.com/gpu': String(gpus) };
  return podSchema.parse({
    metadata: { name: 'p' },
    spec: { nodeName, containers: [{ name: 'c', resources: { limits } }] },
  });
}

describe('the nodes', () => {
  it.each<[string, Node[], Pod[] | undefined, string, string]>([
    [
      'one has room',
      [node('a')],
      [pod('a', 1)],
      'pass',
      '1 of 1 node can take the run now; 1 of 2 nvidia.com/gpu free',
    ],
    [
      'all are full',
      [node('a'), node('b')],
      [pod('a', 2), pod('b', 2)],
      'warn',
      '2 of 2 nodes can take the run, but none has room now; 0 of 4',
    ],
    ['what is free cannot be seen', [node('a')], undefined, 'warn', 'what is free now cannot be seen'],
    ['none has the label', [node('a', { labels: {} })], [], 'fail', '1 without label accelerator=nvidia-tesla-gpu'],
    [
      'none is tolerated',
      [node('a', { taints: [{ key: 'team', value: 'vision', effect: 'NoSchedule' }] })],
      [],
      'fail',
      '1 tainted team=vision',
    ],
    ['none is large enough', [node('a', { gpus: 0 })], [], 'fail', 'can ever take the run: 1 too small'],
    ['none is ready', [node('a', { ready: 'Unknown' })], [], 'fail', '1 not ready'],
    [
      'a soft taint is no hindrance',
      [node('a', { taints: [{ key: 'x', effect: 'PreferNoSchedule' }] })],
      [],
      'pass',
      '1 of 1 node',
    ],
    ['there is none', [], [], 'fail', 'none of 0 nodes'],
  ])('where %s', (_, nodes, pods, outcome, words) => {
    const finding = judgeNodes(wish, nodes, pods);
    expect(finding.outcome).toBe(outcome);
    expect(finding.detail).toContain(words);
  });
});
