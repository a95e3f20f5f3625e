import { inspect } from 'node:util';
import { expect } from 'vitest';
import { SlipwayError } from '../../protocol/index.ts';
import { testToken } from './brokenCluster.ts';

/**
 * The SlipwayError that `promise` fails with. No secret is in it, however it is printed; where a cluster is at fault, it names
 * cluster, user, verb and object and says what to do.
 */
export async function failureOf(promise: Promise<unknown>): Promise<SlipwayError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SlipwayError)) throw new Error(`no SlipwayError but ${inspect(error)}`);
  expect(inspect(error, { depth: 8 })).not.toContain(testToken);
  if (error.code.startsWith('cluster.')) expectsWhole(error);
  return error;
}

const words = /./;
const sentence = /[.…]$/;

function expectsWhole({ message, action, request }: SlipwayError): void {
  expect(message).toMatch(sentence);
  expect(action, message).toMatch(sentence);
  expect(request?.server, message).toMatch(/^https?:/);
  for (const part of [request?.context, request?.user, request?.verb, request?.object])
    expect(part, message).toMatch(words);
}
