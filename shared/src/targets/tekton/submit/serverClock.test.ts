import { describe, expect, it } from 'vitest';
import { ServerClock } from './serverClock.ts';

describe("the cluster's clock", () => {
  it('goes on from what was heard, whatever this machine believes', () => {
    let now = 5_000;
    const clock = new ServerClock(() => now);
    expect(clock.now()).toBeUndefined();
    clock.hear('2026-11-26T23:59:50Z');
    now += 20_000;
    expect(clock.now()).toBe(Date.UTC(2026, 10, 27, 0, 0, 10));
  });

  it('does not listen to nonsense', () => {
    const clock = new ServerClock(() => 0);
    clock.hear('yesterday');
    expect(clock.now()).toBeUndefined();
  });
});
