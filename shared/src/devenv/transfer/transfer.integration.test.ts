import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TransferProgress } from '../../protocol/index.ts';
import { openSshSession } from '../session/sshSession.ts';
import { inventory } from '../testing/inventory.ts';
import { imageKinds, startLocalImages, timesOf, type LocalImages } from '../testing/localImages.ts';
import { startLocalSshd, type LocalSshd } from '../testing/localSshd.ts';
import { transferThrough } from '../testing/localTransfers.ts';
import { makeTwoFolders } from '../testing/twoFolders.ts';
import { BigSource } from './localSource.ts';
import type { TransferRequest } from './transfer.ts';

const run = promisify(execFile);
let images: LocalImages;
/** Of the image that is tested. */
let sshd: LocalSshd;
let timesMs: number;
let here: string;
let there: string;

beforeAll(async () => {
  images = await startLocalImages();
});
afterAll(() => images.stop());
beforeEach(async () => {
  const made = await makeTwoFolders();
  ({ here, there } = made);
  return () => made.dispose();
});

function copy(request: Partial<TransferRequest>, progress: TransferProgress[] = []) {
  const wanted = { direction: 'upload', local: [here], remote: [there], ...request } as const;
  return transferThrough(sshd, wanted, { onProgress: (one) => progress.push(one) });
}

