import { dirname } from 'node:path';
import { describeContexts, parseKubeconfig, type DescribedContext } from '../../kubernetes/index.ts';
import { SlipwayError, type OidcSettings } from '../../protocol/index.ts';
import { readLoginPlugin } from './loginPlugin.ts';
import type { ImportOptions } from './readImport.ts';

/** Entries before they are checked, and what a person should know of them. */
export interface Draft {
  readonly entries: readonly object[];
  readonly notes: readonly string[];
}

/**
 * The contexts of a kubeconfig as contexts of ours. A login plugin becomes a sign-in of ours; what else a user there has (tokens,
 * certificates, other programs) stays in the kubeconfig, which the context then refers to.
 * @throws SlipwayError `kubeconfig.invalid`, `usage`
 */
export function draftFromKubeconfig(text: string, options: ImportOptions): Draft {
  const { path, image, name } = options;
  if (image === undefined) {
    throw new SlipwayError('usage', 'A kubeconfig says nothing of the image that runs use.', {
      action: 'Name one as well: --image REFERENCE.',
    });
  }
  const kubeconfig = parseKubeconfig(text, path ?? 'that was given');
  const all = describeContexts(kubeconfig, path === undefined ? undefined : dirname(path));
  const chosen = name === undefined ? all : [theOne(all, kubeconfig.currentContext)];
  if (chosen.length === 0) throw new SlipwayError('kubeconfig.invalid', 'The kubeconfig has no context.');
  const notes: string[] = [];
  const entries: object[] = [];
  for (const context of chosen) {
    const entry = entryOf(context, options, notes);
    if (entry !== undefined) entries.push({ ...entry, profile: { image } });
  }
  if (entries.length > 0) return { entries, notes };
  throw new SlipwayError('kubeconfig.invalid', notes.join(' '), {
    action: 'Add it with its file: "slipway context new NAME --kubeconfig FILE --image REFERENCE".',
  });
}

function theOne(all: readonly DescribedContext[], current: string | undefined): DescribedContext {
  const found = all.find(({ name }) => name === current) ?? (all.length === 1 ? all[0] : undefined);
  if (found !== undefined) return found;
  throw new SlipwayError('usage', 'The kubeconfig has several contexts and none is the current one.', {
    action: 'Choose one with "kubectl config use-context", or import all of them under their own names.',
  });
}

/** Undefined, with a note, where a context cannot be taken over. */
function entryOf(context: DescribedContext, { path, name }: ImportOptions, notes: string[]): object | undefined {
  const ours = name ?? contextName(context.name);
  const common = { name: ours, ...(context.namespace !== undefined && { namespace: context.namespace }) };
  const plugin = context.exec === undefined ? undefined : readLoginPlugin(context.exec.command, context.exec.args);
  const cluster = plugin === undefined ? undefined : clusterOf(context);
  if (plugin !== undefined && cluster !== undefined) {
    notes.push(`${ours} signs in with Slipway itself, without ${programOf(context)}.`, ...plugin.notes);
    return { ...common, cluster, oidc: withAbsolute(plugin.oidc, path) };
  }
  if (path !== undefined) {
    notes.push(`${ours} goes on using ${path} as it is: how its user signs in stays there.`);
    const oidc = plugin === undefined ? {} : { oidc: withAbsolute(plugin.oidc, path) };
    return { ...common, kubeconfig: path, kubeconfigContext: context.name, ...oidc };
  }
  notes.push(`The context ${context.name} cannot be taken from a text: how its user signs in lies in the kubeconfig.`);
  return undefined;
}

/** Undefined where the server's certificate is not checked, or cannot be for want of a file. */
function clusterOf(context: DescribedContext): object | undefined {
  if (context.insecure || context.server?.startsWith('https://') !== true) return undefined;
  return {
    server: context.server,
    ...(context.certificateAuthorityData !== undefined && {
      certificateAuthorityData: context.certificateAuthorityData,
    }),
    ...(context.certificateAuthorityData === undefined &&
      context.certificateAuthority !== undefined && { certificateAuthority: context.certificateAuthority }),
    ...(context.tlsServerName !== undefined && { tlsServerName: context.tlsServerName }),
    ...(context.proxyUrl !== undefined && { proxyUrl: context.proxyUrl }),
  };
}

/** The plugin's paths start where it is called; only absolute ones mean the same for us. */
function withAbsolute(oidc: OidcSettings, path: string | undefined): OidcSettings {
  const { certificateAuthority, ...rest } = oidc;
  if (certificateAuthority === undefined || certificateAuthority.startsWith('/') || path === undefined) return oidc;
  return { ...rest, certificateAuthority: `${dirname(path)}/${certificateAuthority}` };
}

function programOf(context: DescribedContext): string {
  return context.exec?.command === 'kubectl' ? 'kubectl oidc-login' : 'kubelogin';
}

/** `alice@prod/team a` as a name of ours: `alice-prod-team-a`. */
export function contextName(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^[-.]+|[-.]+$/g, '');
  return plain === '' || plain === 'local' ? 'cluster' : plain;
}
