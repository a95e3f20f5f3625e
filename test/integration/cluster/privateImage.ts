import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterStatus } from '../../cluster/cluster.mjs';

/** How an image refers to a part of itself. */
interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

interface Index {
  readonly manifests: readonly (Descriptor & { readonly annotations: Readonly<Record<string, string>> })[];
}

/** Where the registry has it: the repository asks everybody for a login. */
const repository = 'private/python';

/**
 * Puts an image with Python into the registry, below what needs a login, unless it is there; its name for a pod. It is the lowest
 * layer of the runner image, which the node has: a pull gets the manifest and what it names, and nothing large a second time.
 */
export async function pushPrivateImage(cluster: ClusterStatus): Promise<string> {
  const store = join(cluster.cache, 'store');
  const blobs = join(store, 'containerd/io.containerd.content.v1.content/blobs/sha256');
  const blob = (digest: string) => join(blobs, digest.replace('sha256:', ''));
  const index = JSON.parse(await readFile(join(store, 'imported/runner.tar'), 'utf8')) as Index;
  const isRunner = ({ annotations }: Index['manifests'][number]) =>
    annotations['io.containerd.image.name'] === 'testbed.local/runner:1';
  const runner = index.manifests.find(isRunner);
  const manifest = JSON.parse(await readFile(blob(runner?.digest ?? ''), 'utf8')) as { layers: readonly Descriptor[] };
  const [layer] = manifest.layers;
  if (layer === undefined) throw new Error('the runner image has no layers');

  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: { Env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'LANG=C.UTF-8'] },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  });
  const digest = `sha256:${createHash('sha256').update(config).digest('hex')}`;
  const ofConfig = { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: Buffer.byteLength(config) };
  const registry = new Registry(cluster);
  await registry.push(digest, ofConfig.size, () => config);
  await registry.push(layer.digest, layer.size, () => createReadStream(blob(layer.digest)));
  await registry.name('1', { schemaVersion: 2, mediaType: manifestType, config: ofConfig, layers: [layer] });
  return `${cluster.services.registryName}/${repository}:1`;
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/** The repository over the registry's protocol, for those who log in. */
class Registry {
  private readonly base: string;
  private readonly authorization: string;

  constructor({ services: { registry, login } }: ClusterStatus) {
    this.base = `${registry}/v2/${repository}`;
    this.authorization = `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
  }

  /** Uploads a part, unless it is there. */
  async push(digest: string, size: number, content: () => RequestInit['body']): Promise<void> {
    if ((await this.ask('HEAD', `${this.base}/blobs/${digest}`)).ok) return;
    const begun = await this.ask('POST', `${this.base}/blobs/uploads/`);
    const place = new URL(begun.headers.get('location') ?? '', this.base);
    place.searchParams.set('digest', digest);
    // The front has its own address for it, which is the one to be asked.
    const target = `${new URL(this.base).origin}${place.pathname}${place.search}`;
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(size) };
    await this.expects(this.ask('PUT', target, headers, content()));
  }

  async name(tag: string, manifest: object): Promise<void> {
    const headers = { 'content-type': manifestType };
    await this.expects(this.ask('PUT', `${this.base}/manifests/${tag}`, headers, JSON.stringify(manifest)));
  }

  private async expects(asked: Promise<Response>): Promise<void> {
    const answer = await asked;
    const said = await answer.text();
    if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${said}`);
  }

  private ask(method: string, url: string, headers: Readonly<Record<string, string>> = {}, body?: RequestInit['body']) {
    const authorized = { authorization: this.authorization, ...headers };
    return fetch(url, { method, headers: authorized, ...(body !== undefined && { body, duplex: 'half' }) });
  }
}
