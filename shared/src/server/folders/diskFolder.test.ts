import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobFolder } from '../../jobs/index.ts';
import { never } from '../testing/wires.ts';
import { createDiskFolder } from './diskFolder.ts';

let place: string;
let root: string;
let folder: JobFolder;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'slipway-folder-'));
  root = join(place, 'job');
  await mkdir(join(root, 'data'), { recursive: true });
  await writeFile(join(root, 'a.txt'), 'hello');
  await writeFile(join(root, 'data', 'b.bin'), Buffer.alloc(700_000, 7));
  await writeFile(join(place, 'secret.txt'), 'secret');
  folder = createDiskFolder(root, 'my job');
});

afterEach(async () => {
  await rm(place, { recursive: true, force: true });
});

async function bytesOf(path: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of folder.read(path, never)) chunks.push(chunk);
  expect(chunks.every((chunk) => chunk.length <= 256 * 1024)).toBe(true);
  return Buffer.concat(chunks);
}

async function kinds(path = ''): Promise<Record<string, string>> {
  const entries = await folder.list(path, never);
  return Object.fromEntries(entries.map(({ name, kind }) => [name, kind]));
}

describe('a folder on disk', () => {
  it('lists, describes and reads what is in it', async () => {
    expect(folder).toMatchObject({ label: 'my job', diskPath: root });
    expect([...(await folder.list('', never))].sort((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: 'a.txt', kind: 'file', bytes: 5 },
      { name: 'data', kind: 'folder', bytes: 0 },
    ]);
    expect(await folder.stat('', never)).toEqual({ kind: 'folder', bytes: 0 });
    expect(await folder.stat('data/b.bin', never)).toEqual({ kind: 'file', bytes: 700_000 });
    expect((await bytesOf('data/b.bin')).equals(Buffer.alloc(700_000, 7))).toBe(true);
    expect((await bytesOf('a.txt')).toString()).toBe('hello');
  });

  it('knows what is missing', async () => {
    expect((await folder.stat('nothing', never)).kind).toBe('missing');
    expect((await folder.stat('a.txt/below', never)).kind).toBe('missing');
    expect((await folder.stat('no/where', never)).kind).toBe('missing');
    await expect(bytesOf('nothing')).rejects.toMatchObject({ code: 'files.refused' });
    await expect(folder.list('nothing', never)).rejects.toMatchObject({ code: 'files.refused' });
    await expect(bytesOf('data')).rejects.toMatchObject({ code: 'files.refused' });
  });

  it('follows links that stay inside', async () => {
    await symlink('../a.txt', join(root, 'data', 'inside'));
    await symlink(join(root, 'data'), join(root, 'absolute'));
    expect(await kinds('data')).toMatchObject({ inside: 'file' });
    expect(await kinds()).toMatchObject({ absolute: 'folder' });
    expect((await bytesOf('absolute/inside')).toString()).toBe('hello');
    expect(await folder.stat('absolute/b.bin', never)).toEqual({ kind: 'file', bytes: 700_000 });
  });

  it('reports links that leave, dangle or circle, and reads none of them', async () => {
    await symlink('../secret.txt', join(root, 'out'));
    await symlink('..', join(root, 'up'));
    await symlink('gone', join(root, 'dangling'));
    await symlink('circle', join(root, 'circle'));
    await symlink(place, join(root, 'data', 'away'));
    expect(await kinds()).toMatchObject({ out: 'link', up: 'link', dangling: 'link', circle: 'link' });
    expect((await folder.stat('out', never)).kind).toBe('link');
    await expect(bytesOf('out')).rejects.toMatchObject({ code: 'path.refused' });
    await expect(bytesOf('up/secret.txt')).rejects.toMatchObject({ code: 'path.refused' });
    await expect(folder.list('data/away', never)).rejects.toMatchObject({ code: 'path.refused' });
    await expect(folder.stat('data/away/secret.txt', never)).rejects.toMatchObject({ code: 'path.refused' });
    await expect(bytesOf('circle')).rejects.toMatchObject({ code: 'files.refused' });
  });

  it('is not fooled by a neighbour whose name begins alike', async () => {
    await mkdir(join(place, 'job-other'));
    await writeFile(join(place, 'job-other', 'x'), 'x');
    await symlink('../job-other/x', join(root, 'near'));
    expect(await kinds()).toMatchObject({ near: 'link' });
  });

  it('ends every walk: links back to a folder on the way are no folders', async () => {
    await mkdir(join(root, 'one'));
    await mkdir(join(root, 'two'));
    await symlink('../two', join(root, 'one', 'next'));
    await symlink('../one', join(root, 'two', 'next'));
    await symlink('.', join(root, 'one', 'self'));
    expect(await kinds('one')).toEqual({ next: 'folder', self: 'link' });
    expect(await kinds('one/next')).toEqual({ next: 'link' });
  });

  it.each(['../secret.txt', '/etc/passwd', 'data/../../secret.txt', 'data//b.bin', './a.txt', 'a.txt\0', 'data/'])(
    'refuses the path %j',
    async (path) => {
      await expect(bytesOf(path)).rejects.toMatchObject({ code: 'path.refused' });
      await expect(folder.list(path, never)).rejects.toMatchObject({ code: 'path.refused' });
      await expect(folder.stat(path, never)).rejects.toMatchObject({ code: 'path.refused' });
    },
  );

  it.each(['it\'s "odd" $(touch x)', 'new\nline', '-rf', '中文.ipynb', ' ', 'a\\b'])(
    'takes the name %j',
    async (name) => {
      await writeFile(join(root, name), name);
      expect(await kinds()).toMatchObject({ [name]: 'file' });
      expect((await bytesOf(name)).toString()).toBe(name);
    },
  );

  it('does not wait for a named pipe', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect(await kinds()).toMatchObject({ pipe: 'other' });
    await expect(bytesOf('pipe')).rejects.toMatchObject({ code: 'files.refused' });
  });

  it('stops at an abort', async () => {
    const controller = new AbortController();
    const reading = (async () => {
      for await (const chunk of folder.read('data/b.bin', controller.signal))
        controller.abort(new Error(`${chunk.length}`));
    })();
    await expect(reading).rejects.toThrow('262144');
  });

  it('says which file may not be read', async () => {
    await chmod(place, 0o755);
    await chmod(join(root, 'a.txt'), 0);
    const asRoot = process.geteuid?.() === 0;
    if (asRoot) process.seteuid?.('nobody');
    try {
      await expect(bytesOf('a.txt')).rejects.toMatchObject({
        code: 'disk.denied',
        message: '"a.txt" may not be read by this user.',
      });
      expect((await bytesOf('data/b.bin')).length).toBe(700_000);
    } finally {
      if (asRoot) process.seteuid?.(0);
    }
  });
});
