import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TransferOutcome } from '../../protocol/index.ts';
import { localSession } from '../testing/localSession.ts';
import { startLocalSshd, type LocalSshd } from '../testing/localSshd.ts';
import { transferOver, transferThrough, type WantedTransfer } from '../testing/localTransfers.ts';
import { makeTwoFolders } from '../testing/twoFolders.ts';

const isRoot = process.geteuid?.() === 0;
/** Nobody, where the tests run as root, whom nothing is denied. */
const nobody = 65_534;
let sshd: LocalSshd;
let here: string;
let there: string;

beforeAll(async () => {
  sshd = await startLocalSshd();
});
afterAll(() => sshd.stop());
beforeEach(async () => {
  const made = await makeTwoFolders();
  ({ here, there } = made);
  await chmod(made.folder, 0o755);
  if (isRoot) await chown(here, nobody, nobody);
  return async () => {
    // Where the tests do not run as root, what is closed to them cannot be removed either.
    execFileSync('chmod', ['-R', 'u+rwx', made.folder]);
    await made.dispose();
  };
});

/** Copies as somebody whom things can be denied on this machine; at the other end it is who runs the tests. */
async function copy(wanted: Partial<WantedTransfer> & Pick<WantedTransfer, 'direction'>): Promise<TransferOutcome> {
  if (isRoot) process.seteuid?.(nobody);
  try {
    return await transferThrough(sshd, { local: [here], remote: [there], ...wanted });
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

/** A file of this machine with all that is needed to tell whether it was touched. */
async function file(path: string, content: string, mode: number): Promise<void> {
  await writeFile(path, content);
  await chmod(path, mode);
}

const big = 'b'.repeat(400_000);
const denied = (...paths: readonly string[]): TransferOutcome['skipped'] =>
  paths.map((path) => ({ path, reason: 'permission denied' }));

describe('what may not be read on this machine', () => {
  it('is told with its path, and the rest is copied', async () => {
    await mkdir(join(here, 'open'));
    for (const name of ['mine', 'open/mine']) await file(join(here, name), name, 0o644);
    await file(join(here, 'secret'), 'secret', 0);
    await file(join(here, 'open/big'), big, 0);
    // One that cannot be looked into, and one whose names can be seen and nothing else.
    for (const name of ['closed', 'names']) {
      await mkdir(join(here, name));
      await file(join(here, name, 'in it'), 'x', 0o644);
    }
    await chmod(join(here, 'closed'), 0);
    await chmod(join(here, 'names'), 0o444);
    // What is there of them at the other end is no leftover.
    await mkdir(join(there, 'closed'));
    await writeFile(join(there, 'closed/kept'), 'kept');
    await writeFile(join(there, 'leftover'), 'leftover');
    const outcome = await copy({ direction: 'upload', delete: true });
    expect(outcome).toMatchObject({ files: 2, deletedFiles: 1 });
    expect([...outcome.skipped].sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(
      denied('closed', 'names/in it', 'open/big', 'secret'),
    );
    expect((await readdir(there, { recursive: true })).sort()).toEqual(
      ['closed', 'closed/kept', 'mine', 'names', 'open', 'open/mine'].sort(),
    );
  });

  it('ends it where it is all that was named', async () => {
    await file(join(here, 'secret'), 'secret', 0);
    await mkdir(join(here, 'closed'));
    await chmod(join(here, 'closed'), 0);
    const alone = { direction: 'upload', sync: false } as const;
    expect(await copy({ ...alone, local: [join(here, 'secret')] })).toMatchObject({
      files: 0,
      skipped: denied('secret'),
    });
    for (const name of ['closed', 'closed/deeper']) {
      await expect(copy({ ...alone, local: [join(here, name)] })).rejects.toMatchObject({
        code: 'disk.denied',
        message: `${join(here, name)} cannot be read: permission denied.`,
      });
    }
    expect(await readdir(there)).not.toContain('secret');
  });

  it('copies nothing where it is the list of what is to stay', async () => {
    await file(join(here, 'token.txt'), 'secret', 0o644);
    await file(join(here, '.slipwayignore'), 'token.txt', 0);
    await expect(copy({ direction: 'upload' })).rejects.toMatchObject({
      code: 'disk.denied',
      message: `${join(here, '.slipwayignore')} cannot be read: permission denied.`,
    });
    expect(await readdir(there)).toEqual([]);
  });
});

describe('what may not be written on this machine', () => {
  it('is told file by file, and the rest is copied', async () => {
    for (const folder of ['open', 'closed', 'closed/new']) {
      await mkdir(join(there, folder));
      await writeFile(join(there, folder, 'small'), 'new');
      await writeFile(join(there, folder, 'big'), big);
    }
    await mkdir(join(here, 'closed'));
    await file(join(here, 'closed/small'), 'before', 0o644);
    await chmod(join(here, 'closed'), 0o555);
    const outcome = await copy({ direction: 'download' });
    expect(outcome.files).toBe(2);
    expect(new Set(outcome.skipped)).toEqual(
      new Set(denied('closed/new', 'closed/big', 'closed/small', 'closed/new/big', 'closed/new/small')),
    );
    expect(await readdir(join(here, 'closed'))).toEqual(['small']);
    expect(await readFile(join(here, 'closed/small'), 'utf8')).toBe('before');
    expect((await readdir(join(here, 'open'))).sort()).toEqual(['big', 'small']);
  });

  it('is the destination: then nothing is copied', async () => {
    await writeFile(join(there, 'a'), 'a');
    await chmod(here, 0o555);
    const wanted = { direction: 'download', local: [join(here, 'new')] } as const;
    await expect(copy(wanted)).rejects.toMatchObject({
      code: 'disk.denied',
      message: `The folder ${join(here, 'new')} cannot be used: permission denied.`,
    });
    expect(await copy({ direction: 'download' })).toMatchObject({ files: 0, skipped: denied('a') });
    expect(await readdir(here)).toEqual([]);
  });

  it.runIf(isRoot)('is a file of somebody else that may not be replaced: it stays as it was', async () => {
    await chown(here, 0, 0);
    // As in /tmp: everybody may make files, and nobody may remove another one's.
    await chmod(here, 0o1777);
    for (const [name, content] of [
      ['small', 'new'],
      ['big', big],
      ['other', 'new'],
    ] as const) {
      await writeFile(join(there, name), content);
    }
    for (const name of ['small', 'big']) await file(join(here, name), 'theirs', 0o644);
    const outcome = await copy({ direction: 'download' });
    expect(outcome.files).toBe(1);
    expect(new Set(outcome.skipped)).toEqual(new Set(denied('small', 'big')));
    expect((await readdir(here)).sort()).toEqual(['big', 'other', 'small']);
    expect(await readFile(join(here, 'big'), 'utf8')).toBe('theirs');
    expect((await stat(join(here, 'small'))).uid).toBe(0);
  });
});

/** Copies as who runs the tests, to and from somebody whom things can be denied. */
function copyThere(wanted: Partial<WantedTransfer> & Pick<WantedTransfer, 'direction'>): Promise<TransferOutcome> {
  return transferOver(() => Promise.resolve(localSession(nobody)), { local: [here], remote: [there], ...wanted });
}

const deniedThere = (...paths: readonly string[]): ReadonlySet<unknown> =>
  new Set(paths.map((path) => ({ path, reason: 'permission denied there' })));

describe('what may not be read there', () => {
  it('is told with its path, and the rest is copied', async () => {
    await file(join(there, 'open'), 'open', 0o644);
    await file(join(there, 'secret'), 'secret', 0);
    await file(join(there, 'big'), big, 0);
    await mkdir(join(there, 'closed'));
    await file(join(there, 'closed/in it'), 'x', 0o644);
    await chmod(join(there, 'closed'), 0);
    await mkdir(join(here, 'closed'));
    await writeFile(join(here, 'closed/kept'), 'kept');
    const { files, skipped } = await copyThere({ direction: 'download', delete: true });
    expect(files).toBe(1);
    expect(new Set(skipped)).toEqual(deniedThere('closed', 'secret', 'big'));
    expect((await readdir(here, { recursive: true })).sort()).toEqual(['closed', 'closed/kept', 'open']);
  });

  it('ends it where it is all that was named', async () => {
    await mkdir(join(there, 'closed'), { mode: 0 });
    await expect(copyThere({ direction: 'download', remote: [join(there, 'closed')] })).rejects.toMatchObject({
      code: 'disk.denied',
      message: 'The source in the DevEnv cannot be read: permission denied there.',
    });
  });
});

describe('what may not be written there', () => {
  it('is told file by file, and the rest is copied', async () => {
    for (const folder of ['open', 'closed', 'closed/new']) {
      await mkdir(join(here, folder));
      await writeFile(join(here, folder, 'small'), 'new');
      await writeFile(join(here, folder, 'big'), big);
    }
    await mkdir(join(there, 'open'));
    if (isRoot) await chown(join(there, 'open'), nobody, nobody);
    await mkdir(join(there, 'closed'));
    await chmod(join(there, 'closed'), 0o555);
    const { files, skipped } = await copyThere({ direction: 'upload' });
    expect(files).toBe(2);
    expect(new Set(skipped)).toEqual(
      deniedThere('closed/new', 'closed/small', 'closed/big', 'closed/new/small', 'closed/new/big'),
    );
    expect((await readdir(there, { recursive: true })).sort()).toEqual(['closed', 'open', 'open/big', 'open/small']);
  });

  it('is the destination: then nothing is copied', async () => {
    await writeFile(join(here, 'a'), 'a');
    await chmod(there, 0o555);
    await expect(copyThere({ direction: 'upload', remote: [join(there, 'new')] })).rejects.toMatchObject({
      code: 'disk.denied',
      message: 'The destination in the DevEnv cannot be used: permission denied there.',
    });
    expect(await readdir(there)).toEqual([]);
  });
});
