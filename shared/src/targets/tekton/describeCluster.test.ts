import { describe, expect, it } from 'vitest';
import { settleRun, type InputFile } from '../../pipeline/index.ts';
import type { TeamProfile } from '../../protocol/index.ts';
import { describeCluster } from './describeCluster.ts';

const cluster = { context: 'team', server: 'https://api.example', namespace: 'team-a', user: 'ada' };
const profile: TeamProfile = {
  image: 'registry.example/runner:1',
  instanceTypes: { small: { cpu: '2', memory: '4Gi' }, large: { cpu: '8', memory: '64Gi', gpus: 2 } },
  defaultInstanceType: 'small',
};
const describeWith = (changes: Partial<TeamProfile>, files: readonly InputFile[] = [], instanceType?: string) =>
  describeCluster(
    settleRun({ notebook: 'a.ipynb', ...(instanceType !== undefined && { instanceType }) }, { ...profile, ...changes }),
    files,
    cluster,
  );

describe('what a run would take of its cluster', () => {
  it('says where, as whom, on what and how much', () => {
    expect(describeWith({}, [], 'large')).toEqual({
      server: 'https://api.example',
      namespace: 'team-a',
      user: 'ada',
      image: 'registry.example/runner:1',
      instanceType: 'large',
      cpu: '8',
      memory: '64Gi',
      gpus: 2,
      volume: 'a new PVC of 10Gi, removed with the run',
      inputs: 'in a ConfigMap',
    });
  });

  it.each<[TeamProfile['volume'], string]>([
    [{ kind: 'perRun', size: '3Gi' }, 'a new PVC of 3Gi, removed with the run'],
    [{ kind: 'claim', claimName: 'work' }, 'PVC work; it stays'],
    [{ kind: 'claim', claimName: 'work', subPath: 'ada/runs' }, 'PVC work, folder ada/runs; it stays'],
  ])('says where its folder lies: %j', (volume, words) => {
    expect(describeWith({ volume }).volume).toBe(words);
  });

  it('says what has to be streamed', () => {
    const files = [
      { path: 'a.ipynb', bytes: 1_000 },
      { path: 'data.bin', bytes: 3_000_000 },
    ];
    expect(describeWith({}, files).inputs).toMatch(/^3(\.0)? MB streamed to the volume, the rest in a ConfigMap$/);
  });
});
