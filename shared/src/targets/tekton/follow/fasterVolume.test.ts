import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../../../protocol/index.ts';
import { FasterVolume } from './fasterVolume.ts';
import type { LogSource } from './sourceChoice.ts';
import { ManualClock } from './testing/manualClock.ts';

const mebibyte = 1024 * 1024;
const { signal } = new AbortController();
const api: LogSource = { from: 'api', expected: 9 * mebibyte, elseVolume: true };
const large = {
  logSizes: new Map([
    ['notebook', 9 * mebibyte],
    ['report', 9 * mebibyte],
  ]),
};

/** With so many bytes in the spool of each log. */
function volume(spooled = 0, prepared: Promise<void> = Promise.resolve()) {
  const begun: string[] = [];
  const prepare = (): Promise<void> => {
    begun.push('prepare');
    return prepared;
  };
  const spool = { log: (step: string) => Promise.resolve({ size: step === 'prepare' ? 47 : spooled, sealed: false }) };
  const clock = new ManualClock();
  return { begun, clock, faster: new FasterVolume(spool, prepare, clock) };
}

describe('the volume as the faster way', () => {
  it('is prepared once for a run with much to read, and told of when it is ready', async () => {
    const { begun, faster } = volume();
    const [one, other] = await Promise.all([faster.isReady(large, api, signal), faster.isReady(large, api, signal)]);
    expect(one).toBe(other);
    expect(one?.aborted).toBe(true);
    expect(begun).toEqual(['prepare']);
  });

  it('is never ready where it cannot be prepared', async () => {
    const { faster } = volume(0, Promise.reject(new SlipwayError('cluster.forbidden', 'no pods')));
    const ready = await faster.isReady(large, api, signal);
    await turn();
    expect(ready?.aborted).toBe(false);
  });

  it('is waited for a moment, and then taken once it is there', async () => {
    let prepare = (): void => undefined;
    const { clock, faster } = volume(0, new Promise((resolve) => (prepare = resolve)));
    const asked = faster.isReady(large, api, signal);
    let known = false;
    void asked.then(() => (known = true));
    await clock.advance(2_400);
    expect(known).toBe(false);
    await clock.advance(200);
    const ready = await asked;
    expect(ready?.aborted).toBe(false);
    prepare();
    await turn();
    expect(ready?.aborted).toBe(true);
    expect(await faster.isReady(large, api, signal)).toBe(ready);
    expect(clock.sleepers).toBe(0);
  });

  it.each<[string, LogSource, number, { logSizes: ReadonlyMap<string, number> | undefined }]>([
    ['little of the run is left', api, 8 * mebibyte, large],
    ['the run has little', api, 0, { logSizes: new Map([['notebook', 9 * mebibyte]]) }],
    ['the step has little', { from: 'api', expected: 1_000, elseVolume: true }, 0, large],
    ['only the API can be asked', { from: 'api', expected: 9 * mebibyte, elseVolume: false }, 0, large],
    ['the volume is read anyway', { from: 'volume', expected: 9 * mebibyte }, 0, large],
    ['nobody knows how much there is', api, 0, { logSizes: undefined }],
  ])('is not prepared where %s', async (_, source, spooled, place) => {
    const { begun, faster } = volume(spooled);
    expect(await faster.isReady(place, source, signal)).toBeUndefined();
    expect(begun).toEqual([]);
  });

  it('tells what to read next, but not too much', async () => {
    const { faster } = volume();
    const sizes = (...list: [string, number][]) => ({ logSizes: new Map(list) });
    const place = sizes(['notebook', 20 * mebibyte], ['prepare', 47], ['report', 3], ['test', 20 * mebibyte]);
    expect(await faster.next('notebook', place)).toBeUndefined();
    await faster.isReady(place, api, signal);
    expect(await faster.next('notebook', place)).toEqual({ step: 'report', bytes: 3 });
    expect(await faster.next('report', place)).toBeUndefined();
    expect(await faster.next('test', place)).toBeUndefined();
    expect(await faster.next('collect', place)).toBeUndefined();
  });
});
