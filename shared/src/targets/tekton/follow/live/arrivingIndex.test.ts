import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Artifact } from '../../../../protocol/index.ts';
import { ArrivingIndex } from './arrivingIndex.ts';

const artifacts: Artifact[] = [
  { path: 'output/größe.html', bytes: 5, mediaType: 'text/html', sha256: 'ab'.repeat(32), role: 'report' },
];
const whole = Buffer.from(JSON.stringify({ version: 1, artifacts }));

describe('an index that comes in pieces', () => {
  it('is the same however it is cut, also after a beginning that broke off', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length)), fc.nat(whole.length - 1), (cuts, broken) => {
        const index = new ArrivingIndex();
        index.add(0, whole.subarray(0, broken));
        const places = [0, ...cuts, whole.length].sort((one, other) => one - other);
        for (const [at, start] of places.slice(0, -1).entries())
          index.add(start, whole.subarray(start, places[at + 1]));
        expect(index.artifacts()).toEqual(artifacts);
      }),
    );
  });

  it.each([
    ['nothing came', []],
    ['its beginning is missing', [[5, whole.subarray(5)]]],
    [
      'a piece is missing',
      [
        [0, whole.subarray(0, 5)],
        [9, whole.subarray(9)],
      ],
    ],
    ['it is no JSON', [[0, Buffer.from('{')]]],
    ['it is no index', [[0, Buffer.from('[]')]]],
  ] as [string, [number, Uint8Array][]][])('is none where %s', (_name, pieces) => {
    const index = new ArrivingIndex();
    for (const [offset, bytes] of pieces) index.add(offset, bytes);
    expect(index.artifacts()).toBeUndefined();
  });
});
