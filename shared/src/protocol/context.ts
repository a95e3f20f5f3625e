import * as z from 'zod';
import { SlipwayError } from './errors.ts';
import { oidcSettingsSchema } from './identity.ts';
import { teamProfileSchema } from './profile.ts';

/** A Kubernetes namespace. */
const namespaceSchema = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);

/** The API server of a cluster. */
export const clusterEntrySchema = z.strictObject({
  server: z.url({ protocol: /^https$/ }),
  /** The only certificate authorities to trust: PEM, or its base64. Left out with the next: those of the system. */
  certificateAuthorityData: z.string().min(1).optional(),
  /** A PEM file; relative to config.yaml. */
  certificateAuthority: z.string().min(1).optional(),
  /** The name to expect in the server's certificate, instead of the URL's host. */
  tlsServerName: z.string().min(1).optional(),
  proxyUrl: z.string().min(1).optional(),
});
export type ClusterEntry = z.infer<typeof clusterEntrySchema>;

export const contextNameSchema = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/)
  .refine((name) => name !== 'local', 'local is this machine');

/**
 * A named place to run as someone, as it stands in `config.yaml`. `local` is always there and never in the file. The cluster
 * comes from `cluster`, else from a kubeconfig; the user from `oidc`, else from the kubeconfig.
 */
export const contextEntrySchema = z
  .strictObject({
    name: contextNameSchema,
    cluster: clusterEntrySchema.optional(),
    oidc: oidcSettingsSchema.optional(),
    /** Absolute path, or relative to config.yaml; default: $KUBECONFIG, else ~/.kube/config. */
    kubeconfig: z.string().min(1).optional(),
    /** Default: the file's current-context. */
    kubeconfigContext: z.string().min(1).optional(),
    /** The space; default: the kubeconfig context's, else `default`. */
    namespace: namespaceSchema.optional(),
    /** Spaces to look at where namespaces may not be listed. */
    namespaces: z.array(namespaceSchema).optional(),
    profile: teamProfileSchema,
  })
  .refine(({ cluster, oidc }) => cluster === undefined || oidc !== undefined, {
    path: ['oidc'],
    message: 'a context with a cluster needs oidc, or else a kubeconfig instead of both',
  })
  .refine(({ cluster, kubeconfig }) => cluster === undefined || kubeconfig === undefined, {
    path: ['kubeconfig'],
    message: 'the cluster is named twice: keep cluster or kubeconfig',
  });
export type ContextEntry = z.infer<typeof contextEntrySchema>;

/** The error for a context that is not there. @param known the names that there are */
export function unknownContext(name: string, known: readonly string[]): SlipwayError {
  return new SlipwayError('context.unknown', `There is no context ${JSON.stringify(name.slice(0, 100))}.`, {
    action: `Choose one of: ${known.join(', ')}.`,
  });
}

/** The version of `config.yaml` that this Slipway reads and writes. */
export const configVersion = 1;

export const tokenStorageSchema = z.enum(['auto', 'keyring', 'file', 'memory']);
export type TokenStorage = z.infer<typeof tokenStorageSchema>;

/** `config.yaml`. */
export const configFileSchema = z.strictObject({
  version: z.literal(configVersion),
  /** What commands and hosts use that name none. Default `local`. */
  currentContext: z.string().min(1).optional(),
  contexts: z.array(contextEntrySchema).optional(),
  /** Where refresh tokens are kept. Default `auto`: the keyring where one answers, else a file. */
  tokenStorage: tokenStorageSchema.optional(),
});
export type ConfigFile = z.infer<typeof configFileSchema>;
