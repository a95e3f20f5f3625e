import type { TransportFailure } from '../../kubernetes/index.ts';
import { SlipwayError } from '../../protocol/index.ts';
import type { IssuerFault } from './fault.ts';

/** A fault of a provider in words. */
export function issuerError(fault: IssuerFault, issuer: string): SlipwayError {
  switch (fault.kind) {
    case 'transport':
      return transportError(fault.failure, issuer);
    case 'late':
      return unreachable(issuer, 'it did not answer in time');
    case 'busy':
      return new SlipwayError(
        'issuer.unreachable',
        `The identity provider ${issuer} has a failure of its own: it answered HTTP ${fault.status}.`,
        { action: 'Try again in a moment; if it stays so, tell whoever runs it.' },
      );
    case 'otherIssuer':
      return new SlipwayError('issuer.invalid', `The identity provider at ${issuer} calls itself ${fault.actual}.`, {
        action: 'Correct the issuer in the context: the two have to be the same, letter for letter.',
      });
    case 'clock':
      return new SlipwayError('signIn.failed', 'The token that the identity provider gave is not valid at this time.', {
        action: "Check this machine's clock, and that of the identity provider.",
      });
    case 'unsupported':
      return new SlipwayError('signIn.failed', `The identity provider ${issuer} has no such way to sign in.`, {
        action: 'Sign in another way, or ask whoever runs it to allow this one.',
      });
    case 'strange':
      return new SlipwayError('issuer.invalid', `What answers at ${issuer} is no identity provider: ${fault.why}.`, {
        action: 'Check the issuer of the context, and that no proxy answers in its place.',
      });
    case 'oauth':
      return oauthError(fault, issuer);
  }
}

function transportError(failure: TransportFailure, issuer: string): SlipwayError {
  switch (failure.fault) {
    case 'untrusted':
      return new SlipwayError(
        'issuer.untrusted',
        `The identity provider ${issuer} is not trusted: ${whyUntrusted(failure.code)}.`,
        { action: 'Name its certificate authority in the context, as oidc.certificateAuthority.' },
      );
    case 'proxy':
      return new SlipwayError(
        'issuer.unreachable',
        `The identity provider ${issuer} cannot be reached through its proxy. ${failure.message.replace(/\.?$/, '.')}`,
        { action: 'Check oidc.proxyUrl of the context, or the variable HTTPS_PROXY.' },
      );
    case 'unreachable':
      return unreachable(issuer, whyUnreachable(failure.code));
    case 'cut':
      return unreachable(issuer, 'it closed the connection');
    case 'timeout':
      return unreachable(issuer, 'it did not answer in time');
    case 'clientCertificate':
    case 'protocol':
      return new SlipwayError(
        'issuer.invalid',
        `What answers at ${issuer} is no identity provider: its answer was not understood.`,
        { action: 'Check the issuer of the context, and that no proxy answers in its place.' },
      );
  }
}

function unreachable(issuer: string, why: string): SlipwayError {
  return new SlipwayError('issuer.unreachable', `The identity provider ${issuer} cannot be reached: ${why}.`, {
    action: 'Check the network or the VPN, then try again.',
  });
}

function whyUnreachable(code: string): string {
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ENOTFOUND' || code === 'EAI_NODATA') return 'there is no host with that name';
  return `there is no way to it (${code})`;
}

function whyUntrusted(code: string): string {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return 'its certificate, or that of its authority, has expired';
    case 'CERT_NOT_YET_VALID':
      return 'its certificate is not valid yet';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return 'its certificate is for another name';
    default:
      return 'its certificate is signed by an unknown authority';
  }
}

/** What a provider refuses when somebody signs in. */
function oauthError({ error, said }: { readonly error: string; readonly said: string }, issuer: string): SlipwayError {
  const words = said === '' ? error : said;
  switch (error) {
    case 'access_denied':
      return new SlipwayError('signIn.denied', `The sign-in was refused at the identity provider: ${words}.`, {
        action: 'Sign in again and allow it, or ask whoever runs the identity provider why not.',
      });
    case 'invalid_client':
    case 'unauthorized_client':
      return new SlipwayError(
        'signIn.failed',
        `The identity provider ${issuer} does not accept this client: ${words}.`,
        {
          action: 'Check the client id of the context; the client has to be public and allow this way to sign in.',
        },
      );
    case 'invalid_scope':
      return new SlipwayError('signIn.failed', `The identity provider ${issuer} does not know a scope: ${words}.`, {
        action: 'Correct the scopes of the context.',
      });
    case 'invalid_grant':
      return new SlipwayError('signIn.failed', `The identity provider no longer accepts this sign-in: ${words}.`, {
        action: 'Sign in again.',
      });
    case 'expired_token':
      return new SlipwayError('signIn.timeout', 'Nobody entered the code in time.', { action: 'Sign in again.' });
    default:
      return new SlipwayError('signIn.failed', `The identity provider ${issuer} refused the sign-in: ${words}.`, {
        action: 'Sign in again; if it stays so, show these words to whoever runs the identity provider.',
      });
  }
}
