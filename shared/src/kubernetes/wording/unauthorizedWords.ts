import type { Attempt, Words } from '../errors.ts';
import type { ApiFailure } from '../transport/failures.ts';

/** A difference between two clocks that explains a refused token, in milliseconds. */
const skewMs = 60_000;

/** The API server never says why it answers 401; what the credential and the clocks tell is said instead. */
export function unauthorizedWords(failure: ApiFailure, attempt: Attempt, now: number): Words {
  const { context, user } = attempt.cluster;
  const { why, action } = reasonOf(failure, now);
  return {
    code: 'cluster.unauthorized',
    message: `The cluster ${context} did not accept the user ${user}: ${why}.`,
    action,
  };
}

function reasonOf(failure: ApiFailure, now: number): { readonly why: string; readonly action: string } {
  const { credential, date } = failure;
  const serverNow = date ?? now;
  const renew = 'Sign in again, or get a new credential for this user.';
  if (credential === undefined || credential.kind === 'none') {
    return { why: 'the kubeconfig gives no credential for it', action: 'Add a credential for this user, or sign in.' };
  }
  const thing = { token: 'token', certificate: 'client certificate', password: 'password' }[credential.kind];
  if (credential.expires !== undefined && credential.expires <= serverNow) {
    return { why: `its ${thing} expired at ${isoTime(credential.expires)}`, action: renew };
  }
  if (credential.notBefore !== undefined && credential.notBefore > serverNow) {
    return {
      why: `its ${thing} is valid only from ${isoTime(credential.notBefore)} on`,
      action: "Check this machine's clock.",
    };
  }
  if (date !== undefined && Math.abs(date - now) > skewMs) {
    const seconds = Math.round(Math.abs(date - now) / 1000);
    return {
      why: `it gives no reason, but its clock and this machine's differ by ${seconds} s`,
      action: 'Set the clock, then sign in again.',
    };
  }
  return { why: `it does not know the ${thing}, or no longer`, action: renew };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
