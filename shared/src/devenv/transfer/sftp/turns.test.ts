import { describe, expect, it } from 'vitest';
import { Turns } from './turns.ts';

describe('turns', () => {
  it('let so many in at a time, in order, and the next one also behind a failure', async () => {
    const turns = new Turns(2);
    let inside = 0;
    let most = 0;
    const order: number[] = [];
    const one = (number: number): Promise<void> =>
      turns.within(async () => {
        most = Math.max(most, (inside += 1));
        order.push(number);
        await Promise.resolve();
        inside -= 1;
        if (number % 3 === 0) throw new Error('failed');
      });
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, number) => one(number)));
    expect(most).toBe(2);
    expect(order).toEqual(Array.from({ length: 20 }, (_, number) => number));
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(7);
  });
});
