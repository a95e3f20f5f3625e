import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { KubernetesApi } from './api.ts';
import { createKubernetesApi } from './client.ts';
import { fixedCredential } from './credentials.ts';
import { resources } from './resources.ts';
import { type KeyPair, TestAuthority } from './testing/certificates.ts';
import { FaultServer } from './testing/faultServer.ts';

const { signal } = new AbortController();
const object = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });

describe('the client', () => {
  let authority: TestAuthority;
  let pair: KeyPair;
  let server: FaultServer;
  let api: KubernetesApi;

  beforeAll(async () => {
    authority = await TestAuthority.create();
    pair = await authority.issue('/CN=server', 'IP:127.0.0.1');
    server = await FaultServer.start(pair);
    api = createKubernetesApi({
      cluster: { context: 'test', server: server.url.href, user: 'alice', namespace: 'ds-team' },
      access: {
        server: server.url,
        tls: { authorities: await authority.certificate(), insecure: false, serverName: undefined },
        proxy: undefined,
        credentials: fixedCredential({ authorization: 'Bearer secret-token' }),
        impersonate: undefined,
      },
    });
  });
  afterAll(async () => {
    api.dispose();
    await server.stop();
    await authority.dispose();
  });
  afterEach(() => {
    server.requests.length = 0;
  });

  it('reads an object over one connection', async () => {
    server.handle = (request, response) => {
      expect(request.headers.authorization).toBe('Bearer secret-token');
      response.end(JSON.stringify({ metadata: { name: 'a' } }));
    };
    const path = { type: resources.configMaps, namespace: 'ds-team', name: 'a' };
    const got = [await api.get(path, object, signal), await api.get(path, object, signal)];
    expect(got.map(({ metadata }) => metadata.name)).toEqual(['a', 'a']);
    expect(server.connections).toBe(1);
    expect(server.requests[0]).toBe('GET /api/v1/namespaces/ds-team/configmaps/a');
  });
});
