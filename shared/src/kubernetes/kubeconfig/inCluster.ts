import { readFile } from 'node:fs/promises';
import { codeOf } from '../transport/faultOf.ts';
import type { ResolvedContext } from './resolve.ts';
import { tokenFileCredential } from './tokenFile.ts';

/** Where a pod finds the credential of its service account. */
const podFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The cluster whose pod this process runs in, as the pod's service account; undefined outside a pod. */
export async function inClusterContext(
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
  folder = podFolder,
): Promise<ResolvedContext | undefined> {
  const host = env.KUBERNETES_SERVICE_HOST;
  const port = env.KUBERNETES_SERVICE_PORT;
  if (host === undefined || port === undefined) return undefined;
  const authorities = await readIfThere(`${folder}/ca.crt`, signal);
  const namespace = await readIfThere(`${folder}/namespace`, signal);
  const server = URL.parse(`https://${host.includes(':') ? `[${host}]` : host}:${port}`);
  if (authorities === undefined || server === null) return undefined;
  return {
    name: 'in-cluster',
    user: "the pod's service account",
    namespace: namespace?.trim(),
    warnings: [],
    access: {
      server,
      tls: { authorities, insecure: false, serverName: undefined },
      proxy: undefined,
      credentials: tokenFileCredential(`${folder}/token`, "pod's service account"),
      impersonate: undefined,
    },
  };
}

async function readIfThere(path: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    return await readFile(path, { encoding: 'utf8', signal });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
