import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { devEnvSpecSchema, type DevEnvSpec } from '../../protocol/index.ts';
import { parseRecord, recordText } from './record.ts';
import { settleDevEnv } from './settledDevEnv.ts';
import { exampleProfile } from './testing/exampleDevEnvs.ts';

const settle = (spec: DevEnvSpec) => settleDevEnv(spec, exampleProfile);

describe('what a DevEnv takes', () => {
  it.each([
    ['4h', 14_400],
    ['90m', 5_400],
    ['1h30m', 5_400],
    ['2s', 2],
    ['0.5s', 1],
    ['720h', 2_592_000],
    ['never', 0],
  ])('stops after %s', (idleStop, seconds) => {
    expect(settle({ idleStop }).idleStopSeconds).toBe(seconds);
  });

  it.each(['', '0', '0h', '721h', '-1h', 'Never', '4', '4 h', '∞', '1d', '99999999999999999h'])(
    'refuses %j as a time without work',
    (idleStop) => {
      expect(() => settle({ idleStop })).toThrow('is not a time without work');
    },
  );

  it.each([
    ['/workspace', '/workspace is taken'],
    ['/workspace/data', '/workspace is taken'],
    ['/etc', '/etc is taken'],
    ['/run/slipway', '/run is taken'],
    ['/opt', '/opt/slipway is taken'],
    ['/var', '/var/run is taken'],
    ['/data/../etc', 'the path has "." or ".." in it'],
    ['/data/...', 'the path has "." or ".." in it'],
  ])('refuses a volume at %s', (mountPath, why) => {
    expect(() => settle({ volumes: [{ claimName: 'a', mountPath }] })).toThrow(why);
  });

  it('refuses two volumes at one path, and takes one claim at two', () => {
    const volume = (claimName: string, mountPath: string) => ({ claimName, mountPath });
    expect(() => settle({ volumes: [volume('a', '/data'), volume('b', '/data')] })).toThrow(
      'another volume is mounted there',
    );
    expect(settle({ volumes: [volume('a', '/data'), volume('a', '/more')] }).volumes).toHaveLength(2);
  });

  it('refuses a disk without a unit, an image that is none, a size that nobody knows', () => {
    expect(() => settle({ diskSize: '50' })).toThrow('less than one mebibyte');
    expect(() => settle({ image: 'Upper/Case' })).toThrow('image names are lower case');
    expect(() => settle({ instanceType: 'huge' })).toThrow('is not known');
  });

  it('gives the GPUs that were asked for, whatever the instance type says', () => {
    expect(settle({ instanceType: 'cpu-4c-8g', gpus: 2 }).settings.devices).toEqual({ 'nvidia.com/gpu': '2' });
    expect(settle({ instanceType: 'gpu-1x-16c-32g-1gpu', gpus: 0 }).settings.devices).toEqual({});
  });
});

describe('the record on the objects', () => {
  const specs: fc.Arbitrary<DevEnvSpec> = fc.record(
    {
      image: fc.constant('a/b:1'),
      instanceType: fc.constantFrom('cpu-4c-8g', 'gpu-1x-16c-32g-1gpu'),
      gpus: fc.nat(16),
      diskSize: fc.constantFrom('1Gi', '500Mi'),
      idleStop: fc.constantFrom('4h', 'never'),
      volumes: fc.constant([{ claimName: 'a', mountPath: '/data', readOnly: true }]),
    },
    { requiredKeys: [] },
  );

  it('says again what was asked, and what came of it', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const settled = settle(spec);
        const record = parseRecord(recordText(spec, settled));
        expect(record.spec).toEqual(spec);
        expect(record.settled).toMatchObject({ image: settled.settings.image, gpus: settled.settings.gpus });
      }),
    );
  });

  it('is read whatever somebody wrote there; what cannot be understood is as if it were not there', () => {
    expect(parseRecord('{"gpus":-1,"idleStop":"4h","later":{"x":1}}').spec).toEqual({ idleStop: '4h' });
    expect(parseRecord('{"__proto__":{"image":"x"},"settled":7}')).toEqual({ spec: {}, settled: undefined });
    const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constant(undefined));
    fc.assert(
      fc.property(anything, (text) => {
        expect(devEnvSpecSchema.safeParse(parseRecord(text).spec).success).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
