import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../testing/failure.ts';
import { type Entry, KubeconfigPlace } from '../testing/kubeconfigPlace.ts';

const { signal } = new AbortController();

let place: KubeconfigPlace;

beforeAll(async () => {
  place = await KubeconfigPlace.create();
});
afterAll(() => place.cluster.dispose());
beforeEach(() => place.begin());
afterEach(() => place.end());

describe('an exec plugin', () => {
  /** A plugin that counts its runs, and prints what `body` makes of `$n`, the number of the run. */
  async function plugin(body: string, more: Entry = {}): Promise<string> {
    const config = await place.write({
      exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin.sh', args: ['get token'], ...more },
    });
    await writeFile(
      join(place.folder, 'plugin.sh'),
      `#!/bin/sh\ncd "$(dirname "$0")"\nn=$(($(cat runs 2>/dev/null || echo 0) + 1))\necho $n > runs\n${body}\n`,
    );
    await chmod(join(place.folder, 'plugin.sh'), 0o700);
    return config;
  }
  const credential = (status: string) =>
    `printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":${status}}' "$n"`;
  const runs = async () => Number(await readFile(join(place.folder, 'runs'), 'utf8'));
  const env = { PATH: process.env.PATH };

  it('runs once for all who ask at once, and is cached', async () => {
    const shown = place.showAuthorization();
    const api = await place.open(await plugin(`sleep 0.2; ${credential('{"token":"t%s"}')}`), { env });
    await Promise.all(Array.from({ length: 20 }, () => api.text('/', {}, signal)));
    await api.text('/', {}, signal);
    expect(await runs()).toBe(1);
    expect(new Set(shown)).toEqual(new Set(['Bearer t1']));
  });

  it('runs again when its credential expires', async () => {
    const shown = place.showAuthorization();
    let now = Date.parse('2026-01-01T00:00:00Z');
    const clock = { now: () => now, sleep: () => Promise.resolve() };
    const body = credential('{"token":"t%s","expirationTimestamp":"2026-01-01T00:10:00Z"}');
    const api = await place.open(await plugin(body), { env, clock });
    await api.text('/', {}, signal);
    now += 9 * 60_000;
    await api.text('/', {}, signal);
    now += 55_000;
    await api.text('/', {}, signal);
    expect(shown).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t2']);
  });

  it('runs again once after a 401', async () => {
    place.cluster.server.handle = (request, response) => {
      response.statusCode = request.headers.authorization === 'Bearer t2' ? 200 : 401;
      response.end('ok');
    };
    const api = await place.open(await plugin(credential('{"token":"t%s"}')), { env });
    const all = await Promise.all(Array.from({ length: 5 }, () => api.text('/', {}, signal)));
    expect(all).toHaveLength(5);
    expect(await runs()).toBe(2);
    place.cluster.server.handle = (_request, response) => {
      response.statusCode = 401;
      response.end();
    };
    expect(await failureOf(api.text('/', {}, signal))).toMatchObject({ code: 'cluster.unauthorized' });
    expect(await runs()).toBe(3);
  });

  it('is told about the cluster where it asks, and has no stdin', async () => {
    const body = `printf '%s' "$KUBERNETES_EXEC_INFO" > info; cat > stdin; echo "$1 $EXTRA" > args; ${credential('{"token":"t%s"}')}`;
    const extra = [{ name: 'EXTRA', value: 'x y' }];
    const api = await place.open(await plugin(body, { provideClusterInfo: true, env: extra }), { env });
    await api.text('/', {}, signal);
    const info: unknown = JSON.parse(await readFile(join(place.folder, 'info'), 'utf8'));
    expect(info).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: {
        interactive: false,
        cluster: {
          server: place.cluster.server.url.href,
          'certificate-authority-data': Buffer.from(place.cluster.authorities).toString('base64'),
        },
      },
    });
    expect(await readFile(join(place.folder, 'stdin'), 'utf8')).toBe('');
    expect(await readFile(join(place.folder, 'args'), 'utf8')).toBe('get token x y\n');
  });

  it('may give a client certificate', async () => {
    const pair = await place.cluster.authority.issue('/CN=alice', '');
    const data = JSON.stringify({ clientCertificateData: pair.certificate, clientKeyData: pair.key });
    const config = await plugin('cat answer');
    const answer = `{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":${data}}`;
    await writeFile(join(place.folder, 'answer'), answer);
    expect((await (await place.open(config, { env })).text('/', {}, signal)).text).toBe('{}');
  });

  it.each([
    [
      'fails',
      'echo first >&2; printf "\\033[31mtoken %s expired\\033[0m\\n" old >&2; exit 3',
      /exited 3: token old expired\.$/,
    ],
    ['fails without a word', 'exit 1', /exited 1\.$/],
    ['kills itself', 'kill -9 $$', /was ended by SIGKILL/],
    ['prints words', 'echo please sign in', /printed something that is no ExecCredential/],
    ['prints nothing', 'true', /no ExecCredential/],
    ['prints without end', 'yes', /no ExecCredential|was ended/],
    ['gives nothing', credential('{}'), /neither a token nor a client certificate/],
    ['gives a token that is none', credential('{"token":"a b"}'), /gave a token that is none/],
  ])('that %s is told', async (_name, body, words) => {
    const api = await place.open(await plugin(body === 'yes' ? 'yes | head -c 3000000' : body), { env });
    const error = await failureOf(api.text('/', {}, signal));
    expect(error.code).toBe('credentials.failed');
    expect(error.message).toMatch(words);
    expect(error.message).toContain('user "alice"');
  });

  it('that is missing gives its install hint', async () => {
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'no-such-plugin',
      installHint: 'Install it with x.',
    };
    const api = await place.open(await place.write({ exec }), { env });
    const error = await failureOf(api.text('/', {}, signal));
    expect(error.message).toMatch(/The sign-in program no-such-plugin of the user "alice" was not found/);
    expect(error.action).toBe('Install it with x.');
  });

  it('of an unknown version, or that wants a terminal, is refused', async () => {
    const exec = { command: 'x', apiVersion: 'client.authentication.k8s.io/v1alpha1' };
    expect(await place.refuse(await place.write({ exec }))).toMatchObject({ code: 'credentials.failed' });
    const always = { command: 'x', apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Always' };
    expect((await place.refuse(await place.write({ exec: always }))).message).toMatch(/wants a terminal/);
  });

  it('ends with the last who waits for it, and with what it started', async () => {
    const api = await place.open(await plugin('echo $$ > pid; sleep 60 & sleep 60'), { env });
    const controller = new AbortController();
    const waiting = failureOf(api.text('/', {}, controller.signal));
    let pid = '';
    while (pid === '') {
      await new Promise((resolve) => setImmediate(resolve));
      pid = await readFile(join(place.folder, 'pid'), 'utf8').catch(() => '');
    }
    controller.abort();
    expect(await waiting).toMatchObject({ code: 'cancelled' });
    const lives = () => {
      try {
        return process.kill(-Number(pid), 0);
      } catch {
        return false;
      }
    };
    while (lives()) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('may leave a program behind that holds its output', async () => {
    const api = await place.open(await plugin(`sleep 20 & ${credential('{"token":"t%s"}')}`), { env });
    const shown = place.showAuthorization();
    await api.text('/', {}, signal);
    expect(shown).toEqual(['Bearer t1']);
  });
});
