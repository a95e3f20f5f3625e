import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inventory } from '../../../shared/src/devenv/testing/inventory.ts';
import { context } from '../cluster/clusterMachine.ts';
import { TransferMachine } from './transferMachine.ts';

let devEnv: TransferMachine;
beforeAll(async () => {
  devEnv = await TransferMachine.create('transfer');
  await devEnv.startDevEnv({ diskSize: '1Gi' });
});
afterAll(() => devEnv.dispose());

const local = (name: string): string => join(devEnv.work, name);

async function mixedTree(folder: string): Promise<void> {
  await mkdir(join(folder, 'data/deep'), { recursive: true });
  await mkdir(join(folder, 'empty'));
  await writeFile(join(folder, 'data/deep/größe 大.txt'), 'x'.repeat(70_000));
  await writeFile(join(folder, 'data/run.sh'), '#!/bin/sh\n');
  await chmod(join(folder, 'data/run.sh'), 0o750);
  await writeFile(join(folder, 'two\nlines'), 'newline');
  await writeFile(join(folder, 'big.bin'), Buffer.alloc(20_000_000, 'slipway '));
  await symlink('data/run.sh', join(folder, 'link'));
}

describe('files of a DevEnv', () => {
  it('go there and back the same', async () => {
    await mixedTree(local('mixed'));
    expect(await devEnv.transfer('upload', local('mixed'), 'mixed')).toMatchObject({ files: 4, skipped: [] });
    expect(await devEnv.transfer('download', local('back'), 'mixed')).toMatchObject({ files: 4, skipped: [] });
    expect(await inventory(local('back'))).toEqual(await inventory(local('mixed')));
    expect(await devEnv.inside('cd /workspace/mixed && ls -A . && stat -c %a data/run.sh')).toBe(
      ['big.bin', 'data', 'empty', 'link', 'two\nlines', '750', ''].join('\n'),
    );
  });
});

