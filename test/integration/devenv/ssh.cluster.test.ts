import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSshKey } from '../../../shared/src/devenv/keys/index.ts';
import { startFaultProxy, type FaultProxy } from '../../cluster/faultProxy.ts';
import { context } from '../cluster/clusterMachine.ts';
import { devEnvProfile, failureOf, LifecycleMachine } from './lifecycleMachine.ts';
import { SshMachine } from './sshMachine.ts';

const never = new AbortController().signal;
const quiet = { exitCode: 0, stderr: '' };

describe('plain ssh to a DevEnv', () => {
  let cluster: LifecycleMachine;
  let laptop: SshMachine;
  let desk: SshMachine;
  let name: string;
  let host: string;
  const cores: SshMachine[] = [];

  beforeAll(async () => {
    cluster = await LifecycleMachine.create('ssh');
    laptop = await SshMachine.create(cluster.machine, "Ada O'Lövelace 李");
    desk = await SshMachine.create(cluster.machine, 'desk');
    cores.push(laptop, desk);
    await mkdir(join(laptop.home, '.ssh'), { mode: 0o700 });
    await writeFile(join(laptop.home, '.ssh/config'), 'Host *\r\n  User somebody\r\n', { mode: 0o644 });
    ({ name } = await laptop.core.handlers['devenvs/create']({ context, name: 'ssh', spec: {} }, never));
    ({ host } = await laptop.connect(name));
  });
  afterAll(async () => {
    for (const { core } of cores) await core.dispose();
    await cluster.dispose();
  });

  it('waits while it starts, needs no question answered, and runs a command there', async () => {
    const said = await laptop.ssh(host, 'echo hello; id -un; exit 7');
    // What it waits for stands on stderr, where there was something to wait for.
    expect(said).toMatchObject({ stdout: 'hello\ndev\n', exitCode: 7 });
    expect(said.stderr).not.toMatch(/denied|key/i);
    expect(await laptop.ssh(host, 'echo again')).toEqual({ ...quiet, stdout: 'again\n' });
    const config = await readFile(join(laptop.home, '.ssh/config'), 'utf8');
    expect(config.split('\r\n').slice(1)).toEqual(['Host *', '  User somebody', '']);
    expect(config).toMatch(/^Include "/);
  });

  it('carries scp, rsync and git', async () => {
    await laptop.ssh(
      host,
      'mkdir -p /workspace/repo && cd /workspace/repo && git init -q -b main && git config user.email a@b && git config user.name a && echo one > one && git add . && git commit -qm one',
    );
    await writeFile(join(laptop.home, 'data.bin'), Buffer.alloc(3_000_000, 'slipway'));
    const program = join(laptop.home, 'programs/ssh');
    const up = await laptop.run('scp', '-q', '-S', program, 'data.bin', `${host}:/workspace/data.bin`);
    expect(up).toMatchObject({ ...quiet });
    const sum = await laptop.ssh(host, 'sha256sum < /workspace/data.bin');
    expect(sum.stdout).toBe((await laptop.run('sh', '-c', 'sha256sum < data.bin')).stdout);
    expect(await laptop.run('git', 'clone', '-q', `ssh://${host}/workspace/repo`, 'clone')).toMatchObject({
      stderr: '',
      exitCode: 0,
    });
    expect(await readFile(join(laptop.home, 'clone/one'), 'utf8')).toBe('one\n');
    expect(await laptop.run('rsync', '-a', 'clone/', `${host}:/workspace/synced/`)).toMatchObject({ ...quiet });
    expect((await laptop.ssh(host, 'cat /workspace/synced/one')).stdout).toBe('one\n');
  });

  it('loses nothing of what is large, in either direction', async () => {
    const down = await laptop.ssh(host, 'head -c 20000000 /dev/zero | tr "\\0" x');
    expect(down.stdout.length).toBe(20_000_000);
    const up = await laptop.run('sh', '-c', `head -c 20000000 /dev/zero | ssh ${host} 'wc -c'`);
    expect(up.stdout.trim()).toBe('20000000');
  });

  it('is there for a second device once it is connected, and not any more once it is removed', async () => {
    await desk.connect(name);
    expect((await desk.ssh(host, 'echo desk')).stdout).toBe('desk\n');
    const { devices } = await laptop.core.handlers['devenvs/devices']({ context, name }, never);
    expect(devices.map(({ current }) => current)).toEqual([true, false]);
    const fingerprint = devices[1]?.fingerprint ?? '';
    await laptop.core.handlers['devenvs/removeDevice']({ context, name, fingerprint }, never);
    expect((await desk.ssh(host, 'true')).stderr).toContain('Permission denied');
    expect((await laptop.ssh(host, 'echo laptop')).stdout).toBe('laptop\n');
    const again = await failureOf(() =>
      laptop.core.handlers['devenvs/removeDevice']({ context, name, fingerprint }, never),
    );
    expect(again.message).toContain('No machine with the key');
  });

  it('tells what of a person’s config wins, and takes everything of ours out again', async () => {
    const file = join(desk.home, '.ssh/config');
    const before = 'Host *\n\tProxyCommand nc %h %p\n# the end, without a line end';
    const ours = (await readFile(file, 'utf8')).trim();
    await writeFile(file, `${before}\n\nHost *\n${ours}`);
    const { conflicts } = await desk.connect(name);
    expect(conflicts).toEqual([`ProxyCommand is "nc %h %p" instead of what Slipway set: line 2 of ${file} wins.`]);
    await writeFile(file, before);
    expect((await desk.connect(name)).conflicts).toEqual([]);
    const { changed } = await desk.core.handlers['sshConfig/remove']({}, never);
    expect(changed).toContain(file);
    expect(await readFile(file, 'utf8')).toBe(before);
    expect((await desk.core.handlers['sshConfig/remove']({}, never)).changed).toEqual([]);
  });

  it('works through the file that an editor reads instead, which is afterwards as it was, to the byte', async () => {
    const sshConfigFile = join(desk.home, 'editor config');
    const before = Buffer.concat([
      Buffer.from('\ufeff# of mine\r\nHost a\r\n\tPort 22\r\n'),
      Buffer.from([0x23, 0xff, 0xfe, 0x0a]),
    ]);
    // With the mark that some editors write ssh itself refuses a file.
    const readable = before.subarray(3);
    for (const content of [before, readable]) {
      await writeFile(sshConfigFile, content);
      const { includedIn, command, configFile } = await desk.connect(name, { sshConfigFile });
      expect(includedIn).toBe(sshConfigFile);
      expect(command).toBe(`ssh -F '${sshConfigFile}' ${host}`);
      const written = await readFile(sshConfigFile, 'latin1');
      expect(written).toContain(content.subarray(content === before ? 3 : 0).toString('latin1'));
      expect(written).toMatch(/--- START SLIPWAY[^]*Include "[^]*--- END SLIPWAY/);
      expect(written).toContain(configFile);
      if (content === readable) {
        expect((await desk.ssh('-F', sshConfigFile, host, 'echo by file')).stdout).toBe('by file\n');
        expect((await desk.run('sh', '-c', command.replace(/$/, ' echo by command'))).stdout).toBe('by command\n');
      }
      const { changed } = await desk.core.handlers['sshConfig/remove']({ sshConfigFile }, never);
      expect(changed).toContain(sshConfigFile);
      expect(Buffer.compare(await readFile(sshConfigFile), content)).toBe(0);
    }
    // One that was not there is not there afterwards.
    await rm(sshConfigFile);
    await desk.connect(name, { sshConfigFile });
    expect((await desk.ssh('-F', sshConfigFile, host, 'echo anew')).stdout).toBe('anew\n');
    await desk.core.handlers['sshConfig/remove']({}, never);
    await expect(readFile(sshConfigFile)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('keeps a session over 30 s without network, and ends one whose connection is cut with a sentence', async () => {
    const folder = cluster.machine.machine.folder;
    const proxy: FaultProxy = await startFaultProxy({ kubeconfig: cluster.machine.cluster.kubeconfig, folder });
    try {
      await cluster.machine.writeContext({ profile: devEnvProfile, kubeconfig: proxy.kubeconfig });
      const child = spawn('ssh', [host, 'cat'], { env: laptop.env });
      let [heard, complained] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => (heard += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text));
      const until = async (what: () => boolean) => {
        for (let waited = 0; !what() && waited < 60_000; waited += 50) await sleep(50);
        expect(what()).toBe(true);
      };
      child.stdin.write('before\n');
      await until(() => heard.includes('before'));
      proxy.freeze();
      child.stdin.write('during\n');
      await sleep(32_000);
      proxy.thaw();
      await until(() => heard === 'before\nduring\n');
      const ended = once(child, 'close');
      proxy.cut();
      await ended;
      expect(complained).toContain(`The connection to ${name} was lost`);
    } finally {
      await cluster.machine.writeContext({ profile: devEnvProfile });
      await proxy.dispose();
    }
  });

  it('is measured hop by hop, each told when it is done', async () => {
    const told: string[] = [];
    const listener = laptop.core.onNotification((method, params) => {
      if (method === 'devenv/hop' && 'hop' in params) told.push(params.hop.name);
    });
    const { hops } = await laptop.core.handlers['devenvs/test']({ context, name, id: 'a test' }, never);
    listener.dispose();
    expect(told).toEqual(['api', 'pod', 'tunnel', 'ssh', 'latency', 'upload', 'download']);
    expect(hops.map((hop) => hop.name)).toEqual(told);
    expect(hops.filter(({ outcome }) => outcome === 'fail' || outcome === 'skipped')).toEqual([]);
    for (const hop of hops.slice(5)) expect(hop.bytesPerSecond).toBeGreaterThan(0);
  });

  it('says that it is stopped, and starts nothing; after a start it is the same host with all that was made there', async () => {
    const made = await laptop.ssh(host, 'python3 -m venv --without-pip /workspace/env');
    expect(made).toMatchObject({ exitCode: 0, stderr: '' });
    await cluster.stop(name);
    const said = await laptop.ssh(host, 'true');
    expect(said.exitCode).toBe(255);
    expect(said.stderr).toContain(`${name} is stopped.`);
    expect(said.stderr).toContain(`slipway devenv start ${name}`);
    expect(await cluster.machine.field(`pod/${name}`, '.metadata.name')).toBe('');
    await cluster.core.handlers['devenvs/start']({ context, name, wait: false }, never);
    const look = 'cat /workspace/synced/one; /workspace/env/bin/python -c "import sys; print(sys.prefix)"';
    const again = await laptop.ssh(host, look);
    expect(again).toMatchObject({ exitCode: 0, stdout: 'one\n/workspace/env\n' });
    // Where the start takes long, ssh says what it waits for; nothing else is said.
    expect(again.stderr.replaceAll(/^.* starts: .*\n/gm, '')).toBe('');
  });

  it('refuses another host key in our words, and takes it when a person says so', async () => {
    const key = makeSshKey('another');
    const data = {
      'ssh_host_ed25519_key.pub': Buffer.from(key.publicKeyLine).toString('base64'),
      ssh_host_ed25519_key: Buffer.from(key.privateKey).toString('base64'),
      authorized_keys: '',
    };
    const secret = `user-ssh-${name.replace(/^devenv-/, '')}`;
    await cluster.machine.kubectl('patch', 'secret', secret, '--type=merge', '-p', JSON.stringify({ data }));
    await cluster.core.handlers['devenvs/restart']({ context, name }, never);
    expect((await laptop.ssh(host, 'true')).stderr).toContain('Host key verification failed');
    const version = () => cluster.machine.field(`secret/${secret}`, '.metadata.resourceVersion');
    const before = await version();
    const refused = await failureOf(() => laptop.connect(name));
    expect(await version(), 'a DevEnv that may be another one gets no key').toBe(before);
    expect(refused.code).toBe('ssh.hostKey');
    expect(refused.message).toMatch(/is another one than before: SHA256:\S+ instead of SHA256:\S+\./);
    expect((await laptop.ssh(host, 'true')).exitCode).toBe(255);
    await laptop.connect(name, { acceptNewHostKey: true });
    expect(await laptop.ssh(host, 'echo new')).toEqual({ ...quiet, stdout: 'new\n' });
  });

  it('is forgotten with the DevEnv', async () => {
    await laptop.core.handlers['devenvs/delete']({ context, name, workspace: true }, never);
    const folder = join(laptop.home, '.local/share/slipway/ssh');
    expect(await readFile(join(folder, 'known_hosts'), 'utf8')).not.toContain(host);
    expect(await readFile(join(folder, 'config'), 'utf8')).not.toContain(host);
    const failure = await failureOf(() => laptop.connect(name));
    expect(failure.code).toBe('devenv.notFound');
  });
});
