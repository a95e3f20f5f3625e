import type * as z from 'zod';
import type { ClusterAccess } from '../access.ts';
import type { Clock } from '../clock.ts';
import { type CredentialSource, fixedCredential } from '../credentials.ts';
import { clusterInfoOf, proxyOf, serverOf, trustOf, warningsOf } from './clusterFields.ts';
import { faulty, invalid, issueWords } from './faults.ts';
import type { Entry, Found, Kubeconfig } from './parse.ts';
import type { Spawn } from './runProgram.ts';
import { clusterSchema, contextSchema, type UserEntry, userSchema } from './schema.ts';
import { userCredentials } from './userCredentials.ts';

export interface ResolveHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly spawn?: Spawn | undefined;
  /** Who asks, instead of the context's user. */
  readonly signIn?: CredentialSource | undefined;
}

/** A context of a kubeconfig, with all it refers to. */
export interface ResolvedContext {
  readonly name: string;
  readonly access: ClusterAccess;
  /** The kubeconfig user's name; empty when the context has none. */
  readonly user: string;
  readonly namespace: string | undefined;
  /** What a person should know although it works. */
  readonly warnings: readonly string[];
}

/**
 * @param name a context's name; undefined: the current one
 * @throws SlipwayError `kubeconfig.invalid`, `credentials.failed`
 */
export async function resolveContext(
  kubeconfig: Kubeconfig,
  name: string | undefined,
  host: ResolveHost,
  signal: AbortSignal,
): Promise<ResolvedContext> {
  const chosen = chooseContext(kubeconfig, name);
  const context = entryOf(kubeconfig.contexts, chosen, 'context', contextSchema);
  if (context.value.cluster === undefined) throw faulty(context.owner, context.file, 'it names no cluster');
  const cluster = entryOf(kubeconfig.clusters, context.value.cluster, 'cluster', clusterSchema, context.owner);
  const server = serverOf(cluster);
  const proxy = proxyOf(cluster, server, host.env);
  const tls = await trustOf(cluster, signal);
  const clusterInfo = clusterInfoOf(cluster.value, tls);
  const user =
    context.value.user === undefined || host.signIn !== undefined
      ? undefined
      : entryOf(kubeconfig.users, context.value.user, 'user', userSchema, context.owner);
  const credentials =
    user === undefined
      ? (host.signIn ?? fixedCredential({}))
      : await userCredentials(
          { entry: user.value, folder: user.folder, owner: user.owner },
          { ...host, clusterInfo },
          signal,
        );
  return {
    name: chosen,
    access: { server, tls, proxy, credentials, impersonate: impersonationOf(user?.value) },
    user: host.signIn === undefined ? (context.value.user ?? '') : '',
    namespace: context.value.namespace,
    warnings: warningsOf(cluster, server),
  };
}

function chooseContext(kubeconfig: Kubeconfig, name: string | undefined): string {
  const names = [...kubeconfig.contexts.keys()];
  const list = names.length === 0 ? 'It has no context.' : `It has: ${names.slice(0, 20).join(', ')}.`;
  const chosen = name ?? kubeconfig.currentContext;
  const files = kubeconfig.files.join(', ');
  if (chosen === undefined)
    throw invalid(`The kubeconfig ${files} has no current context.`, `Choose a context. ${list}`);
  if (!kubeconfig.contexts.has(chosen)) {
    throw invalid(
      `The kubeconfig ${files} has no context ${JSON.stringify(chosen)}.`,
      `Choose another context. ${list}`,
    );
  }
  return chosen;
}

function entryOf<S extends z.ZodType>(
  entries: ReadonlyMap<string, Entry>,
  name: string,
  kind: string,
  schema: S,
  wantedBy = '',
): Found<z.output<S>> {
  const owner = `${kind} ${JSON.stringify(name)}`;
  const entry = entries.get(name);
  if (entry === undefined) {
    throw invalid(
      `The ${wantedBy} of the kubeconfig names the ${owner}, which does not exist.`,
      'Correct the kubeconfig.',
    );
  }
  const result = schema.safeParse(entry.value);
  if (!result.success) throw faulty(owner, entry.file, issueWords(result.error));
  return { value: result.data, folder: entry.folder, file: entry.file, owner };
}

function impersonationOf(user: UserEntry | undefined) {
  if (user?.as === undefined) return undefined;
  return { user: user.as, groups: user['as-groups'], uid: user['as-uid'], extra: user['as-user-extra'] };
}
