import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { SlipwayError } from '../../protocol/index.ts';
import type { KubernetesApi } from '../api.ts';
import { openCluster, type OpenClusterOptions } from '../openCluster.ts';
import { failureOf } from './failure.ts';
import { TestAuthority } from './certificates.ts';

/** A user's, cluster's or context's entry. */
export type Entry = Record<string, unknown>;

const { signal } = new AbortController();

/** A folder for kubeconfigs of a cluster that nobody asks anything, and what was opened by them. */
export class KubeconfigPlace {
  readonly authority: TestAuthority;
  folder = '';
  readonly #opened: KubernetesApi[] = [];

  private constructor(authority: TestAuthority) {
    this.authority = authority;
  }

  static async create(): Promise<KubeconfigPlace> {
    return new KubeconfigPlace(await TestAuthority.create());
  }

  /** Makes a fresh folder. */
  async begin(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'slipway-kubeconfig-'));
  }

  /** Removes the folder and closes what was opened. */
  async end(): Promise<void> {
    for (const api of this.#opened.splice(0)) api.dispose();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Writes a kubeconfig, and returns its path. */
  async write(
    user: Entry,
    more: { readonly cluster?: Entry; readonly context?: Entry } = {},
    file = join(this.folder, 'config'),
  ): Promise<string> {
    const authority = Buffer.from(await this.authority.certificate()).toString('base64');
    const server = { server: 'https://127.0.0.1:1', 'certificate-authority-data': authority, ...more.cluster };
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
}
