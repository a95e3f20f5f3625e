import { isAbsolute, resolve } from 'node:path';
import type * as z from 'zod';
import { faulty, issueWords } from './faults.ts';
import type { Entry, Kubeconfig } from './parse.ts';
import { clusterSchema, contextSchema, userSchema } from './schema.ts';

/** A context of a kubeconfig in words: how it reaches its cluster, and how its user proves who it is. Holds no secret. */
export interface DescribedContext {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly server: string | undefined;
  /** Base64, as it stands there. */
  readonly certificateAuthorityData: string | undefined;
  /** Absolute where that is known. */
  readonly certificateAuthority: string | undefined;
  readonly tlsServerName: string | undefined;
  readonly proxyUrl: string | undefined;
  readonly insecure: boolean;
  /** The program that makes the user's credential. */
  readonly exec: { readonly command: string; readonly args: readonly string[] } | undefined;
}

/**
 * All contexts of a kubeconfig.
 * @param folder where relative paths start; undefined where nobody knows
 * @throws SlipwayError `kubeconfig.invalid` that quotes no value
 */
export function describeContexts(kubeconfig: Kubeconfig, folder: string | undefined): readonly DescribedContext[] {
  return [...kubeconfig.contexts].map(([name, entry]) => {
    const context = checked(entry, contextSchema, `context ${JSON.stringify(name)}`);
    const cluster = found(kubeconfig.clusters, context.cluster, 'cluster', clusterSchema);
    const user = found(kubeconfig.users, context.user, 'user', userSchema);
    const authority = cluster?.['certificate-authority'];
    return {
      name,
      namespace: context.namespace,
      server: cluster?.server,
      certificateAuthorityData: cluster?.['certificate-authority-data'],
      certificateAuthority:
        authority === undefined || isAbsolute(authority) || folder === undefined
          ? authority
          : resolve(folder, authority),
      tlsServerName: cluster?.['tls-server-name'],
      proxyUrl: cluster?.['proxy-url'],
      insecure: cluster?.['insecure-skip-tls-verify'] ?? false,
      exec: user?.exec === undefined ? undefined : { command: user.exec.command, args: user.exec.args },
    };
  });
}

function found<S extends z.ZodType>(
  entries: ReadonlyMap<string, Entry>,
  name: string | undefined,
  kind: string,
  schema: S,
): z.output<S> | undefined {
  const entry = name === undefined ? undefined : entries.get(name);
  return entry === undefined ? undefined : checked(entry, schema, `${kind} ${JSON.stringify(name)}`);
}

function checked<S extends z.ZodType>({ value, file }: Entry, schema: S, owner: string): z.output<S> {
  const result = schema.safeParse(value);
  if (!result.success) throw faulty(owner, file, issueWords(result.error));
  return result.data;
}
