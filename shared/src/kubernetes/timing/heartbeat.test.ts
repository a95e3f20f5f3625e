import { describe, expect, it } from 'vitest';
import { isDead } from './heartbeat.ts';

const at = (now: number, more: Partial<Parameters<typeof isDead>[0]> = {}) =>
  isDead({ now, lastHeard: 0, lastWriting: -Infinity, paused: false, ...more });

describe('a connection', () => {
  it('is dead after ten seconds without an answer', () => {
    expect(at(10_000)).toBe(false);
    expect(at(10_001)).toBe(true);
  });

  it('has longer while the peer takes what is written, and as long as it likes while nobody reads', () => {
    expect(at(30_000, { lastWriting: 20_000 })).toBe(false);
    expect(at(61_000, { lastWriting: 60_000 })).toBe(true);
    expect(at(1_000_000, { paused: true })).toBe(false);
  });
});
