import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../testing/failure.ts';
import { KubeconfigPlace } from '../testing/kubeconfigPlace.ts';
import { writePlugin } from '../testing/plugin.ts';

const { signal } = new AbortController();

let place: KubeconfigPlace;

beforeAll(async () => {
  place = await KubeconfigPlace.create();
});
afterAll(() => place.authority.dispose());
beforeEach(() => place.begin());
afterEach(() => place.end());

describe('an exec plugin', () => {
  /** A kubeconfig whose user signs in by a program that does `body`. */
  const plugin = async (body: string): Promise<string> => place.write({ exec: await writePlugin(place.folder, body) });
  const credential = (status: string) =>
    `printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":${status}}' "$n"`;
  const env = { PATH: process.env.PATH };

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
});
