import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A real OpenSSH server on a loopback port, which lets in who runs the tests. */
export interface LocalSshd {
  readonly user: string;
  readonly privateKey: string;
  /** Where that is on disk, for OpenSSH's own clients. */
  readonly privateKeyFile: string;
  /** As in `known_hosts`. */
  readonly hostKey: string;
  readonly port: number;
  connect(): Promise<Duplex>;
  stop(): Promise<void>;
}

/**
 * @param options `path`: PATH in its sessions; `sftp` false: without that
 */
export async function startLocalSshd(
  options: { readonly path?: string; readonly sftp?: boolean } = {},
): Promise<LocalSshd> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-sshd-'));
  const key = async (name: string): Promise<void> => {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
  };
  await key('host');
  await key('user');
  await writeFile(join(folder, 'authorized_keys'), await readFile(join(folder, 'user.pub')), { mode: 0o600 });
  const port = await freePort();
  await writeFile(join(folder, 'sshd_config'), configuration(folder, port, options));
  // The server wants its folder for what has no privileges, where it runs as root.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true });
  const server = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  server.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4_000)));
  await listening(port, server, () => log);
  return {
    user: userInfo().username,
    privateKey: await readFile(join(folder, 'user'), 'utf8'),
    privateKeyFile: join(folder, 'user'),
    hostKey: (await readFile(join(folder, 'host.pub'), 'utf8')).trim(),
    port,
    connect: () => dialLocal(port),
    stop: async () => {
      if (server.exitCode === null) {
        const ended = new Promise((resolve) => server.once('exit', resolve));
        server.kill('SIGTERM');
        await ended;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(
  folder: string,
  port: number,
  { path = pathWithPython(), sftp = true }: { readonly path?: string; readonly sftp?: boolean },
): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    ...(sftp ? ['Subsystem sftp internal-sftp'] : []),
    'MaxStartups 100',
    // Bash reads ~/.bashrc in the first shell below a server: there may be anything in there, and it may take a while.
    `SetEnv SHLVL=1 PATH=${path}`,
    '',
  ].join('\n');
}

/** PATH with the interpreter itself, not with what chooses one at every start. */
function pathWithPython(): string {
  const interpreter = execFileSync('python3', ['-I', '-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
  return `${dirname(interpreter.trim())}:${process.env.PATH ?? ''}`;
}

async function listening(port: number, server: ChildProcess, log: () => string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (server.exitCode !== null) throw new Error(`sshd ended: ${log()}`);
    try {
      (await dialLocal(port)).destroy();
      return;
    } catch {
      await delay(25);
    }
  }
  throw new Error(`sshd does not listen: ${log()}`);
}

/** To a port on the loopback interface. */
export function dialLocal(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const port = portOf(server);
      server.close(() => resolve(port));
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
