import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runCommand, uploadFiles, type UploadFile } from '../../../shared/src/kubernetes/index.ts';
import type { SlipwayError } from '../../../shared/src/protocol/index.ts';
import { sized } from '../../sizes.ts';
import { TestSpace } from './testSpace.ts';

const helpers = join(import.meta.dirname, '../../../shared/src/pipeline/steps/slipway_steps');

let space: TestSpace;
beforeAll(async () => {
  space = await TestSpace.open('transfer');
  await space.startPod('p', 'sleep infinity');
  await shell('mkdir -p /tmp/steps/slipway_steps /tmp/run/output && ln -s /etc /tmp/run/etc');
  // The helpers come as they do in a run: as files of a folder.
  for (const name of (await readdir(helpers)).filter((each) => each.endsWith('.py'))) {
    const stdin = ReadableStream.from<Uint8Array>([await readFile(join(helpers, name))]);
    await shell(`cat > /tmp/steps/slipway_steps/${name}`, stdin);
  }
});
afterAll(() => space.dispose());
afterEach(() => space.proxy.heal());

const where = () => ({ namespace: space.namespace, pod: 'p', container: 'main' });
const python = ['python3', '-I', '-S', '/tmp/steps/slipway_steps'];
const receiver = (folder = '/tmp/run/inputs') => ({ ...where(), command: [...python, 'receive', folder] });
const execOf = /\/exec\?/;

async function shell(script: string, stdin?: AsyncIterable<Uint8Array>): Promise<string> {
  const result = await runCommand(space.api, { ...where(), command: ['sh', '-c', script], stdin }, space.signal);
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  return Buffer.from(result.stdout).toString();
}

const mebibyte = 1_048_576;
const noise = randomBytes(mebibyte);

/** A file of repeated noise, made as it is read. */
function file(path: string, bytes: number): UploadFile {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes; at += mebibyte) hash.update(noise.subarray(0, bytes - at));
  async function* open(start: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < bytes;) {
      await new Promise((resolve) => setImmediate(resolve));
      const piece = noise.subarray(at % mebibyte, Math.min(mebibyte, (at % mebibyte) + bytes - at));
      at += piece.length;
      yield piece;
    }
  }
  return { path, bytes, sha256: hash.digest('hex'), open };
}

describe('an upload', () => {
  let tries = 0;

  const all = sized(300, 60);
  it(`of ${all} MB survives cuts, sends nothing twice, and is checked`, async () => {
    // What an earlier try of this test sent would not be sent again.
    const folder = `/tmp/run/inputs-${(tries += 1)}`;
    const files = [
      file('data/big.bin', (all / 3) * 2 * mebibyte),
      file('data/other.bin', (all / 3) * mebibyte + 17),
      file('ü b.txt', 3),
      file('empty', 0),
    ];
    space.proxy.on(execOf, { kind: 'cutUploadAfter', bytes: all * 300_000 }, 1);
    space.proxy.on(execOf, { kind: 'cutUploadAfter', bytes: 10_000 }, 1);
    space.proxy.on(execOf, { kind: 'answer', status: 500 }, 1);
    space.proxy.on(execOf, { kind: 'cutUploadAfter', bytes: all * 400_000 }, 1);
    const retries: SlipwayError[] = [];
    const starts: number[] = [];
    let last = { files: 0, bytes: 0 };
    const onProgress = (progress: typeof last) => {
      if (progress.bytes < last.bytes || starts.length === 0) starts.push(progress.bytes);
      last = progress;
    };
    await uploadFiles(
      space.proxied,
      receiver(folder),
      files,
      { onProgress, onRetry: (error) => retries.push(error) },
      space.signal,
    );
    expect(retries.length).toBeGreaterThanOrEqual(3);
    expect(last).toEqual({ files: 4, totalFiles: 4, bytes: all * mebibyte + 20, totalBytes: all * mebibyte + 20 });
    // What had arrived before a cut was not sent again.
    expect(Math.max(...starts)).toBeGreaterThan(all * 333_333);
    const sums = await shell(`cd ${folder} && find . -type f | sort | tr "\\n" "\\0" | xargs -0 sha256sum`);
    expect(sums.trim().split('\n').sort()).toEqual(files.map(({ path, sha256 }) => `${sha256}  ./${path}`).sort());
  });

  it('of what is there already sends nothing', async () => {
    const before = [file('data/a.bin', 5 * mebibyte)];
    await uploadFiles(space.proxied, receiver(), before, {}, space.signal);
    let opened = 0;
    const again = before.map((each) => ({
      ...each,
      open: (start: number) => {
        opened += 1;
        return each.open(start);
      },
    }));
    await uploadFiles(space.proxied, receiver(), again, {}, space.signal);
    expect(opened).toBe(0);
  });

  it.each([
    ['path.refused', { ...file('a', 1), path: '../a' }],
    ['path.refused', { ...file('a', 1), path: '/tmp/a' }],
    ['files.refused', { ...file('changed', 10), sha256: '0'.repeat(64) }],
    ['files.refused', { ...file('shorter', 10), bytes: 11 }],
  ])('is refused with %s', async (code, bad) => {
    await expect(uploadFiles(space.proxied, receiver(), [bad], {}, space.signal)).rejects.toMatchObject({ code });
    expect(await shell('cd /tmp/run/inputs && ls changed shorter a 2>/dev/null || true')).toBe('');
  });

  it('is refused where the disk is full', async () => {
    const full = {
      ...where(),
      command: ['sh', '-c', 'ulimit -f 2000; trap "" XFSZ; exec "$@"', 'sh', ...receiver().command],
    };
    const upload = uploadFiles(space.proxied, full, [file('large', 20 * mebibyte)], {}, space.signal);
    await expect(upload).rejects.toMatchObject({ code: 'disk.denied' });
  });

  it('says so where the program is none', async () => {
    const files = [file('a', 1)];
    const chatty = { ...where(), command: ['sh', '-c', 'echo Welcome; cat'] };
    await expect(uploadFiles(space.proxied, chatty, files, {}, space.signal)).rejects.toMatchObject({
      code: 'cluster.protocol',
    });
    const dead = { ...where(), command: ['sh', '-c', 'echo "no python" >&2; exit 3'] };
    await expect(uploadFiles(space.proxied, dead, files, {}, space.signal)).rejects.toMatchObject({
      code: 'cluster.protocol',
      message: expect.stringContaining('exit code 3: no python'),
    });
  });
});
