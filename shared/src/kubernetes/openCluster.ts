import { SlipwayError } from '../protocol/index.ts';
import type { KubernetesApi } from './api.ts';
import { createKubernetesApi } from './client.ts';
import { type Clock, systemClock } from './clock.ts';
import { inClusterContext } from './kubeconfig/inCluster.ts';
import { loadKubeconfig } from './kubeconfig/load.ts';
import { resolveContext, type ResolvedContext } from './kubeconfig/resolve.ts';
import type { Spawn } from './kubeconfig/runProgram.ts';
import { describeUrl } from './transport/describeUrl.ts';
import type { TransportLimits } from './transport/limits.ts';

export interface OpenClusterOptions {
  /** Slipway's context, for messages. */
  readonly context: string;
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
 * Access to the cluster of a kubeconfig's context; nothing is sent yet. The caller disposes it.
 * @throws SlipwayError `kubeconfig.invalid`, `credentials.failed`, `cancelled`
 */
export async function openCluster(options: OpenClusterOptions): Promise<KubernetesApi> {
  const clock = options.clock ?? systemClock;
  const resolved = await resolve(options, clock).catch((error: unknown) => {
    if (!options.signal.aborted) throw error;
    throw new SlipwayError('cancelled', 'The operation was cancelled.', { cause: error });
  });
  for (const warning of resolved.warnings) options.warn?.(warning);
  return createKubernetesApi({
    cluster: {
      context: options.context,
      server: describeUrl(resolved.access.server),
      user: resolved.user === '' ? 'system:anonymous' : resolved.user,
      namespace: options.namespace ?? resolved.namespace ?? 'default',
    },
    access: resolved.access,
    clock,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
}

async function resolve(options: OpenClusterOptions, clock: Clock): Promise<ResolvedContext> {
  const { env, homedir, signal, spawn } = options;
  const kubeconfig = await loadKubeconfig({ file: options.kubeconfig, env, homedir }, signal);
  if (kubeconfig !== undefined) {
    return resolveContext(kubeconfig, options.kubeconfigContext, { env, clock, spawn }, signal);
  }
  const inCluster = await inClusterContext(env, signal);
  if (inCluster !== undefined) return inCluster;
  throw new SlipwayError('kubeconfig.invalid', `There is no kubeconfig: ${homedir}/.kube/config does not exist.`, {
    action: 'Ask whoever runs the cluster for a kubeconfig, and name it in KUBECONFIG or in the context.',
  });
}