async function mixedTree(folder: string): Promise<void> {
  await mkdir(join(folder, 'data/deep/deeper'), { recursive: true });
  await mkdir(join(folder, 'empty'));
  await writeFile(join(folder, 'data/a.csv'), 'a,b\n1,2\n');
  await writeFile(join(folder, 'data/nothing'), '');
  await writeFile(join(folder, 'data/run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  await writeFile(join(folder, 'data/deep/deeper/größe 大.txt'), 'x'.repeat(70_000));
  await writeFile(join(folder, '-rf'), 'dash');
  await writeFile(join(folder, 'two\nlines'), 'newline');
  await writeFile(join(folder, 'big.bin'), Buffer.alloc(5_000_000, 'slipway '));
  await symlink('data/a.csv', join(folder, 'link'));
  await chmod(join(folder, 'data/a.csv'), 0o640);
  await utimes(join(folder, 'data/a.csv'), 1_600_000_000.123, 1_600_000_000.123);
}

describe.each(imageKinds)('an image with %s', (kind) => {
  beforeEach(() => {
    sshd = images[kind];
    timesMs = timesOf(kind);
  });

  describe('copying a folder', () => {
    it.each(['upload', 'download'] as const)('%ss names, modes, times, links and contents', async (direction) => {
      const [source, destination] = direction === 'upload' ? [here, there] : [there, here];
      await mixedTree(source);
      const outcome = await copy({ direction });
      expect(outcome).toMatchObject({ files: 7, unchangedFiles: 0, skipped: [] });
      expect(await inventory(destination, timesMs)).toEqual(await inventory(source, timesMs));
      expect(await copy({ direction })).toMatchObject({ files: 0, unchangedFiles: 8 });
    });
  });

  describe('what is in the way', () => {
    it('is not followed: links in the place of folders, there and here', async () => {
      const outside = join(here, '..', 'outside');
      await mkdir(outside);
      for (const [direction, source, destination] of [
        ['upload', here, there],
        ['download', there, here],
      ] as const) {
        await mkdir(join(source, 'sub'));
        await writeFile(join(source, 'sub/secret'), 'mine');
        await writeFile(join(source, 'plain'), 'plain');
        await symlink(outside, join(destination, 'sub'));
        await writeFile(join(outside, 'target'), 'untouched');
        await symlink(join(outside, 'target'), join(destination, 'plain'));
        const outcome = await copy({ direction });
        expect(outcome.skipped).toEqual([{ path: 'sub', reason: 'a link is in its place' }]);
        expect(await readdir(outside)).toEqual(['target']);
        expect(await readFile(join(outside, 'target'), 'utf8')).toBe('untouched');
        // The link itself made room for the file.
        expect((await lstat(join(destination, 'plain'))).isFile()).toBe(true);
        for (const folder of [source, destination]) await rm(folder, { recursive: true });
        for (const folder of [source, destination]) await mkdir(folder);
      }
    });

    it('is told with its path: names that are no UTF-8, pipes, links that lead out', async () => {
      await writeFile(Buffer.concat([Buffer.from(`${here}/bad`), Buffer.of(0xff)]), 'x');
      await run('mkfifo', [join(here, 'pipe')]);
      await symlink('../..', join(here, 'out'));
      await writeFile(join(here, 'good'), 'good');
      const { files, skipped } = await copy({});
      expect(files).toBe(1);
      expect(skipped).toEqual(
        expect.arrayContaining([
          { path: 'bad\ufffd', reason: 'its name is not UTF-8' },
          { path: 'pipe', reason: 'it is a device, a socket or a pipe' },
          { path: 'out', reason: 'it is a link that leads out' },
        ]),
      );
      expect(await readdir(there)).toEqual(['good']);
    });

    it('is no other server: one with another host key is not logged in to', async () => {
      const other = await startLocalSshd();
      try {
        const { user, privateKey } = sshd;
        const login = { stream: await sshd.connect(), host: 'devenv-test', user, privateKey, hostKey: other.hostKey };
        await expect(openSshSession(login, AbortSignal.timeout(60_000))).rejects.toMatchObject({ code: 'ssh.hostKey' });
        const stranger = {
          ...login,
          stream: await sshd.connect(),
          privateKey: other.privateKey,
          hostKey: sshd.hostKey,
        };
        await expect(openSshSession(stranger, AbortSignal.timeout(60_000))).rejects.toMatchObject({
          code: 'ssh.refused',
        });
      } finally {
        await other.stop();
      }
    });
  });

  describe('making a folder like another', () => {
    it('copies what differs, deletes what is not there, and leaves alone what rules name', async () => {
      await mixedTree(here);
      await writeFile(join(here, '.slipwayignore'), 'empty/\n*.log\n');
      await writeFile(join(here, 'run.log'), 'mine');
      await mkdir(join(here, '.git'));
      await writeFile(join(here, '.git/HEAD'), 'ref');
      await mkdir(join(there, 'old/.git'), { recursive: true });
      await writeFile(join(there, 'old/a'), 'gone soon');
      await writeFile(join(there, 'other.log'), 'theirs');
      await writeFile(join(there, '-rf'), 'DASH');
      // Of the same size: that the time is another has to be more than SFTP leaves off.
      await utimes(join(there, '-rf'), 1_700_000_000, 1_700_000_000);
      const planned = await copy({ delete: true, dryRun: true });
      expect(planned).toMatchObject({ files: 8, deletedFiles: 1 });
      expect(await readdir(there)).toEqual(['-rf', 'old', 'other.log']);
      expect(await copy({ delete: true })).toMatchObject({ files: 8, deletedFiles: 1, skipped: [] });
      expect(await readdir(there)).toEqual([
        '-rf',
        '.slipwayignore',
        'big.bin',
        'data',
        'link',
        'old',
        'other.log',
        'two\nlines',
      ]);
      expect(await readdir(join(there, 'old'))).toEqual(['.git']);
      // Only the time is another: nothing is sent, and the time is set.
      await utimes(join(here, 'big.bin'), 1_500_000_000, 1_500_000_000);
      expect(await copy({ delete: true })).toMatchObject({ files: 0, deletedFiles: 0 });
      expect((await lstat(join(there, 'big.bin'))).mtimeMs).toBe(1_500_000_000_000);
    });

    it('takes a folder or a file by its name without sync', async () => {
      await mixedTree(here);
      await copy({ sync: false, local: [join(here, 'data'), join(here, '-rf')] });
      expect(await readdir(there)).toEqual(['-rf', 'data']);
      await copy({
        sync: false,
        direction: 'download',
        remote: [join(there, 'data/a.csv')],
        local: [join(here, 'new/deep')],
      });
      expect(await readdir(join(here, 'new/deep'))).toEqual(['a.csv']);
    });
  });

  it('goes on behind a file whose disk fails in its middle', async () => {
    await writeFile(join(here, 'a.bin'), randomBytes(2_000_000));
    await writeFile(join(here, 'b.txt'), 'behind it');
    const whole = Reflect.get(BigSource.prototype, 'pieces');
    // No disk of a test machine fails when it is asked to.
    vi.spyOn(BigSource.prototype, 'pieces').mockImplementationOnce(async function* (this: BigSource, end) {
      for await (const piece of whole.call(this, end)) {
        yield piece;
        throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
      }
    });
    expect(await copy({})).toMatchObject({ files: 1, skipped: [{ path: 'a.bin', reason: 'EIO: i/o error, read' }] });
    expect(await readdir(there)).toEqual(['b.txt']);
  });

  it('takes thousands of files, and counts them', async () => {
    const folders = kind === 'python3' ? 50 : 10;
    for (let folder = 0; folder < folders; folder++) {
      await mkdir(join(here, `${folder}`));
      for (let file = 0; file < 100; file++) await writeFile(join(here, `${folder}/${file}`), 'x'.repeat(file));
    }
    const files = folders * 100;
    const progress: TransferProgress[] = [];
    expect(await copy({}, progress)).toMatchObject({ files, skipped: [] });
    const bytes = folders * 4_950;
    expect(progress.at(-1)).toMatchObject({ files, totalFiles: files, bytes, totalBytes: bytes });
    expect(await copy({ direction: 'download', local: [join(here, 'back')] })).toMatchObject({ files });
  });
});
