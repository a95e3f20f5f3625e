import type { Clock } from '../clock.ts';
import type { Credential, CredentialSource } from '../credentials.ts';
import { ApiFailure, TransportFailure } from './failures.ts';

export interface RetryPolicy {
  readonly credentials: CredentialSource;
  /** May be sent again when nobody knows whether it arrived. */
  readonly repeatable: boolean;
  readonly clock: Clock;
  /** A server that asks for a longer wait is not waited for. */
  readonly longestWaitMs: number;
}

/** How often a busy server is asked again. */
const busyTries = 4;
/** How many dead connections of the pool are passed over. */
const staleTries = 3;
/** The wait where a busy server names none. */
const defaultWaitMs = 1000;

/**
 * Does `attempt` and repeats it where that is right: after a 401 once with fresh credentials, after a 429 or 503 when the
 * server asks for it, and after a kept connection turned out to be dead.
 */
export async function withRetries<T>(
  policy: RetryPolicy,
  signal: AbortSignal,
  attempt: (credential: Credential) => Promise<T>,
): Promise<T> {
  const spent = { renewed: false, busy: 0, stale: 0 };
  for (;;) {
    const credential = await policy.credentials.current(signal);
    try {
      return await attempt(credential);
    } catch (error) {
      if (!(await mayRepeat(error, credential, policy, spent, signal))) throw error;
    }
  }
}

async function mayRepeat(
  error: unknown,
  credential: Credential,
  policy: RetryPolicy,
  spent: { renewed: boolean; busy: number; stale: number },
  signal: AbortSignal,
): Promise<boolean> {
  if (error instanceof TransportFailure) {
    spent.stale += 1;
    return error.stale && policy.repeatable && spent.stale <= staleTries;
  }
  if (!(error instanceof ApiFailure)) return false;
  if (error.status === 401 && !spent.renewed) {
    spent.renewed = true;
    return policy.credentials.renew(credential, signal);
  }
  const wait = waitOf(error);
  spent.busy += 1;
  if (wait === undefined || wait > policy.longestWaitMs || spent.busy > busyTries) return false;
  await policy.clock.sleep(wait, signal);
  return true;
}

/** A 429 was not processed, so it may always come again; a 503 only when the server says when. */
function waitOf(failure: ApiFailure): number | undefined {
  if (failure.status === 429) return failure.retryAfterMs ?? defaultWaitMs;
  return failure.status === 503 ? failure.retryAfterMs : undefined;
}
