import { createServer } from 'node:net';
import { once } from 'node:events';
import { chmod, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { SlipwayError } from '../protocol/index.ts';
import { Secret } from './secret.ts';
import { serveOnSocket, type SocketServer, type SocketServerOptions } from './socketServer.ts';
import { runNamed, type StandInCore, standInCore } from './testing/standInCore.ts';
import { temporaryFolders } from './testing/temporary.ts';
import { containing, matching } from './testing/matchers.ts';
import { clientOver, connected, hello, never, socketClient } from './testing/wires.ts';

const temporaryFolder = temporaryFolders();
const secret = 'correct horse battery staple 0123456789';
const servers: SocketServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.dispose()));
});

async function start(
  core: StandInCore,
  options: Partial<SocketServerOptions> = {},
): Promise<{ socketPath: string; server: SocketServer; log: string[] }> {
  const socketPath = options.socketPath ?? join(await temporaryFolder(), 'core', 's');
  const log: string[] = [];
  const server = await serveOnSocket(
    core,
    {
      socketPath,
      secret: new Secret(secret),
      version: '0.1.0',
      log: (entry) => log.push(entry),
      checkResults: true,
      ...options,
    },
    never,
  );
  servers.push(server);
  return { socketPath, server, log };
}

describe('a core on a socket', () => {
  it('serves two clients at once, each with its own session', async () => {
    const core = standInCore();
    const { socketPath, log } = await start(core);
    const [one, two] = await Promise.all([socketClient(socketPath, secret), socketClient(socketPath, secret)]);
    await Promise.all([hello(one.client), hello(two.client)]);
    const heard: string[] = [];
    one.client.onNotification('run/changed', ({ run }) => heard.push(`one ${run.name}`));
    two.client.onNotification('run/changed', ({ run }) => heard.push(`two ${run.name}`));
    const runs = await Promise.all([
      one.client.request('runs/get', { run: 'a' }, never),
      two.client.request('runs/get', { run: 'b' }, never),
    ]);
    expect(runs.map(({ name }) => name)).toEqual(['a', 'b']);
    for (const session of core.sessions) session.notify('run/changed', { watch: 'w', run: runNamed('x') });
    await Promise.all([one, two].map(({ client }) => client.request('runs/list', {}, never)));
    expect(heard.sort()).toEqual(['one x', 'two x']);
    one.client.dispose();
    expect((await two.client.request('runs/get', { run: 'c' }, never)).name).toBe('c');
    expect(log).toEqual([]);
  });

  it('is entered by its user only: socket 0600 in a folder 0700', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'before'), '');
    const { socketPath } = await start(standInCore());
    expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
    expect((await stat(join(socketPath, '..'))).mode & 0o777).toBe(0o700);
    await writeFile(join(folder, 'after'), '');
    expect((await stat(join(folder, 'after'))).mode).toBe((await stat(join(folder, 'before'))).mode);
  });

  it('says where it listens, without the secret', async () => {
    const { server, socketPath } = await start(standInCore());
    expect(server.line).toEqual({
      listening: socketPath,
      protocolVersion: matching(/^\d+\.\d+$/),
      version: '0.1.0',
      pid: process.pid,
    });
    expect(JSON.stringify(server.line)).not.toContain(secret);
  });

  it.each([
    ['another secret', `{"secret": "${secret}x"}\n`],
    ['no secret', '{"jsonrpc": "2.0", "id": 1, "method": "runs/list"}\n'],
    ['a secret that is no text', '{"secret": 5}\n'],
    ['no JSON', '{secret\n'],
    ['a first line without end', `{"secret": "${'x'.repeat(10_000)}`],
  ])('turns away a client with %s', async (_what, line) => {
    const core = standInCore();
    const { socketPath } = await start(core);
    const socket = await connected(socketPath);
    socket.write(line);
    const answer = JSON.parse(await text(socket)) as unknown;
    expect(answer).toMatchObject({ id: null, error: { data: { code: 'protocol.unauthorized' } } });
    expect(JSON.stringify(answer)).not.toContain(secret);
    expect(core.sessions).toHaveLength(0);
  });

  it('tells a client of ours that the secret is wrong', async () => {
    const { socketPath } = await start(standInCore());
    const { client } = await socketClient(socketPath, 'x'.repeat(40));
    await expect(hello(client)).rejects.toMatchObject({ code: 'protocol.unauthorized' });
  });

  it('turns away who says nothing, or half a line, in time', async () => {
    const core = standInCore();
    const { socketPath } = await start(core, { helloTimeoutMs: 500 });
    const [silent, half] = await Promise.all([connected(socketPath), connected(socketPath)]);
    half.write('{"secret": "cor');
    expect(await text(silent)).toBe('');
    expect(await text(half)).toContain('protocol.unauthorized');
    expect(core.sessions).toHaveLength(0);
  });

  it('reads the secret however its bytes are cut, and messages right behind it', async () => {
    const { socketPath } = await start(standInCore());
    const socket = await connected(socketPath);
    for (const character of `{"secret":"${secret}"}`) {
      socket.write(character);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const client = clientOver(socket);
    socket.cork();
    socket.write('\n');
    const greeting = hello(client);
    socket.uncork();
    expect((await greeting).contexts).toEqual(['local']);
  });

  it('ends in order: sessions closed, clients told, socket gone', async () => {
    const core = standInCore(() => ({ 'logs/read': () => new Promise(() => undefined) }));
    const { socketPath, server } = await start(core);
    const { client } = await socketClient(socketPath, secret);
    await hello(client);
    const reading = client.request('logs/read', { run: 'a', position: '' }, never);
    const outcome = expect(reading).rejects.toBeInstanceOf(SlipwayError);
    await server.dispose();
    await outcome;
    expect(core.sessions[0]?.disposed).toBe(true);
    await expect(stat(socketPath)).rejects.toThrow(/ENOENT/);
    servers.length = 0;
  });

  it('cuts off a client that asks but never reads', async () => {
    const data = 'x'.repeat(1_000_000);
    const batch = {
      step: 'notebook' as const,
      offset: 0,
      length: data.length,
      encoding: 'utf8' as const,
      data,
      times: [],
    };
    const core = standInCore(() => ({
      'logs/read': () => Promise.resolve({ batches: [batch], next: 'x', end: false }),
    }));
    const { socketPath } = await start(core);
    const { client, socket } = await socketClient(socketPath, secret);
    await hello(client);
    socket.pause();
    const asked = Array.from({ length: 200 }, () => client.request('logs/read', { run: 'a', position: '' }, never));
    const outcomes = Promise.allSettled(asked);
    await expect.poll(() => core.sessions[0]?.disposed, { timeout: 60_000 }).toBe(true);
    socket.destroy();
    expect((await outcomes).some(({ status }) => status === 'rejected')).toBe(true);
  });
});

