import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  mountTmpfs,
  noSignal,
  submissionOf,
  textFile,
  unmount,
  untilFinished,
  Workshop,
} from './testing/testTarget.ts';

let shop: Workshop;
let mounted = false;
beforeEach(async () => {
  shop = await Workshop.open({
    notebook: 'cat /dev/zero >"$SLIPWAY_OUTPUT/big"; result succeeded',
    report: 'rm "$SLIPWAY_OUTPUT/big"; result succeeded',
  });
});
afterEach(async () => {
  if (mounted) unmount(shop.dataDir);
  mounted = false;
  await shop.close();
});

const needMount = 'needs the right to mount a file system';

describe('a disk that is full or closed', () => {
  it('refuses a run that does not fit before anything is written', async (test) => {
    mounted = mountTmpfs(shop.dataDir, 'size=1m');
    if (!mounted) test.skip(needMount);
    const submission = submissionOf('large', {}, [{ ...textFile('x', 'x'), bytes: 500_000_000 }]);
    const failure = shop.target().submit(submission, noSignal);
    await expect(failure).rejects.toMatchObject({ code: 'disk.full' });
    await expect(failure).rejects.toThrow(/1\.0 GB.*1\.0 MB left/);
    expect(await readdir(join(shop.dataDir, 'runs'))).toEqual([]);
  });

  it('removes what it wrote when the disk runs full in the middle', async (test) => {
    mounted = mountTmpfs(shop.dataDir, 'size=12m');
    if (!mounted) test.skip(needMount);
    const file = textFile('x', 'x'.repeat(20_000_000));
    const submission = submissionOf('large', {}, [{ ...file, bytes: 1 }]);
    await expect(shop.target().submit(submission, noSignal)).rejects.toMatchObject({ code: 'disk.full' });
    expect(await readdir(join(shop.dataDir, 'runs'))).toEqual([]);
  });

  it('loses no event of a run that fills the disk', async (test) => {
    mounted = mountTmpfs(shop.dataDir, 'size=16m');
    if (!mounted) test.skip(needMount);
    const target = shop.target();
    await target.submit(submissionOf('filler', { steps: ['prepare', 'notebook', 'report', 'collect'] }), noSignal);
    expect(await untilFinished(target, 'filler')).toMatchObject({ state: 'succeeded' });
    const ends = (await target.events('filler', noSignal)).filter((event) => event.type === 'stepFinished');
    expect(ends).toMatchObject([
      { step: 'prepare', state: 'succeeded' },
      { step: 'notebook', state: 'failed', reason: expect.stringContaining('without a result') as string },
      { step: 'report', state: 'succeeded' },
      { step: 'collect', state: 'succeeded' },
    ]);
  });

  it('says that it may not write to a read-only data folder', async (test) => {
    mounted = mountTmpfs(shop.dataDir, 'ro,size=1m');
    if (!mounted) test.skip(needMount);
    const target = shop.target();
    await expect(target.submit(submissionOf('closed'), noSignal)).rejects.toMatchObject({ code: 'disk.denied' });
    expect(await target.list(noSignal)).toEqual([]);
    target.watch(() => undefined).dispose();
  });
});
