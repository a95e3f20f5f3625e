import type { Client } from '@slipway/shared/client';
import { SlipwayError } from '@slipway/shared/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { KeepAlive } from './keepAlive.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A connection that a test lets speak, fall silent and end. */
function rig() {
  const asked: string[] = [];
  let breaks = 0;
  let heard: () => void = () => undefined;
  let end: (reason: SlipwayError) => void = () => undefined;
  const closed = new Promise<SlipwayError>((resolve) => (end = resolve));
  const client: Client = {
    closed,
    request: (name) => {
      asked.push(name);
      return Promise.reject(new SlipwayError('protocol.invalid', 'The core does not know the method.'));
    },
    onNotification: () => ({ dispose: () => undefined }),
    dispose: () => undefined,
  };
  const link = {
    bytesWaiting: 0,
    onMessage: (listener: () => void) => void (heard = listener),
    breakOff: () => void (breaks += 1),
  };
  new KeepAlive(client, link);
  return {
    asked,
    breaks: () => breaks,
    link,
    hear: () => heard(),
    end: async () => {
      end(new SlipwayError('internal', 'Over.'));
      await closed;
    },
  };
}

it('leaves a core all the time it needs to start', () => {
  const { asked, breaks } = rig();
  vi.advanceTimersByTime(600_000);
  expect(asked).toEqual([]);
  expect(breaks()).toBe(0);
});

it('asks where nothing came for a while, and takes any message as the answer', () => {
  const { asked, breaks, hear } = rig();
  hear();
  for (let round = 1; round <= 20; round += 1) {
    vi.advanceTimersByTime(12_000);
    expect(asked).toHaveLength(round);
    hear();
  }
  expect(breaks()).toBe(0);
});

it('asks nothing of a connection that carries news', () => {
  const { asked, hear } = rig();
  for (let second = 0; second < 120; second += 1) {
    hear();
    vi.advanceTimersByTime(1_000);
  }
  expect(asked).toEqual([]);
});

it('ends a connection on which nothing comes any more', () => {
  const { breaks, hear } = rig();
  hear();
  vi.advanceTimersByTime(30_000);
  expect(breaks()).toBe(1);
});

it('waits as long as something leaves', () => {
  const { breaks, hear, link } = rig();
  link.bytesWaiting = 1_000_000;
  hear();
  for (let waiting = 900_000; waiting >= 0; waiting -= 100_000) {
    vi.advanceTimersByTime(14_000);
    expect(breaks()).toBe(0);
    link.bytesWaiting = waiting;
  }
  vi.advanceTimersByTime(60_000);
  expect(breaks()).toBe(1);
});

it('is over with the connection', async () => {
  const { asked, breaks, hear, end } = rig();
  hear();
  await end();
  hear();
  vi.advanceTimersByTime(600_000);
  expect(asked).toEqual([]);
  expect(breaks()).toBe(0);
});
