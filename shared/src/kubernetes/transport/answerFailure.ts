import type { IncomingMessage } from 'node:http';
import type { Credential } from '../credentials.ts';
import { credentialFacts } from './credentialFacts.ts';
import { ApiFailure } from './failures.ts';
import { excerptOf, parseStatus, retryAfterMs } from './status.ts';

/**
 * An answer that is no success, as a failure.
 * @param text its body
 * @param now this machine's clock, epoch milliseconds
 */
export function answerFailure(
  response: IncomingMessage,
  text: string,
  credential: Credential,
  now: number,
): ApiFailure {
  const status = response.statusCode ?? 0;
  const body = parseStatus(text);
  const seconds = body?.details?.retryAfterSeconds;
  return new ApiFailure({
    status,
    body,
    message: body?.message ?? redirectWords(status, response.headers.location) ?? excerptOf(text),
    retryAfterMs:
      retryAfterMs(response.headers['retry-after'], now) ?? (seconds === undefined ? undefined : seconds * 1000),
    date: serverDate(response),
    credential: status === 401 ? credentialFacts(credential) : undefined,
  });
}

/** The server's clock, epoch milliseconds. */
export function serverDate(response: IncomingMessage): number | undefined {
  const date = Date.parse(response.headers.date ?? '');
  return Number.isNaN(date) ? undefined : date;
}

/** A sign-in page in front of the server sends clients elsewhere; the rest of the address may hold secrets. */
function redirectWords(status: number, location: string | undefined): string | undefined {
  if (status < 300 || status >= 400 || location === undefined) return undefined;
  const host = URL.parse(location)?.host;
  return host === undefined || host === '' ? undefined : `go to ${host}`;
}
