import type { KubernetesApi } from '../kubernetes/index.ts';
import type { TeamProfile } from '../protocol/index.ts';

/** A space of a cluster, as the person who is signed in reaches it. */
export interface SpaceAccess {
  /** The context's name. */
  readonly context: string;
  /** `api.cluster.namespace` is the space. */
  readonly api: KubernetesApi;
  readonly profile: TeamProfile;
}

/** Gives access to the space of a context. @throws SlipwayError `context.unknown`, `target.unsupported` for this machine, `kubeconfig.invalid`, … */
export type OpenSpace = (context: string, signal: AbortSignal) => Promise<SpaceAccess>;

/** What this machine logs in to DevEnvs with. */
export interface LoginKeys {
  /** The private key of this machine, in OpenSSH's text form. Made when it is first asked for. */
  privateKey(): Promise<string>;
  /** The line for `authorized_keys`: type, base64, name of this machine. */
  publicKeyLine(): Promise<string>;
  /**
   * The host key that is pinned for a host of ours (`DevEnv.host`), as in `known_hosts`: `ssh-ed25519 AAAA…`; undefined where
   * none is.
   */
  pinnedHostKey(host: string): Promise<string | undefined>;
}
