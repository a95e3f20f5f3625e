import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import * as z from 'zod';
import { startFaultProxy, type FaultProxy } from '../../../../test/cluster/faultProxy.ts';
import type { KubernetesApi } from '../api.ts';
import { openCluster, type OpenClusterOptions } from '../openCluster.ts';
import { resources } from '../resources.ts';
import type { Entry } from './kubeconfigPlace.ts';
import { testCluster, type TestCluster } from './testCluster.ts';

const { signal } = new AbortController();

/** The fault proxy before the test cluster's API server, a folder for kubeconfigs that lead to it, and what was opened by them. */
export class ClusterPlace {
  readonly cluster: TestCluster;
  readonly proxy: FaultProxy;
  folder = '';
  readonly #home: string;
  readonly #opened: KubernetesApi[] = [];

  private constructor(cluster: TestCluster, proxy: FaultProxy, home: string) {
    this.cluster = cluster;
    this.proxy = proxy;
    this.#home = home;
  }

  static async create(): Promise<ClusterPlace> {
    const cluster = await testCluster();
    const home = await mkdtemp(join(tmpdir(), 'slipway-place-'));
    return new ClusterPlace(cluster, await startFaultProxy({ kubeconfig: cluster.kubeconfig, folder: home }), home);
  }

  /** Makes a fresh folder. */
  async begin(): Promise<void> {
    this.folder = await mkdtemp(join(this.#home, 'kubeconfig-'));
  }

  /** Closes what was opened, and mends the proxy. */
  end(): void {
    for (const api of this.#opened.splice(0)) api.dispose();
    this.proxy.heal();
  }

  async dispose(): Promise<void> {
    this.end();
    await this.proxy.dispose();
    await rm(this.#home, { recursive: true, force: true });
  }

  /** Writes a kubeconfig for the cluster, through the proxy where no other server is given, and returns its path. */
  async write(
    user: Entry,
    more: { readonly cluster?: Entry; readonly context?: Entry } = {},
    file = join(this.folder, 'config'),
  ): Promise<string> {
    const server = `https://127.0.0.1:${this.proxy.port}`;
    const cluster = { server, 'certificate-authority': this.cluster.certificateAuthority, ...more.cluster };
    const config = {
      'current-context': 'here',
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'alice', user }],
      contexts: [{ name: 'here', context: { cluster: 'c', user: 'alice', namespace: 'team-a', ...more.context } }],
    };
    await writeFile(file, stringify(config), { mode: 0o600 });
    return file;
  }

  async open(kubeconfig: string | undefined, more: Partial<OpenClusterOptions> = {}): Promise<KubernetesApi> {
    const api = await openCluster({ context: 'gpu', kubeconfig, env: {}, homedir: this.folder, signal, ...more });
    this.#opened.push(api);
    return api;
  }

  /** The `Authorization` headers of the requests that reach the proxy from now on. */
  shown(): () => readonly (string | undefined)[] {
    const before = this.proxy.requests.length;
    return () => this.proxy.requests.slice(before).map(({ headers }) => headers.authorization);
  }

  /** Whom the cluster takes a client for. @throws SlipwayError where it lets nobody in */
  async whoIs(api: KubernetesApi): Promise<string> {
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const schema = z.object({ status: z.object({ userInfo: z.object({ username: z.string() }) }) });
    const made = await api.create({ type: resources.selfSubjectReviews }, review, {}, schema, signal);
    return made.status.userInfo.username;
  }
}