describe('a transfer that is broken off', () => {
  const bigBytes = 80_000_000;
  const big = (): string => local('big');

  beforeAll(async () => {
    await mkdir(big());
    await writeFile(join(big(), 'big.bin'), randomBytes(bigBytes));
  });

  /** Calls `breakIt` once a third of the file is on its way. */
  function onceUnderWay(breakIt: () => void): void {
    devEnv.onProgress = ({ bytes }) => {
      if (bytes < bigBytes / 3) return;
      devEnv.onProgress = undefined;
      breakIt();
    };
  }

  it('goes on where it was when the tunnel is cut', async () => {
    let cut = 0;
    onceUnderWay(() => (cut = devEnv.proxy.cut(/portforward/)));
    expect(await devEnv.transfer('upload', big(), 'cut')).toMatchObject({ files: 1, bytes: bigBytes, skipped: [] });
    // The session, and the connection for contents beside it.
    expect(cut).toBeGreaterThanOrEqual(2);
    cut = 0;
    expect(devEnv.progress.some(({ waiting }) => waiting === 'connection lost, trying again')).toBe(true);
    onceUnderWay(() => (cut = devEnv.proxy.cut(/portforward/)));
    await devEnv.transfer('download', local('cut-back'), 'cut');
    expect(cut).toBeGreaterThanOrEqual(2);
    expect(await inventory(local('cut-back'))).toEqual(await inventory(big()));
    expect(await devEnv.inside('ls -A /workspace/cut')).toBe('big.bin\n');
  });

  it('leaves a machine out that was taken off the list meanwhile, until its person asks for something', async () => {
    const { handlers } = devEnv.core;
    const never = new AbortController().signal;
    const reference = { context, name: devEnv.name };
    const remove = async (): Promise<void> => {
      const [own] = (await handlers['devenvs/devices'](reference, never)).devices;
      await handlers['devenvs/removeDevice']({ ...reference, fingerprint: own?.fingerprint ?? '' }, never);
    };
    const removed = devEnv.onceUnderWay(bigBytes / 3, async () => {
      await remove();
      devEnv.proxy.cut(/portforward/);
    });
    const copied = devEnv.transfer('upload', big(), 'removed');
    await removed;
    const waits = (): string | undefined => devEnv.progress.at(-1)?.waiting;
    await expect
      .poll(waits, { interval: 20, timeout: 10_000 })
      .toMatch(/does not know the key of this machine\. Connect/);
    expect((await handlers['devenvs/devices'](reference, never)).devices).toEqual([]);
    await handlers['devenvs/connect']({ ...reference, include: false }, never);
    expect(await copied).toMatchObject({ files: 1, skipped: [] });

    await remove();
    expect(await devEnv.transfer('upload', big(), 'removed')).toMatchObject({ files: 0, unchangedFiles: 1 });
    expect((await handlers['devenvs/devices'](reference, never)).devices).toMatchObject([{ current: true }]);
  });

  it('goes on in a new pod when the DevEnv is stopped and started again meanwhile', async () => {
    let restarted: Promise<unknown> | undefined;
    onceUnderWay(() => {
      restarted = devEnv.restart();
    });
    expect(await devEnv.transfer('upload', big(), 'restarted')).toMatchObject({ files: 1, skipped: [] });
    expect(restarted).toBeDefined();
    await restarted;
    const sum = await devEnv.inside('cd /workspace/restarted && ls -A && sha256sum < big.bin');
    const sha256 = createHash('sha256')
      .update(await readFile(join(big(), 'big.bin')))
      .digest('hex');
    expect(sum).toBe(`big.bin\n${sha256}  -\n`);
  });

  it('is cancelled at once, and the next one goes on', async () => {
    const stop = new AbortController();
    onceUnderWay(() => stop.abort());
    await expect(devEnv.transfer('upload', big(), 'cancelled', { signal: stop.signal })).rejects.toBeDefined();
    expect(await devEnv.inside('ls -A /workspace/cancelled')).toMatch(/^\.slipway-part-\w+\n$/);
    await devEnv.transfer('upload', big(), 'cancelled');
    expect(await devEnv.inside('ls -A /workspace/cancelled')).toBe('big.bin\n');
  });
});

describe('a workspace that is full', () => {
  it('is told with numbers, and nothing half is left', async () => {
    const full = await TransferMachine.create('transfer-full', { storageClassName: 'tiny', diskSize: '1Gi' });
    try {
      await full.startDevEnv({});
      await mkdir(join(full.work, 'much'));
      await writeFile(join(full.work, 'much/a.bin'), randomBytes(100_000_000));
      const before = await full.inside('ls -A /workspace');
      await expect(full.transfer('upload', join(full.work, 'much'), 'much')).rejects.toMatchObject({
        code: 'disk.full',
        message: expect.stringMatching(
          /^There is no room left in .*: [\d.]+ MB of [\d.]+ MB are free, 100 MB are to come\.$/,
        ),
      });
      expect(await full.inside('ls -A /workspace/much; rmdir /workspace/much; ls -A /workspace')).toBe(before);
    } finally {
      await full.dispose();
    }
  });
});

describe('slipway cp', () => {
  it('copies from the command line, and says what was done', async () => {
    await writeFile(local('one.txt'), 'one');
    const { exitCode, stdout, stderr } = await devEnv.machine.slipway(['cp', local('one.txt'), ':from-cli/']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^copied  1 file, 3 B, to ${devEnv.name}:from-cli/ in [\\d.]+s\\n$`));
    expect(await devEnv.inside('cat /workspace/from-cli/one.txt')).toBe('one');
    for (const paths of [
      [local('one.txt'), ':from-cli/two.txt'],
      [':from-cli', local('new')],
    ]) {
      const named = await devEnv.machine.slipway(['cp', ...paths]);
      expect(named.exitCode, named.stderr).toBe(0);
    }
    expect(await readdir(local('new'))).toEqual(['one.txt', 'two.txt']);
  });
});
