import { createPrivateKey, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';

const statusSchema = z.object({
  kubeconfig: z.string(),
  apiUrl: z.string(),
  certificateAuthority: z.string(),
  pki: z.string(),
  issuer: z.object({ url: z.string(), audience: z.string(), signingKey: z.string() }),
});
export type TestCluster = z.infer<typeof statusSchema>;

/** Where the test cluster is: the JSON file that `SLIPWAY_TEST_CLUSTER` names. */
export async function testCluster(): Promise<TestCluster> {
  const file = process.env.SLIPWAY_TEST_CLUSTER;
  if (file === undefined) throw new Error('SLIPWAY_TEST_CLUSTER names no file');
  return statusSchema.parse(JSON.parse(await readFile(file, 'utf8')));
}

/** A token as the cluster's issuer signs it; times in epoch seconds. */
export async function issueToken(
  { issuer }: TestCluster,
  claims: { readonly email: string; readonly iat: number; readonly exp: number; readonly aud?: string },
): Promise<string> {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = encode({ alg: 'RS256', kid: '1', typ: 'JWT' });
  const body = encode({
    iss: issuer.url,
    aud: issuer.audience,
    sub: claims.email,
    email_verified: true,
    groups: [],
    ...claims,
  });
  const key = createPrivateKey(await readFile(issuer.signingKey, 'utf8'));
  return `${header}.${body}.${sign('sha256', Buffer.from(`${header}.${body}`), key).toString('base64url')}`;
}
