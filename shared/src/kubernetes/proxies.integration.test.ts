import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from './testing/failure.ts';
import { BrokenCluster } from './testing/brokenCluster.ts';
import type { TransportLimits } from './transport/limits.ts';
import { connectProxy, socksProxy, type TestProxy } from './testing/proxies.ts';

const { signal } = new AbortController();

describe('a broken proxy', () => {
  let cluster: BrokenCluster;
  let proxy: TestProxy | undefined;

  beforeAll(async () => {
    cluster = await BrokenCluster.start();
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
    return cluster.api({ proxy: new URL(`${scheme}://${user}127.0.0.1:${proxy.port}`) }, { limits });
  };

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
});
