import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { TeamProfile } from '../../../shared/src/protocol/index.ts';
import { idToken, kubectl } from '../../cluster/cluster.mjs';
import { adminRequest, fieldOf } from '../cluster/adminRequest.ts';
import type { ClusterMachine } from '../cluster/clusterMachine.ts';
import { rightsOf, type Rule } from '../cluster/person.ts';

const rbac = 'rbac.authorization.k8s.io';
/** What somebody may do by their Role, all or one of these, so that it shows when the API server goes by it. */
const probes = ['events', 'pods'].map((resource) => ({ verb: 'list', resource }));

/**
 * People in the space of a machine, each with a Role of their own and a context on that machine that is called like them. Resolves when
 * the API server goes by all Roles.
 * @param roles by the word that a person is called
 */
export async function makeCrowd(
  machine: ClusterMachine,
  profile: TeamProfile,
  roles: ReadonlyMap<string, readonly Rule[]>,
): Promise<void> {
  const { namespace } = machine;
  const userOf = (word: string): string => `oidc:${emailOf(word, namespace)}`;
  const objects = [...roles].flatMap(([word, rules]) => objectsOf(word, namespace, userOf(word), rules));
  await kubectl(['apply', '-f', '-'], { input: objects.map((object) => stringify(object)).join('---\n') });
  await writeContexts(machine, profile, [...roles.keys()]);
  for (const [word, rules] of roles) {
    const given = new Set(rightsOf(rules));
    const granted = probes.find(({ verb, resource }) => given.has(`${verb} ${resource}`));
    if (granted === undefined) throw new Error(`${word} may list neither events nor pods`);
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user: userOf(word), resourceAttributes: { namespace, ...granted } },
    };
    const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
    await machine.until(`the Role of ${word} counts`, async () => {
      const answer = await adminRequest(machine.cluster.kubeconfig, 'POST', path, review);
      return fieldOf(answer, '.status.allowed') === 'true' ? true : undefined;
    });
  }
}

function emailOf(word: string, namespace: string): string {
  return `${word}-${namespace}@example.test`;
}

function objectsOf(word: string, namespace: string, user: string, rules: readonly Rule[]): object[] {
  const metadata = { name: word, namespace };
  return [
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules: rules.filter(({ verbs }) => verbs.length > 0) },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'Role', name: word },
      subjects: [{ kind: 'User', apiGroup: rbac, name: user }],
    },
  ];
}

async function writeContexts(
  { cluster, machine, namespace }: ClusterMachine,
  profile: TeamProfile,
  words: readonly string[],
) {
  const server = { server: cluster.apiUrl, 'certificate-authority': cluster.certificateAuthority };
  const kubeconfig = join(machine.folder, 'crowd');
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: server }],
    users: words.map((word) => ({ name: word, user: { token: idToken(emailOf(word, namespace)) } })),
    contexts: words.map((word) => ({ name: word, context: { cluster: 'c', user: word, namespace } })),
  };
  await writeFile(kubeconfig, stringify(content), { mode: 0o600 });
  const folder = join(machine.environment.XDG_CONFIG_HOME ?? '', 'slipway');
  await mkdir(folder, { recursive: true });
  const contexts = words.map((word) => ({ name: word, namespace, kubeconfig, kubeconfigContext: word, profile }));
  await writeFile(join(folder, 'config.yaml'), stringify({ version: 1, contexts }));
}
