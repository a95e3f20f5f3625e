import * as z from 'zod';
import type { KubernetesApi, ResourcePath } from './api.ts';
import { parsedBody, readBody } from './reflector/index.ts';

const listSchema = z.object({
  metadata: z.object({ continue: z.string().default(''), remainingItemCount: z.number().optional() }),
  items: z.array(z.unknown()).nullish(),
});

/**
 * How many objects a collection holds, by one small request; undefined where the server does not tell.
 * @throws SlipwayError as `KubernetesApi.stream`
 */
export async function countObjects(
  api: KubernetesApi,
  path: ResourcePath,
  signal: AbortSignal,
): Promise<number | undefined> {
  const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
  const stream = await api.stream(path, { limit: 1 }, { accept }, signal);
  return readCount(await readBody({ api, path }, stream));
}

/** The same from the answer. */
export function readCount(body: Uint8Array): number | undefined {
  const list = parsedBody(body, listSchema);
  if (list === undefined) return undefined;
  const { metadata, items } = list;
  const here = items?.length ?? 0;
  if (metadata.continue === '') return here;
  return metadata.remainingItemCount === undefined ? undefined : here + metadata.remainingItemCount;
}
