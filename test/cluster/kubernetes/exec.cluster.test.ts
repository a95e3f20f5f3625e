import { createHash, randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { exec, resources, runCommand, type ExecRequest } from '../../../shared/src/kubernetes/index.ts';
import { sized } from '../../sizes.ts';
import { eventually, TestSpace } from './testSpace.ts';

let space: TestSpace;
beforeAll(async () => {
  space = await TestSpace.open('exec');
  await space.startPod('p', 'sleep infinity');
  await space.startPod('ended', 'true');
});
afterAll(() => space.dispose());
afterEach(() => space.proxy.heal());

const request = (command: readonly string[], more: Partial<ExecRequest> = {}): ExecRequest => ({
  namespace: space.namespace,
  pod: 'p',
  container: 'main',
  command,
  ...more,
});
const execOf = /\/exec\?/;

/** More than fits all buffers on the way. */
const size = 100 * 1024 * 1024;
/** A megabyte that does not compress. */
const block = randomBytes(1_048_576);
async function* blocks(count: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index += 1) {
    // Gives other work its turn, as a file would.
    await new Promise((resolve) => setImmediate(resolve));
    yield block;
  }
}
const blocksHash = (count: number) => {
  const hash = createHash('sha256');
  for (let index = 0; index < count; index += 1) hash.update(block);
  return hash.digest('hex');
};

describe('a program in a container', () => {
  it.each([0, 1, 42, 137])('ends with exit code %i', async (exitCode) => {
    const result = await runCommand(
      space.proxied,
      request(['sh', '-c', `echo out; echo err >&2; exit ${exitCode}`]),
      space.signal,
    );
    expect({ ...result, stdout: Buffer.from(result.stdout).toString() }).toEqual({
      exitCode,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('gets its arguments as they are', async () => {
    const argument = 'a b\'"$HOME\n*é';
    const { stdout } = await runCommand(space.proxied, request(['printf', '%s', argument]), space.signal);
    expect(Buffer.from(stdout).toString()).toBe(argument);
  });

  it('reads the end of its input', async () => {
    const session = await exec(space.proxied, request(['wc', '-c'], { stdin: blocks(3) }), space.signal);
    expect(session.canEndInput).toBe(true);
    const chunks: Uint8Array[] = [];
    for await (const chunk of session.stdout) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString().trim()).toBe(String(3 * block.length));
    expect(await session.exited).toEqual({ exitCode: 0 });
  });

  const megabytes = sized(100, 30);
  it(`takes and gives ${megabytes} MB unchanged`, async () => {
    const session = await exec(space.proxied, request(['cat'], { stdin: blocks(megabytes) }), space.signal);
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of session.stdout) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    expect(bytes).toBe(megabytes * block.length);
    expect(hash.digest('hex')).toBe(blocksHash(megabytes));
    expect(await session.exited).toEqual({ exitCode: 0 });
  });

  it('is stopped by a reader that does not read', async () => {
    // It ends when all has come: of what is on its way when a program ends, a cluster may drop what a slow reader has not taken.
    const program = ['sh', '-c', `head -c ${size} /dev/zero; cat`];
    const session = await exec(space.proxied, request(program, { stdin: 'open' }), space.signal);
    const reader = session.stdout[Symbol.asyncIterator]();
    /** How many bytes came next; 0 at the end. */
    const read = async (): Promise<number> => {
      const next = await reader.next();
      return next.done === true ? 0 : next.value.length;
    };
    let bytes = await read();
    const before = process.memoryUsage();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const after = process.memoryUsage();
    expect(after.arrayBuffers + after.external - before.arrayBuffers - before.external).toBeLessThan(40 * 1024 * 1024);
    for (let more = 1; bytes < size && more > 0; bytes += more) more = await read();
    expect(bytes).toBe(size);
    await session.endInput();
    expect(await read()).toBe(0);
    expect(await session.exited).toEqual({ exitCode: 0 });
  });

  // As much as fits the pipes on the way: a kubelet holds back the end of a program while more of its input is on the way.
  it('may end without reading its input', async () => {
    const stdin = (async function* () {
      yield await Promise.resolve(new Uint8Array(1_000));
    })();
    const session = await exec(space.proxied, request(['true'], { stdin }), space.signal);
    for await (const chunk of session.stdout) expect.unreachable(String(chunk.length));
    expect(await session.exited).toEqual({ exitCode: 0 });
    await expect(session.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'run.conflict' });
  });

  it('is left alone when the caller aborts', async () => {
    const stop = new AbortController();
    const session = await exec(space.proxied, request(['sleep', '100']), stop.signal);
    stop.abort();
    await expect(session.exited).rejects.toThrow();
    await eventually(() => !space.proxy.open.some(({ url }) => url.includes('/exec?')));
  });
});

describe('what cannot be run', () => {
  it.each<[string, Partial<ExecRequest>, string, RegExp]>([
    [
      'a program that is not there',
      { command: ['no-such-program'] },
      'cluster.refused',
      /no program no-such-program in container main/,
    ],
    ['in a container that has ended', { pod: 'ended' }, 'run.conflict', /Container main of pod ended is not running/],
    [
      'in a container that is not there',
      { container: 'other' },
      'run.conflict',
      /Container other of pod p is not running/,
    ],
    ['in a pod that is not there', { pod: 'nobody' }, 'cluster.notFound', /nobody/],
  ])('says so: %s', async (_name, more, code, message) => {
    if (more.pod === 'ended') await eventually(async () => (await podPhase('ended')) === 'Succeeded');
    const attempt = runCommand(space.proxied, request(['true'], more), space.signal);
    await expect(attempt).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

const podPhase = async (name: string) => {
  const path = { type: resources.pods, namespace: space.namespace, name };
  return (await space.api.get(path, z.object({ status: z.object({ phase: z.string() }) }), space.signal)).status.phase;
};

describe('a connection to a program', () => {
  const lost = { code: 'cluster.unreachable', message: expect.stringContaining('in container main of pod p broke') };

  it('that is cut is an error, not an end', async () => {
    const session = await exec(space.proxied, request(['sh', '-c', 'echo one; sleep 100']), space.signal);
    const reader = session.stdout[Symbol.asyncIterator]();
    expect(Buffer.from((await reader.next()).value ?? []).toString()).toBe('one\n');
    expect(space.proxy.cut(execOf)).toBe(1);
    await expect(reader.next()).rejects.toMatchObject(lost);
    await expect(session.exited).rejects.toMatchObject(lost);
  });

  it('that hangs is given up, also in hours of silence', async () => {
    const session = await exec(space.proxied, request(['sleep', '100']), space.signal);
    // The other side answers, so silence alone is no reason.
    await new Promise((resolve) => setTimeout(resolve, 17_000));
    space.proxy.freeze(({ url }) => url.includes('/exec?'));
    await expect(session.exited).rejects.toMatchObject(lost);
  });

  it('that was refused for lack of rights names the verb', async () => {
    const message =
      'pods "p" is forbidden: User "admin" cannot get resource "pods/exec" in API group "" in the namespace "x"';
    const body = JSON.stringify({ kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403, message });
    space.proxy.on(execOf, { kind: 'answer', status: 403, body });
    await expect(exec(space.proxied, request(['true']), space.signal)).rejects.toMatchObject({
      code: 'cluster.forbidden',
      message: expect.stringContaining(`may not get pods/exec in ${space.namespace}`),
    });
  });
});
