import { describe, expect, it } from 'vitest';
import { devEnvNamed } from '../protocol/testing/devEnvs.ts';
import { devEnvView, stopQuestion } from './devEnvView.ts';
import { allWordsOf } from './words/allWords.ts';

const words = allWordsOf('en');
const minute = 60_000;
const gib = 2 ** 30;
const disk = { claimName: 'devenv-alice', size: '20Gi', usedBytes: 12 * gib, totalBytes: 20 * gib };
const row = (given: Parameters<typeof devEnvNamed>[1], staleSince?: number): string =>
  devEnvView(devEnvNamed('devenv-alice', given), words, 0, staleSince).row;

describe('the row of a DevEnv', () => {
  it('that runs tells whether somebody works there, GPU and disk', () => {
    expect(row({ disk, idle: { stopAfterMs: 120 * minute, idleMs: 25 * minute } })).toBe(
      'Running · idle 25 min · 1 GPU · 12 of 20 GiB',
    );
    expect(row({ disk, gpus: 2, idle: { stopAfterMs: 0, idleMs: 40_000 } })).toBe(
      'Running · in use · 2 GPUs · 12 of 20 GiB',
    );
  });

  it('leaves out that it runs where there is little room and somebody works there, or did', () => {
    const short = (given: Parameters<typeof devEnvNamed>[1], staleSince?: number): string =>
      devEnvView(devEnvNamed('devenv-alice', given), words, 0, staleSince).shortRow;
    const idle = { stopAfterMs: 120 * minute, idleMs: 25 * minute };
    expect(short({ disk, idle })).toBe('idle 25 min · 1 GPU · 12 of 20 GiB');
    expect(short({})).toBe('Running · 1 GPU · 20 GiB');
    expect(short({ idle }, 0)).toMatch(/^Running at /);
    expect(short({ state: 'stopped', idle })).toBe('Stopped · 1 GPU · 20 GiB');
    expect(short({ state: 'stopped', reason: 'stopped after 2 h idle' })).toBe('stopped after 2 h idle');
    expect(short({ state: 'failed', reason: 'No image.' })).toBe('Failed · No image.');
  });

  it('that cannot be asked says no more than is known', () => {
    expect(row({})).toBe('Running · 1 GPU · 20 GiB');
  });

  it('says before a stop when and why', () => {
    expect(row({ idle: { stopAfterMs: 120 * minute, idleMs: 112 * minute, stopsAt: 8 * minute } })).toBe(
      'Running · stops in 8 min: nobody worked for 1 h 52 min · 1 GPU · 20 GiB',
    );
    expect(row({ idle: { stopAfterMs: 120 * minute, stopsAt: -1 } })).toContain('stops now');
  });

  it('that does not run says why, and tells nothing of idleness', () => {
    const idle = { stopAfterMs: 120 * minute, idleMs: 25 * minute, stopsAt: minute };
    expect(row({ state: 'stopped', idle })).toBe('Stopped · 1 GPU · 20 GiB');
    expect(row({ state: 'stopped', idle, reason: 'stopped after 2 h idle' })).toBe('Stopped · stopped after 2 h idle');
    expect(row({ state: 'starting', reason: 'waits for a node with a free GPU' })).toBe(
      'Starting · waits for a node with a free GPU',
    );
  });

  it('that starts says since when, once that is long enough to wonder', () => {
    const starting = (given: Parameters<typeof devEnvNamed>[1], staleSince?: number): string => {
      const devEnv = devEnvNamed('devenv-alice', { state: 'starting', startingSince: -2.5 * minute, ...given });
      return devEnvView(devEnv, words, 0, staleSince).row;
    };
    const reason = 'waits for a node with a free GPU';
    expect(starting({ reason })).toBe('Starting for 2 min: waits for a node with a free GPU');
    const lines = ['GPU: 1 node — 1 full', 'held by devenv-bob'];
    expect(starting({ reason: lines.join('\n') })).toBe(`Starting for 2 min: ${lines.join(' · ')}`);
    expect(starting({})).toBe('Starting for 2 min · 1 GPU · 20 GiB');
    expect(starting({ reason, startingSince: -59_999 })).toBe('Starting · waits for a node with a free GPU');
    // The cluster's clock is ahead.
    expect(starting({ reason, startingSince: minute })).toBe('Starting · waits for a node with a free GPU');
    expect(starting({ reason }, 0)).toMatch(/^Starting at \d\d:\d\d:\d\d · waits for/);
  });

  it('is drawn anew with the minutes only where they are told', () => {
    const goesOn = (given: Parameters<typeof devEnvNamed>[1], staleSince?: number): boolean =>
      devEnvView(devEnvNamed('devenv-alice', given), words, 0, staleSince).goesOn;
    expect(goesOn({ state: 'starting', startingSince: 0 })).toBe(true);
    expect(goesOn({ state: 'starting', startingSince: 0 }, 0)).toBe(false);
    expect(goesOn({ idle: { stopAfterMs: 1, stopsAt: 1 } })).toBe(true);
    expect(goesOn({})).toBe(false);
  });

  it('that is out of reach says as of when, and warns of nothing', () => {
    const stale = row({ idle: { stopAfterMs: 1, idleMs: 1, stopsAt: 1 } }, 0);
    expect(stale).toMatch(/^Running at \d\d:\d\d:\d\d · in use/);
  });

  it('of somebody else names them first, however they are called', () => {
    expect(row({ mine: false, owner: 'bob\u202Egpj' })).toBe('of bob\uFFFDgpj · Running · 1 GPU · 20 GiB');
    expect(row({ mine: false, owner: undefined })).toMatch(/^of somebody else · /);
  });
});

describe('what is behind a row', () => {
  it('names everything that was settled, and leaves out what is not there', () => {
    const volumes = [{ claimName: 'datasets', mountPath: '/data' }];
    const { facts } = devEnvView(devEnvNamed('devenv-alice', { volumes, disk }), words, 0);
    expect(Object.fromEntries(facts)).toEqual({
      Context: 'team-a',
      Space: 'lab',
      Owner: 'alice',
      Image: 'testbed.local/devenv:1',
      Size: 'gpu: 16 CPU · 32 GiB · 1 GPU',
      Disk: '12 of 20 GiB',
      Volumes: 'datasets → /data',
      'Idle stop': 'stops after 2 h',
      'SSH host': 'devenv-alice.team-a',
    });
  });

  it('tells how the pod before ended, and when, whatever a cluster says', () => {
    const lastEnd = { reason: 'its node put it out: low on\u202e memory', at: -125 * minute };
    const { facts } = devEnvView(devEnvNamed('devenv-alice', { lastEnd }), words, 0);
    expect(Object.fromEntries(facts)['Last end']).toBe('its node put it out: low on\uFFFD memory (2 h 5 min ago)');
  });

  it('tells of a disk that is nearly full', () => {
    const isFull = (usedBytes: number): boolean =>
      devEnvView(devEnvNamed('a', { disk: { ...disk, usedBytes } }), words, 0).isDiskFull;
    expect([isFull(17 * gib), isFull(18 * gib)]).toEqual([false, true]);
  });
});

it('the question before a stop says what is lost and what is not', () => {
  const devEnv = devEnvNamed('devenv-alice', { idle: { stopAfterMs: 1, idleMs: 112 * minute, stopsAt: 8 * minute } });
  expect(stopQuestion(devEnv, words, 0)).toBe(
    'devenv-alice stops in 8 min: nobody worked for 1 h 52 min. Its GPU goes to others then; everything in /workspace stays.',
  );
});
