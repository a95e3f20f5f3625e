import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../kubernetes/index.ts';
import type { TransferProgress } from '../../protocol/index.ts';
import { openSshSession } from '../session/sshSession.ts';
import { inventory } from '../testing/inventory.ts';
import { startLocalSshd, type LocalSshd } from '../testing/localSshd.ts';
import type { RemoteEnd } from './remoteEnd.ts';
import { startHelper } from './remoteHelper.ts';
import { transfer, type TransferRequest } from './transfer.ts';

let sshd: LocalSshd;
let here: string;
let there: string;

beforeAll(async () => {
  sshd = await startLocalSshd();
});
afterAll(() => sshd.stop());
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-transfer-'));
  here = join(folder, 'here');
  there = join(folder, 'there');
  await mkdir(here);
  await mkdir(there);
  return () => rm(folder, { recursive: true, force: true });
});

async function connect(_onWaiting: unknown, signal: AbortSignal): Promise<RemoteEnd> {
  const { user, privateKey, hostKey } = sshd;
  const session = await openSshSession(
    { stream: await sshd.connect(), host: 'devenv-test', user, privateKey, hostKey },
    signal,
  );
  const end = await startHelper(session, signal);
  if (end === undefined) throw new Error('There is no Python here.');
  return { openRoot: (path, make) => end.openRoot(path, make), close: () => session.close() };
}

function copy(request: Partial<TransferRequest>, progress: TransferProgress[] = []) {
  const whole = {
    direction: 'upload',
    local: [here],
    remote: [there],
    sync: true,
    delete: false,
    dryRun: false,
    ...request,
  } as const;
  const services = {
    connect,
    onProgress: (one: TransferProgress) => progress.push(one),
    clock: systemClock,
    random: Math.random,
    platform: process.platform,
  };
  return transfer(whole, services, AbortSignal.timeout(120_000));
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

describe('copying a folder', () => {
  it.each(['upload', 'download'] as const)('%ss names, modes, times, links and contents', async (direction) => {
    const [source, destination] = direction === 'upload' ? [here, there] : [there, here];
    await mixedTree(source);
    const outcome = await copy({ direction });
    expect(outcome).toMatchObject({ files: 7, unchangedFiles: 0, skipped: [] });
    expect(await inventory(destination)).toEqual(await inventory(source));
    expect(await copy({ direction })).toMatchObject({ files: 0, unchangedFiles: 8 });
  });
});
