import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../protocol/index.ts';
import { unlessForbidden, unlessMissing, unlessUnseen } from './tolerance.ts';
import { ApiFailure } from './transport/failures.ts';

const refused = (status: number) => (): Promise<string> =>
  Promise.reject(
    new SlipwayError('cluster.refused', 'No.', {
      cause: new ApiFailure({ status, body: undefined, message: 'no' }),
    }),
  );

describe('a request that may come to nothing', () => {
  it.each([
    [unlessMissing, 404, 403],
    [unlessForbidden, 403, 404],
    [unlessUnseen, 404, 500],
    [unlessUnseen, 403, 401],
  ])('%o gives undefined for %d, and throws for %d', async (tolerant, tolerated, thrown) => {
    await expect(tolerant(() => Promise.resolve('there'))).resolves.toBe('there');
    await expect(tolerant(refused(tolerated))).resolves.toBeUndefined();
    await expect(tolerant(refused(thrown))).rejects.toBeInstanceOf(SlipwayError);
    await expect(tolerant(() => Promise.reject(new TypeError('ours')))).rejects.toBeInstanceOf(TypeError);
  });
});
