import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import type { TeamProfile } from '../../../shared/src/protocol/index.ts';
import { idToken } from '../../cluster/cluster.mjs';
import { adminApply, adminRequest } from './adminRequest.ts';
import { profile, type ClusterMachine } from './clusterMachine.ts';

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Default: all objects of the resources. */
  readonly resourceNames?: readonly string[];
}

interface Role {
  readonly metadata: { readonly name: string };
  readonly rules: readonly Rule[];
}

const roleFile = join(import.meta.dirname, '../../../docs/platform/role.yaml');

/** The rules of a role that platform engineers bind. Those for newer Kubernetes than the test cluster's have other names. */
export async function shippedRules(name: 'slipway-user' | 'slipway-devenv' = 'slipway-user'): Promise<readonly Rule[]> {
  const roles = parseAllDocuments(await readFile(roleFile, 'utf8')).map((document) => document.toJS() as Role);
  const role = roles.find(({ metadata }) => metadata.name === name);
  if (role === undefined) throw new Error(`there is no role ${name} in ${roleFile}`);
  return role.rules;
}

/** `create pods/exec`, `watch pipelineruns.tekton.dev`, one for each right that rules give. */
export function rightsOf(rules: readonly Rule[]): string[] {
  return rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => rightWords(verb, group, resource))),
    ),
  );
}

export function rightWords(verb: string, group: string, resource: string): string {
  const [plural = '', subresource] = resource.split('/');
  return `${verb} ${plural}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
}

/** The rules without one right. */
export function without(rules: readonly Rule[], right: string): Rule[] {
  return rules.map((rule) => ({
    ...rule,
    verbs: rule.verbs.filter(
      (verb) => !rule.resources.some((resource) => rightWords(verb, rule.apiGroups[0] ?? '', resource) === right),
    ),
  }));
}

/** A person with an ID token and no other right than those that a role in their space gives. */
export class Person {
  readonly email: string;
  readonly #machine: ClusterMachine;
  readonly #kubeconfig: string;

  private constructor(email: string, machine: ClusterMachine, kubeconfig: string) {
    this.email = email;
    this.#machine = machine;
    this.#kubeconfig = kubeconfig;
  }

  /** The space that the person works in. */
  get namespace(): string {
    return this.#machine.namespace;
  }

  /** The person that this machine's `slipway` acts as from now on. */
  static async at(machine: ClusterMachine, email: string): Promise<Person> {
    const { cluster, machine: own, namespace } = machine;
    const tokenFile = join(own.folder, 'token');
    await writeFile(tokenFile, idToken(email), { mode: 0o600 });
    const kubeconfig = join(own.folder, 'kubeconfig');
    const server = { server: cluster.apiUrl, 'certificate-authority': cluster.certificateAuthority };
    const content = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: server }],
      users: [{ name: 'u', user: { tokenFile } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace } }],
      'current-context': 'x',
    };
    await writeFile(kubeconfig, stringify(content), { mode: 0o600 });
    const person = new Person(email, machine, kubeconfig);
    await person.runOn(profile);
    return person;
  }

  /** From now on the person's runs look like this. */
  runOn(team: TeamProfile): Promise<void> {
    return this.#machine.writeContext({ profile: team, kubeconfig: this.#kubeconfig });
  }

  /** Gives exactly these rights in the person's space, and waits until the API server goes by them. */
  async may(rules: readonly Rule[]): Promise<void> {
    const { namespace } = this.#machine;
    const metadata = { name: this.email, namespace };
    const api = 'rbac.authorization.k8s.io';
    const role = {
      apiVersion: `${api}/v1`,
      kind: 'Role',
      metadata,
      rules: rules.filter(({ verbs }) => verbs.length > 0),
    };
    const binding = {
      apiVersion: `${api}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: api, kind: 'Role', name: this.email },
      subjects: [{ kind: 'User', apiGroup: api, name: `oidc:${this.email}` }],
    };
    const { kubeconfig } = this.#machine.cluster;
    const place = `/apis/${api}/v1/namespaces/${namespace}`;
    const name = encodeURIComponent(this.email);
    await adminApply(kubeconfig, `${place}/roles/${name}`, role);
    await adminApply(kubeconfig, `${place}/rolebindings/${name}`, binding);
    const wanted = new Set(rightsOf(rules));
    await this.#machine.until('the rights count', async () => {
      const given = new Set(rightsOf(await this.#rulesInForce()));
      const all = rightsOf([...(await shippedRules()), ...(await shippedRules('slipway-devenv'))]);
      return all.every((right) => given.has(right) === wanted.has(right)) ? true : undefined;
    });
  }
  /** The rules about all objects that the API server goes by in the person's space. */
  async #rulesInForce(): Promise<readonly Rule[]> {
    const { namespace, cluster } = this.#machine;
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      spec: { namespace },
    };
    const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
    const asPerson = { 'impersonate-user': `oidc:${this.email}` };
    const answer = await adminRequest(cluster.kubeconfig, 'POST', path, review, asPerson);
    const { resourceRules } = (answer as { readonly status: { readonly resourceRules: readonly Rule[] } }).status;
    return resourceRules.filter(({ resourceNames }) => resourceNames === undefined);
  }
}