describe('the place of a socket', () => {
  it('is not shared with a live core', async () => {
    const { socketPath } = await start(standInCore());
    await expect(start(standInCore(), { socketPath })).rejects.toMatchObject({
      code: 'run.conflict',
      message: `A core is listening already: ${socketPath}`,
    });
    const { client } = await socketClient(socketPath, secret);
    expect((await hello(client)).contexts).toEqual(['local']);
  });

  it('is taken over from a core that died', async () => {
    const folder = await temporaryFolder();
    const socketPath = join(folder, 's');
    const { spawn } = await import('node:child_process');
    const code = `require('node:net').createServer().listen(process.argv[1], () => console.log('up'))`;
    const dead = spawn(process.execPath, ['-e', code, socketPath], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(dead.stdout, 'data');
    dead.kill('SIGKILL');
    await once(dead, 'exit');
    expect((await stat(socketPath)).isSocket()).toBe(true);
    await start(standInCore(), { socketPath });
    const { client } = await socketClient(socketPath, secret);
    expect((await hello(client)).contexts).toEqual(['local']);
  });

  it('is refused in a folder that others may enter', async () => {
    const folder = await temporaryFolder();
    await chmod(folder, 0o755);
    await expect(start(standInCore(), { socketPath: join(folder, 's') })).rejects.toMatchObject({
      code: 'disk.denied',
      message: containing('open to other users'),
    });
  });

  it("is refused in another user's folder", async () => {
    const { prepareSocketPath } = await import('./socketPath.ts');
    const mine = await temporaryFolder();
    const stranger = (process.getuid?.() ?? 0) + 1;
    await expect(prepareSocketPath(join(mine, 's'), stranger, never)).rejects.toThrow(/belongs to another user/);
  });

  it('is refused behind a link', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'real'), { mode: 0o700 });
    await symlink('real', join(folder, 'link'));
    await expect(start(standInCore(), { socketPath: join(folder, 'link', 's') })).rejects.toThrow(/a link or a file/);
  });

  it('is never made by removing a file', async () => {
    const socketPath = join(await temporaryFolder(), 's');
    await writeFile(socketPath, 'precious');
    await expect(start(standInCore(), { socketPath })).rejects.toMatchObject({ code: 'usage' });
    expect((await stat(socketPath)).size).toBe(8);
  });

  it('is refused when its path is longer than a system takes', async () => {
    const socketPath = join(await temporaryFolder(), 'x'.repeat(110));
    await expect(start(standInCore(), { socketPath })).rejects.toMatchObject({ code: 'usage' });
  });

  it('is free again for other programs afterwards', async () => {
    const { socketPath, server } = await start(standInCore());
    await server.dispose();
    servers.length = 0;
    const other = createServer();
    other.listen(socketPath);
    await once(other, 'listening');
    other.close();
    await once(other, 'close');
  });
});

describe('a secret', () => {
  it('must be long, and is not shown by inspection', async () => {
    expect(() => new Secret('x'.repeat(31))).toThrow(/fewer than 32/);
    const { inspect } = await import('node:util');
    expect(inspect(new Secret(secret), { showHidden: true })).not.toContain('horse');
    expect(JSON.stringify(new Secret(secret))).toBe('{}');
  });
});
