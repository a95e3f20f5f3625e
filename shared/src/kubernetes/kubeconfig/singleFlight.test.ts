import { describe, expect, it } from 'vitest';
import { SingleFlight } from './singleFlight.ts';

const { signal } = new AbortController();

/** Work that ends when it is told to. */
function work() {
  const started: { finish: (value: string) => void; fail: (error: Error) => void; signal: AbortSignal }[] = [];
  const run = (own: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      started.push({ finish: resolve, fail: reject, signal: own });
    });
  return { started, run };
}

describe('SingleFlight', () => {
  it('does the work once for all who wait, and anew for those who come later', async () => {
    const flight = new SingleFlight<string>();
    const { started, run } = work();
    const waiting = [flight.run(run, signal), flight.run(run, signal), flight.run(run, signal)];
    expect(started).toHaveLength(1);
    started[0]?.finish('a');
    expect(await Promise.all(waiting)).toEqual(['a', 'a', 'a']);
    const again = flight.run(run, signal);
    started[1]?.finish('b');
    expect(await again).toBe('b');
  });

  it('tells all of a failure, and tries anew', async () => {
    const flight = new SingleFlight<string>();
    const { started, run } = work();
    const waiting = [flight.run(run, signal), flight.run(run, signal)];
    started[0]?.fail(new Error('no'));
    const outcomes = await Promise.allSettled(waiting);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const again = flight.run(run, signal);
    started[1]?.finish('b');
    expect(await again).toBe('b');
  });

  it('goes on while anybody waits, and ends with the last of them', async () => {
    const flight = new SingleFlight<string>();
    const { started, run } = work();
    const [first, second] = [new AbortController(), new AbortController()];
    const one = flight.run(run, first.signal);
    const two = flight.run(run, second.signal);
    first.abort();
    await expect(one).rejects.toThrow();
    expect(started[0]?.signal.aborted).toBe(false);
    second.abort();
    await expect(two).rejects.toThrow();
    expect(started[0]?.signal.aborted).toBe(true);
    const fresh = flight.run(run, signal);
    expect(started).toHaveLength(2);
    started[1]?.finish('c');
    expect(await fresh).toBe('c');
  });

  it('starts nothing for one who has given up already', async () => {
    const flight = new SingleFlight<string>();
    const { started, run } = work();
    await expect(flight.run(run, AbortSignal.abort())).rejects.toThrow();
    expect(started).toHaveLength(0);
  });
});
