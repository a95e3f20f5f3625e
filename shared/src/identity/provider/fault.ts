import { TransportFailure } from '../../kubernetes/index.ts';
import { saidText } from './saidText.ts';

/** What went wrong with a provider, without any part of a token. */
export type IssuerFault =
  /** No answer. */
  | { readonly kind: 'transport'; readonly failure: TransportFailure }
  /** No answer in time. */
  | { readonly kind: 'late' }
  /** A failure of the provider itself: HTTP 500 to 599, or 429. */
  | { readonly kind: 'busy'; readonly status: number }
  /** An OAuth error; `said` may be empty. */
  | { readonly kind: 'oauth'; readonly error: string; readonly said: string }
  /** It is not called what the context calls it. */
  | { readonly kind: 'otherIssuer'; readonly actual: string }
  /** A token that is not valid yet, or no longer. */
  | { readonly kind: 'clock' }
  /** An endpoint that this takes is missing. */
  | { readonly kind: 'unsupported' }
  /** Nothing that a provider answers. */
  | { readonly kind: 'strange'; readonly why: string };

/**
 * Names the fault behind what openid-client threw. Its errors hold whole answers, tokens among them: nothing of them but
 * this may be kept or shown.
 */
export function faultOf(error: unknown): IssuerFault {
  const chain = causes(error);
  const transport = chain.find((link) => link instanceof TransportFailure);
  if (transport instanceof TransportFailure) {
    return transport.fault === 'timeout' ? { kind: 'late' } : { kind: 'transport', failure: transport };
  }
  const oauth = chain.map(property('error')).find((value) => typeof value === 'string');
  const status = chain.map(property('status')).find((value) => typeof value === 'number');
  if (status !== undefined && (status >= 500 || status === 429)) return { kind: 'busy', status };
  if (oauth !== undefined) {
    const said = chain.map(property('error_description')).find((value) => typeof value === 'string');
    return { kind: 'oauth', error: saidText(oauth), said: saidText(said) };
  }
  const codes = chain.map(property('code')).filter((value) => typeof value === 'string');
  return ofCode(codes, chain, status);
}

function ofCode(codes: readonly string[], chain: readonly unknown[], status: number | undefined): IssuerFault {
  const has = (code: string) => codes.includes(`OAUTH_${code}`);
  if (has('TIMEOUT') || has('ABORT') || chain.some(isTimeout)) return { kind: 'late' };
  if (has('JSON_ATTRIBUTE_COMPARISON_FAILED')) return otherIssuer(chain);
  if (has('JWT_TIMESTAMP_CHECK_FAILED')) return { kind: 'clock' };
  if (has('MISSING_SERVER_METADATA')) return { kind: 'unsupported' };
  if (has('WWW_AUTHENTICATE_CHALLENGE')) return { kind: 'oauth', error: 'invalid_client', said: '' };
  if (has('HTTP_REQUEST_FORBIDDEN') || has('INVALID_SERVER_METADATA')) return strange('it names addresses without TLS');
  if (has('RESPONSE_IS_NOT_JSON') || has('PARSE_ERROR')) return strange('it sent something else than JSON');
  if (has('JWT_CLAIM_COMPARISON_FAILED')) return strange('its token is for somebody else');
  if (status !== undefined && status !== 200) return strange(`it answered HTTP ${status}`);
  return strange('its answer was not understood');
}

const strange = (why: string): IssuerFault => ({ kind: 'strange', why });

function otherIssuer(chain: readonly unknown[]): IssuerFault {
  const body = chain.map(property('body')).find((value) => typeof value === 'object');
  const actual = saidText(property('issuer')(body));
  return actual === '' ? strange('it does not say what it is called') : { kind: 'otherIssuer', actual };
}

const isTimeout = (link: unknown) =>
  link instanceof Error && (link.name === 'TimeoutError' || link.name === 'AbortError');

/** The error, its cause, that one's cause, and so on. */
function causes(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  for (let link = error; link !== undefined && link !== null && chain.length < 8; link = property('cause')(link)) {
    chain.push(link);
  }
  return chain;
}

function property(name: string): (value: unknown) => unknown {
  return (value) => (typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined);
}
