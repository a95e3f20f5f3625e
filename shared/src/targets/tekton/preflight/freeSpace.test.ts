import { describe, expect, it } from 'vitest';
import { judgeRoom, parseSpace, roomWords, type RoomOnVolume } from './freeSpace.ts';

const gib = 2 ** 30;
const room = (given: Partial<RoomOnVolume>) =>
  judgeRoom({ volume: 'claim work', capacity: '50Gi', space: undefined, incoming: 0, ...given });

describe('the room on a volume', () => {
  it.each<[string, Partial<RoomOnVolume>, 'warn' | 'fail', string]>([
    [
      'less than is sent',
      { space: { free: gib, total: 50 * gib }, incoming: 3e9 },
      'fail',
      '1.1 GB of 53.7 GB are free on claim work, and the files that are sent take 3.0 GB',
    ],
    ['hardly any', { space: { free: 4 * gib, total: 50 * gib } }, 'warn', '4.3 GB of 53.7 GB are free on claim work'],
    ['hardly any then', { space: { free: 6 * gib, total: 50 * gib }, incoming: 2 * gib }, 'warn', 'sent take 2.1 GB'],
    ['a claim that is smaller', { incoming: 60e9 }, 'warn', 'sent take 60.0 GB, and claim work has 50 GiB'],
  ])('%s is told', (_, given, outcome, words) => {
    const finding = room(given);
    expect(finding?.outcome).toBe(outcome);
    expect(finding?.detail).toContain(words);
    expect(finding?.fix).not.toBe('');
  });

  it.each<[string, Partial<RoomOnVolume>]>([
    ['enough', { space: { free: 20 * gib, total: 50 * gib }, incoming: gib }],
    // A shared storage may have any number for a claim.
    ['more than the claim says', { capacity: '1Gi', space: { free: 20 * gib, total: 50 * gib }, incoming: 2 * gib }],
    ['a claim that is large enough', { incoming: gib }],
    ['a claim that does not say', { capacity: undefined, incoming: 60e9 }],
  ])('%s is nothing to speak of', (_, given) => {
    expect(room(given)).toBeUndefined();
  });

  it('is told in words, also where it cannot be seen', () => {
    expect(roomWords({ capacity: '50Gi', space: { free: 38e9, total: 50e9 } })).toBe('50 GiB, 38.0 GB free');
    expect(roomWords({ capacity: undefined, space: undefined })).toBe('free space cannot be seen');
  });

  it('is read from what df says, of any file system', () => {
    const head = 'Filesystem     1024-blocks      Used Available Capacity Mounted on\n';
    const expected = { free: 400 * 1024, total: 1000 * 1024 };
    expect(parseSpace(`${head}/dev/sda1 1000 600 400 60% /slipway/run\n`)).toEqual(expected);
    expect(parseSpace(`${head}nfs.test:/a b/c   1000   600   400  60% /slipway/run\n`)).toEqual(expected);
    expect(parseSpace('df: /slipway/run: No such file or directory\n')).toBeUndefined();
    expect(parseSpace('')).toBeUndefined();
  });
});
