import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipwayError, stepNames } from '../protocol/index.ts';
import { formatPosition, parsePosition } from './logPosition.ts';

const entry = fc.record({ offset: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), midLine: fc.boolean() });

/** Steps of PipelineRuns that Slipway did not make are called by their tasks. */
const names = [...stepNames, 'build/print', 'check.all/unit-tests', 'a/b/c'];

describe('a log position', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.constantFrom(...names), entry), { selector: ([step]) => step }),
        (list) => {
          const positions = new Map(list);
          expect(parsePosition(formatPosition(positions), names)).toEqual(positions);
        },
      ),
    );
  });

  it('is the empty string at the beginning', () => {
    expect(formatPosition(new Map([['prepare', { offset: 0, midLine: false }]]))).toBe('');
    expect(parsePosition('', stepNames).size).toBe(0);
  });

  it.each([
    'x',
    'prepare',
    'prepare=',
    'prepare=-1',
    'prepare=01',
    'prepare=1,',
    'prepare=1,prepare=2',
    'prepare=99999999999999999',
    'toString=1',
    'test=1',
    'prepare=1\n',
    ' prepare=1',
  ])('%j is refused', (position) => {
    expect.assertions(1);
    try {
      parsePosition(position, ['prepare', 'notebook']);
    } catch (error) {
      expect(SlipwayError.is(error, 'usage')).toBe(true);
    }
  });

  it('anything else is read or refused, never worse', () => {
    fc.assert(
      fc.property(fc.string(), (position) => {
        try {
          parsePosition(position, stepNames);
        } catch (error) {
          expect(SlipwayError.is(error, 'usage')).toBe(true);
        }
      }),
    );
  });
});
