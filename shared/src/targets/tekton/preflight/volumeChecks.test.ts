import { describe, expect, it } from 'vitest';
import { nodeSchema, podSchema } from '../observe/index.ts';
import { withoutTekton } from './accessChecks.ts';
import { judgeHold, volumeSchema, type BoundClaim } from './volumeChecks.ts';

const wish = { nodeSelector: {}, tolerations: [], cpu: '1', memory: '1Gi', devices: {} };
const node = (name: string, taints: object[] = [], labels = {}) =>
  nodeSchema.parse({ metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } }, spec: { taints } });
const taint = { key: 'team', value: 'vision', effect: 'NoSchedule' };
const open = node('a');
const closed = node('b', [taint], { zone: 'z2' });
const on = (operator: string, values: string[], key = 'kubernetes.io/hostname') =>
  volumeSchema.parse({
    spec: { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator, values }] }] } } },
  });
const holder = (nodeName: string | undefined, claimName = 'data') =>
  podSchema.parse({
    metadata: { name: 'other' },
    spec: { nodeName, containers: [], volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }] },
  });
const claim = (given: Partial<BoundClaim>): BoundClaim => ({
  name: 'data',
  accessModes: ['ReadWriteOnce'],
  volume: undefined,
  pods: [],
  nodes: [open, closed],
  ...given,
});

describe('a bound claim', () => {
  it.each<[string, Partial<BoundClaim>, string]>([
    ['on a node that does not take the run', { volume: on('In', ['b']) }, 'is on b (tainted team=vision), where'],
    ['by a label of that node', { volume: on('Exists', [], 'zone') }, 'is on b (tainted team=vision), where'],
    ['on a node that is gone', { volume: on('In', ['c']) }, 'is on no node that is there'],
    ['held by a pod elsewhere', { pods: [holder('b')] }, 'in use on node b by pod other, where the run cannot go'],
    ['held by one pod alone', { accessModes: ['ReadWriteOncePod'], pods: [holder('a')] }, 'is in use by pod other'],
  ])('%s', (_, given, words) => {
    expect(judgeHold(claim(given), wish)?.detail).toContain(words);
  });

  it.each<[string, Partial<BoundClaim>]>([
    ['on a node that takes the run', { volume: on('In', ['a', 'c']) }],
    ['on all nodes but another', { volume: on('NotIn', ['b']) }],
    ['with a rule that is not known', { volume: on('Near', ['b']) }],
    ['without a place', { volume: volumeSchema.parse({ spec: {} }) }],
    ['used where the run can go', { pods: [holder('a')] }],
    ['used by a pod that has no place yet', { pods: [holder(undefined)] }],
    ['that many can use', { accessModes: ['ReadWriteMany'], pods: [holder('b')] }],
    ['beside another claim', { pods: [holder('b', 'else')] }],
    ['of which nothing may be seen', { nodes: undefined, pods: undefined }],
    ['where no node takes the run at all', { nodes: [closed], volume: on('In', ['b']) }],
  ])('%s is nothing to speak of', (_, given) => {
    expect(judgeHold(claim(given), wish)).toBeUndefined();
  });
});

describe('a cluster without tekton.dev/v1', () => {
  it('has no Tekton, or an older one', () => {
    expect(withoutTekton('https://a', []).fix).toContain('install');
    const older = withoutTekton('https://a', ['v1beta1']);
    expect(older.detail).toContain('older Tekton Pipelines, with the API tekton.dev/v1beta1 and not yet v1');
    expect(older.fix).toContain('upgrade');
  });
});
