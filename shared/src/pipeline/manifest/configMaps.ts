import { SlipwayError } from '../../protocol/index.ts';
import { base64, plainText } from './base64.ts';
import type { KubernetesObject, ObjectMetadata } from './kubernetesObject.ts';

/** What the API takes of a ConfigMap: the sum of all values, in bytes. */
export const maxConfigMapBytes = 1024 ** 2;

/**
 * A ConfigMap that never changes: text as text, to be read by people, and everything else as base64.
 * @throws SlipwayError `internal` for more than the API takes: callers plan for less
 */
export function renderConfigMap(
  metadata: ObjectMetadata,
  contents: Iterable<readonly [string, Uint8Array]>,
): KubernetesObject {
  const data: Record<string, string> = {};
  const binaryData: Record<string, string> = {};
  let total = 0;
  for (const [key, bytes] of contents) {
    total += bytes.length;
    const text = plainText(bytes);
    if (text === undefined) binaryData[key] = base64(bytes);
    else data[key] = text;
  }
  if (total > maxConfigMapBytes) {
    throw new SlipwayError('internal', `The ConfigMap ${metadata.name} would hold ${total} bytes, more than it can.`);
  }
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    immutable: true,
    ...(Object.keys(data).length > 0 && { data }),
    ...(Object.keys(binaryData).length > 0 && { binaryData }),
  };
}
