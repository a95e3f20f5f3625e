import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { listeningLine } from './testing/processes.ts';
import { temporaryFolders } from './testing/temporary.ts';
import { containing } from './testing/matchers.ts';
import { clientOver, hello, never, socketClient } from './testing/wires.ts';

const main = fileURLToPath(new URL('testing/serveMain.ts', import.meta.url));
const temporaryFolder = temporaryFolders();
const secret = 'f00d'.repeat(10);
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(args: readonly string[], stdio: StdioOptions = 'pipe'): ChildProcess {
  const child = spawn(process.execPath, [main, ...args], { stdio });
  children.push(child);
  return child;
}

async function ended(child: ChildProcess): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const read = (stream: Readable | null): Promise<string> => (stream === null ? Promise.resolve('') : text(stream));
  const outputs = Promise.all([read(child.stdout), read(child.stderr)]);
  const [code] = (await once(child, 'exit')) as [unknown];
  const [stdout, stderr] = await outputs;
  return { code, stdout, stderr };
}

async function startOnSocket(): Promise<{ child: ChildProcess; socketPath: string; line: Record<string, unknown> }> {
  const socketPath = join(await temporaryFolder(), 'core', 's');
  const child = start(['socket', socketPath]);
  child.stdin?.write(`${secret}\n`);
  return { child, socketPath, line: await listeningLine(child) };
}

describe('slipway serve on a descriptor', () => {
  it('serves the host at the other end and ends with it', async () => {
    const child = start(['fd', '3'], ['ignore', 'pipe', 'pipe', 'pipe']);
    const pipe = child.stdio[3];
    if (!(pipe instanceof Socket)) throw new Error('No pipe was made.');
    const client = clientOver(pipe);
    await hello(client);
    expect((await client.request('runs/get', { run: 'a' }, never)).name).toBe('a');
    const end = ended(child);
    client.dispose();
    expect(await end).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('ends at SIGTERM', async () => {
    const child = start(['fd', '3'], ['ignore', 'pipe', 'pipe', 'pipe']);
    const pipe = child.stdio[3];
    if (!(pipe instanceof Socket)) throw new Error('No pipe was made.');
    await hello(clientOver(pipe));
    const end = ended(child);
    child.kill('SIGTERM');
    expect((await end).code).toBe(0);
  });

  it.each(['1', '77'])('refuses descriptor %s, which is no such pipe', async (fd) => {
    const { code, stderr } = await ended(start(['fd', fd], ['ignore', 'ignore', 'pipe']));
    expect(code).toBe(2);
    expect(stderr).toContain(`usage: File descriptor ${fd} is not a pipe that carries both directions.`);
  });
});

describe('slipway serve on a socket', () => {
  it('says where it listens once clients may come, and serves them', async () => {
    const { child, socketPath, line } = await startOnSocket();
    expect(line).toMatchObject({ listening: socketPath, protocolVersion: '1.0', version: '0.1.0', pid: child.pid });
    const [one, two] = await Promise.all([socketClient(socketPath, secret), socketClient(socketPath, secret)]);
    await Promise.all([hello(one.client), hello(two.client)]);
    expect((await two.client.request('runs/get', { run: 'b' }, never)).name).toBe('b');
  });

  it.runIf(process.platform === 'linux')('keeps the secret out of its arguments and environment', async () => {
    const { child } = await startOnSocket();
    const read = (file: string): Promise<string> => readFile(`/proc/${child.pid ?? 0}/${file}`, 'latin1');
    expect(await read('cmdline')).not.toContain(secret);
    expect(await read('environ')).not.toContain(secret);
  });

  it('ends in order at SIGTERM and removes the socket', async () => {
    const { child, socketPath } = await startOnSocket();
    const { client } = await socketClient(socketPath, secret);
    await hello(client);
    const end = ended(child);
    child.kill('SIGTERM');
    expect(await end).toMatchObject({ code: 0, stderr: '' });
    expect((await client.closed).code).toBe('internal');
    await expect(stat(socketPath)).rejects.toThrow(/ENOENT/);
  });

  it('ends when its host closes standard input', async () => {
    const { child, socketPath } = await startOnSocket();
    const end = ended(child);
    child.stdin?.end();
    expect((await end).code).toBe(0);
    await expect(stat(socketPath)).rejects.toThrow(/ENOENT/);
  });

  it.each([
    ['none', ''],
    ['a short one', 'short\n'],
    ['one without end', 'x'.repeat(10_000)],
  ])('does not start with %s for a secret', async (_what, input) => {
    const socketPath = join(await temporaryFolder(), 's');
    const child = start(['socket', socketPath]);
    const end = ended(child);
    child.stdin?.on('error', () => child.stdin?.destroy());
    Readable.from([input]).pipe(child.stdin ?? process.stdout);
    const { code, stdout, stderr } = await end;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('usage: The secret on standard input has fewer than 32 characters.');
    await expect(stat(socketPath)).rejects.toThrow(/ENOENT/);
  });

  it('takes the place of a core that was killed', async () => {
    const first = await startOnSocket();
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const child = start(['socket', first.socketPath]);
    child.stdin?.write(`${secret}\n`);
    expect((await listeningLine(child)).pid).toBe(child.pid);
    const { client } = await socketClient(first.socketPath, secret);
    expect((await hello(client)).contexts).toEqual(['local']);
  });

  it('leaves a live core its place', async () => {
    const { socketPath } = await startOnSocket();
    const child = start(['socket', socketPath]);
    const end = ended(child);
    child.stdin?.write(`${secret}\n`);
    expect(await end).toMatchObject({ code: 2, stderr: containing('A core is listening already') });
    const { client } = await socketClient(socketPath, secret);
    expect((await hello(client)).contexts).toEqual(['local']);
  });
});
