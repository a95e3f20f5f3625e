import { execFileSync, spawn } from 'node:child_process';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupOf, editUserConfig, removeIfEmpty } from './editUserConfig.ts';
import { diskFiles, type FileOperations } from './replaceFile.ts';
import { failingAfter } from './testing/failingFiles.ts';

const add = (before: Uint8Array): Uint8Array => Buffer.concat([Buffer.from('ours\n'), before]);

describe('changing a person’s ssh config', () => {
  let home: string;
  let file: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'slipway-ssh-config-'));
    file = join(home, '.ssh/config');
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  async function write(content: string, mode = 0o600): Promise<void> {
    await mkdir(join(home, '.ssh'), { recursive: true });
    await writeFile(file, content);
    await chmod(file, mode);
  }

  it('makes folder and file where there are none, for this user alone', async () => {
    expect(await editUserConfig(diskFiles, file, add)).toBe('made');
    expect(await readFile(file, 'utf8')).toBe('ours\n');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(home, '.ssh'))).mode & 0o777).toBe(0o700);
  });

  it.each([0o600, 0o644, 0o640])(
    'keeps the mode %o and a copy of what was there, and leaves nothing else',
    async (mode) => {
      await write('Host a\n', mode);
      expect(await editUserConfig(diskFiles, file, add)).toBe('changed');
      expect(await readFile(file, 'utf8')).toBe('ours\nHost a\n');
      expect((await stat(file)).mode & 0o777).toBe(mode);
      expect(await readFile(backupOf(file), 'utf8')).toBe('Host a\n');
      expect(await readdir(join(home, '.ssh'))).toEqual(['config', 'config.before-slipway']);
    },
  );

  it('does nothing where nothing changes', async () => {
    await write('Host a\n');
    expect(await editUserConfig(diskFiles, file, (before) => before)).toBe('same');
    expect(await readdir(join(home, '.ssh'))).toEqual(['config']);
  });

  it('writes through a link to the file itself, and keeps the link', async () => {
    await mkdir(join(home, 'dotfiles'));
    await mkdir(join(home, '.ssh'));
    const real = join(home, 'dotfiles/ssh');
    await symlink('../dotfiles/ssh', file);
    for (const before of [undefined, 'Host a\n']) {
      await rm(real, { force: true });
      if (before !== undefined) await writeFile(real, before);
      await editUserConfig(diskFiles, file, add);
      expect(await readlink(file)).toBe('../dotfiles/ssh');
      expect((await lstat(real)).isFile()).toBe(true);
      expect(await readFile(real, 'utf8')).toBe(`ours\n${before ?? ''}`);
    }
  });

  it('leaves a read-only file as it is, and says so', async () => {
    await write('Host a\n', 0o400);
    await expect(editUserConfig(diskFiles, file, add)).rejects.toThrow(`${file} was left as it is: it is read-only.`);
    expect(await readFile(file, 'utf8')).toBe('Host a\n');
    expect(await readdir(join(home, '.ssh'))).toEqual(['config']);
  });

  it('says what is in the way where it is a folder', async () => {
    await mkdir(file, { recursive: true });
    await expect(editUserConfig(diskFiles, file, add)).rejects.toThrow('it is a folder');
  });

  it('loses nothing that another program writes meanwhile', async () => {
    await write('Host a\n');
    let others = 0;
    const meddled: FileOperations = {
      ...diskFiles,
      readFile: (async (...args: Parameters<typeof diskFiles.readFile>) => {
        others += 1;
        if (others === 1) await writeFile(file, 'Host b\n');
        return diskFiles.readFile(...args);
      }) as typeof diskFiles.readFile,
    };
    await editUserConfig(meddled, file, add);
    expect(await readFile(file, 'utf8')).toBe('ours\nHost b\n');
  });

  it('leaves the old file or the new one, whole, whichever operation fails', async () => {
    let failures = 0;
    for (let operation = 0; ; operation += 1) {
      await write('Host a\n');
      const { files, failed } = failingAfter(operation);
      const outcome = await editUserConfig(files, file, add).catch((error: unknown) => error);
      const content = await readFile(file, 'utf8');
      if (!failed()) {
        expect(outcome).toBe('changed');
        break;
      }
      failures += 1;
      expect(outcome).toBeInstanceOf(Error);
      expect(['Host a\n', 'ours\nHost a\n']).toContain(content);
      await rm(join(home, '.ssh'), { recursive: true });
    }
    expect(failures).toBeGreaterThan(10);
  });

  it('leaves the old file or the new one, whole, when it is killed', async () => {
    const big = 'Host a\n'.repeat(200_000);
    await write(big);
    const script = join(import.meta.dirname, 'testing/editForever.ts');
    const seen = new Set<number>();
    for (let turn = 0; turn < 8; turn += 1) {
      const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise((resolve) => child.stdout.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, 3 + turn * 7));
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('close', resolve));
      const content = await readFile(file, 'utf8');
      expect(content.replace(/^ours\n/, '') === big).toBe(true);
      seen.add(content.length);
    }
    expect(seen.size).toBeGreaterThan(0);
  });

  it('removes a file that holds nothing, and no other', async () => {
    await write('');
    await removeIfEmpty(diskFiles, file);
    expect(await readdir(join(home, '.ssh'))).toEqual([]);
    await write('\n');
    await removeIfEmpty(diskFiles, file);
    expect(await readdir(join(home, '.ssh'))).toEqual(['config']);
  });

  it('gives the new file to whom the old one belonged', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip('only root may give files away');
    await write('Host a\n');
    execFileSync('chown', ['1234:1234', file]);
    await editUserConfig(diskFiles, file, add);
    expect((await stat(file)).uid).toBe(1234);
  });
});
