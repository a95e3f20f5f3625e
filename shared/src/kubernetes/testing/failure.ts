import { inspect } from 'node:util';
import { expect } from 'vitest';
import { SlipwayError } from '../../protocol/index.ts';
import { testToken } from './brokenCluster.ts';

/** The SlipwayError that `promise` fails with; no secret is in it, however it is printed. */
export async function failureOf(promise: Promise<unknown>): Promise<SlipwayError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SlipwayError)) throw new Error(`no SlipwayError but ${inspect(error)}`);
  expect(inspect(error, { depth: 8 })).not.toContain(testToken);
  return error;
}
