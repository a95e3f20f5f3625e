import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Heartbeat, isDead } from './heartbeat.ts';

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

describe('a heartbeat', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Of a connection on which nothing comes; `stood` ms are those in which this process did not get to anything. */
  function silence() {
    const done: string[] = [];
    const clock = { stood: 0 };
    const connection = {
      isOpen: true,
      isPaused: false,
      waitingBytes: 0,
      ping: () => done.push('ping'),
      terminate: () => done.push('terminate'),
    };
    const heartbeat = new Heartbeat(connection, () => Date.now() + clock.stood);
    return { done, clock, heartbeat };
  }

  it('asks twice and breaks what does not answer', () => {
    const { done, heartbeat } = silence();
    vi.advanceTimersByTime(15_000);
    expect(done).toEqual(['ping', 'ping', 'terminate']);
    heartbeat.stop();
  });

  it('does not count the time in which its process stood still: what came then is still to be read', () => {
    const { done, clock, heartbeat } = silence();
    clock.stood = 60_000;
    vi.advanceTimersByTime(10_000);
    expect(done).toEqual(['ping', 'ping']);
    vi.advanceTimersByTime(5_000);
    expect(done).toEqual(['ping', 'ping', 'terminate']);
    heartbeat.stop();
  });
});
