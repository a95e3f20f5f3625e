import { describe, expect, it } from 'vitest';
import type { JobSpec, TeamProfile } from '../../protocol/index.ts';
import { settleRun } from './clusterSettings.ts';
import { renderPipelineRun } from './pipelineRun.ts';
import { errorOf } from './testing/errors.ts';
import { exampleInput } from './testing/manifestInputs.ts';

const base = { image: 'testbed.local/runner:1' } as const;

describe('what a run takes of a cluster', () => {
  it('has defaults for everything but the image', () => {
    expect(settleRun({ notebook: 'a.ipynb' }, base)).toEqual({
      image: 'testbed.local/runner:1',
      instanceType: undefined,
      cpu: '1',
      memory: '4Gi',
      gpus: 0,
      gpuResource: 'nvidia.com/gpu',
      devices: {},
      hasGpu: false,
      sharedMemory: '2Gi',
      nodeSelector: {},
      tolerations: [],
      serviceAccountName: undefined,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      volume: { kind: 'perRun', size: '10Gi' },
    });
  });

  it('is what the job says before what the profile says', () => {
    const profile: TeamProfile = { ...base, serviceAccountName: 'team', defaultInstanceType: 'cpu-2c-4g' };
    const spec: JobSpec = { image: 'other:1', serviceAccountName: 'mine', instanceType: 'gpu-4c-8g-2gpu' };
    expect(settleRun(spec, profile)).toMatchObject({
      image: 'other:1',
      serviceAccountName: 'mine',
      instanceType: 'gpu-4c-8g-2gpu',
      gpus: 2,
      devices: { 'nvidia.com/gpu': '2' },
    });
  });

  const sized = (more: object): TeamProfile => ({
    ...base,
    defaultInstanceType: 'a',
    instanceTypes: { a: { cpu: '1', memory: '4Gi', ...more } },
  });

  it.each<[string, TeamProfile, string]>([
    ['an image in capitals', { image: 'Runner' }, 'lower case'],
    ['cores as memory', sized({ cpu: '4Gi' }), 'Instance type a, cpu: 4Gi'],
    ['memory in thousandths', sized({ memory: '500m' }), 'less than one mebibyte'],
    ['half a GPU', sized({ resources: { 'nvidia.com/gpu': '500m' } }), 'not a whole number'],
    ['GPUs twice', sized({ gpus: 1, resources: { 'nvidia.com/gpu': '1' } }), 'twice'],
    ['cpu as a resource', sized({ resources: { cpu: '1' } }), 'not a resource of its own'],
    ['a resource without a domain', sized({ resources: { gpu: '1' } }), 'not a resource of its own'],
    ['a resource with a variable', sized({ resources: { '$(params.gpu)/a': '1' } }), 'not a resource'],
    ['a GPU resource with a space', { ...base, gpuResource: 'nvidia.com/g pu' }, 'gpuResource'],
    ['a selector key', { ...base, nodeSelector: { 'a b': 'c' } }, 'not the key of a label'],
    ['a selector value', { ...base, nodeSelector: { a: '$(params.node)' } }, 'not the value of a label'],
    ['a long selector value', sized({ nodeSelector: { a: 'x'.repeat(64) } }), 'not the value of a label'],
    [
      'a toleration that contradicts itself',
      sized({ tolerations: [{ key: 'a', operator: 'Exists', value: 'b' }] }),
      'contradicts',
    ],
    ['a toleration of everything with Equal', { ...base, tolerations: [{ effect: 'NoSchedule' }] }, 'contradicts'],
    ['a toleration key', { ...base, tolerations: [{ key: 'a b', operator: 'Exists' }] }, 'not the key'],
    [
      'toleration seconds',
      { ...base, tolerations: [{ key: 'a', operator: 'Exists', tolerationSeconds: 1 }] },
      'NoExecute',
    ],
    ['shared memory', { ...base, sharedMemory: '64' }, 'sharedMemory'],
    ['a volume without a size', { ...base, volume: { kind: 'perRun', size: '0' } }, 'volume.size'],
    ['root under restricted', { ...base, securityContext: { runAsUser: 0 } }, 'uid 0'],
    ['a uid that is none', { ...base, securityContext: { runAsUser: 2 ** 40 } }, 'too large'],
    ['a folder for nobody', { ...base, rootPrepare: true, restricted: false }, 'who gets the folder'],
    [
      'root prepare under restricted',
      { ...base, rootPrepare: true, securityContext: { runAsUser: 1001 } },
      'restricted',
    ],
  ])('is not %s', (_, profile, words) => {
    const error = errorOf(() => settleRun({}, profile));
    expect(error.code).toBe('spec.invalid');
    expect(error.message).toContain(words);
    expect(error.action).toBeDefined();
  });

  it.each<[string, JobSpec, string]>([
    ['an image with a variable', { image: 'a:$(params.tag)' }, 'not filled in'],
    ['an unknown size', { instanceType: 'huge' }, 'is not known'],
    ['a service account', { serviceAccountName: 'My Account' }, 'serviceAccountName'],
    ['a long service account', { serviceAccountName: 'a'.repeat(254) }, 'serviceAccountName'],
  ])('is not %s', (_, spec, words) => {
    expect(errorOf(() => settleRun(spec, base)).message).toContain(words);
  });
});

