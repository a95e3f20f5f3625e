import { describe, expect, it } from 'vitest';
import type { DevEnvHop, DevEnvJob, TransferProgress } from '../protocol/index.ts';
import { runningJob } from '../protocol/testing/devEnvs.ts';
import { devEnvJobView, hopsInWords, transferInWords, transferOutcomeInWords, transferPercent } from './devEnvJob.ts';
import { allWordsOf } from './words/allWords.ts';

const words = allWordsOf('en');

describe('a command', () => {
  const row = (given: Partial<DevEnvJob>): string => devEnvJobView(runningJob(given), words, 72_000).row;

  it('tells how it goes and how long it took', () => {
    expect(row({})).toBe('Running · 1m 12s');
    expect(row({ state: 'failed', exitCode: 2, endedAt: 31_000 })).toBe('Failed · exit code 2 · 31s');
    expect(row({ state: 'succeeded', exitCode: 0, endedAt: 31_000 })).toBe('Done · 31s');
    expect(row({ state: 'lost' })).toBe('Lost · the DevEnv ended before it');
  });
});

describe('a transfer', () => {
  const progress: TransferProgress = { files: 12, totalFiles: 340, bytes: 1.2e9, totalBytes: 4e9 };

  it('tells files, bytes, rate and time left, as far as they are known', () => {
    expect(transferInWords(progress, words)).toBe('12 of 340 files · 1.2 of 4.0 GB');
    expect(transferInWords({ ...progress, bytesPerSecond: 8e7, leftMs: 35_000 }, words)).toBe(
      '12 of 340 files · 1.2 of 4.0 GB · 80.0 MB/s · 35s left',
    );
    expect(transferInWords({ ...progress, totalFiles: 1, bytes: 5e6, leftMs: 3 }, words)).toBe(
      '5.0 MB of 4.0 GB · 1.0s left',
    );
  });

  it('says what it waits for, and that it only looks yet', () => {
    expect(transferInWords({ ...progress, waiting: 'connection lost, trying again' }, words)).toBe(
      'connection lost, trying again',
    );
    expect(transferInWords({ files: 0, totalFiles: 0, bytes: 0, totalBytes: 0 }, words)).toBe('Looking at the files…');
  });

  it('is so many percent done by bytes, by files where there are none, and never more than all', () => {
    expect(transferPercent(progress)).toBeCloseTo(30);
    expect(transferPercent({ ...progress, bytes: 0, totalBytes: 0 })).toBeCloseTo(3.5, 1);
    expect(transferPercent({ ...progress, bytes: 5e9 })).toBe(100);
    expect(transferPercent({ ...progress, totalFiles: 0 })).toBeUndefined();
  });

  it('says at its end what it did and what it left out', () => {
    const skipped = [{ path: 'a', reason: 'leads out' }];
    const outcome = { files: 2, bytes: 4e9, unchangedFiles: 3, deletedFiles: 0, skipped, durationMs: 50_000 };
    expect(transferOutcomeInWords(outcome, words)).toBe(
      '2 files, 4.0 GB · 3 were there already · 1 was left out · 50s',
    );
  });
});

it('a test of the way names the first part that is broken, else the first that is slow', () => {
  const hop = (name: DevEnvHop['name'], outcome: DevEnvHop['outcome']): DevEnvHop => {
    return { name, outcome, detail: '', durationMs: 1 };
  };
  expect(hopsInWords([hop('api', 'pass'), hop('latency', 'warn'), hop('upload', 'warn')], words)).toBe(
    'The slow part: Latency.',
  );
  expect(hopsInWords([hop('latency', 'warn'), hop('ssh', 'fail'), hop('upload', 'skipped')], words)).toBe(
    'The part that is broken: SSH sign-in.',
  );
  expect(hopsInWords([hop('api', 'pass')], words)).toBe('Every part of the way is good.');
});
