import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments, stringify } from 'yaml';
import type { ContextEntry } from '../../../shared/src/protocol/index.ts';
import { kubectl, trustIssuer, type ClusterStatus } from '../../cluster/cluster.mjs';
import { audience, clientId, type Keycloak } from '../../identity/keycloak.ts';
import { profile } from '../cluster/clusterMachine.ts';

const roleFile = join(import.meta.dirname, '../../../docs/platform/role.yaml');
const spaces = ['team-a', 'team-b'];

/** What a platform engineer hands out to a team: where the cluster is and how one signs in, and no secret. */
export function teamProfile(keycloak: Keycloak, cluster: ClusterStatus, space: string): string {
  const entry: ContextEntry = {
    name: space,
    cluster: { server: cluster.apiUrl, certificateAuthority: cluster.certificateAuthority },
    oidc: {
      issuer: keycloak.issuer,
      clientId,
      certificateAuthorityData: keycloak.certificateAuthority,
      usernameClaim: 'preferred_username',
    },
    namespace: space,
    namespaces: spaces,
    profile,
  };
  return stringify({ version: 1, contexts: [entry] });
}

/**
 * What a platform engineer does to the cluster once: it believes Keycloak, and each team may use the space of its name by the
 * shipped role. Resolves to what takes the trust back; the roles stay.
 */
export async function setUpCluster(keycloak: Keycloak): Promise<() => Promise<void>> {
  const { issuer: url, certificateAuthority } = keycloak;
  const trust = trustIssuer({ url, audience, certificateAuthority, usernameClaim: 'preferred_username' });
  const [role] = parseAllDocuments(await readFile(roleFile, 'utf8'));
  for (const space of spaces) {
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'slipway-users' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'slipway-user' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: `oidc:${space}` }],
    };
    await kubectl(['-n', space, 'apply', '-f', '-'], { input: `${String(role)}---\n${stringify(binding)}` });
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
