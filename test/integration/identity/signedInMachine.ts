import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import type { ContextEntry } from '../../../shared/src/protocol/index.ts';
import { kubectl, trustIssuer, type ClusterStatus } from '../../cluster/cluster.mjs';
import { clientId, type Keycloak } from '../../identity/keycloak.ts';
import { profile } from '../cluster/clusterMachine.ts';

const platform = join(import.meta.dirname, '../../../docs/platform');
const spaces = ['team-a', 'team-b'];

/** The YAML that docs/platform/keycloak.md tells platform engineers to write, by what it begins with. */
async function documented<T>(beginning: string): Promise<T> {
  const text = await readFile(join(platform, 'keycloak.md'), 'utf8');
  const blocks = [...text.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, block = '']) => block);
  const found = blocks.find((block) => block.includes(beginning));
  if (found === undefined) throw new Error(`keycloak.md has no block with ${beginning}`);
  return parse(found) as T;
}

/** The file that a platform engineer hands out to a team, of the machines of this test and for its space. */
export async function teamProfile(keycloak: Keycloak, cluster: ClusterStatus, space: string): Promise<string> {
  const file = await documented<{ version: 1; contexts: [ContextEntry] }>('contexts:');
  const [entry] = file.contexts;
  const authority = await readFile(cluster.certificateAuthority);
  const own: ContextEntry = {
    ...entry,
    name: space,
    namespace: space,
    cluster: { server: cluster.apiUrl, certificateAuthorityData: authority.toString('base64') },
    oidc: {
      clientId,
      ...entry.oidc,
      issuer: keycloak.issuer,
      certificateAuthorityData: keycloak.certificateAuthority,
    },
    profile: {
      ...profile,
      devEnv: { image: 'testbed.local/devenv:1', diskSize: '64Mi', storageClassName: 'local' },
    },
  };
  return stringify({ ...file, contexts: [own] });
}

interface AuthenticationConfiguration {
  readonly jwt: readonly [
    {
      readonly issuer: { readonly audiences: readonly [string] };
      readonly claimMappings: Readonly<
        Record<'username' | 'groups', { readonly claim: string; readonly prefix: string }>
      >;
    },
  ];
}

/**
 * What a platform engineer does to the cluster once: it believes Keycloak, and each team may use the space of its name by the
 * shipped role. Resolves to what takes the trust back; the roles stay.
 */
export async function setUpCluster(keycloak: Keycloak): Promise<() => Promise<void>> {
  const { jwt } = await documented<AuthenticationConfiguration>('kind: AuthenticationConfiguration');
  const { issuer, claimMappings } = jwt[0];
  // What `trustIssuer` puts before the claims.
  expect(Object.values(claimMappings).map(({ prefix }) => prefix)).toEqual(['oidc:', 'oidc:']);
  const trust = trustIssuer({
    url: keycloak.issuer,
    audience: issuer.audiences[0],
    certificateAuthority: keycloak.certificateAuthority,
    usernameClaim: claimMappings.username.claim,
    groupsClaim: claimMappings.groups.claim,
  });
  const roles = parseAllDocuments(await readFile(join(platform, 'role.yaml'), 'utf8'))
    .map((role) => role.toJS() as { readonly metadata: { readonly name: string } })
    .filter(({ metadata }) => !metadata.name.endsWith('-from-1.35'));
  const binding = stringify(await documented('kind: RoleBinding'));
  for (const space of spaces) {
    const ofSpace = binding.replaceAll('team-a', space);
    for (const role of roles) {
      const { name } = role.metadata;
      const bound = ofSpace.replaceAll('slipway-user', name);
      await kubectl(['-n', space, 'apply', '-f', '-'], { input: `${stringify(role)}---\n${bound}` });
    }
  }
  return trust;
}

/** What users did since a place in the API server's audit log, as `create pipelineruns team-a 201`. */
export async function audited(cluster: ClusterStatus, from: number, user: string): Promise<Set<string>> {
  const seen = new Set<string>();
  for await (const line of createInterface({ input: createReadStream(cluster.auditLog, { start: from }) })) {
    if (!line.includes(`"${user}"`)) continue;
    const { verb, objectRef, responseStatus, user: who } = JSON.parse(line) as AuditEvent;
    if (who.username !== user || objectRef === undefined) continue;
    seen.add(`${verb} ${objectRef.resource} ${objectRef.namespace ?? '-'} ${responseStatus?.code ?? 0}`);
  }
  return seen;
}

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource: string; readonly namespace?: string };
  readonly responseStatus?: { readonly code: number };
}

/** Looks until there is something; fails with `what` and what was seen last. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (const end = Date.now() + 120_000; Date.now() < end;) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(200);
  }
  throw new Error(`not seen within 120 s: ${what}`);
}
