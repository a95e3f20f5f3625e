import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import * as z from 'zod';

const schema = z.looseObject({
  clusters: z.tuple([
    z.looseObject({ cluster: z.looseObject({ server: z.url(), 'certificate-authority-data': z.base64() }) }),
  ]),
  users: z.tuple([
    z.looseObject({
      user: z.looseObject({ 'client-certificate-data': z.base64(), 'client-key-data': z.base64() }),
    }),
  ]),
});

export interface TestKubeconfig {
  readonly text: string;
  readonly server: URL;
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Reads the test cluster's kubeconfig: one cluster, one user with a client certificate. */
export async function readKubeconfig(path: string): Promise<TestKubeconfig> {
  const text = await readFile(path, 'utf8');
  const { clusters, users } = schema.parse(parse(text));
  const { cluster } = clusters[0];
  const { user } = users[0];
  return {
    text,
    server: new URL(cluster.server),
    ca: Buffer.from(cluster['certificate-authority-data'], 'base64'),
    cert: Buffer.from(user['client-certificate-data'], 'base64'),
    key: Buffer.from(user['client-key-data'], 'base64'),
  };
}

/** The same with another server. */
export function withServer(text: string, server: string): string {
  const config = schema.parse(parse(text));
  config.clusters[0].cluster.server = server;
  return JSON.stringify(config, undefined, 2);
}
