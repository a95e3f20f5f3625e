import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { SlipwayError } from '../../protocol/index.ts';
import type { KubernetesApi } from '../api.ts';
import { openCluster, type OpenClusterOptions } from '../openCluster.ts';
import { failureOf } from './failure.ts';
import { FaultCluster } from './faultCluster.ts';

/** A user's, cluster's or context's entry. */
export type Entry = Record<string, unknown>;

const { signal } = new AbortController();

/** A fault server, a folder for kubeconfigs that lead to it, and what was opened by them. */
export class KubeconfigPlace {
  readonly cluster: FaultCluster;
  folder = '';
  readonly #opened: KubernetesApi[] = [];

  private constructor(cluster: FaultCluster) {
    this.cluster = cluster;
  }

  static async create(): Promise<KubeconfigPlace> {
    return new KubeconfigPlace(await FaultCluster.start());
  }

  /** Makes a fresh folder. */
  async begin(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'slipway-kubeconfig-'));
  }

  /** Removes the folder and closes what was opened. */
  async end(): Promise<void> {
    for (const api of this.#opened.splice(0)) api.dispose();
    this.cluster.reset();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Writes a kubeconfig for the fault server, and returns its path. */
  async write(
    user: Entry,
    more: { readonly cluster?: Entry; readonly context?: Entry } = {},
    file = join(this.folder, 'config'),
  ): Promise<string> {
    const authority = Buffer.from(this.cluster.authorities).toString('base64');
    const server = { server: this.cluster.server.url.href, 'certificate-authority-data': authority, ...more.cluster };
    const context = { cluster: 'c', user: 'alice', namespace: 'ds-team', ...more.context };
    const config = {
      'current-context': 'here',
      clusters: [{ name: 'c', cluster: server }],
      users: [{ name: 'alice', user }],
      contexts: [{ name: 'here', context }],
    };
    await writeFile(file, stringify(config));
    return file;
  }

  async open(kubeconfig: string | undefined, more: Partial<OpenClusterOptions> = {}): Promise<KubernetesApi> {
    const api = await openCluster({ context: 'gpu', kubeconfig, env: {}, homedir: this.folder, signal, ...more });
    this.#opened.push(api);
    return api;
  }

  /** What opening fails with. */
  refuse(kubeconfig: string | undefined, more: Partial<OpenClusterOptions> = {}): Promise<SlipwayError> {
    return failureOf(this.open(kubeconfig, more));
  }

  /** The `Authorization` headers that the server is shown from now on. */
  showAuthorization(): string[] {
    const shown: string[] = [];
    this.cluster.server.handle = (request, response) => {
      shown.push(request.headers.authorization ?? '');
      response.end('ok');
    };
    return shown;
  }
}
