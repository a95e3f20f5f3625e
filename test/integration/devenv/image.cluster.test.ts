import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { resources } from '../../../shared/src/kubernetes/index.ts';
import { eventually, TestSpace } from '../../cluster/kubernetes/testSpace.ts';
import { DevEnvPod } from './devEnvPod.ts';

let space: TestSpace;

beforeAll(async () => {
  space = await TestSpace.open('devenv-image');
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  const path = { type: resources.namespaces, name: space.namespace };
  await space.api.patch(path, { metadata: { labels } }, { kind: 'merge' }, z.unknown(), space.signal);
});
afterAll(() => space.dispose());

describe('a DevEnv under PodSecurity restricted', () => {
  let devEnv: DevEnvPod;
  const env = { HF_ENDPOINT: 'https://hub.example/a "b" \\ # c', SLIPWAY_IDLE_STOP_SECONDS: '3600' };

  beforeAll(async () => {
    // Another group than the image's line for this user has, as RAPIDS images and their teams do.
    const securityContext = { runAsUser: 1001, runAsGroup: 1001, fsGroup: 1001 };
    devEnv = await DevEnvPod.make('devenv-one', space.api, { env, securityContext, signal: space.signal });
  });
  afterAll(() => devEnv.dispose());

  it('lets its user in by key, under the pinned host key, into the workspace with the environment of the pod', async () => {
    const { text, code } = await devEnv.over('whoami; pwd; echo "$HF_ENDPOINT"; echo "$PATH"; id -u');
    expect(text.split('\n')).toEqual([
      'dev',
      '/workspace',
      'https://hub.example/a "b" \\ # c',
      '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      '1001',
      '',
    ]);
    expect(code).toBe(0);
  });

  it('gives login shells its search path, too', async () => {
    const { text } = await devEnv.over('exec bash -lc "echo \\$PATH; command -v git rsync tmux jupyter python3"');
    expect(text).toContain('/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
    expect(text.trim().split('\n')).toHaveLength(6);
  });

  it('takes and gives files by scp', async () => {
    const file = join(devEnv.folder, 'client.pub');
    expect(await devEnv.scp(file, 'dev@127.0.0.1:there')).toEqual({ text: '', code: 0 });
    const back = join(devEnv.folder, 'back');
    expect(await devEnv.scp('dev@127.0.0.1:there', back)).toEqual({ text: '', code: 0 });
    expect(await readFile(back, 'utf8')).toBe(await readFile(file, 'utf8'));
  });

  it('tells of itself', async () => {
    const status = await devEnv.status();
    expect(status).toMatchObject({ stopAfterSeconds: 3600, stopsAt: null, glibc: '2.36', runningJobs: 0 });
    expect(status.gpuPercent === null || status.gpuPercent === 0).toBe(true);
    const open = devEnv.ssh(['dev@127.0.0.1', 'sleep 1000']);
    await expect.poll(async () => (await devEnv.status()).connections).toBe(1);
    open.kill();
  });

  it('forwards ports', async () => {
    const server = `import http.server,functools;http.server.test(http.server.SimpleHTTPRequestHandler,port=8765,bind="127.0.0.1")`;
    const child = devEnv.ssh(['dev@127.0.0.1', `python3 -c '${server}'`]);
    await eventually(async () => {
      const asked = devEnv.ssh(['-W', '127.0.0.1:8765', 'dev@127.0.0.1']);
      asked.stdin.write('GET /.profile HTTP/1.0\r\n\r\n');
      let text = '';
      asked.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      await once(asked, 'close');
      return text.includes('Read by login shells');
    });
    child.kill();
  });

  it('lets a second device in and out again without a restart', async () => {
    const [first, second] = [await devEnv.keyPair('client'), await devEnv.keyPair('second')];
    expect((await devEnv.over('true', 'second')).text).toContain('Permission denied (publickey)');
    await devEnv.changeSecret({ authorized_keys: first.publicKey + second.publicKey });
    await eventually(async () => (await devEnv.over('true', 'second')).code === 0);
    await devEnv.changeSecret({ authorized_keys: first.publicKey });
    await eventually(async () => (await devEnv.over('true', 'second')).code === 255);
    expect((await devEnv.over('true')).code).toBe(0);
  });

  it('leaves no zombie and no program of a terminal when a client is killed', async () => {
    const client = devEnv.ssh(['-tt', 'dev@127.0.0.1', 'sleep 4321']);
    await eventually(async () => (await devEnv.output('ps', '-eo', 'stat,args')).includes('sleep 4321'));
    client.kill('SIGKILL');
    await eventually(async () => {
      const processes = await devEnv.output('ps', '-eo', 'stat,args');
      return !processes.includes('sleep 4321') && !/^Z/m.test(processes);
    });
  });

  it('starts its ssh server again when that dies', async () => {
    await devEnv.output('pkill', '-f', 'sshd.*listener');
    await eventually(async () => (await devEnv.over('true')).code === 0);
    expect(await devEnv.log()).toContain('The ssh server ended with');
  });

  it('gives sessions any value that sshd can hold', async () => {
    const program = `
import random, subprocess, sys
sys.path.insert(0, "/opt/slipway/devenv")
from slipway_devenv.environment import set_env_line
chance = random.Random(7)
letters = "ab \\t\\"'\\\\#$%~=;,*?|&<>(){}[]!é中"
values = {f"V{i}": "".join(chance.choices(letters, k=chance.randrange(12))) for i in range(500)}
open("/tmp/c", "w").write("HostKey /run/slipway/private/ssh_host_ed25519_key\\n" + set_env_line(values))
shown = subprocess.run(["/usr/sbin/sshd", "-T", "-f", "/tmp/c"], check=True, capture_output=True, text=True).stdout
read = {l.partition(" ")[2] for l in shown.splitlines() if l.startswith("setenv ")}
print(read == {f"{n}={v}" for n, v in values.items()})
`;
    expect(await devEnv.output('python3', '-c', program)).toBe('True\n');
  });

  it('keeps what is in the workspace over the next start, and writes nothing over it', async () => {
    await devEnv.over('echo "# mine" >.bashrc; rm .condarc; mkdir -m 700 .ssh; touch .ssh/id; chmod 660 .ssh/id');
    await devEnv.stop();
    await devEnv.start({ env });
    const { text } = await devEnv.over('cat .bashrc; ls .condarc; stat -c %a .ssh/id; cat .mambarc');
    expect(text).toContain('# mine\n600\n');
    expect(text).toContain('/workspace/.conda/envs');
    expect(text).toContain("ls: cannot access '.condarc'");
  });

  it('takes another host key without a restart, which a client that pinned the first refuses', async () => {
    const other = await devEnv.keyPair('other-host');
    await devEnv.changeSecret({ ssh_host_ed25519_key: await readFile(other.file, 'utf8') });
    await eventually(async () => (await devEnv.over('true')).text.includes('Host key verification failed'));
    await devEnv.trust('other-host');
    expect((await devEnv.over('true')).code).toBe(0);
  });
});