describe('rendering refuses', () => {
  const spec = { notebook: 'analysis.ipynb' } as const;
  const secrets = (...list: NonNullable<JobSpec['secrets']>): JobSpec => ({ ...spec, secrets: list });

  it.each<[string, JobSpec, string]>([
    ['the name of a Secret', secrets({ env: 'A', secret: '$(params.s)', key: 'k' }), 'secrets, A'],
    ['the key of a Secret', secrets({ env: 'A', secret: 's', key: '../k' }), 'secrets, A'],
    ['a variable twice', secrets({ env: 'A', secret: 's', key: 'k' }, { env: 'A', secret: 't', key: 'k' }), 'twice'],
    ['our own variables', secrets({ env: 'SLIPWAY_RUN_DIR', secret: 's', key: 'k' }), 'belongs to the run'],
    ['the GPUs', secrets({ env: 'NVIDIA_VISIBLE_DEVICES', secret: 's', key: 'k' }), 'belongs to the run'],
  ])('%s', (_, job, words) => {
    const error = errorOf(() => renderPipelineRun(exampleInput({ spec: job })));
    expect([error.code, error.message]).toEqual(['spec.invalid', expect.stringContaining(words)]);
  });

  it.each<[string, NonNullable<TeamProfile['mirrors']>, string]>([
    ['a variable', { pipIndexUrl: 'https://pypi.example.org/$(HOME)' }, 'as it is'],
    ['a line break', { pipTrustedHosts: ['a\nb'] }, 'as it is'],
    ['two hosts in one', { pipTrustedHosts: ['a b'] }, 'not one address'],
    ['an empty channel', { condaChannels: [''] }, 'as it is'],
    ['a comma', { condaChannels: ['a,b'] }, 'not one address'],
    ['a password', { pipIndexUrl: 'https://dana:secret@pypi.example.org/simple' }, 'user name or password'],
    ['a token', { condaChannels: ['https://token@conda.example.org'] }, 'user name or password'],
    ['a token for the Hub', { huggingFaceUrl: 'https://secret@hub.example.org' }, 'user name or password'],
  ])('mirrors with %s', (_, mirrors, words) => {
    const error = errorOf(() => renderPipelineRun(exampleInput({ profile: { ...base, mirrors } })));
    expect([error.code, error.message]).toEqual(['spec.invalid', expect.stringContaining(words)]);
    expect(error.message + (error.action ?? '')).not.toContain('secret');
  });

  it('a git Secret that is none', () => {
    const input = exampleInput({
      stage: ['clone'],
      spec: { ...spec, repository: { url: 'https://a.example.org/b.git', secret: 'A B' } },
      runFile: { repository: { url: 'https://a.example.org/b.git' } },
    });
    expect(errorOf(() => renderPipelineRun(input)).message).toContain('repository.secret');
  });

  it.each<[string, NonNullable<TeamProfile['s3']>, string]>([
    ['a variable', { endpoint: 'https://s3.example.org/$(HOME)' }, 's3.endpoint of the team profile'],
    ['a password', { endpoint: 'https://dana:secret@s3.example.org' }, 'user name or password'],
    ['two regions in one', { region: 'eu-1,eu-2' }, 's3.region of the team profile'],
  ])('an S3 server with %s', (_, s3, words) => {
    const dataset = { url: 's3://data/a', name: 'a' };
    const input = exampleInput({ stage: ['dataset'], runFile: { dataset }, profile: { ...base, s3 } });
    expect(errorOf(() => renderPipelineRun(input)).message).toContain(words);
  });

  it('a Secret of a dataset that is none', () => {
    const dataset = { url: 's3://data/a', secret: 'A B' };
    const input = exampleInput({
      stage: ['dataset'],
      spec: { ...spec, dataset },
      runFile: { dataset: { ...dataset, name: 'a' } },
    });
    expect(errorOf(() => renderPipelineRun(input)).message).toContain('dataset.secret');
  });

  it('the name of a run that is none', () => {
    expect(errorOf(() => renderPipelineRun(exampleInput({ name: 'a'.repeat(64) }))).code).toBe('spec.invalid');
  });
});
