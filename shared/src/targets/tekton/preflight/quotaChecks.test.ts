import { describe, expect, it } from 'vitest';
import { judgeQuotas, quotaSchema, takesOf } from './quotaChecks.ts';

const pod = {
  spec: {
    containers: [
      { resources: { requests: { cpu: '50m', memory: '64Mi' } } },
      { resources: { requests: { cpu: '4' }, limits: { memory: '16Gi', 'nvidia.com/gpu': 1 } } },
      {},
    ],
  },
};
const quota = (hard: object, used: object) => quotaSchema.parse({ metadata: { name: 'team' }, status: { hard, used } });

describe('what a run takes of quotas', () => {
  it('adds up over the containers, and takes a lone limit for the request', () => {
    const takes = takesOf(pod, [{ storage: '10Gi' }]);
    expect(takes.get('requests.cpu')).toBeCloseTo(4.05);
    expect(takes.get('requests.memory')).toBe(16 * 2 ** 30 + 64 * 2 ** 20);
    expect(takes.get('limits.memory')).toBe(16 * 2 ** 30);
    expect(takes.get('requests.nvidia.com/gpu')).toBe(1);
    expect(takes.get('requests.storage')).toBe(10 * 2 ** 30);
    expect(takes.get('persistentvolumeclaims')).toBe(1);
  });

  it.each([
    [{}, {}, 'pass', 'room for the run'],
    [{ 'requests.nvidia.com/gpu': '2' }, { 'requests.nvidia.com/gpu': '2' }, 'fail', '2 of 2 used, the run takes 1'],
    [{ 'requests.nvidia.com/gpu': '10' }, { 'requests.nvidia.com/gpu': '9' }, 'warn', '9 of 10 used'],
    [{ 'requests.nvidia.com/gpu': '10' }, { 'requests.nvidia.com/gpu': '5' }, 'pass', 'room'],
    [{ 'limits.memory': '32Gi' }, { 'limits.memory': '20Gi' }, 'fail', 'limits.memory of quota team: 20 GiB of 32 GiB'],
    [{ services: '1' }, { services: '1' }, 'pass', 'room'],
    [{ 'limits.memory': 'what' }, {}, 'pass', 'room'],
  ])('hard %j, used %j: %s', (hard, used, outcome, words) => {
    const finding = judgeQuotas([quota(hard, used)], takesOf(pod, []));
    expect(finding.outcome).toBe(outcome);
    expect(finding.detail).toContain(words);
  });
});
