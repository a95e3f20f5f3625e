import { lstat, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inventory } from '../testing/inventory.ts';
import { imageKinds, startLocalImages, type LocalImages } from '../testing/localImages.ts';
import type { LocalSshd } from '../testing/localSshd.ts';
import { transferThrough } from '../testing/localTransfers.ts';
import type { TransferRequest } from './transfer.ts';
import { oldPartMs, partPrefix } from './tree.ts';

let images: LocalImages;
/** Of the image that is tested. */
let sshd: LocalSshd;
let folder: string;

beforeAll(async () => {
  images = await startLocalImages();
});
afterAll(() => images.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-dry-run-'));
  await mkdir(join(folder, 'source/data/deep'), { recursive: true });
  await mkdir(join(folder, 'destination'));
  await writeFile(join(folder, 'source/a.txt'), 'a');
  await writeFile(join(folder, 'source/b.txt'), 'bb');
  await writeFile(join(folder, 'source/data/c.txt'), 'ccc');
  await writeFile(join(folder, 'source/data/deep/d.bin'), Buffer.alloc(1_000_000, 'd'));
  return () => rm(folder, { recursive: true, force: true });
});

type How = Partial<Pick<TransferRequest, 'sync' | 'mayName' | 'delete' | 'dryRun'>>;

function plan(direction: 'upload' | 'download', from: readonly string[], to: string, how: How) {
  const sources = from.map((name) => join(folder, 'source', name));
  const destination = `${folder}/destination/${to}`;
  const [local, remote] = direction === 'upload' ? [sources, [destination]] : [[destination], sources];
  return transferThrough(sshd, { direction, local, remote, dryRun: true, ...how });
}

/** Everything at both ends, with the times of folders. */
async function everything(): Promise<string[]> {
  const names = ['', ...(await readdir(folder, { recursive: true }))];
  const times = names.map(async (name) => `${name} ${(await lstat(join(folder, name))).mtimeMs}`);
  return [...(await inventory(folder)), ...(await Promise.all(times))];
}

const named: How = { sync: false, mayName: true };

const destinations = [
  ['a folder that becomes like another', [''], 'new/deeper', {}, 4, 1_000_006],
  ['a new name for a folder', ['data'], 'new/deeper', named, 2, 1_000_003],
  ['a new name for a file', ['b.txt'], 'new/other.txt', named, 1, 2],
  ['a folder to copy a folder into', ['data'], 'new/', named, 2, 1_000_003],
  ['a folder to copy several things into', ['a.txt', 'data'], 'new/', named, 3, 1_000_004],
  ['a folder of the source’s name in one that is there', ['data'], '.', named, 2, 1_000_003],
] as const;
const kinds = imageKinds.slice(0, 2).flatMap((kind) => [['upload', kind] as const, ['download', kind] as const]);

describe.each(kinds)('a dry run (%s, an image with %s)', (direction, kind) => {
  beforeEach(() => {
    sshd = images[kind];
  });

  it.each(kind === 'python3' ? destinations : destinations.slice(0, 3))(
    'makes nothing of %s',
    async (_, from, to, how, files, bytes) => {
      const before = await everything();
      expect(await plan(direction, from, to, how)).toMatchObject({ files, bytes, deletedFiles: 0, skipped: [] });
      expect(await everything()).toEqual(before);
      // It told what the same without it does.
      expect(await plan(direction, from, to, { ...how, dryRun: false })).toMatchObject({ files, bytes, skipped: [] });
    },
  );

  it('deletes nothing: neither what is only at the destination, nor parts that nobody goes on with', async () => {
    await mkdir(join(folder, 'destination/old'));
    await writeFile(join(folder, 'destination/old/mine'), 'mine');
    const longAgo = new Date(Date.now() - oldPartMs - 60_000);
    for (const place of ['source', 'destination', 'destination/old']) {
      await writeFile(join(folder, place, `${partPrefix}old`), 'half');
      await utimes(join(folder, place, `${partPrefix}old`), longAgo, longAgo);
    }
    const before = await everything();
    const outcome = await plan(direction, [''], '', { delete: true });
    expect(outcome).toMatchObject({ files: 4, deletedFiles: 2 });
    expect(outcome.planned).toEqual([
      ...['old/mine', 'old'].map((path) => ({ path, action: 'delete' })),
      ...['a.txt', 'b.txt', 'data/c.txt', 'data/deep/d.bin'].map((path) => ({ path, action: 'copy' })),
    ]);
    expect(await everything()).toEqual(before);
  });

  it('fails as the same without it would, where the destination cannot be', async () => {
    await writeFile(join(folder, 'destination/file'), 'mine');
    for (const to of ['file', 'file/new/deeper']) {
      for (const dryRun of [true, false]) {
        await expect(plan(direction, [''], to, { dryRun }), `${to} ${dryRun}`).rejects.toMatchObject({
          code: 'transfer.failed',
        });
      }
    }
  });
});
