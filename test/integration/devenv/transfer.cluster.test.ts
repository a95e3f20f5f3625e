import { mkdir, writeFile, symlink, chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inventory } from '../../../shared/src/devenv/testing/inventory.ts';
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
