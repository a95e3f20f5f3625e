import type { CredentialSource } from './credentials.ts';

/** How a cluster is reached and who asks: a kubeconfig context with its files read. */
export interface ClusterAccess {
  /** `https://host:6443`, perhaps with a path below which the API lies. */
  readonly server: URL;
  readonly tls: ServerTrust;
  /** `http:`, `https:` or `socks5:` with host, port and perhaps user info. */
  readonly proxy: URL | undefined;
  readonly credentials: CredentialSource;
  readonly impersonate: Impersonation | undefined;
}

/** Whether the server is the right one. */
export interface ServerTrust {
  /** The only certificate authorities to trust, PEM; undefined: those of the system. */
  readonly authorities: string | undefined;
  /** Checks nothing. */
  readonly insecure: boolean;
  /** The name to expect in the certificate, instead of the URL's host. */
  readonly serverName: string | undefined;
}

/** Acting as somebody else (kubeconfig `as`). */
export interface Impersonation {
  readonly user: string;
  readonly groups: readonly string[];
  readonly uid: string | undefined;
  readonly extra: Readonly<Record<string, readonly string[]>>;
}
