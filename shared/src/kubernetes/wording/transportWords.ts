import { attemptWords, type Attempt, type Words } from '../errors.ts';
import type { TransportFailure } from '../transport/failures.ts';

/** Words for a request that got no usable answer. */
export function transportWords(failure: TransportFailure, attempt: Attempt): Words {
  const { server, context } = attempt.cluster;
  switch (failure.fault) {
    case 'unreachable':
      return {
        code: 'cluster.unreachable',
        message: `The cluster of context ${context} cannot be reached: ${whyUnreachable(failure, server)}.`,
        action: unreachableAction(failure),
      };
    case 'timeout':
      return {
        code: 'cluster.unreachable',
        message: `The server ${server} of context ${context} did not answer ${attemptWords(attempt)}: ${failure.message}.`,
        action: 'Check the network or the VPN, then try again.',
      };
    case 'cut':
      return {
        code: 'cluster.unreachable',
        message: `The connection to ${server} was cut during ${attemptWords(attempt)}.`,
        action: 'Try again; if it happens often, ask whether a proxy or load balancer ends long connections.',
      };
    case 'proxy':
      return {
        code: 'cluster.unreachable',
        message: `The cluster of context ${context} cannot be reached through its proxy. ${sentence(failure.message)}`,
        action: 'Check proxy-url of the cluster in the kubeconfig, or the variable HTTPS_PROXY.',
      };
    case 'untrusted':
      return {
        code: 'cluster.untrusted',
        message: `The server ${server} of context ${context} is not trusted: ${whyUntrusted(failure)}.`,
        action: untrustedAction(failure),
      };
    case 'clientCertificate':
      return {
        code: 'cluster.unauthorized',
        message: `The server ${server} did not accept the client certificate of user ${attempt.cluster.user} (${failure.code}).`,
        action: 'Get a new client certificate for this user from whoever runs the cluster.',
      };
    case 'protocol':
      return {
        code: 'cluster.protocol',
        message: `The server ${server} gave an answer to ${attemptWords(attempt)} that was not understood: ${whyProtocol(failure)}.`,
        action: 'Check that the context points at a Kubernetes API server, and that no proxy answers in its place.',
      };
  }
}

function whyUnreachable(failure: TransportFailure, server: string): string {
  switch (failure.code) {
    case 'ECONNREFUSED':
      return `nothing listens at ${server}`;
    case 'ENOTFOUND':
    case 'EAI_NODATA':
      return `there is no host with the name in ${server}`;
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
      return `the name in ${server} could not be looked up`;
    default:
      return `there is no way to ${server} (${failure.code})`;
  }
}

function unreachableAction(failure: TransportFailure): string {
  return failure.code === 'ECONNREFUSED'
    ? 'Check that the cluster runs and that the server of the context is the right one.'
    : 'Check the network or the VPN, and the server of the context.';
}

function whyUntrusted(failure: TransportFailure): string {
  switch (failure.code) {
    case 'CERT_HAS_EXPIRED':
      return 'its certificate, or that of its authority, has expired';
    case 'CERT_NOT_YET_VALID':
      return 'its certificate is not valid yet';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return 'its certificate is signed by itself, and not the one in the kubeconfig';
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return 'its certificate is signed by an unknown authority';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return 'its certificate is for another name';
    case 'CERT_REVOKED':
      return 'its certificate was revoked';
    default:
      return `its certificate cannot be used (${failure.code})`;
  }
}

function untrustedAction(failure: TransportFailure): string {
  switch (failure.code) {
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return "Check this machine's clock; if it is right, whoever runs the cluster has to renew the certificate.";
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return 'Use the name in the certificate as server, or name it as tls-server-name in the kubeconfig.';
    default:
      return 'Put the certificate authority of the cluster into the kubeconfig as certificate-authority.';
  }
}

function whyProtocol(failure: TransportFailure): string {
  if (failure.code === 'HPE_HEADER_OVERFLOW') return 'its headers are too large';
  if (failure.code.startsWith('HPE_')) return 'it is not HTTP';
  if (failure.code === 'ERR_SSL_WRONG_VERSION_NUMBER' || failure.code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return 'it does not speak TLS; perhaps the server should start with http://';
  }
  if (failure.code.startsWith('ERR_SSL_') || failure.code === 'EPROTO') return `TLS failed (${failure.code})`;
  return failure.message;
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
