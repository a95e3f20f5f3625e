import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlipwayError } from '../../../protocol/index.ts';
import { settleLog, type SettleOptions } from './settleLog.ts';
import { RunSpool } from './spool/runSpool.ts';

const { signal } = new AbortController();
const where = { pod: 'p', container: 'step-notebook' };
let folder: string;
let spool: RunSpool;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-settle-'));
  spool = await RunSpool.open(join(folder, 'run'), 'uid');
});
afterEach(async () => {
  await spool.close();
  await rm(folder, { recursive: true });
});

interface There {
  readonly spooled?: string;
  readonly fromApi?: boolean;
  /** What the API gives; an error where it gives nothing. */
  readonly api?: string | SlipwayError;
  /** What the volume has. */
  readonly volume?: string | SlipwayError;
  /** What the step noted of its times. */
  readonly times?: string;
  /** The volume is ready: before the API is asked, or while it is read. */
  readonly ready?: 'before' | 'meanwhile';
}

async function* only(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(content);
}

/** An API that gives its answer once nobody waits for it any more. */
function hangingUp(stop: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const hangUp = (): void => reject(stop.reason as Error);
    if (stop.aborted) hangUp();
    else stop.addEventListener('abort', hangUp);
  });
}

async function settled(source: SettleOptions['source'], there: There): Promise<string> {
  const ready = new AbortController();
  if (there.ready === 'before') ready.abort();
  const log = await spool.log('notebook');
  if (there.fromApi === true) await log.noteApi();
  await log.append(0, Buffer.from(there.spooled ?? ''), 1);
  const given = (what: string | SlipwayError | undefined): string => {
    if (typeof what === 'string') return what;
    throw what ?? new SlipwayError('artifact.notFound', 'no such file');
  };
  await settleLog(
    {
      spool,
      step: 'notebook',
      source,
      where,
      readContainer: async (_where, draft, stop) => {
        if (there.ready === 'meanwhile' && !ready.signal.aborted) {
          await draft.append(draft.size, Buffer.from('wh'), 5);
          setImmediate(() => ready.abort());
          await hangingUp(stop);
        }
        await draft.append(draft.size, Buffer.from(given(there.api)), 5);
      },
      openFile: async (path, range) => {
        const file = path.endsWith('.times') ? there.times : there.volume;
        const content = Buffer.from(given(await Promise.resolve(file)));
        return { bytes: content.length, content: only(content.subarray(range?.start ?? 0)) };
      },
      volumeIsReady: there.ready === undefined ? undefined : ready.signal,
      onGrown: () => undefined,
    },
    signal,
  );
  expect(log.sealed).toBe(true);
  return Buffer.from((await log.read(0, 1_000)).bytes).toString();
}

const unreachable = new SlipwayError('cluster.unreachable', 'no way');
const api = (expected: number | undefined, elseVolume: boolean) => ({ from: 'api', expected, elseVolume }) as const;
const volume = { from: 'volume', expected: undefined } as const;

describe('making a log whole', () => {
  it.each<[string, SettleOptions['source'], There, string]>([
    ['takes the API where its length is right', api(5, true), { api: 'whole', volume: unreachable }, 'whole'],
    ['takes the volume where it is not', api(5, true), { api: 'ole', volume: 'whole' }, 'whole'],
    ['takes the volume where the API fails', api(5, true), { api: unreachable, volume: 'whole' }, 'whole'],
    ['reads on after what there is', volume, { spooled: 'who', volume: 'whole' }, 'whole'],
    ['reads anew what came from the API', volume, { spooled: 'WHO', fromApi: true, volume: 'whole' }, 'whole'],
    ['reads anew what is longer than the file', volume, { spooled: 'something else', volume: 'whole' }, 'whole'],
    ['is empty where there is nothing', volume, { api: '' }, ''],
    ['takes the API where the step keeps no log', volume, { api: 'own' }, 'own'],
    ['takes what the API gives of collect', api(undefined, false), { spooled: 'who', api: 'whole' }, 'whole'],
    ['keeps what was read where the API has less', api(undefined, false), { spooled: 'whole', api: 'w' }, 'whole'],
    ['keeps what was read where the API fails', api(undefined, false), { spooled: 'who', api: unreachable }, 'who'],
    [
      'takes the volume where it is ready',
      api(5, true),
      { ready: 'before', api: unreachable, volume: 'whole' },
      'whole',
    ],
    ['leaves the API once the volume is ready', api(5, true), { ready: 'meanwhile', volume: 'whole' }, 'whole'],
    [
      'asks the API where a ready volume fails',
      api(5, true),
      { ready: 'before', api: 'whole', volume: unreachable },
      'whole',
    ],
    [
      'asks it again where it was left',
      api(5, true),
      { ready: 'meanwhile', api: 'whole', volume: unreachable },
      'whole',
    ],
  ])('%s', async (_, source, there, expected) => {
    expect(await settled(source, there)).toBe(expected);
  });

  it.each<[string, SettleOptions['source'], There]>([
    ['the volume cannot be read', volume, { spooled: 'who', volume: unreachable }],
    ['neither can be read', api(5, true), { api: unreachable, volume: unreachable }],
    ['neither can be read any more', api(5, true), { ready: 'before', api: unreachable, volume: unreachable }],
    ['the API cannot be asked now', api(undefined, false), { api: unreachable }],
  ])('fails and leaves the log open where %s', async (_, source, there) => {
    await expect(settled(source, there)).rejects.toBe(unreachable);
    expect((await spool.log('notebook')).sealed).toBe(false);
  });

  it('has the times that the step noted on the volume', async () => {
    await settled(volume, { volume: 'one\ntwo\n', times: '0 1000\n4 2000\n' });
    expect((await (await spool.log('notebook')).read(0, 100)).times).toEqual([
      [0, 1_000],
      [4, 2_000],
    ]);
  });
});
