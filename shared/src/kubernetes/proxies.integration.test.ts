import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { resources } from './resources.ts';
import { failureOf } from './testing/failure.ts';
import { FaultCluster } from './testing/faultCluster.ts';
import type { TransportLimits } from './transport/limits.ts';
import { connectProxy, socksProxy, type TestProxy } from './testing/proxies.ts';

const { signal } = new AbortController();

describe('a proxy', () => {
  let cluster: FaultCluster;
  let proxy: TestProxy | undefined;

  beforeAll(async () => {
    cluster = await FaultCluster.start();
  });
  afterAll(() => cluster.dispose());
  afterEach(async () => {
    cluster.reset();
    await proxy?.stop();
    proxy = undefined;
  });

  const through = async (
    made: Promise<TestProxy>,
    scheme: string,
    user = '',
    limits: Partial<TransportLimits> = {},
  ) => {
    proxy = await made;
    cluster.server.handle = (_request, response) => response.end('ok');
    return cluster.api({ proxy: new URL(`${scheme}://${user}127.0.0.1:${proxy.port}`) }, { limits });
  };

  it('is gone through once for many requests', async () => {
    const api = await through(connectProxy(), 'http');
    for (let count = 0; count < 3; count += 1) expect((await api.text('/', {}, signal)).text).toBe('ok');
    expect(proxy?.asked).toEqual([`127.0.0.1:${cluster.server.port}`]);
  });

  it('gets its user and password, and never the credential of the cluster', async () => {
    const headers: unknown[] = [];
    const made = connectProxy((request) => {
      headers.push(request.headers['proxy-authorization'], request.headers.authorization);
      return 'pass';
    });
    const api = await through(made, 'http', 'al%40ice:p%3Aw@');
    expect((await api.text('/', {}, signal)).text).toBe('ok');
    expect(headers).toEqual([`Basic ${Buffer.from('al@ice:p:w').toString('base64')}`, undefined]);
  });

  it('carries streams and WebSockets too', async () => {
    const api = await through(connectProxy(), 'http');
    const stream = await api.stream({ type: resources.pods }, { watch: true }, {}, signal);
    const chunks: string[] = [];
    for await (const chunk of stream) chunks.push(Buffer.from(chunk).toString('utf8'));
    expect(chunks.join('')).toBe('ok');
    const path = { type: resources.pods, namespace: 'x', name: 'y', subresource: 'exec' };
    cluster.server.upgrade = (_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
    expect(await failureOf(api.connect(path, {}, ['v4.channel.k8s.io'], signal))).toMatchObject({
      code: 'cluster.protocol',
    });
    expect(proxy?.asked.length).toBeGreaterThan(0);
  });

  it('may itself speak TLS, with a certificate that is checked', async () => {
    const pair = await cluster.authority.issue('/CN=proxy', 'IP:127.0.0.1');
    const api = await through(connectProxy(undefined, pair), 'https');
    const error = await failureOf(api.text('/', {}, signal));
    expect(error.code).toBe('cluster.unreachable');
    expect(error.message).toMatch(
      /through its proxy\. The proxy https:\/\/127\.0\.0\.1:\d+ could not be used: .*certificate/,
    );
  });

  it.each([
    ['wants a password', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', /wants a user name and password/],
    ['refuses', 'HTTP/1.1 403 Not Allowed\r\ncontent-length: 2\r\n\r\nno', /answered 403 Not Allowed/],
    ['speaks garbage', 'garbage\r\n\r\n', /could not be used: Parse Error/],
    ['closes', '', /could not be used: socket hang up/],
  ])('that %s is told, without its password', async (_name, answer, words) => {
    const made = connectProxy((_request, socket) => {
      socket.end(answer);
      return 'handled';
    });
    const error = await failureOf((await through(made, 'http', 'alice:proxy-password@')).text('/', {}, signal));
    expect(error.code).toBe('cluster.unreachable');
    expect(error.message).toMatch(words);
    expect(error.message).not.toContain('proxy-password');
    expect(error.action).toMatch(/proxy-url/);
  });

  it('that says nothing, or is not there, is told', async () => {
    const mute = await through(
      connectProxy(() => 'handled'),
      'http',
      '',
      { connectMs: 150 },
    );
    expect((await failureOf(mute.text('/', {}, signal))).message).toMatch(/no connection/);
    const { port } = proxy ?? { port: 0 };
    await proxy?.stop();
    const gone = cluster.api({ proxy: new URL(`http://127.0.0.1:${port}`) });
    expect((await failureOf(gone.text('/', {}, signal))).message).toMatch(/could not be used: .*ECONNREFUSED/);
    const goneSocks = cluster.api({ proxy: new URL(`socks5://127.0.0.1:${port}`) });
    expect((await failureOf(goneSocks.text('/', {}, signal))).message).toMatch(/could not be used: .*ECONNREFUSED/);
  });

  it('may speak SOCKS 5', async () => {
    const api = await through(socksProxy(), 'socks5');
    for (let count = 0; count < 3; count += 1) expect((await api.text('/', {}, signal)).text).toBe('ok');
    expect(proxy?.asked).toEqual([`127.0.0.1:${cluster.server.port}`]);
  });

  it('may speak SOCKS 5 with a user', async () => {
    const api = await through(socksProxy({ user: 'al', password: 'pw' }), 'socks5', 'al:pw@');
    expect((await api.text('/', {}, signal)).text).toBe('ok');
  });

  it.each([
    ['wants a user', { user: 'al', password: 'pw' }, '', /wants a user name and password/],
    ['does not take the user', { user: 'al', password: 'pw' }, 'al:no@', /did not accept the user name and password/],
    ['cannot reach the host', { reply: 4 }, '', /cannot reach that host/],
    ['refuses without saying why', { reply: 99 }, '', /refused the connection \(99\)/],
  ])('of SOCKS 5 that %s is told', async (_name, options, user, words) => {
    const error = await failureOf((await through(socksProxy(options), 'socks5', user)).text('/', {}, signal));
    expect(error.code).toBe('cluster.unreachable');
    expect(error.message).toMatch(words);
  });

  it('that speaks no SOCKS is told', async () => {
    const http = await through(connectProxy(), 'socks5');
    expect((await failureOf(http.text('/', {}, signal))).message).toMatch(/does not speak SOCKS 5/);
  });

  it('may be cut below the TLS connection that goes through it', async () => {
    const api = await through(connectProxy(), 'http');
    cluster.server.handle = () => void proxy?.stop();
    expect(await failureOf(api.text('/', {}, signal))).toMatchObject({ code: 'cluster.unreachable' });
  });
});
