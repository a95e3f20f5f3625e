import type { ClusterAccess } from '../access.ts';
import type { KubernetesApi } from '../api.ts';
import { createKubernetesApi, type KubernetesApiOptions } from '../client.ts';
import { fixedCredential } from '../credentials.ts';
import { TestAuthority } from './certificates.ts';
import { BrokenPeer } from './brokenPeer.ts';

export const testToken = 'secret-token';

/** A broken peer with a trusted certificate, and clients that take it for a cluster. `dispose` ends all. */
export class BrokenCluster {
  readonly authority: TestAuthority;
  readonly authorities: string;
  readonly server: BrokenPeer;
  readonly #apis: KubernetesApi[] = [];

  private constructor(authority: TestAuthority, authorities: string, server: BrokenPeer) {
    this.authority = authority;
    this.authorities = authorities;
    this.server = server;
  }

  static async start(): Promise<BrokenCluster> {
    const authority = await TestAuthority.create();
    const authorities = await authority.certificate();
    const server = await BrokenPeer.start(await authority.issue('/CN=server', 'IP:127.0.0.1'), { ca: authorities });
    return new BrokenCluster(authority, authorities, server);
  }

  /** A new client with a pool of its own. */
  api(access: Partial<ClusterAccess> = {}, options: Partial<Omit<KubernetesApiOptions, 'access'>> = {}): KubernetesApi {
    const server = access.server ?? this.server.url;
    const api = createKubernetesApi({
      cluster: { context: 'gpu', server: server.origin, user: 'alice', namespace: 'ds-team' },
      access: {
        server,
        tls: { authorities: this.authorities, insecure: false, serverName: undefined },
        proxy: undefined,
        credentials: fixedCredential({ authorization: `Bearer ${testToken}` }),
        impersonate: undefined,
        ...access,
      },
      ...options,
    });
    this.#apis.push(api);
    return api;
  }

  /** Forgets what was asked so far, and closes the clients. */
  reset(): void {
    for (const api of this.#apis.splice(0)) api.dispose();
    this.server.requests.length = 0;
    this.server.connections = 0;
    this.server.handle = (_request, response) => response.end('{}');
    this.server.upgrade = (_request, socket) => socket.destroy();
  }

  async dispose(): Promise<void> {
    this.reset();
    await this.server.stop();
    await this.authority.dispose();
  }
}
