import type * as z from 'zod';
import { listWhole, unlessForbidden, type KubernetesApi, type ResourceType } from '../../../kubernetes/index.ts';

/** All objects of a type; undefined where they may not be listed. */
export async function readAll<S extends z.ZodType>(
  api: KubernetesApi,
  type: ResourceType,
  schema: S,
  { namespace, fieldSelector }: { readonly namespace?: string; readonly fieldSelector?: string },
  signal: AbortSignal,
): Promise<readonly z.output<S>[] | undefined> {
  const options = fieldSelector === undefined ? {} : { fieldSelector };
  return unlessForbidden(() => listWhole(api, { type, namespace }, options, schema, signal));
}
