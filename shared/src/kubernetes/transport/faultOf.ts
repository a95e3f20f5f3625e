import { type TransportFault, TransportFailure } from './failures.ts';

const unreachable = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EACCES',
  'EPERM',
]);
const untrusted = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_REJECTED',
  'CERT_UNTRUSTED',
  'CERT_CHAIN_TOO_LONG',
  'CERT_SIGNATURE_FAILURE',
  'CRL_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'HOSTNAME_MISMATCH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);
const cut = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED']);
const timeout = new Set(['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'ERR_SOCKET_CONNECTION_TIMEOUT']);

/** Names the fault behind an error of Node's network code. */
export function faultOf(error: unknown, connection: { readonly reused: boolean }): TransportFailure {
  if (error instanceof TransportFailure) return error;
  const code = codeOf(error);
  const message = error instanceof Error && error.message !== '' ? error.message : code;
  const fault = kindOf(code, message);
  return new TransportFailure(fault, message, { code, stale: fault === 'cut' && connection.reused, cause: error });
}

function kindOf(code: string, message: string): TransportFault {
  if (unreachable.has(code)) return 'unreachable';
  if (timeout.has(code)) return 'timeout';
  if (untrusted.has(code)) return 'untrusted';
  if (cut.has(code) || message === 'socket hang up' || message === 'aborted') return 'cut';
  if (/ALERT_(NO_|BAD_|UNSUPPORTED_)?CERTIFICATE|ALERT_UNKNOWN_CA/.test(code)) return 'clientCertificate';
  return 'protocol';
}

/** The code of an error, or of the first error that it gathers: one for each address that was tried. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code === 'EPROTO' ? tlsCode(error) : error.code;
  return error instanceof AggregateError ? codeOf(error.errors[0]) : '';
}

/** While it writes, Node says what the TLS library said in the message alone. */
function tlsCode(error: Error): string {
  const reason = /:SSL routines:[^:]*:([\w ]+):/.exec(error.message)?.[1];
  return reason === undefined ? 'EPROTO' : `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`;
}
