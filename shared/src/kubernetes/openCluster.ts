import { SlipwayError, type ClusterEntry } from '../protocol/index.ts';
import type { KubernetesApi } from './api.ts';
import { createKubernetesApi } from './client.ts';
import { type Clock, systemClock } from './clock.ts';
import { clusterAccess } from './clusterEntry.ts';
import type { CredentialSource } from './credentials.ts';
import { inClusterContext } from './kubeconfig/inCluster.ts';
import { loadKubeconfig } from './kubeconfig/load.ts';
import { resolveContext, type ResolvedContext } from './kubeconfig/resolve.ts';
import type { Spawn } from './kubeconfig/runProgram.ts';
import { describeUrl } from './transport/describeUrl.ts';
import type { TransportLimits } from './transport/limits.ts';

/** A person who has signed in, or will. */
export interface SignIn {
  readonly credentials: CredentialSource;
  /** Who it is, for messages and labels; undefined while nobody is signed in. */
  readonly user: () => string | undefined;
  /** Finds out who is signed in, from what this machine knows; rejects never. */
  readonly load: () => Promise<void>;
  /** Until when (epoch ms) the token in use is good, where that is known; it is renewed before. */
  readonly expiresAt: () => Promise<number | undefined>;
}

export interface OpenClusterOptions {
  /** Slipway's context, for messages. */
  readonly context: string;
  /** The cluster as our own configuration has it, instead of a kubeconfig; with it `signIn` has to be there. */
  readonly cluster?: ClusterEntry | undefined;
  /** Where relative paths of `cluster` start. */
  readonly configDir?: string | undefined;
  /** Who asks, instead of the kubeconfig's user: a sign-in of ours. */
  readonly signIn?: SignIn | undefined;
  /** A kubeconfig file; undefined: what `KUBECONFIG` names, `~/.kube/config`, or the pod's own service account. */
  readonly kubeconfig?: string | undefined;
  /** The kubeconfig's context; undefined: its current one. */
  readonly kubeconfigContext?: string | undefined;
  /** The space; undefined: the one of the kubeconfig's context, else `default`. */
  readonly namespace?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homedir: string;
  readonly signal: AbortSignal;
  readonly clock?: Clock | undefined;
  readonly spawn?: Spawn | undefined;
  readonly limits?: Partial<TransportLimits> | undefined;
  /** Told what a person should know although it works: TLS that checks nothing. */
  readonly warn?: ((warning: string) => void) | undefined;
}

/**
 * Access to the cluster of a kubeconfig's context, or of a context of ours; nothing is sent yet. The caller disposes it.
 * @throws SlipwayError `kubeconfig.invalid`, `context.invalid`, `credentials.failed`, `cancelled`
 */
export async function openCluster(options: OpenClusterOptions): Promise<KubernetesApi> {
  const clock = options.clock ?? systemClock;
  const resolved = await resolve(options, clock).catch((error: unknown) => {
    if (!options.signal.aborted) throw error;
    throw new SlipwayError('cancelled', 'The operation was cancelled.', { cause: error });
  });
  await options.signIn?.load();
  for (const warning of resolved.warnings) options.warn?.(warning);
  return createKubernetesApi({
    cluster: {
      context: options.context,
      server: describeUrl(resolved.access.server),
      // Another person may sign in while the access is open.
      get user() {
        if (options.signIn !== undefined) return options.signIn.user() ?? 'nobody';
        return resolved.user === '' ? 'system:anonymous' : resolved.user;
      },
      namespace: options.namespace ?? resolved.namespace ?? 'default',
    },
    access: resolved.access,
    clock,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
}

async function resolve(options: OpenClusterOptions, clock: Clock): Promise<ResolvedContext> {
  const { env, homedir, signal, spawn, signIn } = options;
  if (options.cluster !== undefined) return ownCluster(options, options.cluster);
  const kubeconfig = await loadKubeconfig({ file: options.kubeconfig, env, homedir }, signal);
  if (kubeconfig !== undefined) {
    return resolveContext(
      kubeconfig,
      options.kubeconfigContext,
      { env, clock, spawn, signIn: signIn?.credentials },
      signal,
    );
  }
  const inCluster = await inClusterContext(env, signal);
  if (inCluster !== undefined) return inCluster;
  throw new SlipwayError('kubeconfig.invalid', `There is no kubeconfig: ${homedir}/.kube/config does not exist.`, {
    action: 'Ask whoever runs the cluster for a kubeconfig, and name it in KUBECONFIG or in the context.',
  });
}

async function ownCluster(options: OpenClusterOptions, cluster: ClusterEntry): Promise<ResolvedContext> {
  const { context, env, configDir = '.', signIn, signal } = options;
  if (signIn === undefined) {
    throw new SlipwayError('context.invalid', `The context ${context} has a cluster, but says not how to sign in.`, {
      action: 'Add oidc with "slipway context edit"; docs/guide/contexts.md shows what stands in it.',
    });
  }
  const access = await clusterAccess(cluster, signIn.credentials, { context, folder: configDir, env }, signal);
  return { name: context, access, user: '', namespace: undefined, warnings: [] };
}
