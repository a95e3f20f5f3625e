import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../../../../protocol/index.ts';
import type { RemoteEnd, RemoteProcess } from '../remoteProcess.ts';
import { ManualClock } from '../testing/manualClock.ts';
import { ConnectionPool } from './connectionPool.ts';

const { signal } = new AbortController();

/** A pool whose connections are made when the test says so. */
class Pool {
  readonly clock = new ManualClock();
  readonly pool: ConnectionPool;
  readonly #making: { make: () => void; fail: (error: SlipwayError) => void }[] = [];
  started = 0;

  constructor() {
    const start = () =>
      new Promise<RemoteProcess>((resolve, reject) => {
        this.started += 1;
        this.#making.push({ make: () => resolve(remoteProcess()), fail: reject });
      });
    this.pool = new ConnectionPool({ pod: 'p', container: 'c' }, start, this.clock);
  }

  async made(): Promise<void> {
    for (const { make } of this.#making.splice(0)) make();
    await this.clock.advance(0);
  }

  async failed(): Promise<void> {
    for (const { fail } of this.#making.splice(0)) fail(new SlipwayError('cluster.unreachable', 'gone'));
    await this.clock.advance(0);
  }
}

const nothing: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
};

function remoteProcess(): RemoteProcess {
  let ending!: (end: RemoteEnd) => void;
  const ended = new Promise<RemoteEnd>((resolve) => (ending = resolve));
  const destroy = (): void => ending({ exitCode: undefined, words: 'cut' });
  return { output: nothing, send: () => Promise.resolve(), ended, destroy };
}

describe('connections to the files of a container', () => {
  it('are one for all that is soon over, also while it is made', async () => {
    const one = new Pool();
    const used: number[] = [];
    const uses = Array.from({ length: 10 }, async (_, index) => {
      const connection = await one.pool.take(signal);
      await one.clock.sleep(10, signal);
      used.push(index);
      one.pool.giveBack(connection);
    });
    await one.clock.advance(100);
    await one.made();
    await one.clock.advance(100);
    await Promise.all(uses);
    expect([used.length, one.started]).toEqual([10, 1]);
  });

  it('are up to four for what takes long once there is one, however long that one took to make', async () => {
    const four = new Pool();
    let taken = 0;
    for (let index = 0; index < 6; index += 1) void four.pool.take(signal).then(() => (taken += 1));
    await four.clock.advance(2_000);
    expect([taken, four.started]).toEqual([0, 1]);
    await four.made();
    await four.clock.advance(240);
    expect([taken, four.started]).toEqual([1, 1]);
    await four.clock.advance(20);
    await four.made();
    expect([taken, four.started]).toEqual([4, 4]);
    await four.clock.advance(1_000);
    expect(four.started).toBe(4);
  });

  it('are made anew by who waited for one that could not be made', async () => {
    const broken = new Pool();
    const first = expect(broken.pool.take(signal)).rejects.toThrow('gone');
    const second = broken.pool.take(signal);
    await broken.failed();
    await first;
    await broken.made();
    await second;
    expect(broken.started).toBe(2);
  });

  it('are waited for no longer than somebody wants one, and leave nothing behind', async () => {
    const left = new Pool();
    const connection = left.pool.take(signal);
    const leaving = new AbortController();
    const waiting = expect(left.pool.take(leaving.signal)).rejects.toThrow('left');
    await left.made();
    leaving.abort(new Error('left'));
    await waiting;
    expect(left.clock.sleepers).toBe(0);
    left.pool.giveBack(await connection);
    await left.clock.advance(15_000);
    expect(left.pool.isEmpty).toBe(true);
  });
});
