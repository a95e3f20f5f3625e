import * as z from 'zod';
import { resources, unlessUnseen, type KubernetesApi } from '../../../kubernetes/index.ts';
import { failed, type Finding } from './checker.ts';

const dataSchema = z.object({ data: z.record(z.string(), z.string()).default({}) });
const namespaceSchema = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }),
});
type Settings = Readonly<Record<string, string>>;

/** Where Tekton is installed. */
const home = 'tekton-pipelines';
const podSecurity = 'pod-security.kubernetes.io/enforce';

/** A ConfigMap of Tekton's own; undefined where it may not be seen. */
export async function tektonConfig(
  api: KubernetesApi,
  name: string,
  signal: AbortSignal,
): Promise<Settings | undefined> {
  const path = { type: resources.configMaps, namespace: home, name };
  return (await unlessUnseen(() => api.get(path, dataSchema, signal)))?.data;
}

/** What of Tekton's settings breaks our runs; undefined where nothing does, or they may not be seen, as is usual. */
export async function checkFlags(api: KubernetesApi, signal: AbortSignal): Promise<Finding | undefined> {
  const flags = await tektonConfig(api, 'feature-flags', signal);
  if (flags === undefined) return undefined;
  const { namespace } = api.cluster;
  const place = { type: resources.namespaces, name: namespace };
  const space = await unlessUnseen(() => api.get(place, namespaceSchema, signal));
  return judgeFlags(flags, namespace, space?.metadata.labels[podSecurity]);
}

/**
 * Our runs bring their pipeline and their tasks with them and use no workspace and nothing that is not stable, so that few flags
 * concern them. Pure.
 * @param security the level of Pod Security of the space; undefined where there is none, or it may not be seen
 */
export function judgeFlags(flags: Settings, space: string, security: string | undefined): Finding | undefined {
  const disabled = (flags['disable-inline-spec'] ?? '').split(',').filter((kind) => kind.trim() !== '');
  if (disabled.length > 0) {
    return failed(
      `Tekton takes no specs inside of ${disabled.join(', ')} (disable-inline-spec), and a run of Slipway is made of them`,
      `Ask the administrator of the cluster to take disable-inline-spec out of the ConfigMap feature-flags in ${home}.`,
    );
  }
  if (security === 'restricted' && flags['set-security-context'] !== 'true') {
    return failed(
      `${space} takes only restricted pods, and Tekton does not restrict the containers that it adds (set-security-context)`,
      `Ask the administrator of the cluster to set set-security-context to "true" in the ConfigMap feature-flags in ${home}.`,
    );
  }
  return undefined;
}
