import { describe, expect, it } from 'vitest';
import type { Credential, CredentialSource } from '../credentials.ts';
import { ApiFailure, TransportFailure } from './failures.ts';
import { withRetries } from './retries.ts';

const { signal } = new AbortController();

/** Runs attempts that fail with these errors in turn, then succeed. */
async function attempts(failures: readonly Error[], options: { repeatable?: boolean; renewals?: number } = {}) {
  const waits: number[] = [];
  const used: (string | undefined)[] = [];
  let generation = 0;
  let renewals = options.renewals ?? 1;
  const credentials: CredentialSource = {
    current: () => Promise.resolve({ authorization: `t${generation}` }),
    renew: (refused: Credential) => {
      expect(refused.authorization).toBe(`t${generation}`);
      if (renewals === 0) return Promise.resolve(false);
      renewals -= 1;
      generation += 1;
      return Promise.resolve(true);
    },
  };
  const clock = { now: () => 0, sleep: (ms: number) => Promise.resolve(void waits.push(ms)) };
  const policy = { credentials, repeatable: options.repeatable ?? true, clock, longestWaitMs: 10_000 };
  const outcome = await withRetries(policy, signal, (credential) => {
    used.push(credential.authorization);
    const failure = failures[used.length - 1];
    return failure === undefined ? Promise.resolve('good') : Promise.reject(failure);
  }).catch((error: unknown) => error);
  return { outcome, waits, used };
}

const answer = (status: number, retryAfterMs?: number) =>
  new ApiFailure({ status, body: undefined, message: '', retryAfterMs });
const stale = new TransportFailure('cut', 'x', { stale: true });
const fresh = new TransportFailure('cut', 'x', { stale: false });

describe('withRetries', () => {
  it('asks once for fresh credentials after a 401', async () => {
    expect(await attempts([answer(401)])).toMatchObject({ outcome: 'good', used: ['t0', 't1'] });
    expect((await attempts([answer(401), answer(401)])).outcome).toMatchObject({ status: 401 });
    expect((await attempts([answer(401)], { renewals: 0 })).used).toEqual(['t0']);
  });

  it('waits as long as a busy server asks, but not for ever', async () => {
    expect(await attempts([answer(429, 2000), answer(429), answer(503, 500)])).toMatchObject({
      outcome: 'good',
      waits: [2000, 1000, 500],
    });
    const never = await attempts(Array<Error>(20).fill(answer(429, 1)));
    expect(never.outcome).toMatchObject({ status: 429 });
    expect(never.used).toHaveLength(5);
    expect((await attempts([answer(429, 60_000)])).waits).toEqual([]);
  });

  it('does not repeat what may have been done', async () => {
    for (const failure of [answer(503), answer(500, 1000), answer(403), answer(409), fresh, new Error('x')]) {
      expect((await attempts([failure])).outcome).toBe(failure);
    }
    expect((await attempts([stale], { repeatable: false })).outcome).toBe(stale);
  });

  it('passes over dead connections of the pool, a few', async () => {
    expect((await attempts([stale, stale])).outcome).toBe('good');
    expect((await attempts(Array<Error>(9).fill(stale))).used).toHaveLength(4);
    expect((await attempts([stale, fresh])).outcome).toBe(fresh);
  });
});
