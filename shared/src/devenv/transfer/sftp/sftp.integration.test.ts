import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inventory } from '../../testing/inventory.ts';
import { startLocalImages, type LocalImages } from '../../testing/localImages.ts';
import { startLocalSshd } from '../../testing/localSshd.ts';
import { transferThrough } from '../../testing/localTransfers.ts';
import { makeTwoFolders } from '../../testing/twoFolders.ts';
import { partPrefix } from '../tree.ts';

const run = promisify(execFile);
let images: LocalImages;
let folder: string;
let here: string;
let there: string;

beforeAll(async () => {
  images = await startLocalImages();
});
afterAll(() => images.stop());
beforeEach(async () => {
  const made = await makeTwoFolders();
  ({ folder, here, there } = made);
  return () => made.dispose();
});

const upload = () =>
  transferThrough(images['SFTP and sha256sum'], { direction: 'upload', local: [here], remote: [there] });
const parts = async (): Promise<string[]> =>
  (await readdir(there, { recursive: true })).filter((path) => path.includes(partPrefix)).sort();

/** A file system of its own, if this system lets us. */
function mounted(options: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'slipway-test', there], { stdio: 'ignore' }).status === 0;
}

describe('where SFTP does not say why', () => {
  it('a full disk is known by what is free, and nothing half is left', async (context) => {
    if (!mounted('size=2m')) context.skip();
    try {
      for (const name of ['one', 'two']) await writeFile(join(here, name), randomBytes(1_200_000));
      // What is free is looked at before, for each source: the first one takes it away.
      const sources = ['one', 'two'].map((name) => join(here, name));
      const copied = transferThrough(images['SFTP and sha256sum'], {
        direction: 'upload',
        local: sources,
        remote: [there],
        sync: false,
      });
      await expect(copied).rejects.toMatchObject({ code: 'disk.full' });
      expect(await readdir(there)).toEqual(['one']);
    } finally {
      execFileSync('umount', ['-l', there]);
    }
  });

  it('what cannot be written is told file by file', async (context) => {
    if (!mounted('size=2m')) context.skip();
    try {
      await mkdir(join(there, 'folder'));
      await run('mount', ['-o', 'remount,ro', there]);
      await writeFile(join(here, 'small'), 'x');
      await writeFile(join(here, 'big'), randomBytes(400_000));
      const reason = 'it failed there, and SFTP does not say why';
      const { files, skipped } = await upload();
      expect(files).toBe(0);
      expect(new Set(skipped)).toEqual(new Set(['small', 'big'].map((path) => ({ path, reason }))));
    } finally {
      execFileSync('umount', ['-l', there]);
    }
  });
});

describe('without locks', () => {
  it('two transfers of one file at once leave it whole, and no part', async () => {
    await writeFile(join(here, 'big.bin'), randomBytes(20_000_000));
    const [one, other] = await Promise.all([upload(), upload()]);
    expect(one.files + other.files).toBeGreaterThanOrEqual(1);
    expect(await inventory(there, 1_000)).toEqual(await inventory(here, 1_000));
  });

  it('what a transfer left of small files is removed when it is an hour old, and not before', async () => {
    const left = (name: string) => `${partPrefix}${name}`;
    const old = left('0123456789ab-0123456789ab');
    const young = left('0123456789ab-ba9876543210');
    const big = left('0123456789abcdef01234567');
    for (const name of [old, young, big]) await writeFile(join(there, name), 'half');
    const before = new Date(Date.now() - 3_700_000);
    for (const name of [old, big]) await utimes(join(there, name), before, before);
    await upload();
    expect(await parts()).toEqual([big, young].sort());
  });
});

it('contents are checked at the other end: a file that is not right there is sent once more', async () => {
  const which = (name: string): string => execFileSync('which', [name], { encoding: 'utf8' }).trim();
  const programs = join(folder, 'programs');
  await mkdir(programs);
  for (const name of ['head', 'sh']) await symlink(which(name), join(programs, name));
  const asked = join(folder, 'asked');
  // It is asked whether it is right itself, and then wrong once.
  const wrong = `[ "$(${which('wc')} -l < ${asked})" -eq 2 ] && sum="${'0'.repeat(64)}  -"`;
  const lines = ['#!/bin/sh', `sum=$(${which('sha256sum')})`, `echo >> ${asked}`, wrong, 'echo "$sum"', ''];
  await writeFile(join(programs, 'sha256sum'), lines.join('\n'), { mode: 0o755 });
  const sshd = await startLocalSshd({ path: programs });
  try {
    await writeFile(join(here, 'big.bin'), randomBytes(400_000));
    const outcome = await transferThrough(sshd, { direction: 'upload', local: [here], remote: [there] });
    expect(outcome).toMatchObject({ files: 1, skipped: [] });
    expect(await readFile(asked, 'utf8')).toBe('\n\n\n');
    expect(await inventory(there, 1_000)).toEqual(await inventory(here, 1_000));
  } finally {
    await sshd.stop();
  }
});

it('an image with neither is told so', async () => {
  const sshd = await startLocalSshd({ path: join(folder, 'nothing'), sftp: false });
  try {
    await expect(transferThrough(sshd, { direction: 'upload', local: [here], remote: [there] })).rejects.toMatchObject({
      code: 'transfer.failed',
      message: 'The DevEnv has neither python3 nor an SFTP server: transfers need one of them.',
    });
  } finally {
    await sshd.stop();
  }
});
