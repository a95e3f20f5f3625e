import { existsSync, readdirSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inventory } from '../testing/inventory.ts';
import { imageKinds, startLocalImages, timesOf, type LocalImages } from '../testing/localImages.ts';
import type { LocalSshd } from '../testing/localSshd.ts';
import { transferThrough } from '../testing/localTransfers.ts';

let images: LocalImages;
/** Of the image that is tested. */
let sshd: LocalSshd;
let timesMs: number;
let source: string;
let destination: string;

beforeAll(async () => {
  images = await startLocalImages();
});
afterAll(() => images.stop());
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-naming-'));
  source = join(folder, 'source');
  destination = join(folder, 'destination');
  await mkdir(source);
  await mkdir(destination);
  await writeFile(join(source, 'a.txt'), 'a');
  await writeFile(join(source, 'b.txt'), 'b');
  await mkdir(join(source, 'data/deep'), { recursive: true });
  await writeFile(join(source, 'data/deep/c.txt'), 'c');
  return () => rm(folder, { recursive: true, force: true });
});

type Direction = 'upload' | 'download';
const directions: readonly Direction[] = ['upload', 'download'];

/** As `slipway cp` does it. @param to without a slash at its end: a folder that is there, or a new name */
function copy(direction: Direction, from: readonly string[], to: string, signal?: AbortSignal) {
  const sources = from.map((name) => join(source, name));
  const [local, remote] =
    direction === 'upload' ? [sources, [join(destination, to)]] : [[join(destination, to)], sources];
  const how = { sync: false, mayName: !to.endsWith('/') };
  return transferThrough(sshd, { direction, local, remote, ...how }, { ...(signal !== undefined && { signal }) });
}

const there = async (): Promise<string[]> => (await readdir(destination, { recursive: true })).sort();
const textOf = (path: string): Promise<string> => readFile(join(destination, path), 'utf8');

describe.each(imageKinds.slice(0, 2))('an image with %s', (kind) => {
  beforeEach(() => {
    sshd = images[kind];
    timesMs = timesOf(kind);
  });

  describe.each(directions)('the destination of one source (%s)', (direction) => {
    it('is the new name of a file where nothing is, and the file that it replaces where one is', async () => {
      expect(await copy(direction, ['a.txt'], 'new.txt')).toMatchObject({ files: 1, bytes: 1, skipped: [] });
      expect(await there()).toEqual(['new.txt']);
      expect(await copy(direction, ['a.txt'], 'new.txt')).toMatchObject({ files: 0, unchangedFiles: 1 });
      // Same size and time as the one that is there: of different files that says nothing.
      const { atime, mtime } = await lstat(join(source, 'a.txt'));
      await utimes(join(source, 'b.txt'), atime, mtime);
      expect(await copy(direction, ['b.txt'], 'new.txt')).toMatchObject({ files: 1, skipped: [] });
      expect(await there()).toEqual(['new.txt']);
      expect(await textOf('new.txt')).toBe('b');
    });

    it('is made with the folders above it', async () => {
      await copy(direction, ['a.txt'], 'x/y/new.txt');
      expect(await textOf('x/y/new.txt')).toBe('a');
    });

    it('is the folder to put it into where there is one, or where a slash says so', async () => {
      await mkdir(join(destination, 'folder'));
      await copy(direction, ['a.txt'], 'folder');
      await copy(direction, ['a.txt'], 'other/');
      await copy(direction, ['data'], 'folder');
      await copy(direction, ['data'], 'other/');
      const tree = ['', '/a.txt', '/data', '/data/deep', '/data/deep/c.txt'];
      expect(await there()).toEqual(['folder', 'other'].flatMap((name) => tree.map((path) => `${name}${path}`)).sort());
    });

    it('is the new name of a folder where nothing is', async () => {
      expect(await copy(direction, ['data'], 'new')).toMatchObject({ files: 1, skipped: [] });
      expect(await inventory(join(destination, 'new'), timesMs)).toEqual(
        await inventory(join(source, 'data'), timesMs),
      );
      // Now there is one: the second copy goes into it, as with cp and scp.
      await copy(direction, ['data'], 'new');
      expect(await there()).toContain('new/data/deep/c.txt');
    });

    it('goes on as the new name of a folder when the copy was cut', async () => {
      await writeFile(join(source, 'data/big.bin'), Buffer.alloc(30_000_000, 'x'));
      const stop = new AbortController();
      const isBegun = (): boolean =>
        existsSync(join(destination, 'new')) && readdirSync(join(destination, 'new')).length > 0;
      const watching = setInterval(() => (isBegun() ? stop.abort() : undefined), 1);
      await expect(copy(direction, ['data'], 'new', stop.signal)).rejects.toBeDefined();
      clearInterval(watching);
      expect((await readdir(destination)).sort()).toEqual([expect.stringMatching(/^\.slipway-part-as-\w+$/), 'new']);
      await copy(direction, ['data'], 'new');
      expect(await readdir(destination)).toEqual(['new']);
      expect(await inventory(join(destination, 'new'), timesMs)).toEqual(
        await inventory(join(source, 'data'), timesMs),
      );
    });

    it('cannot be a file for a folder, nor a name for several', async () => {
      await writeFile(join(destination, 'file'), 'mine');
      await expect(copy(direction, ['data'], 'file')).rejects.toThrow(/file.*(?:is no folder|cannot be used)/);
      for (const name of ['file', 'new']) {
        await expect(copy(direction, ['a.txt', 'b.txt'], name)).rejects.toMatchObject({
          code: 'usage',
          message: `${join(destination, name)} is no folder, and several things cannot have one name.`,
        });
      }
      expect(await there()).toEqual(['file']);
      expect(await textOf('file')).toBe('mine');
      await copy(direction, ['a.txt', 'b.txt'], 'new/');
      expect(await readdir(join(destination, 'new'))).toEqual(['a.txt', 'b.txt']);
    });

    it('is not what a link in its place leads to', async () => {
      await writeFile(join(destination, 'target'), 'untouched');
      await symlink('target', join(destination, 'link'));
      await copy(direction, ['a.txt'], 'link');
      expect(await textOf('target')).toBe('untouched');
      expect((await lstat(join(destination, 'link'))).isFile()).toBe(true);
    });
  });

  it('gives what a link leads to the name of the link', async () => {
    await symlink('a.txt', join(source, 'latest.txt'));
    for (const direction of directions) {
      await copy(direction, ['latest.txt'], `${direction}/`);
      expect(await readdir(join(destination, direction))).toEqual(['latest.txt']);
      expect(await textOf(`${direction}/latest.txt`)).toBe('a');
    }
  });
});
