import { describe, expect, it } from 'vitest';
import { chooseInstanceType } from './instanceType.ts';
import { errorOf } from './testing/errors.ts';

const profile = {
  image: 'a',
  instanceTypes: {
    'gpu-small': { cpu: '4', memory: '16Gi', gpus: 1 },
    'gpu-large': { cpu: '16', memory: '64Gi', gpus: 4 },
    'cpu-4c-8g': { cpu: '3', memory: '7Gi' },
  },
};

describe('instance types', () => {
  it('are the profile’s before what their name spells out', () => {
    expect(chooseInstanceType('gpu-small', profile)).toEqual({
      name: 'gpu-small',
      size: { cpu: '4', memory: '16Gi', gpus: 1 },
    });
    expect(chooseInstanceType('cpu-4c-8g', profile).size).toEqual({ cpu: '3', memory: '7Gi' });
  });

  it.each([
    ['gpu-1x-16c-32g-1gpu', { cpu: '16', memory: '32Gi', gpus: 1 }],
    ['gpu-8c-64g-4gpu', { cpu: '8', memory: '64Gi', gpus: 4 }],
    ['cpu-2c-8g', { cpu: '2', memory: '8Gi' }],
    ['cpu-1x-004c-08g', { cpu: '4', memory: '8Gi' }],
  ])('can be spelled out: %s', (name, size) => {
    expect(chooseInstanceType(name, profile)).toEqual({ name, size });
  });

  it('are small where nobody names one', () => {
    expect(chooseInstanceType(undefined, { image: 'a' })).toEqual({
      name: undefined,
      size: { cpu: '1', memory: '4Gi' },
    });
    expect(chooseInstanceType(undefined, { ...profile, defaultInstanceType: 'gpu-large' }).name).toBe('gpu-large');
  });

  it.each([
    'gpu-smal',
    'cpu-0c-8g',
    'cpu-4c-0g',
    'cpu-4c-8g-1gpu',
    'gpu-4c-8g',
    'gpu-4c-8g-0gpu',
    'gpu-4c-8g-99gpu',
    'cpu-9999c-8g',
    'cpu-4c-8g ',
    'constructor',
    '$(params.size)',
  ])('are refused with what there is: %j', (name) => {
    const error = errorOf(() => chooseInstanceType(name, profile));
    expect(error.code).toBe('spec.invalid');
    expect(error.message).toContain(JSON.stringify(name));
    expect(error.action).toContain('gpu-small, gpu-large, cpu-4c-8g');
  });

  it('are suggested where a name is near', () => {
    expect(errorOf(() => chooseInstanceType('gpu-smal', profile)).message).toContain('Did you mean gpu-small?');
    expect(errorOf(() => chooseInstanceType('zzz', { image: 'a' })).action).toContain('names none');
  });

  it('of several nodes are for later', () => {
    expect(errorOf(() => chooseInstanceType('gpu-2x-16c-32g-1gpu', profile)).message).toContain('2 nodes');
  });

  it('blames the profile for its default', () => {
    const error = errorOf(() => chooseInstanceType(undefined, { ...profile, defaultInstanceType: 'gone' }));
    expect(error.message).toContain('the default of the team profile');
  });
});
