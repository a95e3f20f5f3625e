import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ClusterIdentity } from '../../kubernetes/index.ts';

/**
 * Where what was read of a space's runs is kept. A context may move to another space or cluster: what was seen in one is never
 * shown in another.
 */
export function cacheFolder(dataDir: string, { context, server, namespace }: ClusterIdentity): string {
  const cluster = createHash('sha256').update(server).digest('hex').slice(0, 8);
  return join(dataDir, 'clusters', context, `${namespace}-${cluster}`);
}
