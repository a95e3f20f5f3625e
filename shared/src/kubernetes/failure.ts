import { SlipwayError } from '../protocol/index.ts';
import { type Attempt, apiFailureOf, namingRequest, requestOf } from './errors.ts';

/** What went wrong in talking to the API, as far as it decides what to do next. */
export type FailureClass =
  /** The version is no longer known (410). */
  | 'expired'
  /** 400 or 422: the request itself. */
  | 'invalid'
  /** 401, 403, 404, a certificate, an answer that makes no sense: asking again does not help by itself. */
  | 'refused'
  /** The server answered, and says later: 429, 5xx. */
  | 'busy'
  /** No answer: the connection is at fault. */
  | 'unreachable';

export function classify(error: unknown): FailureClass {
  const status = apiFailureOf(error)?.status;
  if (status === 410) return 'expired';
  if (status === 400 || status === 422) return 'invalid';
  if (status === 429 || (status !== undefined && status >= 500)) return 'busy';
  if (status !== undefined) return 'refused';
  const isOut = SlipwayError.is(error, 'cluster.unreachable') || SlipwayError.is(error, 'issuer.unreachable');
  return SlipwayError.is(error) && !isOut ? 'refused' : 'unreachable';
}

/** Any failure as one that may be shown; what is none of ours is a broken connection. */
export function asSlipwayError(error: unknown, doing: string, attempt: Attempt): SlipwayError {
  if (error instanceof SlipwayError) return namingRequest(error, attempt);
  const why = error instanceof Error ? error.message : String(error);
  return new SlipwayError('cluster.unreachable', `${doing} broke off: ${why}.`, {
    action: 'Check the network and try again.',
    request: requestOf(attempt),
    cause: error,
  });
}
