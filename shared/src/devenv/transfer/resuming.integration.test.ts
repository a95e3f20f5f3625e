import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../kubernetes/index.ts';
import type { TransferOutcome, TransferProgress } from '../../protocol/index.ts';
import { startCuttingProxy, type CuttingProxy } from '../testing/cuttingProxy.ts';
import { inventory } from '../testing/inventory.ts';
import { imageKinds, startLocalImages, timesOf, type ImageKind, type LocalImages } from '../testing/localImages.ts';
import { dialLocal, type LocalSshd } from '../testing/localSshd.ts';
import { transferThrough } from '../testing/localTransfers.ts';
import { makeTwoFolders } from '../testing/twoFolders.ts';
import { partPrefix } from './tree.ts';

let images: LocalImages;
/** Of the image that is tested. */
let sshd: LocalSshd;
let timesMs: number;
let proxy: CuttingProxy;
let here: string;
let there: string;

beforeAll(async () => {
  images = await startLocalImages();
  proxy = await startCuttingProxy(() => sshd.connect());
});
afterAll(async () => {
  await proxy.stop();
  await images.stop();
});
beforeEach(async () => {
  const made = await makeTwoFolders();
  ({ here, there } = made);
  return () => made.dispose();
});

/** Without the waiting between tries. */
const clock = { ...systemClock, sleep: () => Promise.resolve() };

function copy(
  direction: 'upload' | 'download',
  onProgress: (progress: TransferProgress) => void = () => undefined,
  signal = AbortSignal.timeout(300_000),
): Promise<TransferOutcome> {
  const ways = { onProgress, clock, signal, dial: () => dialLocal(proxy.port) };
  return transferThrough(sshd, { direction, local: [here], remote: [there] }, ways);
}

const bigBytes = 6_000_000;

async function files(folder: string): Promise<void> {
  await writeFile(join(folder, 'big.bin'), randomBytes(bigBytes));
  await mkdir(join(folder, 'small'));
  for (let index = 0; index < 200; index++) await writeFile(join(folder, 'small', `${index}`), randomBytes(index * 40));
  // To whole milliseconds: Node's own are rounded to a quarter of a microsecond, so that some times in the middle of two are rounded otherwise than by the helper.
  for (const path of await readdir(folder, { recursive: true })) {
    const { mtimeMs } = await lstat(join(folder, path));
    const seconds = Math.floor(mtimeMs) / 1_000;
    await utimes(join(folder, path), seconds, seconds);
  }
}

async function parts(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).filter((path) => path.includes(partPrefix));
}

/** Where connections break: some before the login is done, some in the middle of the big file, one behind it. */
const cuts = [
  [40, 1_500, 9_000, 60_000, 900_000, 3_000_000],
  [Math.floor(Math.random() * bigBytes), Math.floor(Math.random() * bigBytes), Math.floor(Math.random() * bigBytes)],
];

/** What is cut is the same with every kind of SFTP. */
function cutsOf(kind: ImageKind): readonly (readonly number[])[] {
  return kind === 'SFTP alone' ? [] : cuts;
}

describe.each(imageKinds)('an image with %s', (kind) => {
  beforeEach(() => {
    sshd = images[kind];
    timesMs = timesOf(kind);
  });

  describe('a transfer over a connection that breaks', () => {
    it.each(cutsOf(kind).flatMap((at) => [['upload', at] as const, ['download', at] as const]))(
      '%ss the same bytes, cut after %j',
      async (direction, at) => {
        const [source, destination] = direction === 'upload' ? [here, there] : [there, here];
        await files(source);
        // The first connection has to come about: what was never reached is told at once.
        await copy(direction, undefined, AbortSignal.timeout(1)).catch(() => undefined);
        proxy.breakAfter([100_000, ...at]);
        const waits = new Set<string | undefined>();
        const outcome = await copy(direction, ({ waiting }) => waits.add(waiting));
        expect(outcome.skipped).toEqual([]);
        expect(outcome.files + outcome.unchangedFiles).toBe(201);
        expect(waits).toContain('connection lost, trying again');
        // The other end of a connection that broke clears up once it has noticed.
        await expect.poll(() => parts(destination), { timeout: 20_000 }).toEqual([]);
        expect(await inventory(destination, timesMs)).toEqual(await inventory(source, timesMs));
      },
    );

    it.each(['upload', 'download'] as const)('goes on with a big %s where it was', async (direction) => {
      const [source, destination] = direction === 'upload' ? [here, there] : [there, here];
      await writeFile(join(source, 'big.bin'), randomBytes(bigBytes * 4));
      const stop = new AbortController();
      proxy.breakAfter([]);
      const begun = proxy.bytes;
      // Looks more often than progress is told.
      const watching = setInterval(() => (proxy.bytes - begun > bigBytes ? stop.abort() : undefined), 1);
      await expect(copy(direction, undefined, stop.signal)).rejects.toBeDefined();
      clearInterval(watching);
      expect(await readdir(destination)).toEqual([expect.stringContaining(partPrefix)]);
      const before = proxy.bytes;
      await copy(direction);
      // A quarter was there already, less what was on its way. Where checksums are made of what is read back, that costs more.
      if (kind !== 'SFTP alone') expect(proxy.bytes - before).toBeLessThan(bigBytes * 3.8);
      expect(proxy.bytes - before).toBeGreaterThan(100_000);
      expect(await inventory(destination, timesMs)).toEqual(await inventory(source, timesMs));
      expect(await parts(destination)).toEqual([]);
    });

    it('begins anew where the part that is there is of another file', async () => {
      await writeFile(join(here, 'big.bin'), randomBytes(bigBytes));
      const stop = new AbortController();
      proxy.breakAfter([]);
      const begun = proxy.bytes;
      const watching = setInterval(() => (proxy.bytes - begun > 1_000_000 ? stop.abort() : undefined), 1);
      await expect(copy('upload', undefined, stop.signal)).rejects.toBeDefined();
      clearInterval(watching);
      await writeFile(join(here, 'big.bin'), randomBytes(bigBytes + 1));
      expect(await copy('upload')).toMatchObject({ files: 1, bytes: bigBytes + 1 });
      await truncate(join(here, 'big.bin'), 3_000_000);
      expect(await copy('upload')).toMatchObject({ files: 1, bytes: 3_000_000 });
      expect(await inventory(there, timesMs)).toEqual(await inventory(here, timesMs));
    });
  });
});
