import { expect, it } from 'vitest';
import { Heartbeat } from './heartbeat.ts';

/** A panel's heart, a clock, and an extension that may be gone. */
function rig() {
  const silences: number[] = [];
  let now = 0;
  let isThere = true;
  let asked = 0;
  const heart: Heartbeat = new Heartbeat({
    ask: () => {
      asked += 1;
      if (isThere) heart.heard();
    },
    onSilence: (heardAt) => silences.push(heardAt),
    now: () => now,
  });
  return {
    silences,
    asked: () => asked,
    leave: () => (isThere = false),
    come: () => (isThere = true),
    /** The times at which the clock beats, in seconds. */
    beatAt: (...seconds: readonly number[]) => {
      for (const second of seconds) {
        now = second * 1000;
        heart.beat();
      }
    },
  };
}

it('is quiet while the extension answers, also after a machine that slept', () => {
  const { silences, beatAt } = rig();
  beatAt(5, 10, 15, 30_000, 30_005);
  expect(silences).toEqual([]);
});

it('tells once of an extension that is gone, and as of when it was last heard', () => {
  const { silences, beatAt, leave, asked } = rig();
  beatAt(5);
  leave();
  beatAt(10, 15);
  expect(silences).toEqual([]);
  beatAt(20, 25, 30);
  expect(silences).toEqual([5_000]);
  expect(asked(), 'it is asked for all the time, for it may come back').toBe(6);
});

it('tells anew of one that has come back and is gone again', () => {
  const { silences, beatAt, leave, come } = rig();
  leave();
  beatAt(5, 10, 15);
  come();
  beatAt(20, 25);
  leave();
  beatAt(30, 35, 40);
  expect(silences).toEqual([0, 25_000]);
});
